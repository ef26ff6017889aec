"""Policy map: share of decisions that dial, by state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure

from ccenv.plot.policy_maps import mesh
from experiments.reports.figures.style import WIDTH, colour_of

LEAST_VISITS = 20  # cells with fewer decisions are left blank
MOST_ROWS = 20  # of the map by time of day; with more slots, neighbouring ones are added up


def policy_map(policies: Sequence[Mapping[str, Any]], slots: Mapping[str, Any]) -> Figure:
    """Draw two maps for each policy: by lines ringing and idle advisors, and by the time of day and idle advisors.

    Args:
        policies: Each with `label`, `role`, and `map` with `by_ringing` and `by_slot`, both with `asked` and `dialed`:
            numbers of decisions, (ringing, idle) and (slot, idle); the last idle and ringing hold all larger numbers.
        slots: `start_s` and `slot_s`, the time of day of the slots.
    """
    policies = [policy | {"map": _by_hours(policy["map"], len(slots["start_s"]))} for policy in map(dict, policies)]
    ringing = [_share(policy["map"]["by_ringing"]) for policy in policies]
    by_slot = [_share(policy["map"]["by_slot"]) for policy in policies]
    first, last = min(_first(share) for share in by_slot), max(_seen(share, 0) for share in by_slot)
    by_slot, edges = [share[first:last] for share in by_slot], _edges(slots)[first : last + 1]
    n_ringing = max(_seen(share, 0) for share in ringing)
    figure = Figure(figsize=(WIDTH, 1.4 + 0.24 * (n_ringing + len(edges))))
    panels = figure.subplots(
        2, len(policies), squeeze=False, sharex="row", sharey="row", height_ratios=[n_ringing + 1, len(edges)]
    )
    for column, policy in enumerate(policies):
        above, below = panels[:, column]
        n_idle = max(_seen(share, 1) for share in ringing)
        drawn = _mesh(above, np.arange(n_ringing + 1) - 0.5, ringing[column][:n_ringing, :n_idle])
        above.set_xticks(*_counts(n_idle, ringing[column].shape[1]))
        above.set_yticks(*_counts(n_ringing, ringing[column].shape[0]))
        above.set_title(policy["label"], color=colour_of(policy["role"]))
        above.set_xlabel("Idle advisors who may dial [advisors]")
        n_idle = max(_seen(share, 1) for share in by_slot)
        _mesh(below, edges, by_slot[column][:, :n_idle])
        below.set_xticks(*_counts(n_idle, by_slot[column].shape[1]))
        below.set_yticks(*_clock(edges))
        below.set_ylim(edges[-1], edges[0])
        below.set_xlabel("Idle, who may dial or share a queue [advisors]")
    panels[0, 0].set_ylabel("Ringing [lines]")
    panels[1, 0].set_ylabel("Time of day, no line ringing")
    bar = figure.colorbar(drawn, ax=panels, shrink=0.8, aspect=30)
    bar.set_label("Decisions that dial [%]")
    return figure


def points(policies: Sequence[Mapping[str, Any]], slots: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of the figure's CSV: the numbers of decisions by state, cells that were seen alone."""
    starts = {"by_ringing": None, "by_slot": slots["start_s"]}
    return [
        {
            "policy": policy["label"], "map": name, "ringing": y if start_s is None else 0,
            "start_s": None if start_s is None else start_s[y], "idle": x, "asked": asked,
            "dialed": policy["map"][name]["dialed"][y][x],
        }
        for policy in policies
        for name, start_s in starts.items()
        for y, row in enumerate(policy["map"][name]["asked"])
        for x, asked in enumerate(row)
        if asked
    ]  # fmt: skip


def _together(n_slots: int) -> int:
    """Return how many slots one row of the map adds up."""
    return -(-n_slots // MOST_ROWS)


def _by_hours(maps: Mapping[str, Any], n_slots: int) -> dict[str, Any]:
    """Return the maps with neighbouring slots added up."""
    step = _together(n_slots)
    by_slot = {
        name: [np.sum(counts[first : first + step], axis=0).tolist() for first in range(0, n_slots, step)]
        for name, counts in maps["by_slot"].items()
    }
    return {**maps, "by_slot": by_slot}


def _edges(slots: Mapping[str, Any]) -> np.ndarray:
    """Return the hours at which the rows of the map begin, and the end of the last one."""
    starts = slots["start_s"][:: _together(len(slots["start_s"]))]
    return np.append(starts, slots["start_s"][-1] + slots["slot_s"]) / 3600


def _share(counts: Mapping[str, Any]) -> np.ndarray:
    """Share of decisions that dialed; nan if there are too few decisions."""
    asked, dialed = np.array(counts["asked"], float), np.array(counts["dialed"], float)
    return np.where(asked >= LEAST_VISITS, dialed / np.maximum(asked, 1.0), np.nan)


def _seen(share: np.ndarray, axis: int) -> int:
    """Length of an axis up to its last entry with a decision."""
    places = np.flatnonzero(~np.all(np.isnan(share), axis=1 - axis))
    return int(places[-1]) + 1 if places.size else 1


def _first(share: np.ndarray) -> int:
    """First row with a decision."""
    places = np.flatnonzero(~np.all(np.isnan(share), axis=1))
    return int(places[0]) if places.size else 0


def _mesh(axes: Axes, y: np.ndarray, share: np.ndarray) -> QuadMesh:
    """Draw the cells, each with its share in percent."""
    return mesh(axes, np.arange(share.shape[1] + 1) - 0.5, y, 100 * share)


def _counts(n: int, n_all: int) -> tuple[list[int], list[str]]:
    """Ticks of an axis of counts; its last entry holds all larger numbers too."""
    every = max(1, (n - 1) // 6)
    ticks = [tick for tick in range(0, n, every) if tick == 0 or tick < n_all - 1]
    labels = [str(tick) for tick in ticks]
    if n == n_all:
        ticks = [tick for tick in ticks if tick <= n - 1 - every] + [n - 1]
        labels = [str(tick) for tick in ticks[:-1]] + [f"{n - 1}+"]
    return ticks, labels


def _clock(edges: np.ndarray) -> tuple[list[int], list[str]]:
    """Ticks of the time of day."""
    every = 3 if edges[-1] - edges[0] > 6 else 1
    ticks = [hour for hour in range(int(np.ceil(edges[0])), int(edges[-1]) + 1) if hour % every == 0]
    return ticks, [f"{tick}:00" for tick in ticks]
