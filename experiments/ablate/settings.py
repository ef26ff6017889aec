"""Settings of the ablations: the typed schema behind `configs/ablate.yaml`."""

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
        centres: Centres of `experiments.ablate.declared.CENTRES`; their opponents are in `tuned`.
        learners: How each unchanged learner learns, by its name.
        only: Names of ablations, or of learners for all ablations of them; empty for all.
        cpu_s: CPU time of the tuning and the learning of a replicate, by learner, in seconds.
        tuning_share: Share of it that tunes the rules from which the learning starts.
        replicates: Number of whole pipelines of each ablation and centre, on the same master seeds as the reference.
        seed: Master seed of the first replicate; the others follow.
        days: Evaluation days; nothing is chosen on them.
        processes: Number of cells computed in parallel.
        dir: Folder of the cells.
        tuned: Folder of the opponents.
        results: Folder of the result file and the page.
    """

    centres: list[str] = field(default_factory=list)
    learners: dict[str, LearnerConfig] = field(default_factory=dict)
    only: list[str] = field(default_factory=list)
    cpu_s: dict[str, float] = field(default_factory=dict)
    tuning_share: float = 0.2
    replicates: int = 3
    seed: int = 0
    days: int = 256
    processes: int = 1
    dir: str = "outputs/ablate"
    tuned: str = f"{RESULTS}/{TUNED}"
    results: str = RESULTS


def register() -> None:
    """Register the schema with Hydra, and the groups of the learners."""
    register_groups()
    ConfigStore.instance().store("ablate_schema", Settings)
