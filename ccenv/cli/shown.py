"""Output: tables and descriptions, coloured on a terminal and plain elsewhere; notes and progress on standard error."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table as RichTable
from rich.text import Text

from ccenv.description import Description
from ccenv.description.description import wrapped
from ccenv.description.tables import Table, aligned, fitted

NOTES = Console(stderr=True, highlight=False, soft_wrap=True)
"""For progress, warnings and errors."""

escaped = escape


def out() -> Console:
    """Return the console of standard output as it is now."""
    return Console(highlight=False)


def show_json(value: Any) -> None:
    """Print plain data as JSON."""
    print(json.dumps(value, indent=2, allow_nan=False))


def show_lines(lines: Iterable[str]) -> None:
    """Print lines as they are."""
    for line in lines:
        print(line)


def show_table(table: Table) -> None:
    """Print a table; elsewhere than on a terminal each row is one line, however long."""
    console = out()
    if not console.is_terminal:
        return show_lines(aligned(table))
    console.print(_coloured(table))


def show_description(description: Description) -> None:
    """Print a description: in colours and in the width of the terminal, or as plain text."""
    console = out()
    if not console.is_terminal:
        return show_lines([description.text().rstrip()])
    width = console.width
    for section in description.sections():
        warns = section.title == "Warnings"
        console.print(Text(section.title, style="bold red" if warns else "bold"), soft_wrap=True)
        for line in wrapped(section.lines, width):
            console.print(Text(line, style="yellow" if warns else ""), soft_wrap=True)
        for table in section.tables:
            for part in fitted(table, width):
                console.print()
                if part.title:
                    console.print(Text(part.title, style="italic"), soft_wrap=True)
                console.print(_coloured(part))
        console.print()


def _coloured(table: Table) -> RichTable:
    made = RichTable(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for j, head in enumerate(table.heads):
        left = j in table.left
        made.add_column(
            Text(head, style="bold"),
            justify="left" if left else "right",
            no_wrap=j == 0 or not left,
            overflow="fold",
        )
    for i, row in enumerate(table.rows):
        made.add_row(
            *(
                Text(cell, style="bold red" if (i, j) in table.marked else "cyan" if j == 0 else "")
                for j, cell in enumerate(row)
            )
        )
    return made


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Progress]:
    """Show progress on a terminal while a block runs; it disappears at the end.

    Args:
        what: What is done, in a few words.
        total: Number of steps; None: a spinner alone.
    """
    columns = [SpinnerColumn(), TextColumn("{task.description}")]
    if total is not None:
        columns += [BarColumn(), MofNCompleteColumn()]
    with Progress(*columns, TimeElapsedColumn(), console=NOTES, transient=True, disable=not NOTES.is_terminal) as bar:
        bar.add_task(what, total=total)
        yield bar
