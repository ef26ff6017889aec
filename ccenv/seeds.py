"""Which seeds serve which purpose.

The ranges are disjoint, so that nothing is tuned, trained or chosen on the days that it is judged on. A range holds
2**32 seeds. Seeds below 2**32 belong to no purpose: they are for trying things out.
"""

from __future__ import annotations

import numpy as np

RANGE = 2**32
#: First seed of each range. `training`: learning, and tuning of rules; `validation`: choosing among candidates;
#: `evaluation`: what is published; `history`: states that an episode may open with.
FIRST = {"training": 1 * RANGE, "validation": 2 * RANGE, "evaluation": 3 * RANGE, "history": 4 * RANGE}


def seeds(purpose: str, n: int, *, skip: int = 0) -> np.ndarray:
    """Seeds of a purpose: always the same ones, so that runs on them are paired.

    Args:
        purpose: A key of `FIRST`.
        n: How many, at least 1.
        skip: How many to leave out at the start of the range, for example those that another training run has.

    Returns:
        Consecutive seeds, (n,) int64.

    Raises:
        ValueError: If the purpose is unknown or the seeds would leave its range.
    """
    if purpose not in FIRST:
        raise ValueError(f"purpose {purpose!r} has no seeds; choose one of {', '.join(FIRST)}")
    if n < 1 or skip < 0 or skip + n > RANGE:
        raise ValueError(f"n = {n}, skip = {skip}: a range holds {RANGE} seeds, n is at least 1 and skip at least 0")
    first = FIRST[purpose] + skip
    return np.arange(first, first + n, dtype=np.int64)
