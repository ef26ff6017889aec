"""Settings of the command: the typed schema behind `configs/objectives.yaml`."""

from __future__ import annotations

from dataclasses import dataclass, field

from hydra.core.config_store import ConfigStore

from experiments.jobs.parts import RESULTS

SUITE = "objectives"


@dataclass
class Settings:
    """All settings.

    Attributes:
        centres: Centres of the suite `objectives`.
        cpu_s: CPU time of each search, its start from the opponent P2 included, in seconds.
        replicates: Searches under each reward, with seeds of their own.
        days: Training days of a generation.
        validation_days: Days on which a search's policy is chosen.
        evaluation_days: Days of the figures; nothing is chosen on them.
        processes: Number of cells in parallel.
        dir: Folder of the cells.
        results: Folder of the result file and the page.
    """

    centres: list[str] = field(default_factory=list)
    cpu_s: float = 30.0
    replicates: int = 3
    days: int = 16
    validation_days: int = 128
    evaluation_days: int = 256
    processes: int = 1
    dir: str = "outputs/objectives"
    results: str = RESULTS


def register() -> None:
    """Register the schema with Hydra."""
    ConfigStore.instance().store("objectives_schema", Settings)
