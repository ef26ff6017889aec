"""`simulate`: KPIs of rules or a policy over given seeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ccenv.batch import Batch
from ccenv.kpis import KpiTable, interval_table, kpi_table
from ccenv.policy import Policy, rollout
from ccenv.run.config import RuleChoice, RunConfig, run_config
from ccenv.run.engine import Engine, counters_of
from ccenv.run.history import past_of
from ccenv.scenarios import Scenario, load_scenario
from ccenv.scenarios.schema import Reserves
from ccenv.sim.state.codes import DAY_S

ROWS = 64  # environments stepped together when a policy is evaluated


def simulate(
    scenario: Scenario | str | Mapping[str, Any],
    *,
    routing: RuleChoice = None,
    pacing: RuleChoice = None,
    policy: Policy | str | Path | None = None,
    seeds: Iterable[int],
    reserves: Reserves | None = None,
    days: int | None = None,
    by: str | None = None,
) -> KpiTable:
    """Run one episode for each seed and return the KPIs.

    Args:
        scenario: A scenario, or a source that `load_scenario` accepts.
        routing: A routing rule's name, or (name, parameters); None: the policy's own if it has one, else the
            scenario's.
        pacing: The same for pacing.
        policy: A policy, or the folder of a bundle. Rules take the decisions that it does not own.
        seeds: Non-negative integers. The same seed gives the same contacts under every policy.
        reserves: Flag of all campaigns: True, False or "either". None: the policy's own if it has one; for rules what
            the pacing rule needs, or the scenario's own if that is `either`.
        days: Days of an episode; None: the scenario's `episode_days`.
        by: `interval` adds KPIs by slot in `table.interval` (rules only).

    Returns:
        One row for each seed.

    Raises:
        ValueError: If an argument is not allowed.
    """
    centre = load_scenario(scenario)
    keys = np.array([int(s) for s in seeds], np.int64)
    if keys.size == 0 or keys.min() < 0:
        raise ValueError("seeds: allowed: one or more non-negative integers")
    if by not in (None, "interval"):
        raise ValueError(f"by = {by!r}; allowed: None, 'interval'")
    if policy is not None:
        if by is not None:
            raise ValueError("by = 'interval' is allowed for rules only")
        return _simulate_policy(centre, policy, routing, pacing, keys, days, reserves)
    run = run_config(centre, owns="rules", routing=routing, pacing=pacing, reserves=reserves, days=days)
    return _simulate_rules(run, keys, by)


def _simulate_rules(run: RunConfig, keys: np.ndarray, by: str | None) -> KpiTable:
    env = run.layout.env
    n = min(ROWS, keys.size)
    engine = Engine(run, n, past=past_of(run))
    engine.envs["stop_at_slots"] = by is not None
    n_intervals = run.days * int(run.config["day_slots"][0]) if by else 0
    counts, intervals = [], []
    for first in range(0, keys.size, n):
        chunk = np.resize(keys[first : first + n], n)
        which = np.arange(n) < keys.size - first
        engine.start(chunk.astype(np.uint64), which)
        cumulative = [engine.counters()]
        for _ in range(n_intervals - 1):
            engine.go_on()
            cumulative.append(engine.counters())
        counts.append(engine.counters()[which])
        intervals.append(np.stack(cumulative, axis=1)[which])
    total = np.concatenate(counts)
    table = _by_interval(run, keys, np.concatenate(intervals)) if by else None
    return kpi_table(run.scenario, counters_of(total, env), keys, interval=table, dials=run.dials)


def _by_interval(run: RunConfig, keys: np.ndarray, cumulative: np.ndarray) -> KpiTable:
    """Return KPIs by slot from the cumulative counters at the end of each slot, (R, I, numbers)."""
    clock = run.scenario.centre.clock
    n_slots = int(run.config["day_slots"][0])
    start_s = [d * DAY_S + clock.open_s + k * clock.slot_s for d in range(run.days) for k in range(n_slots)]
    flat = counters_of(cumulative.reshape(-1, cumulative.shape[2]), run.layout.env)
    tables = {axis: t.reshape(keys.size, -1, t.shape[1]) for axis, t in flat.items()}
    return interval_table(run.scenario, tables, keys, start_s)


def _simulate_policy(
    centre: Scenario,
    policy: Policy | str | Path,
    routing: RuleChoice,
    pacing: RuleChoice,
    keys: np.ndarray,
    days: int | None,
    given: Reserves | None,
) -> KpiTable:
    chosen = _loaded(policy) if isinstance(policy, str | Path) else policy
    reserves = getattr(chosen, "reserves", None) if given is None else given
    check = getattr(chosen, "check_scenario", None)
    if check is not None:
        check(centre if reserves is None else centre.with_reserves(reserves))
    batch = Batch(
        centre,
        min(ROWS, keys.size),
        owns=getattr(chosen, "owns", "blended"),
        routing=getattr(chosen, "routing", None) if routing is None else routing,
        pacing=getattr(chosen, "pacing", None) if pacing is None else pacing,
        reserves=reserves,
        actions=getattr(chosen, "actions", "all"),
        days=days,
        autoreset="disabled",
    )
    done = rollout(batch, chosen, keys)
    return kpi_table(batch.scenario, done.counters, keys, done.n_illegal, dials=batch.run.dials)


def _loaded(folder: str | Path) -> Policy:
    from ccenv.serving import load_bundle  # its packages are an extra

    policy: Policy = load_bundle(folder)
    return policy
