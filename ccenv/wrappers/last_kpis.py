"""KPIs in the last info of episodes that a wrapper ends."""

from __future__ import annotations

from typing import Any

import gymnasium


class LastKpis(gymnasium.Wrapper[Any, Any, Any, Any]):
    """Give the last `info` of every episode the KPIs so far, also if another wrapper ends the episode.

    `CentreEnv` and `SupervisorEnv` know nothing of the limit of Gymnasium's `TimeLimit`, which
    `gymnasium.make(..., max_episode_steps=n)` adds. This wrapper stands outside of it. The vector environments need no
    such wrapper.

    Changes: `info` of the last step. Observation, reward, horizon and objective stay.

    Example:
        env = LastKpis(gymnasium.make("ccenv/Blended-v0", scenario="tiny", max_episode_steps=500))
    """

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Take a step."""
        obs, reward, terminated, truncated, info = self.env.step(action)
        if (terminated or truncated) and "kpis" not in info:
            centre: Any = self.unwrapped
            info = {**info, "kpis": centre.kpis()}
        return obs, reward, terminated, truncated, info
