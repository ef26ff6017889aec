"""One training: warm start, PPO within a budget, checkpoints; started again in its folder it goes on where it was."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from agents.common import batch_state
from agents.common.checkpoints import LearningLog, TrainingFolder
from agents.common.demonstration import Demonstration, demonstrate
from agents.common.warm_start import CloneSettings, clone_rule
from agents.ppo.learner import PPOSettings, SemiMarkovMaskablePPO
from ccenv.integrations.sb3 import CentreVecEnv
from ccenv.integrations.semi_markov import TimeScales
from ccenv.seeds import seeds

SEEDS_PER_TRAINING = 2**16

#: Columns of the learning log: decisions and seconds so far; decisions per second of this rollout and its update;
#: reward per hour of this rollout, and over the last twenty or so; mean seconds between decisions; episodes that
#: ended; weight of the entropy and learning rate; and the figures of the update (`agents.ppo.update.Losses`).
COLUMNS = (
    "steps", "wall_s", "decisions_per_s", "reward_per_hour", "mean_reward_per_hour", "elapsed_s", "episodes",
    "entropy_weight", "learning_rate", "policy", "value", "entropy", "approx_kl", "clip_fraction",
    "explained_variance",
)  # fmt: skip


@dataclass(frozen=True)
class Training:
    """What a training is.

    Attributes:
        steps: Decisions to learn from.
        wall_s: Seconds it may take, None for no bound. Rates fall with whichever of the two budgets is used up
            faster, so with a bound that binds a training is not repeatable bit by bit.
        seed: Of the weights, the minibatches and the training days; trainings of different seeds share no day.
        threads: Threads of torch: they belong to the result, which differs with their number.
        n_checkpoints: Policies kept, evenly spaced, beside the one at the start.
        scales: Time constants. Where a rule is given, the spread of its returns replaces `reward_scale`.
        ppo: How PPO learns.
        clone: How the rule is cloned.
    """

    steps: int
    wall_s: float | None = None
    seed: int = 0
    threads: int = 1
    n_checkpoints: int = 20
    scales: TimeScales = field(default_factory=TimeScales)
    ppo: PPOSettings = field(default_factory=PPOSettings)
    clone: CloneSettings = field(default_factory=CloneSettings)


def train(
    batch: Any,
    folder: Path | str,
    training: Training,
    rule: Any = None,
    *,
    about: dict[str, Any] | None = None,
    progress: bool = True,
) -> TrainingFolder:
    """Train a policy, or go on with it, or return at once if it is trained.

    Args:
        batch: A batch with `autoreset="same_step"`; its rows are the copies.
        folder: Where everything is kept.
        training: Settings.
        rule: Policy to start from; None: start from random weights, all copies at the beginning of an episode.
        about: Plain JSON values that say more of what is trained on (reward, rules, ...); kept, and compared on
            resuming.
        progress: Whether to show a progress bar.

    Returns:
        The folder.
    """
    what = {"copies": batch.n, "scenario": batch.scenario.digest, "owns": batch.run.owns, **(about or {})}
    kept = TrainingFolder(folder, {**dataclasses.asdict(training), **what})
    if kept.outcome is None:
        torch.set_num_threads(training.threads)
        _Run(batch, kept, training, rule).to_the_end(progress)
    return kept


class _Run:
    """A training under way."""

    def __init__(self, batch: Any, folder: TrainingFolder, training: Training, rule: Any):
        self.batch, self.folder, self.training = batch, folder, training
        self.started, self.wall_before = time.perf_counter(), 0.0
        self.model = SemiMarkovMaskablePPO(
            env=CentreVecEnv(batch), scales=training.scales, settings=training.ppo, seed=training.seed
        )
        self.start: dict[str, float] = {}
        kept = folder.load_resume()
        if kept is None:
            self._begin(rule)
        else:
            self._go_on(kept)
        self.log = LearningLog(folder.path / "learning.csv", COLUMNS, self.model.num_timesteps)

    def _begin(self, rule: Any) -> None:
        days = seeds("training", self.batch.n, skip=self.training.seed * SEEDS_PER_TRAINING)
        if rule is None:
            self.batch.reset(days)
        else:
            shown = demonstrate(self.batch, rule, days, self.training.scales, seed=self.training.seed)
            self._learn_from(shown)
            self.batch.restore(shown.state)
        self._checkpoint()

    def _learn_from(self, shown: Demonstration) -> None:
        buffer = self.model.rollout_buffer
        buffer.scales = dataclasses.replace(buffer.scales, reward_scale=shown.return_spread)
        per_decision = self.batch.n * self.training.ppo.steps / shown.n_decisions
        buffer.rate.reward, buffer.rate.elapsed_s = shown.reward * per_decision, shown.elapsed_s * per_decision
        self.start = clone_rule(self.model, shown, self.training.clone, seed=self.training.seed)

    def _go_on(self, kept: dict[str, Any]) -> None:
        model = self.model
        model.num_timesteps, self.wall_before, self.start = kept["steps"], kept["wall_s"], kept["start"]
        model.seconds = kept["seconds"]
        model.policy.load_state_dict(kept["policy"])
        model.policy.optimizer.load_state_dict(kept["optimizer"])
        model.rollout_buffer.load_state(kept["buffer"])
        batch_state.restore_tensors(self.batch, kept["batch"])

    def _checkpoint(self) -> None:
        model = self.model
        about = {
            "n_obs": self.batch.n_obs,
            "n_actions": self.batch.n_actions,
            "hidden": list(self.training.ppo.hidden),
            "owns": self.batch.run.owns,
            "reserves": _flag(self.batch.scenario),
        }
        self.folder.save_policy(model.num_timesteps, model.actor, about)
        self.folder.save_resume(
            {
                "steps": model.num_timesteps,
                "wall_s": self.wall_s,
                "start": self.start,
                "seconds": model.seconds,
                "policy": model.policy.state_dict(),
                "optimizer": model.policy.optimizer.state_dict(),
                "buffer": model.rollout_buffer.state(),
                "batch": batch_state.as_tensors(self.batch.clone()),
            }
        )

    @property
    def wall_s(self) -> float:
        """Seconds spent so far, before interruptions too."""
        return self.wall_before + time.perf_counter() - self.started

    def done(self) -> float:
        """Share of the training that is over: of the budget that is used up faster."""
        by_wall = self.wall_s / self.training.wall_s if self.training.wall_s else 0.0
        return min(1.0, max(self.model.num_timesteps / self.training.steps, by_wall))

    def to_the_end(self, progress: bool) -> None:
        """Train until a budget is used up."""
        n_checkpoints, done = self.training.n_checkpoints, self.done()
        with tqdm(total=self.training.steps, initial=self.model.num_timesteps, unit="dec", disable=not progress) as bar:
            while done < 1.0:
                row = self._iterate(done)
                self.log.add(row)
                bar.update(int(row["steps"]) - bar.n)
                bar.set_postfix_str(f"reward/h {row['mean_reward_per_hour']:.4g}")
                before, done = done, self.done()
                if int(done * n_checkpoints) > int(before * n_checkpoints):
                    self._checkpoint()
        self.folder.finish(self._outcome())

    def _iterate(self, done: float) -> dict[str, float]:
        """One rollout and its update; returns a row of the learning log."""
        model, started = self.model, time.perf_counter()
        before = model.num_timesteps
        model.iterate(done)
        buffer = model.rollout_buffer
        elapsed_s = float(buffer.elapsed_s.sum())
        return {
            "steps": model.num_timesteps,
            "wall_s": self.wall_s,
            "decisions_per_s": (model.num_timesteps - before) / (time.perf_counter() - started),
            "reward_per_hour": 3600.0 * float(buffer.rewards.sum()) / max(elapsed_s, 1e-9),
            "mean_reward_per_hour": 3600.0 * buffer.rate.per_s,
            "elapsed_s": elapsed_s / buffer.rewards.size,
            "episodes": float(np.count_nonzero(buffer.ended)),
            "entropy_weight": model.ent_coef,
            "learning_rate": model.policy.optimizer.param_groups[0]["lr"],
            **model.figures,
        }

    def _outcome(self) -> dict[str, Any]:
        seconds, steps = self.model.seconds, self.model.num_timesteps
        learning_s = max(seconds["collect"] + seconds["update"], 1e-9)  # the warm start may use up the budget
        return {
            "steps": steps,
            "wall_s": self.wall_s,
            "decisions_per_s": steps / learning_s,
            "share_environment": seconds["env"] / learning_s,
            "share_outside_update": seconds["collect"] / learning_s,
            "reward_scale": self.model.rollout_buffer.scales.reward_scale,
            "start": self.start,
        }


def _flag(scenario: Any) -> bool | None:
    """Whether the campaigns reserve; None where there are none, or some do and some do not."""
    flags = {campaign.reserves for campaign in scenario.centre.campaigns.values()}
    return flags.pop() if len(flags) == 1 else None
