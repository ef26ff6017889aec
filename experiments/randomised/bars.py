"""Bars of a training on ranges, each declared once, and whether its replicates reach them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ccenv.kpis.bootstrap import EQUAL
from ccenv.kpis.numbers import as_text
from experiments.headline.bars import MET, MISSED
from experiments.headline.declared import P2
from experiments.headline.page import NOT_COMPARABLE, outcome_of
from experiments.jobs.markdown import NOTHING, estimate
from experiments.randomised.judging import AS_IT_IS
from experiments.randomised.plan import RANDOMISED

MOST_LOST = 0.10  # of the nominal training's lead over P2 on the centre as it is: median of the replicates
NO_LEAD = f"no sure lead over {P2} to lose"
HEAD = ["centre", "where", "bar", "found", "replicates", "bar met"]


def bar_rows(centres: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Return the rows of the table of bars, columns as `HEAD`: what is lost as it is, and the difference to P2 else."""
    return [
        [f"`{each['centre']}`", where["change"], *(_lost(where) if where["change"] == AS_IT_IS else _behind(where))]
        for each in centres
        for where in each["changes"]
    ]


def _lost(where: Mapping[str, Any]) -> list[str]:
    bar = f"median at most {100 * MOST_LOST:g} % of the lead lost"
    lost = where["lost"]
    if lost is None:
        return [bar, NOTHING, NOTHING, f"undecided: {NO_LEAD}"]
    each = ", ".join(f"{as_text(100 * share)} %" for share in sorted(lost["each"]))
    return [bar, f"{estimate(lost, 100.0)} %", each, MET if is_kept(lost) else MISSED]


def is_kept(lost: Mapping[str, Any]) -> bool:
    """Return whether the median replicate loses at most `MOST_LOST`."""
    return bool(np.median(lost["each"]) <= MOST_LOST)


def _behind(where: Mapping[str, Any]) -> list[str]:
    row = where["rows"][RANDOMISED]
    each = ", ".join(as_text(found["mean"], sign=True) for found in sorted(row["each"], key=lambda one: one["mean"]))
    return [f"not behind {P2}", estimate(row["over_p2"], sign=True), each, verdict(row)]


def verdict(row: Mapping[str, Any]) -> str:
    """Return whether replicates are not behind P2, in words: not surely worse, and not ahead by more drops."""
    found, reasons = outcome_of(row, row["over_p2"]["p"])
    if found == NOT_COMPARABLE:
        return f"{MISSED}: ahead, but {' and '.join(reasons)}"
    return {"lost": MISSED, "undecided": f"undecided: {EQUAL}"}.get(found, f"{MET}: {found}")
