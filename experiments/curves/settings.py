"""Settings of the learning curves: the typed schema behind `configs/curves.yaml`."""

from __future__ import annotations

from dataclasses import dataclass, field

from hydra.core.config_store import ConfigStore

from experiments.jobs.config import LearnerConfig
from experiments.jobs.config import register as register_groups
from experiments.jobs.parts import RESULTS
from experiments.tuning.settings import TUNED


@dataclass
class Settings:
    """All settings.

    Attributes:
        centres: Names of library centres whose opponents are in `tuned`.
        starts: `scratch` (no rule is imitated) and `warm` (tuned rules are imitated).
        learners: How each learner learns, by its name; budgets of time are in `times`.
        only: Names of `learners` to run; empty for all.
        search_cpu_s: CPU time of the learning of the search, the unit of the table, in seconds.
        times: CPU time of the learning by learner, in multiples of `search_cpu_s`.
        tuning_cpu_s: CPU time that tunes the rules of a warm start, in seconds; it comes on top.
        replicates: Trainings of each learner, start and centre, each from a master seed of its own.
        seed: Master seed of the first replicate; the others follow.
        days: Evaluation days.
        validation_days: Days on which the rules of a warm start and the fixed reserve are chosen.
        processes: Number of trainings computed in parallel.
        dir: Folder of the trainings.
        tuned: Folder of the opponents.
        results: Folder of the page, its figure and its result file.
    """

    centres: list[str] = field(default_factory=list)
    starts: list[str] = field(default_factory=lambda: ["scratch", "warm"])
    learners: dict[str, LearnerConfig] = field(default_factory=dict)
    only: list[str] = field(default_factory=list)
    search_cpu_s: float = 30.0
    times: dict[str, float] = field(default_factory=dict)
    tuning_cpu_s: float = 12.0
    replicates: int = 3
    seed: int = 0
    days: int = 256
    validation_days: int = 128
    processes: int = 1
    dir: str = "outputs/curves"
    tuned: str = f"{RESULTS}/{TUNED}"
    results: str = RESULTS


def register() -> None:
    """Register the schema with Hydra, and the groups of the learners."""
    register_groups()
    ConfigStore.instance().store("curves_schema", Settings)
