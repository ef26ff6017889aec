"""Figures of a curve from the days of its replicates: values and paired differences with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ccenv.kpis import crossed_interval
from ccenv.kpis.bootstrap import ratio_estimate
from experiments.curves.declared import SEARCH, STARTS
from experiments.curves.settings import Settings
from experiments.pipeline.evaluation import interval

Found = Mapping[int, Mapping[str, Any]]  # result of a cell by master seed


def estimated(values: np.ndarray, scale: float = 0.0) -> dict[str, Any] | None:
    """Return the mean of (replicates, days) with its interval over both; of one replicate, over days.

    Args:
        values: Values or paired differences.
        scale: Size that a difference may have, for the bound if all are 0.
    """
    return interval(
        ratio_estimate(values[0], scale=scale) if len(values) == 1 else crossed_interval(values, scale=scale)
    )


def row_of(
    settings: Settings, key: tuple[str, str, str], found: Found, centre: Mapping[str, Any], search: Found
) -> dict[str, Any]:
    """Return the row of a learner.

    Args:
        settings: All settings.
        key: Centre, start, learner.
        found: Its cells.
        centre: What stands beside the curves of the centre.
        search: Cells of the search with the same centre and start; empty if none is finished.
    """
    name, start, learner = key
    cells = [found[seed] for seed in sorted(found)]
    n = len(cells[0]["points"])
    last = [cell["points"][-1] for cell in cells]
    shares = [point["dropped_share"] for point in last if point["dropped_share"] is not None]
    common = sorted(set(found) & set(search)) if learner != SEARCH else []
    return {
        "centre": name, "start": start, "learner": learner, "times": settings.times[learner], "seeds": sorted(found),
        "points": [_point([cell["points"][k] for cell in cells], centre["rules"]) for k in range(n)],
        "tuning_s": round(float(np.mean([cell["tuning_s"] for cell in cells])), 1),
        "decisions": round(float(np.mean([point["steps"] for point in last]))),
        "dropped_share": max(shares, default=None),
        "behind_search": _behind(found, search, common) if common else None,
    }  # fmt: skip


def _point(points: Sequence[Mapping[str, Any]], rules: Mapping[str, Any]) -> dict[str, Any]:
    values = np.array([point["values"] for point in points])
    over = {}
    for row, rule in rules.items():
        of = np.array(rule["values"])
        over[row] = {**_whole(estimated(values - of, _scale(of))), "each": _each(values - of)}
    return {
        "mark": points[0]["mark"], "cpu_s": round(float(np.mean([point["cpu_s"] for point in points])), 2),
        "each_cpu_s": [point["cpu_s"] for point in points], "value": _whole(estimated(values)),
        "each": _means(values), "over": over,
    }  # fmt: skip


def _behind(found: Found, search: Found, common: Sequence[int]) -> dict[str, Any]:
    """Return by how much the last policies are behind those of the search of the same master seeds."""
    mine, other = (np.array([cells[seed]["points"][-1]["values"] for seed in common]) for cells in (found, search))
    return {**_whole(estimated(other - mine, _scale(other))), "each": _means(other - mine)}


def _each(gaps: np.ndarray) -> list[dict[str, Any]]:
    """Return the mean of each replicate with its interval over days."""
    return [_whole(estimated(gap[None])) for gap in gaps]


def _means(values: np.ndarray) -> list[float]:
    return [float(mean) for mean in values.mean(axis=1)]


def _scale(values: np.ndarray) -> float:
    return float(np.abs(values).max())


def _whole(found: Mapping[str, Any] | None) -> dict[str, Any]:
    assert found is not None, "no day was counted"
    return dict(found)


def place(row: Mapping[str, Any], order: Sequence[str]) -> tuple[str, int, int]:
    """Return the sort key of a row: centre, start, and the learner's place in an order."""
    known = [*order, row["learner"]]
    return row["centre"], STARTS.index(row["start"]), known.index(row["learner"])
