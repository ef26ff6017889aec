"""A batch as a `VecEnv` of Stable-Baselines3, and the KPIs of episodes in a learner's log (extra `sb3`)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.envs.registration import EnvSpec
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env import VecEnv
from stable_baselines3.common.vec_env.base_vec_env import VecEnvIndices, VecEnvStepReturn

from ccenv.files.errors import closest
from ccenv.files.numbers import seed as checked_seed
from ccenv.files.numbers import whole
from ccenv.kpis import KPIS
from ccenv.render import Screen, as_pixels
from ccenv.render.screen import task_of


class CentreVecEnv(VecEnv):
    """A batch of centres as the vector environment of a Stable-Baselines3 learner.

    `step` returns copies. The batch's own arrays (`elapsed_s`, `cost`, `cost_base`, `action_masks()`) are overwritten
    by the next step. A row restarts at the end of its episode (`same_step`), and its info then has
    `terminal_observation`, `TimeLimit.truncated`, `illegal_share`, and `kpis`: the KPIs of the episode by name. All
    other infos are empty. `KpiCallback` writes the KPIs to the learner's log.

    The time between decisions varies, so a learner that discounts per step optimises another objective. Compute returns
    from `elapsed_s` with `ccenv.integrations.semi_markov`.

    Args:
        batch: A `ccenv.batch.Batch` with `autoreset="same_step"`.
    """

    def __init__(self, batch: Any):
        self.batch = batch
        self.n = len(batch.reward)
        super().__init__(self.n, batch.observation_space, spaces.Discrete(batch.n_actions))
        self._actions = np.zeros(self.n, np.int64)

    @property
    def elapsed_s(self) -> np.ndarray:
        """Seconds from the last decision to this one, (B,): the time step of the semi-Markov process."""
        return self.batch.elapsed_s

    @property
    def cost(self) -> np.ndarray:
        """Events of the step in the numerator of the compliance definition, (B,)."""
        return self.batch.cost

    @property
    def cost_base(self) -> np.ndarray:
        """Events of the step in the denominator of the compliance definition, (B,)."""
        return self.batch.cost_base

    def action_masks(self) -> np.ndarray:
        """Legal actions, (B, A) bool."""
        return self.batch.mask

    def reset(self) -> np.ndarray:
        """Start a new episode in every row, with the seeds given to `seed` or with random ones."""
        if self._seeds[0] is None:
            self.seed()
        self.batch.reset(self._seeds)
        self._reset_seeds()
        self._reset_options()
        return self.batch.obs.copy()

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        """Set the seeds of the next reset: row i has `seed` + i; None: random ones.

        Raises:
            ValueError: If the seed is not a whole number from 0 to 2**64 - n.
        """
        return super().seed(None if seed is None else checked_seed("seed", seed, self.n))

    def step_async(self, actions: np.ndarray) -> None:
        """Store the actions of the next step."""
        self._actions = actions

    def step_wait(self) -> VecEnvStepReturn:
        """Run every row to its next decision."""
        batch = self.batch
        batch.step(self._actions)
        infos: list[dict[str, Any]] = [{} for _ in range(self.n)]
        ended = batch.terminated | batch.truncated
        for b in np.flatnonzero(ended):
            truncated = bool(batch.truncated[b] and not batch.terminated[b])
            infos[b] = {
                "terminal_observation": batch.final_obs[b].copy(),
                "TimeLimit.truncated": truncated,
                "illegal_share": float(batch.final_illegal_share[b]),
                "kpis": batch.final_kpis[b],
            }
        return batch.obs.copy(), batch.reward.copy(), ended, infos

    def close(self) -> None:
        """Do nothing: a batch holds no resource that must be closed."""

    def get_attr(self, attr_name: str, indices: VecEnvIndices = None) -> list[Any]:
        """Attribute of each row: its entry of a batch array, or the value that all rows share."""
        shared: dict[str, Callable[[], Any]] = {"render_mode": lambda: None, "spec": self._spec}
        if attr_name in shared:
            return [shared[attr_name]() for _ in self._get_indices(indices)]
        value = getattr(self.batch, {"action_masks": "mask"}.get(attr_name, attr_name))
        return [value[b] if isinstance(value, np.ndarray) else value for b in self._get_indices(indices)]

    def _spec(self) -> EnvSpec:
        """Return the specification of the single environment with the same decisions."""
        return gymnasium.spec(f"ccenv/{self.batch.run.owns.capitalize()}-v0")

    def get_images(self) -> Sequence[np.ndarray | None]:
        """Pictures of the rows, each (H, W, 3) uint8."""
        screen = Screen("rgb_array", task=task_of(self.batch.run))
        return [as_pixels(screen.view(self.batch.engine, row, at=0)) for row in range(self.n)]

    def set_attr(self, attr_name: str, value: Any, indices: VecEnvIndices = None) -> None:
        """Refuse: rows have no attributes of their own.

        Raises:
            AttributeError: Always.
        """
        raise AttributeError(f"cannot set {attr_name!r}: the rows of a batch share one configuration")

    def env_method(
        self, method_name: str, *method_args: Any, indices: VecEnvIndices = None, **kwargs: Any
    ) -> list[Any]:
        """Call `action_masks`, the only method of a row.

        Raises:
            AttributeError: For any other method.
        """
        if method_name != "action_masks":
            raise AttributeError(f"a row of a batch has no method {method_name!r}, only 'action_masks'")
        return self.get_attr("action_masks", indices)

    def env_is_wrapped(self, wrapper_class: type, indices: VecEnvIndices = None) -> list[bool]:
        """False for each row: rows have no wrappers."""
        return [False for _ in self._get_indices(indices)]


class KpiCallback(BaseCallback):
    """Callback of a Stable-Baselines3 learner that logs the KPIs of finished episodes.

    The learner's log then has `kpis/abandonment`, `kpis/occupancy` and so on: means over the last episodes, without
    those in which a KPI is undefined. It serves every environment of this package, alone or in a vector environment.

    Example:
        model = MaskablePPO("MlpPolicy", env, tensorboard_log="work/tensorboard")
        model.learn(100_000, callback=KpiCallback())

    Args:
        kpis: Names of the KPIs to log; None: all that the centre has.
        episodes: Number of last episodes, at least 1.

    Raises:
        ValueError: If there is no such KPI, or `episodes` is not a whole number above 0.
        KeyError: At the end of an episode, if its centre has no such KPI.
    """

    def __init__(self, kpis: Sequence[str] | None = None, *, episodes: int = 100) -> None:
        super().__init__()
        for name in kpis or ():
            if name not in KPIS:
                raise ValueError(f"kpis: no KPI {name!r}{closest(name, KPIS)}")
        self._names = kpis
        self._last: deque[dict[str, float]] = deque(maxlen=whole("episodes", episodes, 1))
        self._more = False  # whether an episode has ended since the means were formed
        self._means: dict[str, float] = {}

    def _on_step(self) -> bool:
        for info in self.locals["infos"]:
            if "kpis" in info:
                self._last.append(info["kpis"])
                self._more = True
        return True

    def _on_rollout_end(self) -> None:
        if self._more:
            self._more = False
            for name in self._last[-1] if self._names is None else self._names:
                values = np.array([kpis[name] for kpis in self._last])
                if not np.isnan(values).all():
                    self._means[f"kpis/{name}"] = float(np.nanmean(values))
        for key, mean in self._means.items():
            self.logger.record(key, mean)
