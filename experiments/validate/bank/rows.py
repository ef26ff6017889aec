"""The comparisons: figures of a month's days in total by queue and class, and by half hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from experiments.calibrate.logs import SLOTS, TYPES
from experiments.validate.bank.columns import HIGH, OTHER, Floats, Sums

DAY, HALF_HOUR = "day", "half hour"  # families of comparisons, each with its own bound
ALL = "all"
CLASSES = ("PS", "NE")  # types with many customers of both classes
BY_HALF_HOUR = (ALL, "PS", "NW", "NE", "IN")
FEWEST = 30  # contacts that the model expects in a half hour of all compared days; fewer are not compared

# Figures by name: columns above and below; no column below stands for days.
FIGURES: dict[str, tuple[str, str]] = {
    "offered": ("offered", ""),
    "abandoned": ("abandoned", "offered"),
    "wait": ("waiting_s", "offered"),
    "in time": ("in_time", "offered"),
    "queued": ("waited", "offered"),
    "hazard": ("abandoned", "waiting_s"),
    "service": ("talk_s", "talks"),
}
OF_CLASS = {"wait of queued": ("waiting_s", "waited"), "abandoned of queued": ("abandoned", "waited")}
IN_HALF_HOUR = ("offered", "abandoned", "wait", "in time")
PRIORITY = "served per second waited: high priority over other"


class Row(NamedTuple):
    """A comparison: what is compared, of which queue (and class), in which half hour (None: the whole day)."""

    family: str
    figure: str
    queue: str
    slot: int | None = None


class Rows(NamedTuple):
    """Comparisons and their daily sums (days, rows, 4): the figure is (first / second) / (third / fourth)."""

    rows: list[Row]
    sums: Floats


def rows_of(found: Mapping[tuple[str, str], Sums]) -> Rows:
    """Return all comparisons of the sums of a month, by type and class."""
    of = {name: _added([sums for (owner, _), sums in found.items() if owner == name]) for name in TYPES}
    of[ALL] = _added(list(found.values()))
    rows, sums = [], []
    for queue, mine in of.items():
        for figure, (above, below) in FIGURES.items():
            rows.append(Row(DAY, figure, queue))
            sums.append(_ratio(mine, above, below, None))
    for name in CLASSES:
        high, other = found[name, HIGH], found[name, OTHER]
        for kind, each in ((HIGH, high), (OTHER, other)):
            for figure, (above, below) in OF_CLASS.items():
                rows.append(Row(DAY, figure, f"{name}-{kind}"))
                sums.append(_ratio(each, above, below, None))
        rows.append(Row(DAY, PRIORITY, name))
        rates = [mine[column].sum(axis=1) for mine in (high, other) for column in ("served_after_wait", "waiting_s")]
        sums.append(np.stack(rates, axis=-1))
    for queue in BY_HALF_HOUR:
        for figure in IN_HALF_HOUR:
            for slot in range(SLOTS):
                rows.append(Row(HALF_HOUR, figure, queue, slot))
                sums.append(_ratio(of[queue], *FIGURES[figure], slot))
    return Rows(rows, np.stack(sums, axis=1))


def _added(parts: Sequence[Sums]) -> Sums:
    return {column: np.sum([part[column] for part in parts], axis=0) for column in parts[0]}


def _ratio(sums: Sums, above: str, below: str, slot: int | None) -> Floats:
    """Return the daily sums of a plain ratio, (days, 4)."""

    def by_day(column: str) -> Floats:
        return sums[column].sum(axis=1) if slot is None else sums[column][:, slot]

    top = by_day(above)
    ones = np.ones(len(top))
    return np.stack([top, by_day(below) if below else ones, ones, ones], axis=-1)
