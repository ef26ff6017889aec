"""Comparison of the log's days with those of a model, and the bound that chance keeps to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from experiments.validate.bank.columns import Floats
from experiments.validate.bank.rows import ALL, DAY, FEWEST, HALF_HOUR, Rows

LEVEL = 0.025  # of each family: the probability that any of its comparisons fails under the true model
RESAMPLES, PIECE, SEED = 2_000, 100, 1999


class Estimate(NamedTuple):
    """Figure of each row and its standard error over the days; NaN if the days do not have it."""

    value: Floats
    error: Floats


def estimate(sums: Floats) -> Estimate:
    """Return figures and standard errors of daily sums (..., days, rows, 4), by the delta method."""
    n = sums.shape[-3]
    means = sums.mean(axis=-3)
    with np.errstate(divide="ignore", invalid="ignore"):
        first, second = means[..., 0] / means[..., 1], means[..., 2] / means[..., 3]
        off = (sums[..., 0] - first[..., None, :] * sums[..., 1]) / means[..., None, :, 1]
        off_second = (sums[..., 2] - second[..., None, :] * sums[..., 3]) / means[..., None, :, 3]
        ratio = first / second
        off = off / second[..., None, :] - off_second * (ratio / second)[..., None, :]
    return Estimate(ratio, np.sqrt((off**2).sum(axis=-2) / (n * (n - 1))))


def distances(found: Estimate, model: Estimate, days: int, of_model: int) -> Floats:
    """Return z of each row: figure less that of the model, over the larger of the two standard errors of so many days.

    The larger one: a few days may show too little spread, and the model may have too little.

    Args:
        found: Figures of the compared days.
        model: Figures of the simulated days.
        days: Number of compared days.
        of_model: Number of simulated days.
    """
    spread = model.error * (of_model / days) ** 0.5
    error = np.hypot(np.maximum(found.error, spread), model.error)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(error > 0.0, (found.value - model.value) / error, 0.0)


def largest_by_chance(model: Rows, days: int) -> dict[str, Floats]:
    """Return the largest |z| of each family in samples of so many simulated days, (resamples,)."""
    rng = np.random.default_rng((SEED, days))
    whole, n = estimate(model.sums), len(model.sums)
    kept = kept_rows(model, days)
    largest = []
    for _ in range(RESAMPLES // PIECE):
        sample = model.sums[rng.integers(0, n, (PIECE, days))]
        z = np.abs(distances(estimate(sample), whole, days, n))
        largest.append(np.where(kept & np.isfinite(z), z, 0.0))
    z = np.concatenate(largest)
    return {family: z[:, _of(model, family)].max(axis=1) for family in (DAY, HALF_HOUR)}


def kept_rows(model: Rows, days: int) -> np.ndarray:
    """Return which rows are compared: half hours need `FEWEST` contacts on all compared days by the model."""
    offered = {
        (row.queue, row.slot): days * float(model.sums[:, k, 0].mean())
        for k, row in enumerate(model.rows)
        if row.family == HALF_HOUR and row.figure == "offered"
    }
    return np.array([row.family == DAY or offered[row.queue, row.slot] >= FEWEST for row in model.rows])


def bounds(by_month: Sequence[dict[str, Floats]]) -> dict[str, float]:
    """Return the bound on |z| of each family over all months: the quantile of the largest by chance."""
    return {
        family: float(np.quantile(np.max([month[family] for month in by_month], axis=0), 1.0 - LEVEL))
        for family in (DAY, HALF_HOUR)
    }


def compared(log: Rows, model: Rows) -> list[dict[str, Any]]:
    """Return one dictionary for each comparison: the row's fields, `log`, `error`, `model` and `z`."""
    days = len(log.sums)
    kept = kept_rows(model, days)
    found, theirs = estimate(log.sums), estimate(model.sums)
    z = distances(found, theirs, days, len(model.sums))
    return [
        {
            **row._asdict(),
            "log": float(found.value[k]),
            "error": float(found.error[k]),
            "model": float(theirs.value[k]),
            "z": float(z[k]),
        }
        for k, row in enumerate(model.rows)
        if kept[k] and np.isfinite(z[k])
    ]


def _of(model: Rows, family: str) -> np.ndarray:
    return np.array([row.family == family for row in model.rows])


def seen_by_half_hour(lines: Sequence[dict[str, Any]], figure: str) -> list[dict[str, Any]]:
    """Return the lines of a figure of all queues by half hour."""
    return [line for line in lines if line["family"] == HALF_HOUR and line["figure"] == figure and line["queue"] == ALL]
