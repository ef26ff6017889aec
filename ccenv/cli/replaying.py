"""`ccenv replay`: a day under one or two policies as an HTML file that plays."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ccenv.cli.asked import OWN, Days, Policies, Reward, Scenario, can_be_written, complete_pair, entrants
from ccenv.cli.shown import NOTES, escaped, progress
from ccenv.playback import replay as written
from ccenv.playback.page import MOST_RUNS
from ccenv.scenarios import load_scenario


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(replay)


def replay(
    scenario: Scenario,
    rules: Annotated[
        list[str] | None,
        typer.Option(
            help="A pair of rules, as in mine=lwt+max0,k=2; the name may be left out. Once or twice; none: the "
            "scenario's own.",
            metavar="NAME=ROUTING+PACING",
            autocompletion=complete_pair,
        ),
    ] = None,
    policy: Policies = None,
    seed: Annotated[int, typer.Option(help="Seed of the contacts.", min=0)] = 0,
    days: Days = None,
    reward: Reward = None,
    out: Annotated[Path, typer.Option(help="The file to write.", dir_okay=False, callback=can_be_written)] = Path(
        "replay.html"
    ),
) -> None:
    """Write one HTML file in which a day is played under one or two policies on the same contacts.

    Examples: `ccenv replay tiny --rules fifo+progressive --rules "max0=lwt+max0,k=2" --seed 7 --out day.html`.
    """
    chosen = entrants(rules, policy)
    if len(chosen) > MOST_RUNS:
        raise typer.BadParameter("allowed: one or two, as --rules or --policy", param_hint="--rules")
    loaded = load_scenario(scenario)
    with progress(f"recording {loaded.name} with seed {seed}"):
        path = written(
            loaded,
            chosen or {"the scenario's rules": None},
            seed=seed,
            path=out,
            days=days,
            reward=None if reward == OWN else reward,
        )
    NOTES.print(f"wrote {escaped(str(path))} ({path.stat().st_size / 1e3:,.0f} kB); open it in a browser")
