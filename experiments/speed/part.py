"""A part of the measurement: candidates that are compared with each other, and so are run in turn."""

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
    """One cell, whose inputs are how often and how much."""
    return [{"rounds": settings.rounds, "share": settings.share}]


@dataclasses.dataclass(frozen=True)
class Part(parts.Part):
    """One module of this package with `measure`, a function of the inputs.

    Its result has `figures`, by name each `value`, `low` and `high`; what else is in it the page shows.

    Attributes:
        name: Name of the module, by which the part is chosen on the command line.
        uses: Further modules and packages of the checkout that its result depends on.
        inputs: The cells of the part.
    """

    uses: tuple[str, ...] = ()
    inputs: Callable[[Settings], Sequence[Inputs]] = once

    @property
    def sources(self) -> tuple[str, ...]:
        """What the result depends on beside `ccenv`."""
        own = Path("experiments/speed") / self.name
        module = own.as_posix() if own.is_dir() else f"{own.as_posix()}.py"
        return (module, "experiments/speed/clock.py", *self.uses)

    def cell(self, inputs: Inputs, take: int, folder: Path) -> Path:
        """File of a cell, named by all that its result depends on, the machine too."""
        about = {"inputs": inputs, "take": take, "machine": machine(), "versions": versions()}
        return self.file(about, self.sources, folder)

    def measure(self, inputs: Inputs) -> dict[str, Any]:
        """The result of a cell."""
        result: dict[str, Any] = importlib.import_module(f"experiments.speed.{self.name}").measure(inputs)
        return result
