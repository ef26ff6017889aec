"""Estimate from counts what a rule needs to know: the two modes of a load that switches unseen (`belief_reserve`)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

ROUNDS = 300  # most steps of the EM algorithm
TOLERANCE = 1e-7  # relative gain of the likelihood at which it stops
LEAST = 1e-3  # smallest factor and probability


def estimate_modes(counts: ArrayLike, expected: ArrayLike, interval_s: float) -> dict[str, float]:
    """Estimate two modes that multiply arrivals, by maximum likelihood (EM of a hidden Markov chain).

    In mode m the count of an interval is Poisson with mean f_m times the expected number. The mode may change between
    two intervals. Days are independent, and each begins with the long-run probabilities.

    Args:
        counts: Arrivals by day and interval, (days, intervals).
        expected: Arrivals expected from the forecast, of the same shape or (intervals,); above 0.
        interval_s: Length [s] of an interval; short against the modes.

    Returns:
        Parameters of `belief_reserve`: `factor_0` < `factor_1`, and `mean_s_0`, `mean_s_1`, the mean durations [s].

    Raises:
        ValueError: If shapes or values are not allowed.
    """
    n = np.atleast_2d(np.asarray(counts, float))
    mean = np.broadcast_to(np.asarray(expected, float), n.shape)
    if n.shape[1] < 2 or not (n >= 0.0).all() or not (mean > 0.0).all() or not interval_s > 0.0:
        raise ValueError(
            "counts, expected, interval_s: allowed: counts >= 0 of 2 intervals or more, the others above 0"
        )
    level = n.sum() / mean.sum()
    factors, leave = level * np.array([0.7, 1.4]), np.array([0.05, 0.05])
    before = -math.inf
    for _ in range(ROUNDS):
        likelihood, weight, moved = _expected_states(n, mean, factors, leave)
        factors = np.maximum((weight * n[..., None]).sum((0, 1)) / (weight * mean[..., None]).sum((0, 1)), LEAST)
        leave = np.clip(moved / weight[:, :-1].sum((0, 1)), LEAST * LEAST, 0.5 - LEAST)
        if likelihood - before < TOLERANCE * abs(likelihood):
            break
        before = likelihood
    if factors[0] > factors[1]:
        factors, leave = factors[::-1], leave[::-1]
    rate = -math.log(1.0 - leave.sum()) / interval_s
    stay = [float(leave.sum() / (rate * p)) for p in leave]
    return {"factor_0": float(factors[0]), "factor_1": float(factors[1]), "mean_s_0": stay[0], "mean_s_1": stay[1]}


def _expected_states(
    n: np.ndarray, mean: np.ndarray, factors: np.ndarray, leave: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray]:
    """Return the log-likelihood, P(mode) by day and interval, (D, T, 2), and the expected exits of each mode, (2,)."""
    log_p = n[..., None] * np.log(factors) - mean[..., None] * factors
    top = log_p.max(axis=2, keepdims=True)
    seen = np.exp(log_p - top)
    move = np.array([[1.0 - leave[0], leave[0]], [leave[1], 1.0 - leave[1]]])
    days, steps = n.shape
    forward, backward, scale = np.empty((days, steps, 2)), np.ones((days, steps, 2)), np.empty((days, steps, 1))
    state = np.broadcast_to(leave[::-1] / leave.sum(), (days, 2))
    for t in range(steps):
        joint = state * seen[:, t]
        scale[:, t] = joint.sum(axis=1, keepdims=True)
        forward[:, t] = joint / scale[:, t]
        state = forward[:, t] @ move
    for t in range(steps - 2, -1, -1):
        backward[:, t] = (seen[:, t + 1] * backward[:, t + 1]) @ move.T / scale[:, t + 1]
    after = seen[:, 1:] * backward[:, 1:] / scale[:, 1:]
    moved = np.array([(forward[:, :-1, m] * move[m, 1 - m] * after[..., 1 - m]).sum() for m in (0, 1)])
    return float((np.log(scale) + top).sum()), forward * backward, moved
