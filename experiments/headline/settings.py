"""Settings of the evaluation of learners: the typed schema behind `configs/headline.yaml`."""

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
        learners: How each learner learns, by its name; budgets of time are in `cpu_s`.
        only: Names of `learners` to run; empty for all.
        cpu_s: CPU time of the tuning and the learning of a replicate, by learner, in seconds.
        tuning_share: Share of it that tunes the rules from which the learning starts.
        own_start: Names of `learners` that start from the scenario's own rules, as shipped; they tune none.
        replicates: Number of whole pipelines of each learner and centre.
        seed: Master seed of the first replicate; the others follow.
        days: Evaluation days during development.
        final: Whether the policies that are kept beside the results are judged on days of the purpose `final`.
        final_days: Number of these days.
        month_runs: Episodes of 30 days for the dropped share, on days of the same purpose.
        wait_days: Days whose waits are read from the event log.
        processes: Number of cells computed in parallel.
        dir: Folder of the cells.
        tuned: Folder of the opponents.
        results: Folder of the result files and the page.
    """

    centres: list[str] = field(default_factory=list)
    learners: dict[str, LearnerConfig] = field(default_factory=dict)
    only: list[str] = field(default_factory=list)
    cpu_s: dict[str, float] = field(default_factory=dict)
    tuning_share: float = 0.2
    own_start: list[str] = field(default_factory=list)
    replicates: int = 5
    seed: int = 0
    days: int = 256
    final: bool = False
    final_days: int = 2048
    month_runs: int = 16
    wait_days: int = 4
    processes: int = 1
    dir: str = "outputs/headline"
    tuned: str = f"{RESULTS}/{TUNED}"
    results: str = f"{RESULTS}/headline"


def register() -> None:
    """Register the schema with Hydra, and the groups of the learners."""
    register_groups()
    ConfigStore.instance().store("headline_schema", Settings)
