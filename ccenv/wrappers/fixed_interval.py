"""Steps of a fixed length of simulated time."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np

from ccenv.env import CentreEnv
from ccenv.files.numbers import seconds
from ccenv.policy import RulePolicy
from ccenv.run.config import RuleChoice
from ccenv.sim.state.codes import HOLD
from ccenv.spaces.info import SUMMED

BETWEEN = ("hold", "repeat", "rules")


class FixedInterval(gymnasium.Wrapper[Any, Any, Any, Any]):
    """Ask the policy once in every `interval_s` of simulated time; something else decides in between.

    The first decision of an episode is the policy's. After it, the first decision in each interval of a grid is the
    policy's; the grid starts at the first decision. A step therefore lasts about `interval_s`, and longer where the
    centre has no decision, as at night.

    `between` says who takes the other decisions:

    - `hold`: nothing is done, or the first legal action if `hold` is masked. A policy then does one thing in an
      interval.
    - `repeat`: the policy's action once at each later instant at which it is legal; otherwise as `hold`.
    - `rules`: the rules `routing` and `pacing`. The policy overrides them once in an interval.

    Changes: the reward of a step is the sum over the interval, undiscounted; `info` has the sums of `elapsed_s`,
    `cost` and `cost_base`, and `n_decisions`, the decisions in the step; `illegal_action` is about the policy's own
    action. Observation, actions and the horizon of the episode stay; it has fewer steps. The objective stays, but the
    policy controls less.

    For several environments, use `gymnasium.make_vec(..., vectorization_mode="sync", wrappers=[...])`: rows take
    different numbers of decisions in an interval, so the native vector environment cannot step them together. For
    parameters of rules at fixed times see `ccenv/Supervisor-v0`.

    Args:
        env: `CentreEnv`, wrapped or not.
        interval_s: Length of an interval in seconds, above 0.
        between: `hold`, `repeat` or `rules`.
        routing: Rule for routing in between; None: that of the environment. Only for `rules`.
        pacing: The same for pacing.

    Raises:
        ValueError: If an argument is not allowed.

    Example:
        env = FixedInterval(gymnasium.make("ccenv/Pacing-v0", scenario="tiny"), 60.0, between="rules")
    """

    def __init__(
        self,
        env: gymnasium.Env[Any, Any],
        interval_s: float,
        *,
        between: str = "hold",
        routing: RuleChoice = None,
        pacing: RuleChoice = None,
    ) -> None:
        super().__init__(env)
        centre = env.unwrapped
        if not isinstance(centre, CentreEnv):
            raise ValueError(f"env = {env}; allowed: a CentreEnv, wrapped or not")
        if between not in BETWEEN:
            raise ValueError(f"between = {between!r}; allowed: {', '.join(BETWEEN)}")
        self.interval_s = seconds("interval_s", interval_s)
        self._between, self._batch = between, centre.batch
        self._rules: RulePolicy | None = None
        if between == "rules":
            run = centre.batch.run
            self._rules = RulePolicy(
                centre.scenario,
                run.routing if routing is None else routing,
                run.pacing if pacing is None else pacing,
                owns=run.owns,
            )
        self._memory: Any = None
        self._elapsed_s = 0.0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Start an episode at its first decision."""
        obs, info = self.env.reset(seed=seed, options=options)
        self._elapsed_s, self._memory = 0.0, None
        return obs, {**info, "n_decisions": 0}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Take the action, then the decisions in between until the next interval or the end of the episode."""
        until_s = self.interval_s * (self._elapsed_s // self.interval_s + 1.0)
        obs, reward, terminated, truncated, info = self.env.step(action)
        total, n_decisions, illegal = float(reward), 1, info["illegal_action"]
        sums = {name: info[name] for name in SUMMED}
        self._elapsed_s += info["elapsed_s"]
        while self._elapsed_s < until_s and not (terminated or truncated):
            obs, reward, terminated, truncated, info = self.env.step(self._choose(action, info))
            total, n_decisions = total + float(reward), n_decisions + 1
            for name in SUMMED:
                sums[name] += info[name]
            self._elapsed_s += info["elapsed_s"]
        return (
            obs,
            total,
            terminated,
            truncated,
            {**info, **sums, "illegal_action": illegal, "n_decisions": n_decisions},
        )

    def _choose(self, action: Any, info: dict[str, Any]) -> int:
        """Return the action of a decision in between."""
        mask = info["action_mask"]
        if self._rules is not None:
            batch = self._batch
            chosen, self._memory = self._rules.act(
                batch.engine.snaps, batch.mask, self._memory, batch.u, np.array([self._memory is None])
            )
            return int(chosen[0])
        at_another_instant = info["elapsed_s"] > 0.0
        if self._between == "repeat" and at_another_instant and 0 <= action < len(mask) and mask[action]:
            return int(action)
        return HOLD if mask[HOLD] else int(np.argmax(mask))
