"""Tables and sections of a description, before they become text, a page or coloured lines of a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

GAP = 2  # blanks between two columns


class Table(NamedTuple):
    """A table of texts.

    Attributes:
        heads: Heads of the columns.
        rows: Cells, a text for each column.
        marked: Places (row, column) of the cells that need attention.
        title: A line above the table; may be empty.
        left: Columns that are aligned left; the others are aligned right.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marked: frozenset[tuple[int, int]] = frozenset()
    title: str = ""
    left: tuple[int, ...] = (0,)


class Section(NamedTuple):
    """A part of a description: a title, lines of text, then tables."""

    title: str
    lines: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


def fitted(table: Table, width: int) -> list[Table]:
    """Return a table in parts that are at most `width` characters wide; each part repeats the first column.

    The parts have about equally many columns. A part that would be too wide even so has one column beside the first.
    """
    widths = column_widths(table)
    n = len(widths) - 1
    for n_parts in range(1, n + 1):
        cuts = [round(k * n / n_parts) for k in range(n_parts + 1)]
        parts = [[0, *range(1 + start, 1 + end)] for start, end in zip(cuts, cuts[1:], strict=False)]
        if all(sum(widths[c] for c in columns) + GAP * (len(columns) - 1) <= width for columns in parts):
            break
    return [table] if n < 2 or len(parts) == 1 else [_part(table, columns, k) for k, columns in enumerate(parts)]


def column_widths(table: Table) -> list[int]:
    """Return the width of each column in characters."""
    return [max(map(len, cells)) for cells in zip(table.heads, *table.rows, strict=True)]


def aligned(table: Table) -> list[str]:
    """Return the lines of a table, its title first; a marked cell ends in an exclamation mark."""
    rows = [
        tuple(cell + "!" * ((i, j) in table.marked) for j, cell in enumerate(row)) for i, row in enumerate(table.rows)
    ]
    widths = column_widths(table._replace(rows=tuple(rows)))
    lines = [_line(row, widths, table.left) for row in (table.heads, *rows)]
    return [*([table.title] if table.title else []), *lines]


def _line(cells: Sequence[str], widths: Sequence[int], left: Sequence[int]) -> str:
    parts = [
        cell.ljust(width) if j in left else cell.rjust(width)
        for j, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return (" " * GAP).join(parts).rstrip()


def _part(table: Table, columns: list[int], number: int) -> Table:
    place = {column: k for k, column in enumerate(columns)}
    return Table(
        tuple(table.heads[c] for c in columns),
        tuple(tuple(row[c] for c in columns) for row in table.rows),
        frozenset((i, place[j]) for i, j in table.marked if j in place),
        f"{table.title} (continued)" if number and table.title else table.title,
        tuple(place[j] for j in table.left if j in place),
    )
