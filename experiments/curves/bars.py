"""Bars of the gradient learners, each declared once, and whether a curve reaches them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

from experiments.curves.declared import RESERVE

GRADIENT = ("ppo", "vine")  # one of them has to reach a bar, with the time of its curve
TIMES = 10.0  # of the search's CPU time that they have
REPLICATES = 3  # that a verdict needs
BEHIND, OVER = "behind search, % of the score", f"over the {RESERVE}"
MET, MISSED, FEW = "met", "**not met**", "too few replicates"


class Bar(NamedTuple):
    """What a gradient learner has to reach at a centre, at the end of its curve.

    Attributes:
        centre: Name of the centre.
        figure: `BEHIND` or `OVER`.
        words: The bar in words.
        limit: Largest median of the replicates, for `BEHIND`; for `OVER` the lower end of each replicate's interval
            over days has to be above it.
    """

    centre: str
    figure: str
    words: str
    limit: float


BARS = (
    Bar("x_design", BEHIND, "median at most 5 % of the score", 5.0),
    Bar("switching_load:hidden", OVER, "each replicate surely above it", 0.0),
)


class Reached(NamedTuple):
    """What a curve has reached: the figures of its replicates, the figure with its interval, and the verdict."""

    each: list[float]
    figure: dict[str, Any]
    verdict: str

    @property
    def median(self) -> float:
        """Median of the replicates."""
        return median(self.each)


def bars_at(name: str) -> list[Bar]:
    """Return the bars of a centre."""
    return [bar for bar in BARS if bar.centre == name]


def is_judged(row: Mapping[str, Any]) -> bool:
    """Return whether a row has a gradient learner and the time of the bars."""
    return row["learner"] in GRADIENT and bool(row["times"] == TIMES)


def reached(bar: Bar, row: Mapping[str, Any], centre: Mapping[str, Any]) -> Reached | None:
    """Return what a row has reached of a bar; None if what it needs is not there: a search or a reserve."""
    if bar.figure == BEHIND:
        return _behind(bar, row, centre)
    found = row["points"][-1]["over"].get(RESERVE)
    if found is None:
        return None
    lows = [each["low"] for each in found["each"]]
    return _judged(
        [each["mean"] for each in found["each"]], found, all(low is not None and low > bar.limit for low in lows)
    )


def _behind(bar: Bar, row: Mapping[str, Any], centre: Mapping[str, Any]) -> Reached | None:
    found, score = row["behind_search"], centre["score"]
    if found is None or not score["denominator"] > score["p0"]:
        return None
    scale = 100.0 / (score["denominator"] - score["p0"])
    each = [scale * mean for mean in found["each"]]
    ends = {end: None if found[end] is None else scale * found[end] for end in ("mean", "low", "high")}
    return _judged(each, {**found, **ends}, median(each) <= bar.limit)


def _judged(each: Sequence[float], figure: Mapping[str, Any], is_met: bool) -> Reached:
    verdict = FEW if len(each) < REPLICATES else MET if is_met else MISSED
    return Reached(list(each), dict(figure), verdict)
