"""Settings of the search of hyperparameters: the typed schema behind `configs/hyperparameters.yaml`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hydra.core.config_store import ConfigStore
from omegaconf import MISSING

from experiments.jobs.config import LearnerConfig
from experiments.jobs.config import register as register_groups
from experiments.jobs.parts import RESULTS


@dataclass
class Hyperparameter:
    """A hyperparameter of a learner: either a list of values or a range.

    Attributes:
        name: Dotted key of the learner's settings: `copies`, or one below `settings` or `training`.
        start: Its value before the search, of the default configuration.
        values: Values to try, each as likely; empty for a range.
        low: Lower end of the range.
        high: Upper end.
        log: Whether draws are uniform in the logarithm.
        whole: Whether it is a whole number.
    """

    name: str = MISSING
    start: Any = MISSING
    values: list[Any] = field(default_factory=list)
    low: float | None = None
    high: float | None = None
    log: bool = False
    whole: bool = False


@dataclass
class Searched:
    """A learner and what is searched of it.

    Attributes:
        learner: How it learns; the values of a configuration replace its own.
        space: Its hyperparameters.
    """

    learner: LearnerConfig = MISSING
    space: list[Hyperparameter] = field(default_factory=list)


@dataclass
class Settings:
    """All settings.

    Attributes:
        centres: Centres of the library, in no headline cell, and why each was taken.
        learners: Learners and their hyperparameters, by name.
        only: Names of `learners` to search; empty for all.
        cpu_s: CPU time of all trainings of a learner in seconds; starts and choices come on top.
        budget: Where this time is from, for the page.
        rounds: Configurations in each round. A round has the same share of the CPU time, so fewer train longer.
        start_cpu_s: CPU time of the tuning of the rules from which trainings start, at each centre and round.
        checkpoints: Checkpoints that a training keeps, beside its start.
        validation_days: Days of the choice and the judgement in the last round; earlier ones have fewer, in proportion
            to the time of a training.
        seed: Of the draw of configurations; also master seed of the first round, the others follow.
        processes: Number of trainings in parallel.
        dir: Folder of the trainings.
        results: Folder of the result file and the page.
    """

    centres: dict[str, str] = field(default_factory=dict)
    learners: dict[str, Searched] = field(default_factory=dict)
    only: list[str] = field(default_factory=list)
    cpu_s: float = 900.0
    budget: str = ""
    rounds: list[int] = field(default_factory=list)
    start_cpu_s: float = 45.0
    checkpoints: int = 2
    validation_days: int = 512
    seed: int = 0
    processes: int = 1
    dir: str = "outputs/hyperparameters"
    results: str = RESULTS


def register() -> None:
    """Register the schema with Hydra, and the groups of the learners."""
    register_groups()
    ConfigStore.instance().store("hyperparameters_schema", Settings)
