"""Training days of learners that run whole episodes inside the kernel."""

from __future__ import annotations

from typing import Any

import numpy as np

from ccenv.seeds import seeds

SEEDS_PER_TRAINING = 2**16
START_DAYS = 32  # days on which starts are compared: the last of a training's range
VALIDATION_SKIP = 2**20  # checkpoints are chosen on the first validation days, what a learner chooses on these


def generation_days(seed: int, generation: int, n: int) -> np.ndarray:
    """Return the seeds of n fresh training days of a generation; those of the first half of a training's range."""
    return seeds("training", n, skip=seed * SEEDS_PER_TRAINING + generation * n % (SEEDS_PER_TRAINING // 2))


def start_days(seed: int) -> np.ndarray:
    """Return the seeds of the days on which a training compares its starts."""
    return seeds("training", START_DAYS, skip=(seed + 1) * SEEDS_PER_TRAINING - START_DAYS)


def length_s(batch: Any) -> float:
    """Return the opening time of an episode [s]; of a steady centre its whole time."""
    clock = batch.scenario.centre.clock
    if clock.kind == "steady":
        return float(clock.warm_up_s + clock.horizon_s)
    return float(batch.run.days * (clock.close_s - clock.open_s))
