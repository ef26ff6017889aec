"""Settings of the case studies: the typed schema behind `configs/study.yaml`."""

from __future__ import annotations

from dataclasses import dataclass, field

from hydra.core.config_store import ConfigStore


@dataclass
class Settings:
    """All settings.

    Attributes:
        names: Names of the studies; empty for all.
        share: Share of the runs. All runs are written into `results`, fewer into `dir`.
        processes: Number of cases computed in parallel; no result depends on it.
        dir: Folder of the cells.
        results: Folder of the page of all studies; those of single studies lie in its folder `studies`.
    """

    names: list[str] = field(default_factory=list)
    share: float = 1.0
    processes: int = 1
    dir: str = "outputs/study"
    results: str = "experiments/results"


def register() -> None:
    """Register the schema with Hydra."""
    ConfigStore.instance().store("study_schema", Settings)
