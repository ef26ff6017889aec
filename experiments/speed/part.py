"""A part of the measurement: candidates that are compared, and therefore run in turn."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from experiments.jobs import parts
from experiments.jobs.provenance import machine, versions
from experiments.speed.settings import Settings

Inputs = dict[str, Any]


def once(settings: Settings) -> Sequence[Inputs]:
    """One cell, whose inputs are the number of rounds and the share of the work."""
    return [{"rounds": settings.rounds, "share": settings.share}]


@dataclasses.dataclass(frozen=True)
class Part(parts.Part):
    """One module of this package with `measure`, a function of the inputs.

    Its result has `figures`: by name, each with `value`, `low` and `high`. The page shows the rest of the result.

    Attributes:
        name: Name of the module, which selects the part on the command line.
        uses: Further modules and packages of the checkout that its result depends on.
        inputs: Makes the inputs of the cells from the settings.
    """

    uses: tuple[str, ...] = ()
    inputs: Callable[[Settings], Sequence[Inputs]] = once

    @property
    def sources(self) -> tuple[str, ...]:
        """Sources besides `ccenv` that the result depends on."""
        own = Path("experiments/speed") / self.name
        module = own.as_posix() if own.is_dir() else f"{own.as_posix()}.py"
        return (module, "experiments/speed/clock.py", *self.uses)

    def cell(self, inputs: Inputs, take: int, folder: Path) -> Path:
        """File of a cell, named by everything that its result depends on, including the machine."""
        about = {"inputs": inputs, "take": take, "machine": machine(), "versions": versions()}
        return self.file(about, self.sources, folder)

    def measure(self, inputs: Inputs) -> dict[str, Any]:
        """Result of a cell."""
        result: dict[str, Any] = importlib.import_module(f"experiments.speed.{self.name}").measure(inputs)
        return result
