"""Settings of the published problems: the typed schema behind `configs/published.yaml`."""

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
        rows: Names of the rows; empty for all.
        only: Rows and leagues, by name and problem, that are computed on all runs, while `results` keeps the others.
        share: Share of the runs of each row. All rows on all runs are written into `results`, anything else into `dir`.
        search: Problems whose order of classes is searched for the league, in place of computing rows.
        search_runs: Training runs of such a search.
        search_seed: Seed of its moves.
        learn: Problems on which learners run from the best rule of the league, in place of computing rows.
        learners: How each learner learns, by its name; budgets of time are in `learn_cpu_s`.
        learn_cpu_s: CPU time of the learning of a replicate, by problem, in seconds.
        learn_replicates: Number of whole pipelines of each learner and problem.
        learn_evaluation_runs: Evaluation days on which it is judged.
        benchmarks: Folder of the published control problems, relative to the checkout.
        processes: Number of rows computed in parallel; no result depends on it.
        dir: Folder of the cells.
        results: Folder of the page and its result file.
    """

    rows: list[str] = field(default_factory=list)
    only: list[str] = field(default_factory=list)
    share: float = 1.0
    search: list[str] = field(default_factory=list)
    search_runs: int = 5_000
    search_seed: int = 0
    learn: list[str] = field(default_factory=list)
    learners: dict[str, LearnerConfig] = field(default_factory=dict)
    learn_cpu_s: dict[str, float] = field(default_factory=dict)
    learn_replicates: int = 3
    learn_evaluation_runs: int = 64
    benchmarks: str = "../shared/benchmarks"
    processes: int = 1
    dir: str = "outputs/published"
    results: str = RESULTS


def register() -> None:
    """Register the schema with Hydra, and the groups of the learners."""
    register_groups()
    ConfigStore.instance().store("published_schema", Settings)
