"""Arguments that several commands share: scenarios, rules, policies, seeds, columns; with completion in a shell."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

MOST_SEEDS = 1_000_000
OWN = "own"  # stands for the scenario's own reward preset
NAMED = re.compile(r"(?P<name>[^=+,]+)=(?P<rest>.+)", re.S)
SPLIT = re.compile(r",(?![^\[{]*[\]}])")  # commas outside brackets


def complete_scenario(incomplete: str) -> list[str]:
    """Return the scenarios of the library that begin so, with their variants after a colon."""
    from ccenv.description import declared

    rows = declared("scenarios") if ":" in incomplete else []
    names = [f"{row['name']}:{variant}" for row in rows for variant in row["variants"]] or _library()
    return [name for name in names if name.startswith(incomplete)]


def _library() -> list[str]:
    from ccenv.scenarios.files.library import list_scenarios

    return list_scenarios()


def _rules(kind: str) -> list[str]:
    from ccenv.description import declared

    return [row["name"] for row in declared("rules") if row["kind"] == kind]


def complete_routing(incomplete: str) -> list[str]:
    """Return the routing rules that begin so."""
    return [name for name in _rules("routing") if name.startswith(incomplete)]


def complete_pacing(incomplete: str) -> list[str]:
    """Return the pacing rules that begin so."""
    return [name for name in _rules("pacing") if name.startswith(incomplete)]


def complete_pair(incomplete: str) -> list[str]:
    """Return how `name=routing+pacing` may go on."""
    before, plus, pacing = incomplete.rpartition("+")
    if plus:
        return [f"{before}+{name}" for name in complete_pacing(pacing)]
    name, equals, routing = incomplete.rpartition("=")
    return [f"{name}{equals}{rule}+" for rule in complete_routing(routing)]


def complete_kpi(incomplete: str) -> list[str]:
    """Return how a list of KPIs may go on."""
    from ccenv.kpis import KPIS

    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in KPIS if name.startswith(last)]


def complete_reward(incomplete: str) -> list[str]:
    """Return the reward presets that begin so."""
    from ccenv.rewards.terms import list_presets

    return [name for name in list_presets() if name.startswith(incomplete)]


Scenario = Annotated[
    str,
    typer.Argument(help="Name in the library, name:variant, or path of a YAML file.", autocompletion=complete_scenario),
]
Seeds = Annotated[
    str, typer.Option(help="Number of runs, or first:end of their seeds, as in 16 or 100:116.", metavar="N|FIRST:END")
]
Policies = Annotated[
    list[str] | None,
    typer.Option(help="Folder of an exported policy (extra serve). Once for each.", metavar="NAME=FOLDER"),
]
Days = Annotated[int | None, typer.Option(help="Days of a run; by default the scenario's.", min=1)]
Kpis = Annotated[
    str | None,
    typer.Option(help="KPIs to show, with commas; see `ccenv list kpis`.", autocompletion=complete_kpi),
]
Reward = Annotated[
    str | None,
    typer.Option(
        help=f"Reward preset whose total is shown, too; `{OWN}`: the scenario's.", autocompletion=complete_reward
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def seed_range(text: str) -> range:
    """Return the seeds of a text: `16` is 0 to 15, `100:116` is 100 to 115.

    Raises:
        typer.BadParameter: If it is neither.
    """
    first, colon, end = text.rpartition(":")
    if all(part.isascii() and part.isdigit() and len(part) < 20 for part in ([first] if colon else []) + [end]):
        seeds = range(int(first or 0), int(end))
        if 0 < len(seeds) <= MOST_SEEDS:
            return seeds
    allowed = f"a number of runs from 1 to {MOST_SEEDS}, or first:end as in 100:116"
    raise typer.BadParameter(f"{text!r}; allowed: {allowed}", param_hint="--seeds")


def rule_of(text: str | None, option: str) -> tuple[str, dict[str, Any]] | None:
    """Return a rule and its parameters from `name`, or from `name,parameter=value,...`; values are YAML.

    Raises:
        typer.BadParameter: If a parameter has no value, or its value is no YAML.
    """
    if text is None:
        return None
    name, *given = SPLIT.split(text)
    params: dict[str, Any] = {}
    for part in given:
        key, equals, value = part.partition("=")
        try:
            params[key.strip()] = yaml.safe_load(value)
        except yaml.YAMLError:
            equals = ""
        if not equals:
            example = "max0,k=2,c=1 or priority,order=[sales,support]"
            raise typer.BadParameter(
                f"{part!r}; allowed: parameter=value after the rule, as in {example}", None, None, option
            )
    return name.strip(), params


def pair_of(text: str) -> tuple[str, dict[str, Any]]:
    """Return a name and the two rules of `name=routing+pacing`; without a name the text names itself.

    Raises:
        typer.BadParameter: If there are not two rules.
    """
    named = NAMED.fullmatch(text)
    name, rest = (named["name"].strip(), named["rest"]) if named else (text, text)
    routing, plus, pacing = rest.partition("+")
    if not plus or not routing.strip() or not pacing.strip():
        allowed = "name=routing+pacing, as in mine=lwt+max0,k=2; see `ccenv list rules`"
        raise typer.BadParameter(f"{text!r}; allowed: {allowed}", param_hint="--rules")
    return name, {"routing": rule_of(routing, "--rules"), "pacing": rule_of(pacing, "--rules")}


def entrants(rules: list[str] | None, policies: list[str] | None) -> dict[str, Any]:
    """Return pairs of rules and folders of policies by name.

    Raises:
        typer.BadParameter: If two have one name.
    """
    found: dict[str, Any] = {}
    for name, how in [*map(pair_of, rules or []), *map(folder_of, policies or [])]:
        if name in found:
            raise typer.BadParameter(f"two are named {name!r}; allowed: different names", param_hint="--rules")
        found[name] = how
    return found


def folder_of(text: str) -> tuple[str, Path]:
    """Return a name and a folder from `name=folder`; without a name the folder names itself.

    Raises:
        typer.BadParameter: If there is no such folder.
    """
    name, equals, folder = text.partition("=")
    path = Path(folder if equals else name)
    if not path.is_dir():
        raise typer.BadParameter(f"{text!r}: there is no such folder; allowed: name=folder", param_hint="--policy")
    return (name.strip() if equals else path.name), path


def can_be_written(path: Path | None) -> Path | None:
    """Return the path of a file that is written at the end, if it can be; so no long run is lost.

    Raises:
        typer.BadParameter: If there is no such folder, or it may not be written.
    """
    if path is None or (path.exists() and not path.is_file()):
        return path
    folder = path.absolute().parent
    if not folder.is_dir():
        raise typer.BadParameter(f"'{path}': there is no folder {folder}")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise typer.BadParameter(f"'{path}': the folder {folder} may not be written")
    return path


def columns_of(text: str | None) -> list[str] | None:
    """Return the names of a list with commas; None for None.

    Raises:
        typer.BadParameter: If the list is empty, or names a column that is no figure.
    """
    if text is None:
        return None
    from ccenv.kpis.summary import KEYS

    columns = [part.strip() for part in text.split(",") if part.strip()]
    if any(column in KEYS for column in columns):
        raise typer.BadParameter(f"{text!r}; allowed: names of KPIs, see `ccenv list kpis`", param_hint="--kpis")
    if not columns:
        raise typer.BadParameter("empty; allowed: names of KPIs with commas between them", param_hint="--kpis")
    return columns
