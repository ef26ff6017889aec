"""`ccenv warmup`: compile the simulator and the rules ahead of time."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import typer

from ccenv.cli.asked import complete_scenario
from ccenv.cli.shown import NOTES, out, progress
from ccenv.files.cache import wanted_folder
from ccenv.rules import PACING_RULES, ROUTING_RULES
from ccenv.rules.linking import address_of
from ccenv.run.config import run_config
from ccenv.run.engine import Engine
from ccenv.scenarios import Scenario, load_scenario
from ccenv.sim.state.layout import layout

DEFAULT = ("tiny",)  # of the smallest size class, as most centres of one's own


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(warmup)


def warmup(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(
            help="Scenarios whose size classes are compiled; without any, the smallest size class.",
            autocompletion=complete_scenario,
        ),
    ] = None,
) -> None:
    """Compile the simulator for the size classes of scenarios, with all rules, and keep the code for later runs.

    It takes up to a minute for each size class that is not in the cache yet.
    """
    loaded: dict[str, Scenario] = {}
    for source in scenarios or DEFAULT:
        scenario = load_scenario(source)
        loaded.setdefault(scenario.size.name, scenario)
    rules = [*ROUTING_RULES, *PACING_RULES]
    with progress("compiling", len(loaded) * (1 + len(rules))) as bar:
        for name, scenario in loaded.items():
            bar.update(bar.task_ids[0], description=f"compiling the simulator, size class {name}")
            engine = Engine(run_config(scenario, owns="rules"), 1)
            engine.start(np.zeros(1, np.uint64), np.zeros(1, np.bool_))  # compiles, and starts no episode
            bar.advance(bar.task_ids[0])
            for rule in rules:
                bar.update(bar.task_ids[0], description=f"compiling the rule {rule.name}, size class {name}")
                address_of(rule, layout(name))
                bar.advance(bar.task_ids[0])
    out().print(f"ready: size class {', '.join(loaded)}, {len(rules)} rules each", soft_wrap=True)
    NOTES.print(f"the code is kept in {wanted_folder()}")
