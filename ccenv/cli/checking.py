"""`ccenv check`: the faults of scenario files."""

from __future__ import annotations

import warnings
from typing import Annotated

import typer
from msgspec import UNSET

from ccenv.cli.asked import complete_scenario
from ccenv.cli.shown import escaped, out
from ccenv.description import describe
from ccenv.description.words import plural
from ccenv.files.errors import ScenarioError, shown
from ccenv.scenarios.files.library import find, name_and_variant


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(check)


def check(
    files: Annotated[
        list[str],
        typer.Argument(
            help="Scenario files, or names of the library.", autocompletion=complete_scenario, metavar="FILE..."
        ),
    ],
    strict: Annotated[bool, typer.Option("--strict", help="Count warnings as faults.")] = False,
) -> None:
    """Check scenario files, and print their faults.

    All faults of types and ranges come at once. Names that lead nowhere may come only when those are mended.

    Exit status: 0 if every file can be used, 1 if one cannot, 2 if there is no such file.
    """
    for file in files:
        _there(file)
    good = [_is_good(file, strict) for file in files]
    if not all(good):
        raise typer.Exit(1)


def _there(file: str) -> None:
    try:
        find(name_and_variant(file)[0])
    except ScenarioError as error:
        raise typer.BadParameter(str(error), param_hint="FILE") from None


def _is_good(file: str, strict: bool) -> bool:
    console = out()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            found = describe(file)
    except ScenarioError as error:
        console.print(f"[bold red]{escaped(file)}: {plural(len(error.problems), 'fault')}[/]", soft_wrap=True)
        for problem in error.problems:
            value = "" if problem.value is UNSET else f" = {shown(problem.value)}"
            where = f"{escaped(problem.key)}{escaped(value)}: " if problem.key else ""
            console.print(f"  {where}{escaped(problem.allowed)}", soft_wrap=True)
        return False
    facts = found.as_dict()
    for warning in found.warnings:
        console.print(f"[yellow]{escaped(file)}: warning:[/] {escaped(warning)}", soft_wrap=True)
    ok = not (strict and found.warnings)
    size = ", ".join(plural(len(facts[f"{part}s"]), part) for part in ("queue", "group", "campaign"))
    verdict = "[green]ok[/]" if ok else "[bold red]warnings[/]"
    console.print(f"{escaped(file)}: {verdict} ({size}, size class {facts['size_class']})", soft_wrap=True)
    return ok
