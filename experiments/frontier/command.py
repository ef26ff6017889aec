"""The command's work: measure each price that is not finished, compare mixtures, and write the result and the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ccenv.files.writing import write_atomic, write_json
from ccenv.kpis import crossed_interval
from ccenv.kpis.bootstrap import Estimate, ratio_estimate
from ccenv.scenarios import load_scenario
from experiments.frontier.measure import POLICY, RULES, WHO, Effort, measured
from experiments.frontier.mixtures import Mixed, abandonment_of, best_mixture, mixed
from experiments.frontier.page import drawing, page
from experiments.frontier.prices import NAMES, gain_of, priced
from experiments.frontier.settings import Settings
from experiments.headline.declared import P2
from experiments.headline.figures import linear
from experiments.jobs.cells import cell_digest, run_once
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.kinds import centre_digest
from experiments.jobs.sources import code_digest
from experiments.jobs.workers import Workers
from experiments.pipeline.evaluation import Pair, drop_limit, interval, pair_of
from experiments.tuning.choice import file_name

NAME = "frontier"
CODE = ("experiments.frontier.measure",)


def frontier(settings: Settings, command: str) -> Path:
    """Measure the prices that are not finished and write the result file, the page and the drawing.

    Args:
        settings: All settings.
        command: The command line, noted in the results.

    Returns:
        The page.

    Raises:
        ValueError: If a setting is not allowed, or a centre has no opponents.
    """
    _check(settings)
    opponents = {name: _opponent(settings, name) for name in settings.centres}
    asked = [
        (name, factor, seed)
        for name in settings.centres
        for factor in sorted(settings.prices)
        for seed in range(settings.replicates)
    ]
    with Workers(settings.processes) as workers:
        found = workers.map(cell, [(settings, name, opponents[name], *each) for name, *each in asked], NAME)
    by_cell = dict(zip(asked, found, strict=True))
    folder = ROOT / settings.results
    before = read_json(folder / f"{NAME}.json")["centres"] if (folder / f"{NAME}.json").exists() else []
    made = [_centre(settings, name, by_cell, command) for name in settings.centres]
    kept = [each for each in before if each["centre"] not in settings.centres]
    write_json(folder / f"{NAME}.json", {"centres": [*kept, *made]})
    written = read_json(folder / f"{NAME}.json")["centres"]
    drawing(written, folder / f"{NAME}.svg")
    path = folder / f"{NAME}.md"
    write_atomic(path, page(written))
    return path


def _check(settings: Settings) -> None:
    if not settings.centres:
        raise ValueError("centres = []; allowed: one name of a library centre, or more")
    prices = sorted(settings.prices)
    if 1.0 not in prices or len(prices) < 2 or not prices[0] > 0.0 or len(set(prices)) < len(prices):
        raise ValueError(f"prices = {list(settings.prices)}; allowed: two or more different ones above 0, 1 among them")
    if not settings.cpu_s > 0.0:
        raise ValueError(f"cpu_s = {settings.cpu_s}; allowed: a positive number of seconds")
    for name, least in (("replicates", 1), ("days", 1), ("validation_days", 2), ("evaluation_days", 2)):
        if getattr(settings, name) < least:
            raise ValueError(f"{name} = {getattr(settings, name)}; allowed: {least} or more")


def _opponent(settings: Settings, name: str) -> Pair:
    path = ROOT / settings.tuned / f"{file_name(name, None)}.json"
    priced(name, 1.0)
    if not path.exists():
        there = ", ".join(sorted(each.stem for each in path.parent.glob("*.json")))
        raise ValueError(f"centres: {name!r} has no opponents; there: {there}")
    return pair_of(read_json(path)["rungs"][P2]["pair"])


def effort_of(settings: Settings) -> Effort:
    """Return how much is spent on each cell."""
    return Effort(*(getattr(settings, name) for name in Effort._fields))


def cell(settings: Settings, name: str, opponent: Pair, factor: float, seed: int) -> dict[str, Any]:
    """Return what a price of a centre and a replicate have found; kept in a cell; runs in a worker process."""
    scenario, effort = priced(name, factor), effort_of(settings)
    inputs = {**effort._asdict(), "seed": seed, "opponent": opponent.label}
    digest = cell_digest(inputs, centre_digest(scenario), code_digest(CODE))
    path, _ = run_once(ROOT / settings.dir / f"{digest}.json", lambda: measured(scenario, opponent, seed, effort))
    found: dict[str, Any] = read_json(path)
    return found


def _centre(settings: Settings, name: str, cells: Mapping[tuple[str, float, int], Any], command: str) -> dict[str, Any]:
    """Return the figures of a centre: each price, and both mixtures at the rules' abandonment of each price."""
    scenario, replicates = load_scenario(name), range(settings.replicates)
    prices, limit = sorted(settings.prices), drop_limit(load_scenario(name))
    by_replicate = [[cells[name, factor, seed] for factor in prices] for seed in replicates]
    levels = [
        max(abandonment_of(row[k]["days"]["validation"][RULES]) for row in by_replicate) for k in range(len(prices))
    ]
    return {
        "centre": name, "scenario_digest": scenario.digest, "command": command, "gain": NAMES[gain_of(scenario)],
        "limit": limit, "effort": effort_of(settings)._asdict(), "replicates": settings.replicates,
        "cpu_s": round(sum(each["cpu_s"] for row in by_replicate for each in row), 1),
        "prices": [_price(factor, [row[k] for row in by_replicate]) for k, factor in enumerate(prices)],
        "levels": [level_of(by_replicate, limit, level, factor) for level, factor in zip(levels, prices, strict=True)],
    }  # fmt: skip


def _price(factor: float, cells: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what rules and policy do under a price, means over the replicates."""
    found: dict[str, Any] = {
        "price": factor, "labels": sorted({each["label"] for each in cells}),
        "rules_chosen": sum(each["rules_chosen"] for each in cells),
    }  # fmt: skip
    for who in WHO:
        mine = [mixed([each["days"]["evaluation"][who]], np.ones(1)) for each in cells]
        shares = [each.dropped_share for each in mine]
        found[who] = {
            "gain": float(np.mean([each.gain for each in mine])),
            "abandonment": float(np.mean([each.abandonment for each in mine])),
            "dropped_share": None if None in shares else float(np.mean(shares)),  # type: ignore[arg-type]
        }
    return found


def level_of(
    cells: Sequence[Sequence[Mapping[str, Any]]], limit: float | None, abandonment: float, price: float
) -> dict[str, Any]:
    """Return the best mixtures of rules and of policies at an abandonment, chosen on validation days.

    Args:
        cells: By replicate and price.
        limit: Of the dropped share.
        abandonment: Largest abandonment allowed to both.
        price: Price under which the rules have this abandonment.

    Returns:
        `price`, `abandonment`; by who acts `gain`, `abandonment` and `dropped_share` on evaluation days, and `mixed`,
        the largest number of which a mixture consists; `over`, differences of the policies to the rules in `gain` and
        `abandonment`, with intervals. Who has no mixture that keeps both constraints on validation days is None, and
        so is `over` then.
    """
    chosen = {who: [_mixture(row, who, limit, abandonment) for row in cells] for who in WHO}
    found: dict[str, Any] = {"price": price, "abandonment": abandonment, **dict.fromkeys(WHO), "over": None}
    for who, mixtures in chosen.items():
        known = [each for each in mixtures if each is not None]
        if len(known) == len(mixtures):
            shares = [each.dropped_share for each, _ in known]
            found[who] = {
                "gain": float(np.mean([each.gain for each, _ in known])),
                "abandonment": float(np.mean([each.abandonment for each, _ in known])),
                "dropped_share": None if None in shares else float(np.mean(shares)),  # type: ignore[arg-type]
                "mixed": max(n for _, n in known),
            }
    if found[RULES] and found[POLICY]:
        rules, policies = ([each for each, _ in chosen[who]] for who in WHO)  # type: ignore[misc]
        gaps = [policy.gain - rule.gain for policy, rule in zip(policies, rules, strict=True)]
        more = [_linear(policy) - _linear(rule) for policy, rule in zip(policies, rules, strict=True)]
        found["over"] = {"gain": interval(_estimated(gaps)), "abandonment": interval(_estimated(more))}
    return found


def _mixture(
    row: Sequence[Mapping[str, Any]], who: str, limit: float | None, abandonment: float
) -> tuple[Mixed, int] | None:
    weights = best_mixture([each["days"]["validation"][who] for each in row], abandonment, limit)
    if weights is None:
        return None
    return mixed([each["days"]["evaluation"][who] for each in row], weights), int(np.count_nonzero(weights > 0.0))


def _linear(days: Mixed) -> np.ndarray:
    found: np.ndarray = linear(days.abandoned[None], days.offered[None])[0]
    return found


def _estimated(gaps: Sequence[np.ndarray]) -> Estimate:
    return crossed_interval(np.stack(gaps)) if len(gaps) > 1 else ratio_estimate(gaps[0])
