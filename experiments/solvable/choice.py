"""Choice of a checkpoint on validation days, inside the kernel, in two rounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

FIRST = 8  # one part in so many of the days is for the first round
FINALISTS = 2

Paid = Callable[[np.ndarray], np.ndarray]


def choose(candidates: Mapping[str, Paid], days: np.ndarray, limit: float | None) -> dict[str, Any]:
    """Return the best candidate and the figures of all.

    The first eighth of the days is for all candidates, the rest for the best two of them.

    Args:
        candidates: By name, a function from seeds to reward, drops and connects of each day, (R, 3).
        days: Seeds of the validation days.
        limit: Limit of the dropped share; None for none. Candidates above it come last, ordered by their share.

    Returns:
        `chosen`, and `points`: `name`, `days`, `reward` (mean of a day), `share` of each candidate.
    """
    first = days[: max(1, len(days) // FIRST)]
    paid = {name: run(first) for name, run in candidates.items()}
    best = sorted(paid, key=lambda name: place(paid[name], limit))[:FINALISTS]
    rest = days[len(first) :]
    if len(rest):
        paid |= {name: np.concatenate([paid[name], candidates[name](rest)]) for name in best}
    chosen = min(best, key=lambda name: place(paid[name], limit))
    points = [
        {"name": name, "days": len(each), "reward": float(each[:, 0].mean()), "share": share(each)}
        for name, each in paid.items()
    ]
    return {"chosen": chosen, "points": points}


def share(paid: np.ndarray) -> float | None:
    """Return the dropped share of some days; None without connects."""
    drops, connects = paid[:, 1:].sum(axis=0).tolist()
    return drops / connects if connects > 0.0 else None


def place(paid: np.ndarray, limit: float | None) -> tuple[bool, float]:
    """Return the sort key of a candidate, the best one first. Within the limit is a share one standard error below."""
    found = share(paid)
    if limit is not None and found is not None and found + error(paid) > limit:
        return True, found
    return False, -float(paid[:, 0].mean())


def error(paid: np.ndarray) -> float:
    """Return the standard error of the dropped share of some days, as of a ratio of sums."""
    drops, connects = paid[:, 1], paid[:, 2]
    over = drops - drops.sum() / connects.sum() * connects
    return float(np.sqrt(len(paid)) * over.std() / connects.sum())
