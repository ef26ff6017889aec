"""A part of the validation: what it computes, cell by cell, and what it says of the results."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.jobs.cells import cell_digest
from experiments.validate.settings import Settings
from experiments.validate.sources import digest_of


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
class Part:
    """One part of the validation.

    Attributes:
        name: One word, by which it is chosen on the command line.
        title: A few words, for the table of verdicts.
        sources: Packages and modules on which the cells depend beside `ccenv`, relative to the checkout.
        tasks: The cells, given the settings.
        report: What is said of the results of all cells, in the order of the tasks.
    """

    name: str
    title: str
    sources: tuple[str, ...]
    tasks: Callable[[Settings], Sequence[Task]]
    report: Callable[[Settings, Sequence[Any]], Report]

    def cell(self, task: Task, folder: Path) -> Path:
        """File of a cell, named by what its result depends on."""
        digest = cell_digest({"part": self.name, "task": task.name, "inputs": task.inputs}, "", digest_of(self.sources))
        return folder / f"{self.name}-{digest}.json"
