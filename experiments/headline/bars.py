"""Bars: what the learners of a centre have to reach, each declared once, and whether the replicates do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ccenv.kpis.bootstrap import EQUAL
from ccenv.kpis.numbers import as_text
from ccenv.kpis.suite import outcome
from experiments.headline.declared import P1, P2
from experiments.headline.figures import against
from experiments.jobs.markdown import NOTHING, estimate
from experiments.pipeline.evaluation import is_bound

VALUE, OVER_P1, OVER_P2 = "value", "over_p1", "over_p2"
NAMES = {VALUE: "value", OVER_P1: f"over {P1}", OVER_P2: f"over {P2}"}
MET, MISSED, OPEN = "met", "not met", "not run"


class Bar(NamedTuple):
    """What one learner, or the best of several, has to reach at a centre.

    Attributes:
        centre: Name of the centre.
        learners: Names of rows; one of them has to reach it.
        figure: `value`, `over_p1` or `over_p2`.
        median: Smallest median of the replicates.
        each: Smallest figure of any replicate; None: the lower end of each replicate's interval has to be above 0.
        note: Why the bar is not the one that was set first; empty if it is.
    """

    centre: str
    learners: tuple[str, ...]
    figure: str
    median: float
    each: float | None = None
    note: str = ""


class Tie(NamedTuple):
    """A centre at which the best learner must not be behind rules that leave little or no room."""

    centre: str
    learners: tuple[str, ...]
    figure: str = OVER_P1


ANY = ("search", "constrained", "clones")
BARS = (
    Bar("x_design", ("search_from_own",), VALUE, -97.0, -98.0, "first -105, each -110; the first run went further"),
    Bar(
        "switching_load:hidden",
        ANY,
        VALUE,
        -2.443,
        -2.643,
        "first 1.2 above P1, when P1 was a fixed reserve with the value -3.643; the rules of P1 have become "
        "stronger, and the optimum leaves less than 1.2 above them",
    ),
    Bar("bank_blended:volatile", ANY, OVER_P1, 0.4),
    Bar("surge_day", ANY, OVER_P1, 1.5),
    Bar("switching_answer_rate", ANY, OVER_P1, 27.0),
    Bar("technical_support", ANY, OVER_P1, 1.8),
)
TIES = (
    *(Tie(centre, ANY) for centre in ("bank_blended", "hybrid_small", "n_design")),
    Tie("switching_load:hidden", ANY, OVER_P2),  # P2 estimates the hidden load from recent arrivals
)
HEAD = ["centre", "learner", "figure", "bar", "median", "replicates", "bar met", "over P2"]


def bar_rows(results: Sequence[Mapping[str, Any]], part: str) -> list[list[str]]:
    """Return the rows of the table of bars, one for each bar and learner that has replicates; columns as `HEAD`."""
    found = []
    for bar in BARS:
        rows = _rows(results, part, bar.centre, bar.learners)
        found += [_bar_row(bar, row) for row in rows] or [_open(bar.centre, NAMES[bar.figure], _words(bar))]
    for tie in TIES:
        rows = _rows(results, part, tie.centre, tie.learners)
        found += [_tie_row(tie, row) for row in rows] or [_open(tie.centre, NAMES[tie.figure], "not behind")]
    return found


def _rows(
    results: Sequence[Mapping[str, Any]], part: str, centre: str, learners: Sequence[str]
) -> list[Mapping[str, Any]]:
    rows = [row for each in results if each["scenario"] == centre for row in (each[part] or {}).get("rows", ())]
    return [row for row in rows if row["row"] in learners]


def _words(bar: Bar) -> str:
    each = "each surely above 0" if bar.each is None else f"each at least {as_text(bar.each)}"
    return f"median at least {as_text(bar.median)}, {each}"


def is_met(bar: Bar, row: Mapping[str, Any]) -> bool:
    """Return whether the replicates of a learner reach a bar."""
    each = [found[bar.figure] for found in row["each"]]
    means = [found["mean"] for found in each]
    if bar.each is None:
        enough = all(found["low"] is not None and found["low"] > 0.0 for found in each)
    else:
        enough = min(means) >= bar.each
    return bool(enough and np.median(means) >= bar.median)


def _bar_row(bar: Bar, row: Mapping[str, Any]) -> list[str]:
    means = [found[bar.figure]["mean"] for found in row["each"]]
    met, excess = is_met(bar, row), _excess(row)
    said = f"{MISSED}: high enough{excess}" if met and excess else MET if met else MISSED
    return [
        f"`{bar.centre}`", row["row"], NAMES[bar.figure], _words(bar), as_text(float(np.median(means))),
        ", ".join(map(as_text, sorted(means))), said,
        estimate(row[OVER_P2], sign=True),
    ]  # fmt: skip


def _tie_row(tie: Tie, row: Mapping[str, Any]) -> list[str]:
    gap = row[tie.figure]
    means = [found[tie.figure]["mean"] for found in row["each"]]
    found = outcome(gap["mean"], gap["p"], gap["low"] is not None and not is_bound(gap))
    said = {"lost": MISSED, "undecided": f"undecided: {EQUAL}"}.get(found, f"{MET}{_excess(row)}")
    return [
        f"`{tie.centre}`", row["row"], NAMES[tie.figure], "not behind", as_text(float(np.median(means))),
        ", ".join(map(as_text, sorted(means))), said,
        estimate(row[OVER_P2], sign=True),
    ]  # fmt: skip


def _excess(row: Mapping[str, Any]) -> str:
    """Return in words why a row is not comparable: more drops or abandonment than allowed; else nothing."""
    reasons = against(row.get("compliance"))
    return f", but {' and '.join(reasons)}" if reasons else ""


def _open(centre: str, figure: str, words: str) -> list[str]:
    return [f"`{centre}`", NOTHING, figure, words, NOTHING, NOTHING, OPEN, NOTHING]


def notes() -> str:
    """Return in words which bars are not those that were set first, and why."""
    return " ".join(f"`{bar.centre}`: {bar.note}." for bar in BARS if bar.note)
