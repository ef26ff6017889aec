"""Concepts: laws of patience and of handle time. At equal mean the law alone changes what a centre does."""

from __future__ import annotations

from typing import Any

from experiments.concepts.centres import CLASSES, queues
from experiments.concepts.concept import Concept, Direction, Experiment

MEAN_PATIENCE_S = 120.0
MEAN_HANDLE_S = 180.0
ZELTYN = "patience by law: Zeltyn and Mandelbaum (2005), Call centers with impatient customers"
TEST = "tests/sim/test_time_laws.py::test_a_draw_is_the_quantile"

# Each has the mean of MEAN_PATIENCE_S, to 0.1 %; a test computes them.
PATIENCE: dict[str, tuple[dict[str, Any], str, Direction, str, str]] = {
    "constant": (
        {"law": "constant", "value_s": MEAN_PATIENCE_S},
        "`T = value`",
        "down",
        "no hazard before the end",
        "tiny:other_laws",
    ),
    "uniform": (
        {"law": "uniform", "low_s": 0.0, "high_s": 240.0},
        "`T = high - u (high - low)`",
        "down",
        "half the hazard at 0",
        "tiny:other_laws",
    ),
    "erlang": (
        {"law": "erlang", "k": 3, "mean_s": MEAN_PATIENCE_S},
        "`T = X1 + .. + Xk`, exponential phases",
        "down",
        "no hazard at 0",
        "technical_support",
    ),
    "hyper_exponential": (
        {"law": "hyper_exponential", "p": [0.9, 0.1], "mean_s": [60.0, 660.0]},
        "`P(T > t) = sum p_i exp(-t / m_i)`",
        "up",
        "more hazard at 0",
        "technical_support",
    ),
    "weibull": (
        {"law": "weibull", "shape": 0.6, "scale_s": 79.76},
        "`P(T > t) = exp(-(t / scale)^shape)`",
        "up",
        "a shape below 1 has its hazard at 0",
        "surge_day",
    ),
    "lognormal": (
        {"law": "lognormal", "mu": 4.4409, "sigma": 0.83255},
        "`log T` normal with `mu`, `sigma`",
        "down",
        "no hazard at 0",
        "tiny:recorded",
    ),
    "piecewise_hazard": (
        {"law": "piecewise_hazard", "from_s": [0.0, 30.0], "hazard_per_s": [0.02, 0.005632]},
        "`P(T > t) = exp(-integral of hazard)`",
        "up",
        "hazard early on, as in the bank's log",
        "bank_inbound",
    ),
}


def _patience(name: str) -> Concept:
    law, equation, moves, why, used_in = PATIENCE[name]
    return Concept(
        f"patience: {name.replace('_', '-')}",
        (f"queues.*.patience_s={name}",),
        equation,
        ZELTYN,
        TEST,
        used_in,
        Experiment(
            "n_design",
            "abandonment",
            moves,
            off=queues(CLASSES, "patience_s", MEAN_PATIENCE_S),
            on=queues(CLASSES, "patience_s", law),
            why=f"same mean, but {why}",
        ),
    )


# Each has the mean of MEAN_HANDLE_S, to 0.1 %.
HANDLE: dict[str, tuple[dict[str, Any], str, str, Direction, str, str]] = {
    "lognormal": (
        {"law": "lognormal", "mu": 5.08138, "sigma": 0.47238},
        "`log X` normal with `mu`, `sigma`",
        "Brown et al. (2005), section 4.3",
        "down",
        "with half its coefficient of variation",
        "surge_day",
    ),
    "gamma": (
        {"law": "gamma", "shape": 4.0, "mean_s": MEAN_HANDLE_S},
        "gamma of `shape` and `mean_s`",
        "textbook law",
        "down",
        "with half its coefficient of variation",
        "technical_support",
    ),
    "empirical": (
        {"law": "empirical", "quantiles_s": [120.0, 150.0, 180.0, 210.0, 240.0]},
        "straight lines between quantiles",
        "textbook law",
        "down",
        "hardly spread at all",
        "tiny:other_laws",
    ),
}


def _handle(name: str) -> Concept:
    law, equation, source, moves, why, used_in = HANDLE[name]
    return Concept(
        f"handle time: {name}",
        (f"queues.*.handle_s={name}",),
        equation,
        source,
        TEST,
        used_in,
        Experiment(
            "n_design",
            "mean_wait_s",
            moves,
            off=queues(CLASSES, "handle_s", MEAN_HANDLE_S),
            on=queues(CLASSES, "handle_s", law),
            why=f"the mean of the exponential, {why}",
        ),
    )


CONCEPTS = (*map(_patience, PATIENCE), *map(_handle, HANDLE))
