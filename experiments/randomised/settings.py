"""Settings of the trainings on ranges: the typed schema behind `configs/randomised.yaml`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

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
        learner: How both trainings learn.
        randomise: Ranges of the second training, by path (`ccenv.scenarios.ranges`). Those of queues or campaigns are
            left out in a centre that has none.
        draws: Number of scenarios drawn from the ranges.
        cpu_s: CPU time of the tuning and the learning of a replicate, in seconds.
        tuning_share: Share of it that tunes the rules from which the learning starts.
        replicates: Number of whole pipelines of each training and centre.
        seed: Master seed of the first replicate; the others follow.
        days: Evaluation days.
        month_runs: Episodes of 30 days for the dropped share, in a centre with a campaign.
        processes: Number of cells computed in parallel.
        dir: Folder of the cells.
        tuned: Folder of the opponents.
        results: Folder of the result file and the page.
    """

    centres: list[str] = field(default_factory=list)
    learner: LearnerConfig = field(default_factory=LearnerConfig)
    randomise: dict[str, Any] = field(default_factory=dict)
    draws: int = 64
    cpu_s: float = 75.0
    tuning_share: float = 0.2
    replicates: int = 5
    seed: int = 0
    days: int = 256
    month_runs: int = 8
    processes: int = 1
    dir: str = "outputs/headline"
    tuned: str = f"{RESULTS}/{TUNED}"
    results: str = RESULTS


def register() -> None:
    """Register the schema with Hydra, and the group of the learner."""
    register_groups()
    ConfigStore.instance().store("randomised_schema", Settings)
