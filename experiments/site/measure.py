"""Measure every centre of the library under the rules: `python -m experiments.site.measure`.

Writes `experiments/results/centres.json`, which the site and the README quote. Pacing rules are tuned on training days
with the centre's own routing rule, then all routing rules run with the best pacing rule. The best pair is chosen on
validation days. All are compared with it on evaluation days, on the same contacts. `--only` measures some centres anew
and keeps the others.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

import ccenv
from ccenv.files.writing import write_json
from ccenv.kpis import KpiTable, paired_difference
from ccenv.kpis.dropped_share import definition_by, share_column, within_limits
from ccenv.scenarios import Scenario, list_scenarios, load_scenario
from ccenv.seeds import seeds
from ccenv.sim.state.sizes import SIZES
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.parts import RESULTS
from experiments.jobs.provenance import machine, versions
from experiments.jobs.workers import Workers
from experiments.pipeline.evaluation import VALUE, Pair, Rule, drop_limit, interval, own_pair, rule_days
from experiments.pipeline.tuning import Halving, Tried, best, candidates, tune
from experiments.site.day import day_series
from experiments.site.solved import gap

FILE = ROOT / RESULTS / "centres.json"
GRIDS = ROOT / "configs" / "rules" / "standard.yaml"
COMMAND = "python -m experiments.site.measure"
#: Columns of the table of a centre, in order; those without a figure in a centre are left out.
COLUMNS = (
    VALUE, "mean_wait_s", "abandonment", "served_within_T_of_offered", "occupancy", "n_attempts", "n_sales",
)  # fmt: skip
MANY, FEW = (64, Halving((4, 16), 0.25)), (16, Halving((2, 4), 0.1))  # evaluation days, tuning
LONG = 2  # an episode of so many days, or a centre of class L and above, is measured on few


def effort(scenario: Scenario) -> tuple[int, Halving]:
    """Return the number of evaluation episodes and the rounds of the tuning."""
    large = list(SIZES).index(scenario.size.name) >= list(SIZES).index("L")
    return FEW if large or scenario.centre.episode_days >= LONG else MANY


def families(scenario: Scenario, own: Pair) -> dict[str, list[Pair]]:
    """Return the pacing candidates by rule, each with the centre's own routing rule; the centre has a campaign."""
    grids = yaml.safe_load(GRIDS.read_text())["pacing"]
    found = {name: [Pair(own.routing, rule) for rule in rules] for name, rules in candidates(grids).items()}
    found.setdefault(own.pacing.name, []).append(own)
    return found


def entrants(scenario: Scenario, halving: Halving) -> list[Pair]:
    """Return the pairs of rules that are compared: the own pair first, then each tuned rule of a half."""
    own = own_pair(scenario)
    tried: dict[str, list[Tried]] = {}
    if scenario.campaigns:
        with Workers(1) as workers:
            tried = tune(scenario, families(scenario, own), halving, drop_limit(scenario), workers, scenario.name)
    chosen = [ranked[0].pair for ranked in tried.values()]
    pacing = best(tried, drop_limit(scenario)).pair.pacing if tried else own.pacing
    routings = yaml.safe_load(GRIDS.read_text())["routing"] if scenario.queues else ()
    routed = [Pair(own.routing if own.routing.name == name else Rule(name), pacing) for name in routings]
    return list({pair.label: pair for pair in [own, *chosen, *routed]}.values())


def compared(scenario: Scenario, pairs: Sequence[Pair], n: int) -> list[dict[str, Any]]:
    """Return a row for each pair: figures, difference of the value to the first pair and to the best, limit kept.

    The best pair is chosen on other days than those of the figures, so its lead is not the luck of a choice.
    """
    first = chosen(scenario, pairs, n)
    tables = [rule_days(scenario, pair, seeds("evaluation", n)) for pair in pairs]
    share = share_column(scenario, tables[0])
    columns = [*COLUMNS, *([share] if scenario.campaigns else [])]
    rows: list[dict[str, Any]] = [
        {
            "routing": {"name": pair.routing.name, "params": dict(pair.routing.params)},
            "pacing": {"name": pair.pacing.name, "params": dict(pair.pacing.params)},
            "label": pair.label,
            "kpis": _figures(table, columns),
            "within_limit": within_limits(scenario, table.summary(), share),
        }
        for pair, table in zip(pairs, tables, strict=True)
    ]
    for k, row in enumerate(rows):
        row["best"] = k == first
        row["to_own"] = interval(paired_difference(tables[k], tables[0], VALUE)) if k else None
        row["behind_best"] = interval(paired_difference(tables[first], tables[k], VALUE)) if k != first else None
    return rows


def chosen(scenario: Scenario, pairs: Sequence[Pair], n: int) -> int:
    """Return the index of the pair that is best on n validation days, among those that keep the drop limit, if any."""
    tables = [rule_days(scenario, pair, seeds("validation", n)) for pair in pairs]
    share = share_column(scenario, tables[0])
    within = [k for k, table in enumerate(tables) if within_limits(scenario, table.summary(), share)]
    return max(within or range(len(pairs)), key=lambda k: float(np.mean(tables[k][VALUE])))


def _figures(table: KpiTable, columns: Sequence[str]) -> dict[str, Any]:
    summary = table.summary(kpis=columns)
    return {column: interval(summary[column]) for column in columns if column in summary}


def measured(name: str) -> dict[str, Any]:
    """Return the result of one centre."""
    started = time.process_time()
    scenario = load_scenario(name)
    n, halving = effort(scenario)
    rows = compared(scenario, entrants(scenario, halving), n)
    series = day_series(scenario, n)
    return {
        "episodes": n,
        "episode_days": scenario.centre.episode_days,
        "tuning_episodes": list(halving.rungs) if scenario.campaigns else [],
        "limit": drop_limit(scenario),
        "definition": definition_by(scenario) if scenario.campaigns else None,
        "rows": rows,
        "day": series,
        "solved": gap(name),
        "cpu_s": round(time.process_time() - started, 1),
    }


def write(names: Sequence[str], to: Path = FILE) -> None:
    """Measure these centres, and write the file after each; other centres that it holds are kept."""
    kept = read_json(to)["centres"] if to.exists() else {}
    for name in names:
        kept[name] = measured(name)
        print(f"{name}: {len(kept[name]['rows'])} pairs of rules, {kept[name]['cpu_s']} CPU s", flush=True)
        write_json(to, _result(kept))


def _result(kept: Mapping[str, Any]) -> dict[str, Any]:
    used = versions()
    return {
        "command": COMMAND,
        "machine": machine(),
        "versions": {package: used[package] for package in ("python", "numpy", "numba", "ccenv") if package in used},
        "purpose": "evaluation",
        "value": "reward per episode, by the preset of the centre",
        "centres": {name: kept[name] for name in list_scenarios() if name in kept},
    }


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="Measure the centres of the library under the rules.")
    parser.add_argument("--only", nargs="+", choices=ccenv.list_scenarios(), help="centres to measure; default: all")
    write(parser.parse_args().only or ccenv.list_scenarios())


if __name__ == "__main__":
    main()
