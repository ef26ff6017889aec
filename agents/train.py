"""One training: warm start, iterations of a learner within a budget, checkpoints. A killed training continues."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from agents.base import Learner, LearnerKind
from agents.common import batch_state
from agents.common.checkpoints import LearningLog, TrainingFolder
from agents.common.demonstration import demonstrate
from agents.common.warm_start import CloneSettings
from agents.registry import find_learner
from ccenv.integrations.semi_markov import TimeScales
from ccenv.seeds import seeds

SEEDS_PER_TRAINING = 2**16

#: Columns of the learning log, before the learner's own figures: decisions and seconds so far; decisions per second of
#: this iteration; reward per hour of this iteration, and its long-run mean; mean seconds between decisions; episodes
#: that ended.
COLUMNS = (
    "steps", "wall_s", "decisions_per_s", "reward_per_hour", "mean_reward_per_hour", "elapsed_s", "episodes",
)  # fmt: skip


@dataclass(frozen=True)
class Training:
    """Settings of a training.

    Attributes:
        steps: Decisions to learn from.
        wall_s: Seconds it may take; None: no bound. Learning rates fall with the budget that is used up faster. If
            that is the time, the training is not repeatable bit by bit.
        seed: Seed of the weights, the minibatches and the training days. Trainings of different seeds share no day.
        threads: Threads of torch. The result depends on their number.
        n_checkpoints: Policies kept, evenly spaced, beside the one at the start.
        scales: Time constants. With a rule, the spread of its returns replaces `reward_scale`.
        learner: Name of the learner, as of `agents.registry.find_learner`.
        settings: The learner's own settings, an instance of `LearnerKind.settings`; None: their defaults.
        clone: How the rule is cloned.
    """

    steps: int
    wall_s: float | None = None
    seed: int = 0
    threads: int = 1
    n_checkpoints: int = 20
    scales: TimeScales = field(default_factory=TimeScales)
    learner: str = "ppo"
    settings: Any = None
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
    """Train a policy. A training that was killed continues; one that is over returns at once.

    Args:
        batch: A batch with `autoreset="same_step"`; each row is a copy of the centre.
        folder: Folder of the training.
        training: Settings.
        rule: Policy to start from; None: start from random weights, all copies at the beginning of an episode.
        about: Further plain JSON values that describe the training (reward, rules, ...). They are kept, and compared
            when the training continues.
        progress: Whether to show a progress bar.

    Returns:
        The folder.

    Raises:
        agents.common.checkpoints.OtherTrainingError: If the folder holds a training with other settings.
        ccenv.files.locking.InUseError: If another process trains in the folder.
        ValueError: If there is no such learner.
        TypeError: If `training.settings` are those of another learner.
    """
    kind = find_learner(training.learner)
    settings = kind.settings() if training.settings is None else training.settings
    if not isinstance(settings, kind.settings):
        raise TypeError(
            f"settings of learner {kind.name!r} are a {type(settings).__name__}; allowed: {kind.settings.__name__}"
        )
    training = dataclasses.replace(training, settings=settings)
    what = {
        "copies": batch.n,
        "scenario": batch.scenario.digest,
        "owns": batch.run.owns,
        "actions": batch.run.actions,
        **(about or {}),
    }
    kept = TrainingFolder(folder, {**dataclasses.asdict(training), **what})
    with kept.hold():
        if kept.outcome is None:
            torch.set_num_threads(training.threads)
            _Run(batch, kept, training, kind, rule).to_the_end(progress)
    return kept


class _Run:
    """A training in progress."""

    def __init__(self, batch: Any, folder: TrainingFolder, training: Training, kind: LearnerKind, rule: Any):
        self.batch, self.folder, self.training = batch, folder, training
        self.started, self.wall_before, self.learning_s = time.perf_counter(), 0.0, 0.0
        self.learner: Learner = kind.make(batch, training.scales, training.settings, training.seed)
        self.start: dict[str, float] = {}
        kept = folder.load_resume()
        if kept is None:
            self._begin(rule)
        else:
            self._continue(kept)
        self.log = LearningLog(folder.path / "learning.csv", (*COLUMNS, *kind.figures), self.learner.steps)

    def _begin(self, rule: Any) -> None:
        training = self.training
        days = seeds("training", self.batch.n, skip=training.seed * SEEDS_PER_TRAINING)
        if rule is None:
            self.batch.reset(days)
        else:
            shown = demonstrate(self.batch, rule, days, training.scales, seed=training.seed)
            self.start = self.learner.warm_start(shown, training.clone, training.seed)
            self.batch.restore(shown.state)
        self._checkpoint()

    def _continue(self, kept: dict[str, Any]) -> None:
        self.wall_before, self.learning_s, self.start = kept["wall_s"], kept["learning_s"], kept["start"]
        self.learner.load_state(kept["learner"])
        batch_state.restore_tensors(self.batch, kept["batch"])

    def _checkpoint(self) -> None:
        learner = self.learner
        about = {
            "learner": self.training.learner,
            "settings": dataclasses.asdict(self.training.settings),
            "n_obs": self.batch.n_obs,
            "n_actions": self.batch.n_actions,
            "owns": self.batch.run.owns,
            "reserves": self.batch.scenario.reserves,
            "actions": self.batch.run.actions,
        }
        self.folder.save_policy(learner.steps, learner.actor, about)
        self.folder.save_resume(
            {
                "wall_s": self.wall_s,
                "learning_s": self.learning_s,
                "start": self.start,
                "learner": learner.state(),
                "batch": batch_state.as_tensors(self.batch.clone()),
            }
        )

    @property
    def wall_s(self) -> float:
        """Seconds spent so far, including those before interruptions."""
        return self.wall_before + time.perf_counter() - self.started

    def done(self) -> float:
        """Share of the budget that is used up: of decisions or of time, the larger one."""
        by_wall = self.wall_s / self.training.wall_s if self.training.wall_s else 0.0
        return min(1.0, max(self.learner.steps / self.training.steps, by_wall))

    def to_the_end(self, progress: bool) -> None:
        """Train until a budget is used up."""
        n_checkpoints, done = self.training.n_checkpoints, self.done()
        with tqdm(total=self.training.steps, initial=self.learner.steps, unit="dec", disable=not progress) as bar:
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
        """One iteration; returns a row of the learning log."""
        started = time.perf_counter()
        found = self.learner.iterate(done)
        spent_s = time.perf_counter() - started
        self.learning_s += spent_s
        return {
            "steps": self.learner.steps,
            "wall_s": self.wall_s,
            "decisions_per_s": found.n_decisions / spent_s,
            "reward_per_hour": 3600.0 * found.reward / max(found.elapsed_s, 1e-9),
            "mean_reward_per_hour": 3600.0 * found.reward_per_s,
            "elapsed_s": found.elapsed_s / found.n_decisions,
            "episodes": found.episodes,
            **found.figures,
        }

    def _outcome(self) -> dict[str, Any]:
        return {
            "steps": self.learner.steps,
            "wall_s": self.wall_s,
            "decisions_per_s": self.learner.steps
            / max(self.learning_s, 1e-9),  # 0 if the warm start takes all the time
            **self.learner.summary(),
            "start": self.start,
        }
