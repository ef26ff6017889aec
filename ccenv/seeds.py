"""Disjoint ranges of seeds by purpose.

Nothing is trained, tuned or selected on the seeds on which it is evaluated. A range holds 2**32 seeds. Seeds below
2**32 have no purpose and are free for experiments.
"""

from __future__ import annotations

import numpy as np

from ccenv.files.numbers import whole

RANGE = 2**32
#: First seed of each range. `training`: learning, and tuning of rules; `validation`: selection among candidates;
#: `evaluation`: results during development; `history`: initial states of episodes; `final`: published figures of
#: learned policies, each look at which is counted; `confirmation`: days of submitted policies, drawn by their digest.
FIRST = {
    "training": 1 * RANGE,
    "validation": 2 * RANGE,
    "evaluation": 3 * RANGE,
    "history": 4 * RANGE,
    "final": 5 * RANGE,
    "confirmation": 6 * RANGE,
}


def seeds(purpose: str, n: int, *, skip: int = 0) -> np.ndarray:
    """Return the first seeds of a purpose. They are the same at each call, so runs on them are paired.

    Args:
        purpose: A key of `FIRST`.
        n: Number of seeds, at least 1.
        skip: Number of seeds to leave out at the start of the range, for example those of another training run.

    Returns:
        Consecutive seeds, (n,) int64.

    Raises:
        ValueError: If the purpose is unknown or the seeds would leave its range.
    """
    if purpose not in FIRST:
        raise ValueError(f"purpose {purpose!r} has no seeds; choose one of {', '.join(FIRST)}")
    n, skip = whole("n", n, 1), whole("skip", skip)
    if skip + n > RANGE:
        raise ValueError(f"n = {n}, skip = {skip}: a range holds {RANGE} seeds")
    first = FIRST[purpose] + skip
    return np.arange(first, first + n, dtype=np.int64)
