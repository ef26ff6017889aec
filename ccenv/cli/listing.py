"""`ccenv list`: what there is, one line each."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ccenv.cli.asked import Json, complete_scenario
from ccenv.cli.shown import out, show_json, show_table
from ccenv.description import declared
from ccenv.description.declared import KINDS, OF_A_SCENARIO, Row
from ccenv.description.keys import shorter
from ccenv.description.tables import Table
from ccenv.description.words import number
from ccenv.files.errors import closest

# columns by kind, after the name and before the meaning
COLUMNS = {
    "scenarios": ("queues", "groups", "campaigns", "advisors", "days"),
    "rules": ("kind", "params"),
    "kpis": ("unit", "axis"),
    "terms": ("unit", "axis"),
    "fields": ("unit", "axis", "numbers", "observed"),
    "actions": ("kind", "number"),
    "events": ("code",),
    "keys": ("type", "default"),
}
WIDE = ("scenarios",)  # kinds whose meaning stands beside the name; their columns follow where there is room
ROOM = 120  # columns of a terminal that has room
NUMBERS = ("queues", "groups", "campaigns", "advisors", "days", "numbers", "number", "code")


def complete_kind(incomplete: str) -> list[str]:
    """Return the kinds that begin so."""
    return [kind for kind in KINDS if kind.startswith(incomplete)]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("list")(list_declared)


def list_declared(
    kind: Annotated[str, typer.Argument(help="What to list: " + ", ".join(KINDS) + ".", autocompletion=complete_kind)],
    scenario: Annotated[
        str | None,
        typer.Option(help="Centre whose fields or actions are listed.", autocompletion=complete_scenario),
    ] = None,
    match: Annotated[
        str | None, typer.Option(help="List only rows with this text, in the name or the meaning.")
    ] = None,
    wide: Annotated[
        bool,
        typer.Option("--wide", help=f"Show all columns of scenarios, also on a terminal below {ROOM} columns."),
    ] = False,
    json: Json = False,
) -> None:
    """List what there is, one line each.

    Examples: `ccenv list scenarios`, `ccenv list kpis --match wait`, `ccenv list actions --scenario tiny`,
    `ccenv list keys --match campaigns`.
    """
    if kind not in KINDS:
        raise typer.BadParameter(f"{kind!r}; allowed: {', '.join(KINDS)}{closest(kind, KINDS)}", param_hint="KIND")
    if scenario is not None and kind not in OF_A_SCENARIO:
        raise typer.BadParameter(f"allowed with {' and '.join(OF_A_SCENARIO)} only", param_hint="--scenario")
    rows = declared(kind, scenario)
    if match is not None:
        rows = [row for row in rows if match.lower() in f"{row['name']} {row['meaning']}".lower()]
    if json:
        return show_json(rows)
    if not rows:
        raise ValueError(f"no {kind} with {match!r} in name or meaning")
    show_table(table_of(kind, rows, wide or out().width >= ROOM))


def table_of(kind: str, rows: list[Row], wide: bool) -> Table:
    """Return rows of `declared` as a table: name, the columns of the kind, meaning.

    The kinds of `WIDE` have the meaning after the name, and their columns only if the table may be wide.
    """
    own = [column for column in COLUMNS.get(kind, ()) if column in rows[0]]
    columns = ["name", *own, "meaning"]
    if kind in WIDE:
        columns = ["name", "meaning", *(own if wide else [])]
    left = tuple(j for j, column in enumerate(columns) if column not in NUMBERS)
    cells = tuple(tuple(_text(row, column) for column in columns) for row in rows)
    return Table(tuple("of" if c == "axis" else c for c in columns), cells, left=left)


def _default(param: Row) -> str:
    """Return the default of a parameter: a value, `computed` from the scenario, or an order."""
    if param["default"] is not None:
        return _plain(param["default"])
    return "computed" if "computed" in param else "[...]"


def _text(row: Row, column: str) -> str:
    value: Any = row[column]
    if column == "params":
        return " ".join(f"{param['name']}={_default(param)}" for param in value) or "-"
    if column == "type":
        return shorter(value)
    if column == "default" and row["required"]:
        return "required"
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number(value, 6)
    if isinstance(value, dict) and set(value) == {"dist"}:
        return str(value["dist"])
    if value is None or value == {} or value == []:
        return "none"
    return str(value)
