"""Policy map: share of decisions that dial, by state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure

from experiments.reports.figures.style import SEQUENTIAL, WIDTH, colour_of

LEAST_VISITS = 20  # cells with fewer decisions are left blank


def policy_map(policies: Sequence[Mapping[str, Any]], slots: Mapping[str, Any]) -> Figure:
    """Draw two maps for each policy: by lines ringing and idle advisors, and by the time of day and idle advisors.

    Args:
        policies: Each with `label`, `role`, and `map` with `by_ringing` and `by_slot`, both with `asked` and `dialed`:
            numbers of decisions, (ringing, idle) and (slot, idle); the last idle and ringing hold all larger numbers.
        slots: `start_s` and `slot_s`, the time of day of the slots.
    """
    figure = Figure(figsize=(WIDTH, 6.2))
    panels = figure.subplots(2, len(policies), squeeze=False, sharex="row", sharey="row", height_ratios=[1, 1.4])
    ringing = [_share(policy["map"]["by_ringing"]) for policy in policies]
    by_slot = [_share(policy["map"]["by_slot"]) for policy in policies]
    edges = np.append(slots["start_s"], slots["start_s"][-1] + slots["slot_s"]) / 3600
    n_ringing = max(_seen(share, 0) for share in ringing)
    for column, policy in enumerate(policies):
        above, below = panels[:, column]
        n_idle = max(_seen(share, 1) for share in ringing)
        mesh = _mesh(above, np.arange(n_ringing + 1) - 0.5, ringing[column][:n_ringing, :n_idle])
        above.set_xticks(*_counts(n_idle, ringing[column].shape[1]))
        above.set_yticks(*_counts(n_ringing, ringing[column].shape[0]))
        above.set_title(policy["label"], color=colour_of(policy["role"]))
        above.set_xlabel("Idle advisors who may dial")
        n_idle = max(_seen(share, 1) for share in by_slot)
        _mesh(below, edges, by_slot[column][:, :n_idle])
        below.set_xticks(*_counts(n_idle, by_slot[column].shape[1]))
        below.set_yticks(*_clock(edges))
        below.set_ylim(edges[-1], edges[0])
        below.set_xlabel("Idle advisors, with those who share a queue")
    panels[0, 0].set_ylabel("Lines ringing")
    panels[1, 0].set_ylabel("Time of day, no line ringing")
    bar = figure.colorbar(mesh, ax=panels, shrink=0.6, aspect=30)
    bar.set_label("Share of decisions that dial")
    return figure


def _share(counts: Mapping[str, Any]) -> np.ndarray:
    """Share of decisions that dialed; nan if there are too few decisions."""
    asked, dialed = np.array(counts["asked"], float), np.array(counts["dialed"], float)
    return np.where(asked >= LEAST_VISITS, dialed / np.maximum(asked, 1.0), np.nan)


def _seen(share: np.ndarray, axis: int) -> int:
    """Length of an axis up to its last entry with a decision."""
    places = np.flatnonzero(~np.all(np.isnan(share), axis=1 - axis))
    return int(places[-1]) + 1 if places.size else 1


def _mesh(axes: Axes, y: np.ndarray, share: np.ndarray) -> QuadMesh:
    axes.grid(False)
    axes.set_facecolor("#EDEDED")
    x = np.arange(share.shape[1] + 1) - 0.5
    return axes.pcolormesh(x, y, np.ma.masked_invalid(share), cmap=colormaps[SEQUENTIAL], vmin=0.0, vmax=1.0)


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
