"""One training: warm start, iterations of a learner within a budget, checkpoints. A killed training continues.

Loggers, validations and callbacks only look on: a training learns the same policies with and without them, bit by bit,
unless a callback stops it. Ctrl-C ends a training after the iteration at hand and keeps its state.
"""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from agents.base import Learner, LearnerKind
from agents.common import batch_state
from agents.common.checkpoints import LearningLog, TrainingFolder, read_log
from agents.common.days import SEEDS_PER_TRAINING
from agents.common.demonstration import demonstrate
from agents.common.interrupts import noted_interrupts
from agents.common.loggers import ConsoleLogger, Logger, Loggers
from agents.common.policy import TorchPolicy
from agents.common.randomised import randomised
from agents.common.training import Callback, Progress, Training, TrainingInterrupted
from agents.common.validation import Validation
from agents.registry import find_learner
from ccenv.seeds import seeds

__all__ = ["COLUMNS", "Callback", "Progress", "Training", "TrainingInterrupted", "train"]

#: Columns of the learning log, before the learner's own figures: decisions and seconds so far; decisions per second of
#: this iteration; reward per hour of this iteration, and its long-run mean; mean seconds between decisions; episodes
#: that ended.
COLUMNS = (
    "steps", "wall_s", "decisions_per_s", "reward_per_hour", "mean_reward_per_hour", "elapsed_s", "episodes",
)  # fmt: skip


def train(
    batch: Any,
    folder: Path | str,
    training: Training,
    rule: Any = None,
    *,
    about: dict[str, Any] | None = None,
    progress: bool = True,
    logger: Logger | Sequence[Logger] = (),
    callback: Callback | None = None,
    validation: Validation | None = None,
) -> TrainingFolder:
    """Train a policy. A training that was killed continues; one that is over returns at once.

    Ctrl-C ends it after the iteration at hand; the same call continues there. A second Ctrl-C ends it at once, and the
    same call continues at the last checkpoint.

    Args:
        batch: A batch with `autoreset="same_step"`; each row is a copy of the centre.
        folder: Folder of the training.
        training: Settings.
        rule: Policy to start from; None: start from random weights, all copies at the beginning of an episode.
        about: Further plain JSON values that describe the training (reward, rules, ...). They are kept, and compared
            when the training continues.
        progress: Whether to log to the console (`ConsoleLogger`).
        logger: Loggers beside that.
        callback: Called after each iteration. It ends the training if it returns False; the policy at that step is then
            the last checkpoint.
        validation: Comparison with a rule during the training; its curve is kept in `validation.csv`.

    Returns:
        The folder.

    Raises:
        TrainingInterrupted: Ctrl-C.
        agents.common.checkpoints.OtherTrainingError: If the folder holds a training with other settings.
        ccenv.files.locking.InUseError: If another process trains in the folder.
        ValueError: If there is no such learner, or a range of `training.randomise` does not fit the scenario.
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
            given = logger if isinstance(logger, Sequence) else (logger,)
            if training.randomise:
                randomised(batch, training.randomise, training.draws, training.seed)
            loggers = Loggers([*([ConsoleLogger()] if progress else []), *given])
            _Run(batch, kept, training, kind, rule, validation).to_the_end(loggers, callback)
    return kept


class _Run:
    """A training in progress."""

    def __init__(
        self,
        batch: Any,
        folder: TrainingFolder,
        training: Training,
        kind: LearnerKind,
        rule: Any,
        validation: Validation | None,
    ):
        self.batch, self.folder, self.training, self.validation = batch, folder, training, validation
        self.episodes: list[dict[str, float]] = []  # KPIs of episodes that have ended since the last step
        self.started, self.wall_before, self.learning_s = time.perf_counter(), 0.0, 0.0
        self.cpu_started, self.cpu_before = time.process_time(), 0.0
        self.learner: Learner = kind.make(batch, training.scales, training.settings, training.seed)
        self.start: dict[str, float] = {}
        kept = folder.load_resume()
        if kept is None:
            self._begin(rule)
        else:
            self._continue(kept)
        self.log = LearningLog(folder.path / "learning.csv", (*COLUMNS, *kind.figures), self.learner.steps)
        self.curve: LearningLog | None = None
        if validation is not None:
            file = folder.path / "validation.csv"
            self.curve = LearningLog(file, ("steps", *validation.COLUMNS), self.learner.steps)
            validation.go_on(read_log(file))

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
        self.cpu_before = kept["cpu_s"]
        self.learner.load_state(kept["learner"])
        batch_state.restore_tensors(self.batch, kept["batch"])

    def _checkpoint(self) -> None:
        learner, batch = self.learner, self.batch
        about = {
            "learner": self.training.learner,
            "settings": dataclasses.asdict(self.training.settings),
            "n_obs": batch.n_obs,
            "n_actions": batch.n_actions,
            "owns": batch.run.owns,
            "reserves": batch.scenario.reserves,
            "actions": batch.run.actions,
        }
        self.folder.save_policy(learner.steps, learner.actor, about)
        self._save_state()

    def _save_state(self) -> None:
        learner = self.learner
        self.folder.save_resume(
            {
                "wall_s": self.wall_s,
                "cpu_s": self.cpu_s,
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

    @property
    def cpu_s(self) -> float:
        """CPU seconds spent so far, including those before interruptions."""
        return self.cpu_before + time.process_time() - self.cpu_started

    def done(self) -> float:
        """Share of the budget that is used up: of decisions, of time or of CPU time, the largest one."""
        by_wall = self.wall_s / self.training.wall_s if self.training.wall_s else 0.0
        by_cpu = self.cpu_s / self.training.cpu_s if self.training.cpu_s else 0.0
        return min(1.0, max(self.learner.steps / self.training.steps, by_wall, by_cpu))

    def to_the_end(self, logger: Logger, callback: Callback | None) -> None:
        """Train until a budget is used up, or the callback returns False."""
        n_checkpoints, done = self.training.n_checkpoints, self.done()
        self.batch.on_end = self.episodes.extend
        logger.begin(self.learner.steps, dataclasses.asdict(self.training))
        try:
            with noted_interrupts() as interrupted:
                while done < 1.0:
                    row = self._iterate(done)
                    self.log.add(row)
                    before, done = done, self.done()
                    figures = self._figures(row, done)
                    logger.log(self.learner.steps, figures)
                    stop = callback is not None and callback(self._progress(done, figures)) is False
                    if stop or int(done * n_checkpoints) > int(before * n_checkpoints):
                        self._checkpoint()
                    if stop:
                        break
                    if interrupted and done < 1.0:
                        self._save_state()
                        raise TrainingInterrupted(
                            f"training interrupted at {self.learner.steps:,} of {self.training.steps:,} decisions; "
                            "run it again to go on"
                        )
        finally:
            logger.close()
            self.batch.on_end = None
        self.folder.finish(self._outcome())

    def _figures(self, row: Mapping[str, float], done: float) -> dict[str, float]:
        """Return what is logged after an iteration."""
        figures = {"train/done": done} | {f"train/{name}": value for name, value in row.items() if name != "steps"}
        if self.episodes:
            names = self.episodes[0]
            means = {name: _mean([kpis[name] for kpis in self.episodes]) for name in names}
            figures |= {f"kpis/{name}": value for name, value in means.items()}
            self.episodes.clear()
        if self.validation is not None and self.curve is not None and self.validation.due(self.learner.steps):
            started, cpu_started = time.perf_counter(), time.process_time()
            found = self.validation.figures(self._policy())
            self.curve.add({"steps": self.learner.steps} | found)
            figures |= {f"validation/{name}": value for name, value in found.items()}
            self.started += time.perf_counter() - started  # the budget of time is for learning
            self.cpu_started += time.process_time() - cpu_started
        return {name: float(value) for name, value in figures.items() if math.isfinite(value)}

    def _policy(self) -> TorchPolicy:
        batch = self.batch
        return TorchPolicy(
            self.learner.actor, owns=batch.run.owns, reserves=batch.scenario.reserves, actions=batch.run.actions
        )

    def _progress(self, done: float, figures: Mapping[str, float]) -> Progress:
        return Progress(self.learner.steps, done, figures, self._policy())

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
            "cpu_s": self.cpu_s,
            "decisions_per_s": self.learner.steps
            / max(self.learning_s, 1e-9),  # 0 if the warm start takes all the time
            **self.learner.summary(),
            "start": self.start,
        }


def _mean(values: list[float]) -> float:
    """Return the mean of the values that are defined; nan if none is."""
    defined = [value for value in values if not math.isnan(value)]
    return sum(defined) / len(defined) if defined else math.nan
