"""Settings of the room above the rules: the typed schema behind `configs/room.yaml`."""

from __future__ import annotations

from dataclasses import dataclass, field

from hydra.core.config_store import ConfigStore

from experiments.jobs.parts import RESULTS


@dataclass
class Settings:
    """All settings.

    Attributes:
        scenarios: Names of library centres; empty for the whole library. All centres are written into `results`, others
            into `dir`.
        planners: Names of the planners; empty for none.
        rule_days: Evaluation days of the rules; fewer of large centres and of long episodes.
        planner_days: Most evaluation days of a planner, on the same seeds as the rules.
        planner_cpu_s: CPU time after which a planner begins no further day.
        samples: Random days over which the fluid bound is averaged; none of centres of class L.
        beliefs: Points of the grid of beliefs about a hidden mode; twice as many halve the distance of the bounds.
        processes: Number of cells computed in parallel.
        dir: Folder of the cells.
        results: Folder of the page and its result file.
    """

    scenarios: list[str] = field(default_factory=list)
    planners: list[str] = field(default_factory=lambda: ["look_ahead", "fluid_plan", "replay"])
    rule_days: int = 256
    planner_days: int = 16
    planner_cpu_s: float = 2.0
    samples: int = 24
    beliefs: int = 850
    processes: int = 1
    dir: str = "outputs/room"
    results: str = RESULTS


def register() -> None:
    """Register the schema with Hydra."""
    ConfigStore.instance().store("room_schema", Settings)
