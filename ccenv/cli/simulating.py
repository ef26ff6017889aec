"""`ccenv simulate`: KPIs of rules or of an exported policy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from ccenv.cli.asked import (
    OWN,
    Days,
    Json,
    Kpis,
    Reward,
    Scenario,
    Seeds,
    can_be_written,
    columns_of,
    complete_pacing,
    complete_routing,
    rule_of,
    seed_range,
)
from ccenv.cli.shown import NOTES, escaped, progress, show_json, show_lines
from ccenv.kpis import KPIS, KpiTable
from ccenv.kpis.declared import absent_columns
from ccenv.scenarios import load_scenario
from ccenv.simulation import simulate as simulated

REWARD = "reward"
LEAST_PART = 64  # runs of one call; fewer use the processor badly
MOST_PARTS = 20  # a scenario with a history simulates it again in each


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(simulate)


def simulate(
    scenario: Scenario,
    routing: Annotated[
        str | None,
        typer.Option(help="Routing rule, as in priority,order=[a,b].", autocompletion=complete_routing),
    ] = None,
    pacing: Annotated[
        str | None, typer.Option(help="Pacing rule, as in max0,k=2,c=1.", autocompletion=complete_pacing)
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(help="Folder of an exported policy (extra serve).", exists=True, file_okay=False)
    ] = None,
    seeds: Seeds = "16",
    days: Days = None,
    kpis: Kpis = None,
    reward: Reward = None,
    csv: Annotated[
        Path | None,
        typer.Option(help="Write a row for each run to this file.", dir_okay=False, callback=can_be_written),
    ] = None,
    json: Json = False,
) -> None:
    """Simulate a centre under rules, or under an exported policy, and show the KPIs with 95 % intervals.

    Without `--routing` and `--pacing` the scenario's own rules decide. The first run of a size class compiles the
    simulator, up to a minute; later runs load it.

    Examples: `ccenv simulate tiny`, `ccenv simulate bank_blended --pacing max0,k=2 --seeds 64`.
    """
    loaded = load_scenario(scenario)
    absent = absent_columns(loaded)
    named = columns_of(kpis)
    if named is not None and REWARD in named:
        if reward is None:
            raise typer.BadParameter(f"{REWARD} needs --reward, as in --reward {OWN}", param_hint="--kpis")
        named = [name for name in named if name != REWARD]
    chosen = [name for name in KPIS if name not in absent] if named is None else named
    arguments: dict[str, Any] = {
        "routing": rule_of(routing, "--routing"),
        "pacing": rule_of(pacing, "--pacing"),
        "policy": policy,
        "days": days,
        "kpis": chosen,
        "reward": loaded.reward if reward == OWN else reward,
    }
    keys = seed_range(seeds)
    size = max(LEAST_PART, -(-len(keys) // MOST_PARTS))
    parts = [keys[k : k + size] for k in range(0, len(keys), size)]
    with progress(f"simulating {loaded.name}, {len(keys)} runs", len(parts) if len(parts) > 1 else None) as bar:
        tables = []
        for part in parts:
            tables.append(simulated(loaded, seeds=part, **arguments))
            bar.advance(bar.task_ids[0])
    table = joined(tables)
    if csv is not None:
        table.to_csv(csv)
        NOTES.print(f"wrote {escaped(str(csv))}")
    figures = table.summary(kpis=[*chosen, *([] if reward is None else [REWARD])])
    if json:
        show_json({column: _finite(figure._asdict()) for column, figure in figures.items()})
    else:
        show_lines([str(figures)])


def joined(tables: list[KpiTable]) -> KpiTable:
    """Return tables of the same columns as one."""
    if len(tables) == 1:
        return tables[0]
    whole: KpiTable = np.concatenate(tables).view(KpiTable)
    whole.dials, whole.absent = tables[0].dials, tables[0].absent
    return whole


def _finite(figure: dict[str, float]) -> dict[str, float | None]:
    return {name: value if np.isfinite(value) else None for name, value in figure.items()}
