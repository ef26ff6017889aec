"""`ccenv new`: a commented scenario to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ccenv.cli.asked import can_be_written
from ccenv.cli.shown import NOTES, escaped
from ccenv.description.template import commented
from ccenv.files.writing import write_atomic


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(new)


def new(
    file: Annotated[
        Path, typer.Argument(help="File to write, such as my_centre.yaml.", dir_okay=False, callback=can_be_written)
    ],
    force: Annotated[bool, typer.Option("--force", help="Replace the file if there is one.")] = False,
) -> None:
    """Write a small blended centre with a comment on each key, to start from.

    `ccenv check FILE` finds faults, `ccenv describe FILE` shows load and warnings.
    """
    if file.exists() and not force:
        raise typer.BadParameter(f"{file} exists; --force replaces it", param_hint="FILE")
    write_atomic(file, commented(file.stem))
    NOTES.print(f"wrote {escaped(str(file))}; next: ccenv check {escaped(str(file))}")
