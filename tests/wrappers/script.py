"""An environment that plays a written trajectory."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Discrete

#: Rewards and seconds of the decisions of two episodes; several decisions come at one instant.
REWARDS = (1.0, -2.0, 0.5, 4.0, 0.0, -1.0)
SECONDS = (30.0, 0.0, 0.0, 400.0, 5.0, 1000.0)


class Script(gymnasium.Env[np.ndarray, np.int64]):
    """Pays `REWARDS` and takes `SECONDS`, whatever the action."""

    observation_space = Box(0.0, 10.0, (1,), np.float32)
    action_space = Discrete(2)

    def __init__(self) -> None:
        self._k = 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed)
        self._k = 0
        return self._obs(), {"elapsed_s": 0.0}

    def step(self, action: Any) -> Any:
        k = self._k
        self._k += 1
        return self._obs(), REWARDS[k], self._k == len(REWARDS), False, {"elapsed_s": SECONDS[k]}

    def _obs(self) -> np.ndarray:
        return np.array([self._k], np.float32)
