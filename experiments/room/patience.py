"""Patience in the fluid bound: who is left after a wait, and the mean wait that a share of abandonments needs."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import numpy as np

from ccenv.scenarios.compile.dists import DistValues, dist_values, survival
from ccenv.scenarios.schema import Queue

LONGEST_S = 36_000.0
SHARES = (0.005, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9)  # abandoned shares at which tangents are taken


def left_after(queue: Queue) -> Callable[[float], float]:
    """Return the function that gives the largest share of contacts still in line after a wait [s].

    Contacts that accept a callback have no patience, and neither do chats whose customer leaves without a sign. One
    slot more is granted where the IVR takes time.
    """
    stay = 0.0 if queue.callback is None else queue.callback.p_accept
    if queue.chat is not None or queue.deferrable is not None:
        stay = 1.0
    factor = 1.0 if queue.announcement is None else max(1.0, queue.announcement.patience_factor)
    patience = dist_values(queue.patience_s)

    def left(wait_s: float) -> float:
        return stay + (1.0 - stay) * survival(patience, max(0.0, wait_s - machine_s(queue)) / factor)

    return left


def machine_s(queue: Queue) -> float:
    """Return a time [s] that contacts practically never stay in the IVR."""
    return 0.0 if queue.ivr is None else 600.0


def wait_lines(queue: Queue) -> list[tuple[float, float]]:
    """Return lines below the mean wait [s] of all contacts as a function of the abandoned share: (slope, intercept)."""
    factor = 1.0 if queue.announcement is None else max(1.0, queue.announcement.patience_factor)
    silent = queue.chat is not None and queue.chat.p_silent > 0.0
    return [] if silent else [(factor * a, factor * b) for a, b in _lines(dist_values(queue.patience_s))]


@functools.lru_cache(maxsize=256)
def _lines(patience: DistValues) -> tuple[tuple[float, float], ...]:
    """Return tangents of the inverse of the upper concave envelope of the cumulated hazard."""
    waits = np.concatenate([[0.0], np.geomspace(0.01, LONGEST_S, 1_500)])
    alive = np.array([survival(patience, float(wait)) for wait in waits])
    usable = alive > 1e-300
    hazard, waits = -np.log(alive[usable]), waits[usable]
    corners = _envelope(waits, hazard)
    if len(corners) < 2 or hazard[-1] <= 0.0:
        return ()
    x, y = waits[corners], hazard[corners]
    found = []
    for share in SHARES:
        k = int(np.clip(np.searchsorted(y, share, side="right"), 1, len(y) - 1))
        if y[k] > y[k - 1]:
            slope = float((x[k] - x[k - 1]) / (y[k] - y[k - 1]))
            found.append((slope, float(x[k - 1] - slope * y[k - 1])))
    return tuple(dict.fromkeys((s, b) for s, b in found if math.isfinite(s)))


def _envelope(x: np.ndarray, y: np.ndarray) -> list[int]:
    """Return the indices of the corners of the upper concave envelope of points with ascending x."""
    kept: list[int] = []
    for k in range(len(x)):
        while len(kept) > 1:
            i, j = kept[-2], kept[-1]
            if (y[j] - y[i]) * (x[k] - x[i]) >= (y[k] - y[i]) * (x[j] - x[i]):
                break
            kept.pop()
        kept.append(k)
    return kept
