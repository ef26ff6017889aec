"""Settings of the comparison within the same limits: the typed schema behind `configs/frontier.yaml`."""

from __future__ import annotations

from dataclasses import dataclass, field

from hydra.core.config_store import ConfigStore

from experiments.jobs.parts import RESULTS
from experiments.tuning.settings import TUNED


@dataclass
class Settings:
    """All settings.

    Attributes:
        centres: Centres of the library with queues, a campaign and opponents in `tuned`.
        prices: Prices of a lost contact, in that of the centre's reward; 1 must be among them.
        cpu_s: CPU time of each search of a policy, in seconds. The tuning of the rules from which it starts, which
            are also its opponent, has twice as much.
        replicates: Tunings and searches of each price, with seeds of their own.
        days: Training days of a generation.
        validation_days: Days on which a policy is chosen, and as many others on which mixtures are.
        evaluation_days: Days of the figures; nothing is chosen on them.
        processes: Number of cells in parallel.
        dir: Folder of the cells.
        tuned: Folder of the opponents.
        results: Folder of the result file, the page and the drawing.
    """

    centres: list[str] = field(default_factory=list)
    prices: list[float] = field(default_factory=list)
    cpu_s: float = 15.0
    replicates: int = 1
    days: int = 16
    validation_days: int = 256
    evaluation_days: int = 512
    processes: int = 1
    dir: str = "outputs/frontier"
    tuned: str = f"{RESULTS}/{TUNED}"
    results: str = RESULTS


def register() -> None:
    """Register the schema with Hydra."""
    ConfigStore.instance().store("frontier_schema", Settings)
