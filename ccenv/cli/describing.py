"""`ccenv describe`: a centre as text, JSON or a page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ccenv.cli.asked import Json, Scenario, can_be_written
from ccenv.cli.shown import NOTES, escaped, show_description, show_json
from ccenv.description import describe as described
from ccenv.files.writing import write_atomic


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(describe)


def describe(
    scenario: Scenario,
    json: Json = False,
    html: Annotated[
        Path | None,
        typer.Option(
            help="Write a page with pictures to this file; it needs no network.",
            dir_okay=False,
            callback=can_be_written,
        ),
    ] = None,
) -> None:
    """Describe a centre: skills, staff, offered load, forecasts, campaigns, calling rules, reward and warnings.

    Examples: `ccenv describe tiny`, `ccenv describe my_centre.yaml --html my_centre.html`.
    """
    found = described(scenario)
    if html is not None:
        write_atomic(html, found.html())
        NOTES.print(f"wrote {escaped(str(html))}")
    if json:
        show_json(found.as_dict())
    elif html is None:
        show_description(found)
