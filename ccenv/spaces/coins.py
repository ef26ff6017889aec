"""Draw actions from probabilities; training, evaluation and the service share this code."""

from __future__ import annotations

import numpy as np


def choose(probabilities: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Draw one action for each row: the inverse of the cumulative distribution at the row's coin.

    Args:
        probabilities: Probability of each action, (B, A), at least 0, 0 where illegal; a row need not sum to 1 exactly.
        u: Coins in (0, 1), (B,).

    Returns:
        Action numbers, (B,) int64; an action of probability 0 is never drawn.
    """
    cumulative = np.cumsum(probabilities, axis=1, dtype=np.float64)  # (B, A)
    total = cumulative[:, -1]
    target = np.minimum(u * total, np.nextafter(total, 0.0))  # for a coin near 1 the product may round up to the total
    return np.count_nonzero(cumulative <= target[:, None], axis=1)
