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
        rows: Rows of the simulator's list, by the beginning of their names; empty for all.
        share: Share of the hours of each row that is simulated; below 1 no precision is asked.
        reference: Folder of the reference tables, relative to the checkout.
        data: Folder of the bank's logs, relative to the checkout.
        processes: How many cells are computed side by side; no result depends on it.
        dir: Where the cells are kept.
        results: Where page, tables and figures go.
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
    """Make the schema known to Hydra."""
    ConfigStore.instance().store("validate_schema", Settings)
