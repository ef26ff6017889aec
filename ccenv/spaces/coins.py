"""From a coin to an action, alike for a policy in training, in evaluation and in the service."""

from __future__ import annotations

import numpy as np


def choose(probabilities: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Draw one action for each row, by the inverse of the cumulative distribution at the row's coin.

    Args:
        probabilities: Probability of each action, (B, A), at least 0, 0 where illegal; a row need not sum to 1 exactly.
        u: Coins in (0, 1), (B,).

    Returns:
        Action numbers, (B,) int64; never one of probability 0.
    """
    cumulative = np.cumsum(probabilities, axis=1, dtype=np.float64)  # (B, A)
    total = cumulative[:, -1]
    target = np.minimum(u * total, np.nextafter(total, 0.0))  # the product of a coin near 1 may round up to the total
    return np.count_nonzero(cumulative <= target[:, None], axis=1)
