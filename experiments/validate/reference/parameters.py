"""Translation of the words in the reference tables into rules and centres."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

Line = Mapping[str, str]

# fmt: off
BLENDING = ("s", "lambda_per_h", "inbound_aht_s", "outbound_aht_s", "mean_patience_s", "T_s")
PACING = ("n", "answer_prob", "ring_s", "talk_s", "grace_s", "observed_wrap_s", "max_ringing")
JOINT = (
    "s", "lambda_per_h", "inbound_aht_s", "patience_s", "outbound_aht_s", "ring_s", "answer_prob", "max_ringing",
    "queue_cap",
)
N_DESIGN = (
    "s1", "s2", "lambda1_per_h", "lambda2_per_h", "aht_c1p1", "aht_c1p2", "aht_c2p2", "patience1", "patience2",
    "cost_ab1", "cost_ab2", "w1", "w2",
)
HOLDING = (
    "s", "inbound_aht_s", "outbound_aht_s", "offered_load", "mean_patience_s", "gamma",
    "cost_per_abandon_in_outbound_calls",
)
# fmt: on
WHOLE = ("s", "n", "s1", "s2", "max_ringing", "queue_cap", "K_total")

# Of the switching table, by its README: times where no text names them.
OUTBOUND_S, MODE_MIN = 180.0, 30.0
GRIDS = {0.8: (120, 160), 0.9: (160, 300), 0.95: (200, 600)}  # caps of the table; at 0.95 they affect results
WAITING_CAP = 6  # cap of waiting connects in the pacing table; it affects results beyond 40 constant lines


class Modes(NamedTuple):
    """A case of the switching table, read from its text, such as `B4 a=4/9 30min s=12 outbound 420 s`.

    Attributes:
        answers: Answer probability in each mode; None in a case of loads.
        loads: Inbound load in each mode [erlang]; None in a case of answer probabilities.
        mean_s: Mean time in each mode [s].
        s: Number of advisors; 0 if the text names none.
        outbound_s: Mean outbound handle time [s].
    """

    answers: tuple[float, float] | None
    loads: tuple[float, float] | None
    mean_s: tuple[float, float]
    s: int
    outbound_s: float


def modes(text: str) -> Modes:
    """Parse a case of the switching table.

    Raises:
        ValueError: If it names neither answer probabilities (`p=.15/.45`) nor loads (`a=4/9`).
    """
    pairs = {
        name: (float(first), float(second)) for name, first, second in re.findall(r"\b([pa])=([\d.]+)/([\d.]+)", text)
    }
    if not pairs:
        raise ValueError(f"case {text!r} of the switching table; allowed: with p=.15/.45 or a=4/9")
    minutes, advisors, outbound = (
        re.search(pattern, text) for pattern in (r"\b([\d.]+)min", r"\bs=(\d+)", r"\boutbound ([\d.]+) s")
    )
    mean_s = 60.0 * (float(minutes[1]) if minutes else MODE_MIN)
    s, outbound_s = int(advisors[1]) if advisors else 0, float(outbound[1]) if outbound else OUTBOUND_S
    return Modes(pairs.get("p"), pairs.get("a"), (mean_s, mean_s), s, outbound_s)


def limit_of(policy: str) -> float:
    """Limit of an optimum of the switching table, from its text: `OPTIMAL (..., overall abandonment <= 0.08)` or `3 %`.

    Raises:
        ValueError: If the text names no limit.
    """
    found = re.search(r"<= ([\d.]+)|([\d.]+) %", policy)
    if found is None:
        raise ValueError(f"policy {policy!r} of the switching table; allowed: an optimum with <= 0.08 or 3 %")
    return float(found[1]) if found[1] else float(found[2]) / 100.0


def grid(rho: str) -> tuple[int, int]:
    """Return the caps of Harrison's network at a load: those of the table, else ones that grow with the queues."""
    return GRIDS.get(float(rho), (200, math.ceil(30.0 / (1.0 - float(rho)))))


def arguments(line: Line, names: tuple[str, ...]) -> dict[str, Any]:
    """Columns of a line as arguments of a model."""
    return {name: int(line[name]) if name in WHOLE else number(line[name]) for name in names}


def number(text: str) -> Any:
    """The text as a number if it is one, else the text."""
    try:
        return float(text)
    except ValueError:
        return text


def named(text: str) -> dict[str, float]:
    """Parse ``k=2.5 c=1`` into a dictionary."""
    return {name: float(value) for name, value in re.findall(r"(\w+)=(-?[\d.]+)", text)}


def reserve(text: str, more: float = 0.0) -> tuple[str, dict[str, float]]:
    """Parse ``4/3 mix 0.2478`` or ``4/3 0.341``: reserve 4, or 3 with this probability, `more` than printed."""
    found = re.fullmatch(r"(\d+)/\d+ (?:mix )?([\d.]+)", text)
    if found is None:  # an integer: not randomised
        return ("reserve_threshold", {"reserve": float(text)})
    return ("reserve_threshold", {"reserve": float(found[1]), "p_next": float(found[2]) + more})


def pacing_rule(kind: str, text: str) -> Any:
    """Pacing rule of a policy class and its parameter."""
    kind = kind.removesuffix("_randomised")
    match kind:
        case "progressive":
            return "progressive_unreserved"
        case "no_outbound":
            return "no_dial"
        case "progressive_reserve":
            return ("progressive_unreserved", {"reserve": float(text)})
        case "ratio_reserve_floor":
            return ("fixed_ratio", {"ratio": named(text)["k"], "reserve": named(text)["reserve"]})
        case "fixed_ratio_floor":
            return ("fixed_ratio", {"ratio": float(text)})
        case "fixed_ratio_randomised_rounding":
            return ("fixed_ratio", {"ratio": float(text), "rounding": "random"})
        case "power_constant_lines":
            return ("constant_lines", {"n": float(text)})
        case "affine_k_idle_minus_c":
            return ("max0", named(text))
        case "predictive_idle_plus_beta_soon":
            return ("idle_and_soon", named(text))
    raise ValueError(f"policy class {kind!r} is not known")


def n_design_rule(text: str) -> Any:
    """Rule of a policy name in the table of the N-design."""
    for pattern, name, keys in (
        (r"class1_if_q1_ge_(\d+)_else_class2", "threshold", ("q1_ge",)),
        (r"fixed_queue_ratio_q1:q2=([\d.]+)", "fixed_queue_ratio", ("ratio",)),
        (r"reserve_(\d+)_unless_q1_ge_(\d+)", "reserve", ("reserve", "q1_ge")),
        (r"class2_priority_reserve_(\d+)", "reserve", ("reserve",)),
    ):
        if found := re.fullmatch(pattern, text):
            return (name, {key: float(value) for key, value in zip(keys, found.groups(), strict=True)})
    return text


def harrison_rule(text: str) -> Any:
    """Rule of a policy name in the table of Harrison's model."""
    if text.startswith("threshold_"):
        return ("threshold", {"x1_ge": int(text.removeprefix("threshold_"))})
    return text.split(" ")[0].replace("*", "_")


def switching_rule(policy: str, text: str, answers: tuple[float, float], more: float = 0.0) -> Any:
    """Pacing rule of a line of the switching table; its tuned parameter is `more` than printed."""
    if policy == "progressive":
        return "progressive_unreserved"
    if "inside each mode" in policy:
        pairs = re.findall(r"\(([\d.]+), ([\d.]+)\)", text)
        return [("max0", {"k": float(k), "c": float(c)}) for k, c in pairs]
    given = named(text)
    given["k"] += more
    if policy.startswith("mode-aware"):
        return [("max0", {name: value / answer for name, value in given.items()}) for answer in answers]
    return ("max0", given)
