"""Settings of the command: the typed schema behind `configs/supervise.yaml`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hydra.core.config_store import ConfigStore

from experiments.jobs.parts import RESULTS

SUITE = "deployable"


@dataclass
class Settings:
    """All settings.

    Attributes:
        centres: Names of the centres.
        intervals_s: Seconds between two decisions; a cell of the suite has the name `centre-15s`.
        rung: Rung of the frozen opponents from whose rules a search starts.
        rules: By centre, other rules to start from: `routing` and `pacing`, each a name or a name and parameters.
        learner: Settings of the search, by the attributes of `agents.supervisor.SupervisorSettings`.
        replicates: Number of whole searches of each cell; each is an entry of the league.
        seed: Seed of the first replicate; the others follow.
        processes: Number of searches in parallel.
        dir: Folder of the searches and the score files.
        results: Folder of the page.
    """

    centres: list[str] = field(default_factory=list)
    intervals_s: list[float] = field(default_factory=list)
    rung: str = "P2"
    rules: dict[str, Any] = field(default_factory=dict)
    learner: dict[str, Any] = field(default_factory=dict)
    replicates: int = 5
    seed: int = 0
    processes: int = 1
    dir: str = "outputs/supervise"
    results: str = RESULTS


def register() -> None:
    """Register the schema with Hydra."""
    ConfigStore.instance().store("supervise_schema", Settings)
