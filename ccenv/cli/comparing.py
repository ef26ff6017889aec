"""`ccenv compare`: rules and exported policies on the same days."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from ccenv.cli.asked import (
    OWN,
    Days,
    Json,
    Kpis,
    Policies,
    Reward,
    Scenario,
    Seeds,
    can_be_written,
    columns_of,
    complete_pair,
    entrants,
    seed_range,
)
from ccenv.cli.shown import NOTES, escaped, progress, show_json, show_lines
from ccenv.comparison import Comparison
from ccenv.comparison import compare as compared
from ccenv.comparison.policies import BY
from ccenv.files.writing import write_atomically
from ccenv.scenarios import load_scenario

PICTURES = (".png", ".svg", ".pdf")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(compare)


def compare(
    scenario: Scenario,
    rules: Annotated[
        list[str] | None,
        typer.Option(
            help="A pair of rules, as in mine=lwt+max0,k=2; the name may be left out. Once for each pair.",
            metavar="NAME=ROUTING+PACING",
            autocompletion=complete_pair,
        ),
    ] = None,
    policy: Policies = None,
    seeds: Seeds = "32",
    days: Days = None,
    kpis: Kpis = None,
    reward: Reward = None,
    by: Annotated[
        str, typer.Option(help="`run`: totals. `entity`: also by queue, group and campaign. `interval`: by slot.")
    ] = "run",
    baseline: Annotated[str | None, typer.Option(help="Policy that the others are held against; the first.")] = None,
    csv: Annotated[
        Path | None, typer.Option(help="Write all figures to this file.", dir_okay=False, callback=can_be_written)
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            help="Draw the differences to this file, .png or .svg (extra plot).", dir_okay=False, callback=can_be_drawn
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Compare rules and exported policies on the same contacts, with paired differences and 95 % intervals.

    Examples: `ccenv compare tiny --rules fifo+progressive --rules "max0=lwt+max0,k=2"`.
    """
    if by not in BY:
        raise typer.BadParameter(f"{by!r}; allowed: {', '.join(BY)}", param_hint="--by")
    chosen = entrants(rules, policy)
    if len(chosen) < 2:
        raise typer.BadParameter("allowed: two or more, as --rules or --policy", param_hint="--rules")
    loaded, keys = load_scenario(scenario), seed_range(seeds)
    with progress(f"comparing {len(chosen)} policies on {len(keys)} runs of {loaded.name}"):
        found = compared(
            loaded,
            chosen,
            seeds=keys,
            days=days,
            kpis=columns_of(kpis),
            reward=None if reward == OWN else reward,
            by=by,
            baseline=baseline,
        )
    if csv is not None:
        found.to_csv(csv)
        NOTES.print(f"wrote {escaped(str(csv))}")
    if plot is not None:
        figure = np.ravel(found.plot())[0].figure
        write_atomically(plot, lambda path: figure.savefig(path, format=plot.suffix[1:].lower()))
        NOTES.print(f"wrote {escaped(str(plot))}")
    if json:
        show_json(rows_of(found))
    else:
        show_lines([found.table()])


def can_be_drawn(path: Path | None) -> Path | None:
    """Return the path of a picture, if one can be written there.

    Raises:
        typer.BadParameter: If its name does not end as a picture's, or it cannot be written.
        ImportError: If the extra `plot` is not installed.
    """
    if path is not None:
        import ccenv.plot  # noqa: F401  # its packages are an extra

        if path.suffix.lower() not in PICTURES:
            raise typer.BadParameter(f"'{path}'; allowed: a name that ends with {', '.join(PICTURES)}")
    return can_be_written(path)


def rows_of(comparison: Comparison) -> list[dict[str, Any]]:
    """Return the rows of a comparison in plain types."""
    return [{key: _plain(value) for key, value in row._asdict().items()} for row in comparison.rows]


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return {name: _plain(part) for name, part in value._asdict().items()}  # type: ignore[attr-defined]
    return None if isinstance(value, float) and not math.isfinite(value) else value
