"""A centre whose reward is a vector, for MO-Gymnasium (extra `mo`).

    import mo_gymnasium
    import ccenv.integrations.mo

    env = mo_gymnasium.make("ccenv-mo/Blended-v0", scenario="tiny")

The ids are `ccenv-mo/Routing-v0`, `ccenv-mo/Pacing-v0` and `ccenv-mo/Blended-v0`.
"""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box
from mo_gymnasium.wrappers.wrappers import LinearReward

from ccenv.env import CentreEnv
from ccenv.rewards.terms import TERMS
from ccenv.sim.state.counters import COUNTERS


class MOCentreEnv(CentreEnv):
    """`CentreEnv` with one objective for each term of its reward.

    Changes: the reward is a vector, (R,) float64, instead of a number. Observation, actions, horizon and `info` stay.
    Each component is what one reward term pays in the step, with its weights, in the unit of the reward; all are to be
    maximised. Their sum is the scalar reward of `CentreEnv`, up to rounding, so weights of 1 state its objective.

    Arguments are those of `CentreEnv`. The terms with a weight other than 0 in `reward` are the objectives.

    Attributes:
        reward_space: `Box(R,)`, unbounded.
        objectives: Names of the R terms, in the order of the components.

    Example:
        env = MOCentreEnv("tiny", reward={"answered_in_time": 1.0, "abandoned": -1.0, "joined": 1.0})
        env.objectives  # ('answered_in_time', 'abandoned', 'joined')
    """

    reward_space: Box
    objectives: tuple[str, ...]

    def __init__(self, *args: Any, **arguments: Any) -> None:
        super().__init__(*args, **arguments)
        config: Any = np.asarray(self.batch.run.config)[0]
        n = int(config["n_terms"])
        self._weights = config["term_reward"][:n].copy()
        names = [self._name_of(place) for place in config["term_place"][:n].tolist()]
        paid = {name for name, weight in zip(names, self._weights.tolist(), strict=True) if weight != 0.0}
        self.objectives = tuple(term for term in TERMS if term in paid)
        self._objective_of = np.array([self.objectives.index(name) if name in paid else 0 for name in names], np.int64)
        self.reward_space = Box(-np.inf, np.inf, (len(self.objectives),), np.float64)

    def _name_of(self, place: int) -> str:
        """Return the reward term of an index in the flat counters."""
        env = self.batch.engine.envs[0]
        for axis, declared in COUNTERS.items():
            size = env[f"{axis}_count"].size * len(declared)
            if place < size:
                counter = declared[place % len(declared)]
                return next(t.label for t in TERMS.values() if t.axis == axis and t.counter == counter)
            place -= size
        raise AssertionError(f"no counter has the index {place}")

    def step(self, action: Any) -> tuple[np.ndarray, Any, bool, bool, dict[str, Any]]:
        """Take a step as `CentreEnv.step`; the reward is a vector, (R,)."""
        before, counted_before = self._paid(), not self.batch.warm_up[0]
        obs, _, terminated, truncated, info = super().step(action)
        if not counted_before:  # counting started within the step, or has not started
            before = self._at_start_of_counting()
        gains = self._paid() - before if not info["warm_up"] else np.zeros_like(before)
        reward = np.bincount(self._objective_of, gains * self._weights, minlength=len(self.objectives))
        return obs, reward, terminated, truncated, info

    def _paid(self) -> np.ndarray:
        """Return the counters of the terms that have been paid so far."""
        paid: np.ndarray = self.batch.engine.paid[0, : len(self._weights)].copy()
        return paid

    def _at_start_of_counting(self) -> np.ndarray:
        engine = self.batch.engine
        places = engine.run.config["term_place"][0, : len(self._weights)]
        counters: np.ndarray = engine.envs["counts_before"][0][places]
        return counters


def linear(env: gymnasium.Env[Any, Any], weights: Any = None) -> LinearReward:
    """Return the environment with a scalar reward: MO-Gymnasium's `LinearReward`.

    Args:
        env: A `MOCentreEnv`, wrapped or not.
        weights: Weight of each objective, (R,); None: 1 each, which gives the reward of `CentreEnv`.

    Raises:
        ValueError: If the weights are not R numbers.
    """
    space: Any = env.unwrapped.reward_space  # type: ignore[attr-defined]
    chosen = np.ones(space.shape) if weights is None else np.asarray(weights, np.float64)
    if chosen.shape != space.shape:
        raise ValueError(f"weights = {weights!r}; allowed: {space.shape[0]} numbers, one for each objective")
    return LinearReward(env, weight=chosen)


for _half in ("routing", "pacing", "blended"):
    gymnasium.register(
        f"ccenv-mo/{_half.capitalize()}-v0",
        entry_point="ccenv.integrations.mo:MOCentreEnv",
        kwargs={"owns": _half},
        disable_env_checker=True,  # Gymnasium's checker wants a number as reward
    )
