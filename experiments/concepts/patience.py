"""Concepts: distributions of patience and of handle time. At equal means, the shape alone changes the KPIs."""

from __future__ import annotations

from typing import Any

from experiments.concepts.centres import CLASSES, queues
from experiments.concepts.concept import Concept, Direction, Experiment

MEAN_PATIENCE_S = 120.0
MEAN_HANDLE_S = 180.0
ZELTYN = "patience by distribution: Zeltyn and Mandelbaum (2005), Call centers with impatient customers"
TEST = "tests/sim/test_time_dists.py::test_a_draw_is_the_quantile"

# Each has the mean MEAN_PATIENCE_S to within 0.1 %; a test computes the means.
PATIENCE: dict[str, tuple[dict[str, Any], str, Direction, str, str]] = {
    "constant": (
        {"dist": "constant", "value_s": MEAN_PATIENCE_S},
        "`T = value`",
        "down",
        "no hazard before the end",
        "tiny:other_dists",
    ),
    "uniform": (
        {"dist": "uniform", "low_s": 0.0, "high_s": 240.0},
        "`T = high - u (high - low)`",
        "down",
        "half the hazard at 0",
        "tiny:other_dists",
    ),
    "erlang": (
        {"dist": "erlang", "k": 3, "mean_s": MEAN_PATIENCE_S},
        "`T = X1 + .. + Xk`, exponential phases",
        "down",
        "no hazard at 0",
        "technical_support",
    ),
    "hyper_exponential": (
        {"dist": "hyper_exponential", "p": [0.9, 0.1], "mean_s": [60.0, 660.0]},
        "`P(T > t) = sum p_i exp(-t / m_i)`",
        "up",
        "more hazard at 0",
        "technical_support",
    ),
    "weibull": (
        {"dist": "weibull", "shape": 0.6, "scale_s": 79.76},
        "`P(T > t) = exp(-(t / scale)^shape)`",
        "up",
        "a shape below 1 has its hazard at 0",
        "surge_day",
    ),
    "lognormal": (
        {"dist": "lognormal", "mu": 4.4409, "sigma": 0.83255},
        "`log T` normal with `mu`, `sigma`",
        "down",
        "no hazard at 0",
        "tiny:recorded",
    ),
    "piecewise_hazard": (
        {"dist": "piecewise_hazard", "from_s": [0.0, 30.0], "hazard_per_s": [0.02, 0.005632]},
        "`P(T > t) = exp(-integral of hazard)`",
        "up",
        "hazard early on, as in the bank's log",
        "bank_inbound",
    ),
}


def _patience(name: str) -> Concept:
    dist, equation, moves, why, used_in = PATIENCE[name]
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
            on=queues(CLASSES, "patience_s", dist),
            why=f"same mean, but {why}",
        ),
    )


# Each has the mean MEAN_HANDLE_S to within 0.1 %.
HANDLE: dict[str, tuple[dict[str, Any], str, str, Direction, str, str]] = {
    "lognormal": (
        {"dist": "lognormal", "mu": 5.08138, "sigma": 0.47238},
        "`log X` normal with `mu`, `sigma`",
        "Brown et al. (2005), section 4.3",
        "down",
        "with half its coefficient of variation",
        "surge_day",
    ),
    "gamma": (
        {"dist": "gamma", "shape": 4.0, "mean_s": MEAN_HANDLE_S},
        "gamma of `shape` and `mean_s`",
        "textbook distribution",
        "down",
        "with half its coefficient of variation",
        "technical_support",
    ),
    "empirical": (
        {"dist": "empirical", "quantiles_s": [120.0, 150.0, 180.0, 210.0, 240.0]},
        "straight lines between quantiles",
        "textbook distribution",
        "down",
        "hardly spread at all",
        "tiny:other_dists",
    ),
}


def _handle(name: str) -> Concept:
    dist, equation, source, moves, why, used_in = HANDLE[name]
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
            on=queues(CLASSES, "handle_s", dist),
            why=f"the mean of the exponential, {why}",
        ),
    )


CONCEPTS = (*map(_patience, PATIENCE), *map(_handle, HANDLE))
