"""The native Gymnasium vector environment: the rows of one batch, each equal to a single environment."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.spaces import Discrete
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from ccenv.batch import Batch
from ccenv.files.numbers import is_sequence, row_seeds, rows_to_reset, whole
from ccenv.render import Screen
from ccenv.render.screen import FPS, FRAMES, action_named, task_of
from ccenv.sim.state.codes import HOLD
from ccenv.spaces.info import INFO, SEED_BITS, SUMMED, add_kpis, autoreset_mode_of

MODES = {
    AutoresetMode.NEXT_STEP: "next_step",
    AutoresetMode.SAME_STEP: "same_step",
    AutoresetMode.DISABLED: "disabled",
}
PAID = (*SUMMED, "illegal_action")  # they describe a step, so they are 0 after a reset


class CentreVectorEnv(VectorEnv[np.ndarray, np.ndarray, np.ndarray]):
    """`num_envs` copies of `CentreEnv` stepped by one call.

    Where a row ends, the infos have `kpis`, a dictionary of arrays (B,) with masks `_name`, and the mask `_kpis`; with
    `SAME_STEP` they are in `final_info`. They are there too if `max_episode_steps` has ended the episode.

    Args:
        num_envs: Number of copies.
        autoreset_mode: A Gymnasium `AutoresetMode` or its value.
        render_mode: `ansi` or `rgb_array`; None: no pictures. `gymnasium.wrappers.vector.HumanRendering` shows images
            in a window.
        max_episode_steps: Steps after which an episode is truncated; None: no limit.
        arguments: Arguments of `CentreEnv`.

    Raises:
        ValueError: If an argument is not allowed.
    """

    def __init__(
        self,
        num_envs: int = 1,
        *,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        render_mode: str | None = None,
        max_episode_steps: int | None = None,
        **arguments: Any,
    ) -> None:
        if max_episode_steps is not None:
            max_episode_steps = whole("max_episode_steps", max_episode_steps, 1)
        num_envs = whole("num_envs", num_envs, 1)
        self._screen = Screen(render_mode, num_envs, modes=FRAMES)
        if "autoreset" in arguments:
            raise ValueError("autoreset: a batch's argument; allowed: autoreset_mode")
        mode = autoreset_mode_of(autoreset_mode)
        arguments = {"scenario": "bank_blended", "on_illegal": "hold", **arguments}
        self.batch = Batch(arguments.pop("scenario"), num_envs, autoreset=MODES[mode], **arguments)
        self._screen.task = task_of(self.batch.run)
        self.metadata = {"autoreset_mode": mode, "render_modes": list(FRAMES), "render_fps": FPS}
        self.autoreset_mode = mode
        self.render_mode = render_mode
        self.num_envs = num_envs
        self.scenario = self.batch.scenario
        self.single_observation_space = self.batch.observation_space
        self.single_action_space = Discrete(self.batch.n_actions)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._limit = max_episode_steps
        self._n_steps = np.zeros(num_envs, np.int64)  # of each row's episode
        self._done = np.zeros(num_envs, np.bool_)
        self._seeded = np.zeros(num_envs, np.bool_)

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Start episodes: row i with seed + i, or without a seed the next episode of the row's last seed.

        `options["reset_mask"]`, (B,) bool, selects the rows to reset.
        """
        which = rows_to_reset(options, self.num_envs)
        seeds, given = self._seeds(seed)
        anew = which & (given | ~self._seeded)
        self.batch.reset(seeds, anew)
        self.batch.reset_next(which & ~anew)
        self._seeded |= which
        self._done[which] = False
        self._n_steps[which] = 0
        for row in np.flatnonzero(which).tolist():
            self._screen.begin(row)
        return self.batch.obs.copy(), self._infos(which)

    def _seeds(self, seed: int | list[int | None] | None) -> tuple[np.ndarray, np.ndarray]:
        """Return a seed for each row, (B,), and whether it was given, (B,) bool. Seeds not given are random."""
        given = row_seeds("seed", seed, self.num_envs)
        if not is_sequence(seed) and given[0] is not None:
            super().reset(seed=given[0])
        drawn = self.np_random.integers(2**SEED_BITS, size=self.num_envs)
        seeds = np.array([d if s is None else s for s, d in zip(given, drawn.tolist(), strict=True)], np.uint64)
        return seeds, np.array([s is not None for s in given])

    def step(self, actions: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """Take one step in every row.

        Raises:
            gymnasium.error.ResetNeeded: If a row was never reset.
            ValueError: If an episode is over and the autoreset mode is `DISABLED`.
        """
        if not self.batch.begun:
            raise ResetNeeded("step before the first reset of every row; allowed: reset, then step")
        if self.autoreset_mode == AutoresetMode.DISABLED and self._done.any():
            rows = np.flatnonzero(self._done).tolist()
            raise ValueError(f"the episodes of rows {rows} are over: reset them with options={{'reset_mask': ...}}")
        batch = self.batch
        batch.step(actions)
        infos = self._infos(np.ones(self.num_envs, np.bool_))
        reward, terminated, truncated = batch.reward.copy(), batch.terminated.copy(), batch.truncated.copy()
        if self._limit is not None:
            truncated |= self._reached(self._limit)
        self._done = terminated | truncated
        same_step = self.autoreset_mode == AutoresetMode.SAME_STEP
        if self._done.any():
            ended = batch.terminated | batch.truncated
            cut = self._done & ~ended
            final_mask = np.zeros_like(infos["action_mask"])
            final_mask[:, HOLD] = 1
            final_mask[cut] = infos["action_mask"][cut]
            kpis = dict(batch.final_kpis) if same_step and ended.any() else {}
            kpis |= {row: batch.engine.kpis(row) for row in np.flatnonzero(cut if same_step else self._done).tolist()}
            if same_step:
                if cut.any():
                    batch.restart(cut)
                    infos = self._infos(np.ones(self.num_envs, np.bool_))
                self._add_final(infos, self._done, final_mask)
                add_kpis(infos["final_info"], kpis, self.num_envs)
                self._n_steps[self._done] = 0
            else:
                add_kpis(infos, kpis, self.num_envs)
                batch.end_episodes(cut)
        if self.render_mode is not None:
            self._note(actions, reward)
        return batch.obs.copy(), reward, terminated, truncated, infos

    def _note(self, actions: Any, reward: np.ndarray) -> None:
        """Note the actions for the pictures; a row whose episode has begun in this step has taken none."""
        illegal, starts = self.batch.illegal.tolist(), self.batch.starts.tolist()
        for row, action in enumerate(np.asarray(actions).tolist()):
            if starts[row]:
                self._screen.begin(row)
            else:
                self._screen.note(action_named(self.batch.catalogue, action, illegal[row]), float(reward[row]), row)

    def render(self) -> tuple[Any, ...] | None:
        """Return the frames of all rows: text (`ansi`) or images (`rgb_array`); None without a render mode."""
        if self.render_mode is None:
            return None
        return tuple(self._screen.frame(self._screen.view(self.batch.engine, row)) for row in range(self.num_envs))

    def _reached(self, limit: int) -> np.ndarray:
        """Count the step in every row that did not begin an episode; return the rows at the limit, (B,) bool."""
        begun = self._done & (self.autoreset_mode == AutoresetMode.NEXT_STEP)
        self._n_steps = np.where(begun, 0, self._n_steps + 1)
        at_limit: np.ndarray = self._n_steps >= limit
        return at_limit

    def _infos(self, which: np.ndarray) -> dict[str, Any]:
        outs = self.batch.engine.outs
        infos: dict[str, Any] = {"action_mask": self.batch.engine.mask_bytes.copy()}
        infos.update({key: outs[name].copy() for key, name in INFO.items()})
        for values in infos.values():
            values[~which] = 0
        infos.update({f"_{key}": which.copy() for key in tuple(infos)})
        return infos

    def _add_final(self, infos: dict[str, Any], done: np.ndarray, masks: np.ndarray) -> None:
        """Add the last observation and info of the finished episodes; the other infos describe the new episodes."""
        outs = self.batch.engine.outs
        final = {"action_mask": np.where(done[:, None], masks, 0).astype(masks.dtype)}
        for key, name in INFO.items():
            last = infos[key] if key in PAID else outs[f"final_{name}"]
            final[key] = np.where(done, last, 0).astype(last.dtype)
        final.update({f"_{key}": done.copy() for key in tuple(final)})
        for key in PAID:
            infos[key][done] = 0
        observations = np.full(self.num_envs, None, dtype=object)
        for row in np.flatnonzero(done):
            observations[row] = self.batch.final_obs[row].copy()
        infos.update(final_obs=observations, _final_obs=done.copy(), final_info=final, _final_info=done.copy())

    def action_masks(self) -> np.ndarray:
        """Legal actions, (B, A) bool."""
        return self.batch.mask.copy()
