"""Settings of the screen: the typed schema behind `configs/screen.yaml`."""

from __future__ import annotations

from dataclasses import dataclass, field

from hydra.core.config_store import ConfigStore

from experiments.jobs.parts import RESULTS


@dataclass
class Settings:
    """All settings.

    Attributes:
        variants: Names of variants; empty for all.
        cpu_s: CPU time of each rung of a variant in seconds: P1, P2 and the searched policy.
        days: Training days of a generation of the search.
        validation_days: Days of each choice.
        evaluation_days: Days of the figures; nothing is chosen on them.
        ends: Whether to try the ends of half of each range where a variant meets the other criteria.
        again: Whether to measure variants again whose results exist.
        processes: Number of variants in parallel.
        dir: Folder of the cells.
        results: Folder of the page; the results lie in its folder `screen`.
    """

    variants: list[str] = field(default_factory=list)
    cpu_s: float = 20.0
    days: int = 16
    validation_days: int = 256
    evaluation_days: int = 256
    ends: bool = True
    again: bool = False
    processes: int = 2
    dir: str = "outputs/screen"
    results: str = RESULTS


def register() -> None:
    """Register the schema with Hydra."""
    ConfigStore.instance().store("screen_schema", Settings)
