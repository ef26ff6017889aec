"""All engines on the same centre: contacts per second, and whether their results agree with the exact ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.stats import t as student

from experiments.speed.clock import WARM_UP, Candidate, figure, interleaved, scaled
from experiments.speed.peers import by_ccenv, by_ciw, by_heapq, by_simpy, exact
from experiments.speed.peers.model import Model, Outcome, loaded

ADVISORS = 100
COUNTED_S, LEAST_COUNTED_S = 36_000.0, 3_600.0
REPLICATIONS = {"ccenv": 32, "simpy": 1, "ciw": 1, "heapq": 6}  # in a round
LEVEL = 0.001  # significance level for all comparisons together
CONFIDENCE = 0.95
# Sums, divided by the contacts that left.
MEASURES = {"p_wait": "waited", "p_abandon": "abandoned", "e_wait_s": "wait_s"}

Engine = Callable[[int], list[Outcome]]


def measure(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Time all engines.

    Args:
        inputs: `rounds`, `share`, and optionally `advisors` (default 100).

    Returns:
        `figures`: contacts per second of each engine, ratios, nanoseconds of an event of ccenv, events per contact, and
        the largest error relative to the error that chance allows. `results`: estimates of each engine and exact
        values.
    """
    share = inputs["share"]
    model = loaded(inputs.get("advisors", ADVISORS), counted_s=max(LEAST_COUNTED_S, COUNTED_S * share))
    found: dict[str, list[Outcome]] = {name: [] for name in REPLICATIONS}
    clocked = interleaved(_candidates(model, share, found), inputs["rounds"])
    rates = {name: 1.0 / each.per("contacts") for name, each in clocked.items()}
    results = compared(found, exact.solve(model))
    figures = {f"{name}_per_s": figure(rate) for name, rate in rates.items()}
    figures |= {f"over_{name}": figure(rates["ccenv"] / rate) for name, rate in rates.items() if name != "ccenv"}
    figures["ccenv_ns"] = figure(1e9 * clocked["ccenv"].per("events"))
    figures["worst_error"] = figure(max(row["error"] for row in results))
    figures |= {f"{name}_events": figure(events) for name, events in _events(model, found).items()}
    return {"figures": figures, "model": model._asdict() | {"name": model.name}, "results": results}


def _candidates(model: Model, share: float, found: dict[str, list[Outcome]]) -> dict[str, Candidate]:
    """An engine's turn: some replications, whose outcomes are kept."""
    rows = {name: scaled(n, share) for name, n in REPLICATIONS.items()}
    engines: dict[str, Engine] = {"ccenv": by_ccenv.Runs(model, rows["ccenv"])}
    engines["simpy"] = _one_by_one(by_simpy.run, model, rows["simpy"])
    engines["ciw"] = _one_by_one(by_ciw.run, model, rows["ciw"])
    engines["heapq"] = _one_by_one(by_heapq.run, model, rows["heapq"])
    return {name: _turn(engine, rows[name], found[name]) for name, engine in engines.items()}


def _one_by_one(run: Callable[[Model, int], Outcome], model: Model, n: int) -> Engine:
    return lambda first_seed: [run(model, first_seed + k) for k in range(n)]


def _turn(engine: Engine, rows: int, kept: list[Outcome]) -> Candidate:
    def turn(number: int) -> dict[str, float]:
        done = engine((number - WARM_UP) * rows)
        if number != WARM_UP:
            kept.extend(done)
        return {"contacts": sum(each.contacts for each in done), "events": max(1, sum(each.events for each in done))}

    return turn


def _events(model: Model, found: Mapping[str, Sequence[Outcome]]) -> dict[str, float]:
    """Events per contact; SimPy and Ciw count theirs in a run that is not timed."""
    counted = {
        "simpy": [by_simpy.run(model, 0, by_simpy.CountingEnvironment())],
        "ciw": [by_ciw.run(model, 0, by_ciw.CountingSimulation)],
    }
    runs = {**found, **counted}
    return {name: sum(r.events for r in each) / sum(r.contacts for r in each) for name, each in runs.items()}


def compared(found: Mapping[str, Sequence[Outcome]], truth: Mapping[str, float]) -> list[dict[str, Any]]:
    """Estimates of each engine, with 95 % intervals, and the exact values.

    Returns:
        Rows of `engine`, `measure`, `value`, `low`, `high`, `exact`, `replications`, and `error`: the distance to the
        exact value relative to the distance that chance allows to the family of all rows (Student's t, Bonferroni).
    """
    family = len(found) * len(MEASURES)
    rows = []
    for engine, outcomes in found.items():
        for name, column in MEASURES.items():
            value, spread = _ratio(outcomes, column)
            half, most = (
                float(student.isf(level / 2.0, len(outcomes) - 1)) * spread
                for level in (1.0 - CONFIDENCE, LEVEL / family)
            )
            row = {"engine": engine, "measure": name, "value": value, "low": value - half, "high": value + half}
            error = abs(value - truth[name]) / most
            rows.append(row | {"exact": truth[name], "replications": len(outcomes), "error": error})
    return rows


def _ratio(outcomes: Sequence[Outcome], column: str) -> tuple[float, float]:
    """A sum per contact that left, and its standard error over replications, by the delta method."""
    above, below = (np.array([getattr(each, name) for each in outcomes], float) for name in (column, "left"))
    value = above.sum() / below.sum()
    errors = (above - value * below) / below.mean()
    return float(value), float(errors.std(ddof=1) / np.sqrt(len(errors)))
