"""Supervisors of several centres side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from ccenv.files.numbers import is_sequence, row_seeds, rows_to_reset, whole
from ccenv.render import Screen
from ccenv.render.screen import FPS, FRAMES, parameters_named
from ccenv.spaces.info import SEED_BITS, add_kpis, autoreset_mode_of
from ccenv.supervisor.rows import checked_action
from ccenv.supervisor.single import SupervisorEnv


class SupervisorVectorEnv(VectorEnv[np.ndarray, np.ndarray, np.ndarray]):
    """`num_envs` copies of `SupervisorEnv`.

    Args:
        num_envs: Number of copies.
        autoreset_mode: A Gymnasium `AutoresetMode` or its value.
        render_mode: `ansi` or `rgb_array`; None: no pictures. `gymnasium.wrappers.vector.HumanRendering` shows images
            in a window.
        arguments: Those of `SupervisorEnv`.

    Raises:
        ValueError: If an argument is not allowed.
    """

    def __init__(
        self,
        num_envs: int = 1,
        *,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        render_mode: str | None = None,
        **arguments: Any,
    ) -> None:
        num_envs = whole("num_envs", num_envs, 1)
        self.autoreset_mode = autoreset_mode_of(autoreset_mode)
        self._screen = Screen(render_mode, num_envs, modes=FRAMES)
        single = SupervisorEnv(**arguments)
        self._screen.task = single._screen.task
        self._rows = [single._row, *(single._row.copy() for _ in range(num_envs - 1))]
        self.metadata = {"autoreset_mode": self.autoreset_mode, "render_modes": list(FRAMES), "render_fps": FPS}
        self.render_mode = render_mode
        self.num_envs = num_envs
        self.scenario, self.parameters = single.scenario, single.parameters
        self.observation_names = single.observation_names
        self.single_observation_space, self.single_action_space = single.observation_space, single.action_space
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._seeded = np.zeros(num_envs, np.bool_)
        self._done = np.ones(num_envs, np.bool_)

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Start episodes, row i under seed + i, or without a seed its next one.

        `options["reset_mask"]`, (B,) bool, limits it to some rows.

        Raises:
            ValueError: If the seeds or the mask are not one for each row.
        """
        which = rows_to_reset(options, self.num_envs)
        seeds = row_seeds("seed", seed, self.num_envs)
        if not is_sequence(seed) and seeds[0] is not None:
            super().reset(seed=seeds[0])
        infos = [self._start(k, seeds[k]) if which[k] else None for k in range(self.num_envs)]
        return self._observations(), self._infos(infos)

    def _start(self, k: int, seed: int | None) -> dict[str, Any]:
        if seed is None and not self._seeded[k]:
            seed = int(self.np_random.integers(2**SEED_BITS))
        self._seeded[k], self._done[k] = True, False
        self._screen.begin(k)
        return self._rows[k].reset(seed)

    def step(self, actions: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """Set the parameters of every row and run it for an interval.

        Raises:
            gymnasium.error.ResetNeeded: If a row was never reset, or is over and does not restart by itself.
            ValueError: If the actions are not M finite numbers for each row.
        """
        again = self.autoreset_mode == AutoresetMode.NEXT_STEP
        if not self._seeded.all() or (self._done.any() and not again):
            raise ResetNeeded("step of rows that were not reset or are over; allowed: reset, then step")
        given = checked_action(actions, (self.num_envs, len(self.parameters)))
        reward, terminated, truncated = np.zeros(self.num_envs), *np.zeros((2, self.num_envs), np.bool_)
        infos: list[dict[str, Any] | None] = []
        final: list[tuple[np.ndarray, dict[str, Any]] | None] = [None] * self.num_envs
        for k, row in enumerate(self._rows):
            if self._done[k]:
                infos.append(self._start(k, None))
                continue
            reward[k], terminated[k], truncated[k], info = row.step(given[k])
            self._done[k] = terminated[k] or truncated[k]
            if self.render_mode is not None:
                self._screen.note(parameters_named(self.parameters, row.values), float(reward[k]), k)
            if self._done[k] and self.autoreset_mode == AutoresetMode.SAME_STEP:
                final[k] = row.obs, info
                info = self._start(k, None)
            infos.append(info)
        found = self._infos(infos)
        if any(last is not None for last in final):
            found.update(self._final(final))
        return self._observations(), reward, terminated, truncated, found

    def render(self) -> tuple[Any, ...] | None:
        """Return the frames of all rows: text (`ansi`) or images (`rgb_array`); None without a render mode."""
        if self.render_mode is None:
            return None
        return tuple(self._screen.frame(self._screen.view(row.engine, at=k)) for k, row in enumerate(self._rows))

    def _final(self, final: list[tuple[np.ndarray, dict[str, Any]] | None]) -> dict[str, Any]:
        """Return the keys of Gymnasium about episodes that ended in a step that restarted them."""
        observations = np.full(self.num_envs, None, dtype=object)
        for k, last in enumerate(final):
            if last is not None:
                observations[k] = last[0]
        there = np.array([last is not None for last in final])
        infos = self._infos([None if last is None else last[1] for last in final])
        return {"final_obs": observations, "_final_obs": there, "final_info": infos, "_final_info": there.copy()}

    def _observations(self) -> np.ndarray:
        return np.stack([row.obs for row in self._rows])

    def _infos(self, rows: list[dict[str, Any] | None]) -> dict[str, Any]:
        """Return arrays by key, 0 for rows without an info, and `_key`: which rows have one."""
        there = np.array([row is not None for row in rows])
        template = next(row for row in rows if row is not None)
        infos: dict[str, Any] = {}
        ended = {k: row["kpis"] for k, row in enumerate(rows) if row is not None and "kpis" in row}
        add_kpis(infos, ended, self.num_envs)
        for key, value in template.items():
            if key == "kpis":
                continue
            empty = np.zeros_like(np.asarray(value))
            infos[key] = np.stack([empty if row is None else np.asarray(row[key]) for row in rows])
            infos[f"_{key}"] = there.copy()
        return infos
