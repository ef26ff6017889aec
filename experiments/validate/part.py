"""A part of the validation: its tasks, each kept in a cell, and its report."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.jobs import parts
from experiments.validate.settings import Settings


@dataclasses.dataclass(frozen=True)
class Task:
    """One cell: computed once, kept, and computed again only if its inputs or sources change.

    Attributes:
        name: Name of the cell within its part.
        compute: Function of the inputs, at the top level of a module; its result must be serialisable as JSON.
        inputs: Everything besides the sources that the result depends on; serialisable as JSON.
        seconds: Rough computing time [s]; the longest tasks start first.
    """

    name: str
    compute: Callable[[dict[str, Any]], Any]
    inputs: dict[str, Any]
    seconds: float = 1.0


@dataclasses.dataclass(frozen=True)
class Report:
    """Report of a part.

    Attributes:
        bars: Whether each bar of the part is met, by its name; empty if the part could not be run on this machine.
        verdict: Reasons, one sentence each.
        body: Section of the page in Markdown, with its heading.
        files: Result files by name: text, or the bytes of a figure.
    """

    bars: Mapping[str, bool]
    verdict: Sequence[str]
    body: str = ""
    files: Mapping[str, str | bytes] = dataclasses.field(default_factory=dict)

    @property
    def passed(self) -> bool | None:
        """Whether all bars are met; None if the part could not be run on this machine."""
        return all(self.bars.values()) if self.bars else None


@dataclasses.dataclass(frozen=True)
class Part(parts.Part):
    """One part of the validation.

    Attributes:
        sources: Packages and modules besides `ccenv` that the cells depend on, relative to the checkout.
        tasks: Makes the tasks from the settings.
        report: Makes the report from the settings and the results of all tasks, in their order.
    """

    sources: tuple[str, ...]
    tasks: Callable[[Settings], Sequence[Task]]
    report: Callable[[Settings, Sequence[Any]], Report]

    def cell(self, task: Task, folder: Path) -> Path:
        """Return the file of a cell, named by everything that its result depends on."""
        return self.file({"task": task.name, "inputs": task.inputs}, self.sources, folder)
