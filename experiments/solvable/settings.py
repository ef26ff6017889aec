"""Settings of the measurement on solved centres: the typed schema behind `configs/solvable.yaml`."""

from __future__ import annotations

from dataclasses import dataclass, field

from hydra.core.config_store import ConfigStore

from experiments.jobs.config import LearnerConfig
from experiments.jobs.config import register as register_groups
from experiments.jobs.parts import RESULTS


@dataclass
class Settings:
    """All settings.

    Attributes:
        cases: Names of solved centres (`experiments.solvable.declared.CASES`); empty for all.
        starts: `scratch` (no rule is imitated, and none is among the candidates of the choice) and `rule` (the best
            rule is imitated, and is a candidate).
        learners: How each learner learns, by its name.
        only: Names of `learners` to run; empty for all.
        cpu_s: CPU time of the learning of a replicate in seconds.
        replicates: Replicates of each learner, start and centre, each from a master seed of its own.
        seed: Master seed of the first replicate; the others follow.
        hours: Hours counted of an episode.
        checkpoints: Checkpoints that a training keeps, among which the choice is made.
        validation_days: Validation episodes of the last round of the choice; the first round has an eighth.
        dual_gain: Gain of the price of drops where there is a limit (`agents.common.dual.DualSettings`).
        table_days: Evaluation episodes on which the exported policy is tabulated.
        processes: Number of cells computed in parallel.
        dir: Folder of the cells.
        results: Folder of the page and its result file.
    """

    cases: list[str] = field(default_factory=list)
    starts: list[str] = field(default_factory=lambda: ["scratch", "rule"])
    learners: dict[str, LearnerConfig] = field(default_factory=dict)
    only: list[str] = field(default_factory=list)
    cpu_s: float = 30.0
    replicates: int = 5
    seed: int = 0
    hours: float = 10.0
    checkpoints: int = 12
    validation_days: int = 2048
    dual_gain: float = 0.2
    table_days: int = 256
    processes: int = 1
    dir: str = "outputs/solvable"
    results: str = RESULTS


def register() -> None:
    """Register the schema with Hydra, and the groups of the learners."""
    register_groups()
    ConfigStore.instance().store("solvable_schema", Settings)
