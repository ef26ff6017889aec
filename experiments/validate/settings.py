"""Settings of the validation: the typed schema behind `configs/validate.yaml`."""

from __future__ import annotations

from dataclasses import dataclass, field

from hydra.core.config_store import ConfigStore

from experiments.jobs.parts import RESULTS


@dataclass
class Settings:
    """All settings.

    Attributes:
        parts: Names of the parts to run; empty for all.
        rows: Rows of the simulator's list to run, by the beginnings of their names; empty for all.
        share: Simulated share of the hours of each row; below 1 no precision is required.
        reference: Folder of the reference tables, relative to the checkout.
        data: Folder of the bank's logs, relative to the checkout.
        processes: Number of cells computed in parallel; no result depends on it.
        dir: Folder of the cells.
        results: Folder of the page, the tables and the figures.
    """

    parts: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    share: float = 1.0
    reference: str = "../shared/reference"
    data: str = "../shared/data"
    processes: int = 2
    dir: str = "outputs/validate"
    results: str = RESULTS


def register() -> None:
    """Register the schema with Hydra."""
    ConfigStore.instance().store("validate_schema", Settings)
