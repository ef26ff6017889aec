"""Settings of the transfer: the typed schema behind `configs/transfer.yaml`."""

from __future__ import annotations

from dataclasses import dataclass, field

from hydra.core.config_store import ConfigStore

from experiments.jobs.parts import RESULTS


@dataclass
class Settings:
    """All settings.

    Attributes:
        centres: Centres of the library on which networks are trained.
        cpu_s: CPU time of each training, in seconds; each tuning of rules has twice as much.
        replicates: Trainings of each centre and variant, with seeds of their own.
        days: Training days of a generation.
        hidden: Width of the hidden layers.
        validation_days: Days on which a training's weights are chosen.
        evaluation_days: Days of the figures; nothing is chosen on them.
        processes: Number of cells in parallel.
        dir: Folder of the cells.
        results: Folder of the result file and the page.
    """

    centres: list[str] = field(default_factory=list)
    cpu_s: float = 60.0
    replicates: int = 3
    days: int = 16
    hidden: int = 8
    validation_days: int = 256
    evaluation_days: int = 512
    processes: int = 1
    dir: str = "outputs/transfer"
    results: str = RESULTS


def register() -> None:
    """Register the schema with Hydra."""
    ConfigStore.instance().store("transfer_schema", Settings)
