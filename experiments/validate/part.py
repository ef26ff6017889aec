"""A part of the validation: what it computes, cell by cell, and what it says of the results."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.jobs import parts
from experiments.validate.settings import Settings


@dataclasses.dataclass(frozen=True)
class Task:
    """One cell: computed once, kept, and computed again only if what it depends on changes.

    Attributes:
        name: Name of the cell within its part.
        compute: A function at the top level of a module, of the inputs; its result fits into JSON.
        inputs: All that the result depends on beside the sources; they fit into JSON.
        seconds: About how long it takes; the longest are begun first.
    """

    name: str
    compute: Callable[[dict[str, Any]], Any]
    inputs: dict[str, Any]
    seconds: float = 1.0


@dataclasses.dataclass(frozen=True)
class Report:
    """What a part says.

    Attributes:
        passed: The verdict; None if the part could not be done here.
        verdict: Why, one sentence each.
        body: The part of the page, in Markdown, with its heading.
        files: Result files by name: text, or the bytes of a figure.
    """

    passed: bool | None
    verdict: Sequence[str]
    body: str = ""
    files: Mapping[str, str | bytes] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Part(parts.Part):
    """One part of the validation.

    Attributes:
        sources: Packages and modules on which the cells depend beside `ccenv`, relative to the checkout.
        tasks: Makes the cells from the settings.
        report: Makes the report from the settings and the results of all cells, in the order of the tasks.
    """

    sources: tuple[str, ...]
    tasks: Callable[[Settings], Sequence[Task]]
    report: Callable[[Settings, Sequence[Any]], Report]

    def cell(self, task: Task, folder: Path) -> Path:
        """Return the file of a cell, named by everything that its result depends on."""
        return self.file({"task": task.name, "inputs": task.inputs}, self.sources, folder)
