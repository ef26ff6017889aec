"""`simulate`: KPIs of rules or a policy over given seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ccenv.batch import Batch
from ccenv.files.errors import shown
from ccenv.files.numbers import different, seed_numbers
from ccenv.kpis import KpiTable, interval_table, kpi_table, with_column
from ccenv.kpis.table import check_entities
from ccenv.policy import Policy, as_policy, rollout
from ccenv.policy.exploring import Actor, Explorer
from ccenv.policy.in_kernel import compiled_of
from ccenv.rewards.sums import episode_rewards, reward_columns
from ccenv.rewards.terms import Reward
from ccenv.run.config import RuleChoice, RunConfig, run_config
from ccenv.run.engine import CapacityError, own_counters
from ccenv.run.growth import fresh, larger
from ccenv.scenarios import Scenario
from ccenv.scenarios.load import load_for_run
from ccenv.scenarios.schema import Reserves
from ccenv.sim.state.codes import DAY_S

BLOCK = 1024  # runs whose counters are kept until they are rows of the table
ROWS = 64  # environments stepped together when a policy is evaluated
KERNEL_ROWS = 16  # environments of a compiled policy: they run one after the other


def simulate(
    scenario: Scenario | str | Mapping[str, Any],
    *,
    routing: RuleChoice = None,
    pacing: RuleChoice = None,
    policy: Any = None,
    seeds: Iterable[int],
    reserves: Reserves | None = None,
    days: int | None = None,
    by: str | None = None,
    reward: Reward = None,
    kpis: Sequence[str] | None = None,
) -> KpiTable:
    """Run one episode for each seed and return the KPIs.

    Args:
        scenario: A scenario, or a source that `load_scenario` accepts.
        routing: A routing rule's name, or (name, parameters); None: the policy's own if it has one, else the
            scenario's.
        pacing: The same for pacing.
        policy: A policy, the folder of a bundle, a model of Stable-Baselines3 or sb3-contrib, or a function of one
            observation and one mask that returns an action (see `ccenv.policy.as_policy`). Rules take the decisions
            that it does not own. A compiled policy (`NetPolicy`, `IndexPolicy`, `SetPolicy`, `TreePolicy`) runs
            inside the kernel.
        seeds: Different whole numbers below 2**64, each one run. The same seed gives the same contacts under
            every policy.
        reserves: Flag of all campaigns: True, False or "either". None: the policy's own if it has one; for rules what
            the pacing rule needs, or the scenario's own if that is `either`.
        days: Days of an episode; None: the scenario's `episode_days`.
        by: `interval` adds KPIs by slot in `table.interval`.
        reward: Preset, or weights by reward term. The column `reward` then holds what the environments pay over the
            episode. `scenario.reward` is the scenario's own preset; None: no such column.
        kpis: Columns to compute, each with those of its entities and the counters that a summary needs; None for all.
            A table of all columns takes 6 KB a run, and more for a large centre.

    Returns:
        One row for each seed.

    Raises:
        ValueError: If an argument is not allowed.
    """
    centre = load_for_run(scenario, reward)
    keys = seed_numbers("seeds", seeds)
    different("seeds", keys)
    if by not in (None, "interval"):
        raise ValueError(f"by = {by!r}; allowed: None, 'interval'")
    if kpis is not None:
        check_entities(centre, kpis)
    if kpis is not None and reward is not None:
        kpis = [*kpis, *reward_columns(centre, reward)]
    if policy is not None:
        return _simulate_policy(centre, policy, routing, pacing, keys, days, reserves, by, reward, kpis)
    run = run_config(centre, owns="rules", routing=routing, pacing=pacing, reserves=reserves, days=days, reward=reward)
    return _in_blocks(keys, lambda block: _simulate_rules(run, block, by, reward, kpis))


def _in_blocks(keys: np.ndarray, rows: Callable[[np.ndarray], KpiTable]) -> KpiTable:
    """Return a table whose rows are computed for `BLOCK` seeds at a time."""
    first_rows = rows(keys[:BLOCK])
    if keys.size <= BLOCK:
        return first_rows
    table: KpiTable = np.empty(keys.size, first_rows.dtype).view(KpiTable)
    table.dials, table.absent, by_slot = first_rows.dials, first_rows.absent, first_rows.interval
    if by_slot is not None:
        table.interval = np.empty((keys.size, *by_slot.shape[1:]), by_slot.dtype).view(KpiTable)
        table.interval.absent = by_slot.absent
    for first in range(0, keys.size, BLOCK):
        part = rows(keys[first : first + BLOCK]) if first else first_rows
        table[first : first + BLOCK] = part
        if table.interval is not None:
            table.interval[first : first + BLOCK] = part.interval
    return table


def _simulate_rules(
    run: RunConfig, keys: np.ndarray, by: str | None, reward: Reward, kpis: Sequence[str] | None
) -> KpiTable:
    n = min(ROWS, keys.size)
    engine = fresh(run, n)
    n_intervals = run.n_slots if by else 1
    counted: list[dict[str, np.ndarray]] = []
    decided: list[np.ndarray] = []
    while len(counted) * n < keys.size:
        chunk = keys[len(counted) * n :][:n]
        try:
            engine.envs["stop_at_slots"] = by is not None
            engine.start(np.resize(chunk, n).astype(np.uint64), np.arange(n) < chunk.size)
            cumulative, decisions = [engine.counters()], [engine.envs["n_decisions"].copy()]
            for _ in range(n_intervals - 1):
                engine.go_on()
                cumulative.append(engine.counters())
                decisions.append(engine.envs["n_decisions"].copy())
        except CapacityError as error:
            engine = fresh(larger(engine.run, error), n)
            continue
        flat = np.stack(cumulative, axis=1)[: chunk.size].reshape(chunk.size * n_intervals, -1)
        decided.append(np.stack(decisions, axis=1)[: chunk.size])
        counted.append(own_counters(flat, engine.run))
    counters = {axis: np.concatenate([part[axis] for part in counted]) for axis in counted[0]}
    by_interval = {axis: part.reshape(keys.size, n_intervals, -1) for axis, part in counters.items()}
    n_decisions = np.concatenate(decided)
    table = _by_interval(run, keys, by_interval, n_decisions, kpis) if by else None
    totals = {axis: part[:, -1] for axis, part in by_interval.items()}
    return _with_reward(
        kpi_table(
            run.scenario, totals, keys, interval=table, n_decisions=n_decisions[:, -1], dials=run.dials, kpis=kpis
        ),
        run.scenario,
        reward,
    )


def _with_reward(table: KpiTable, scenario: Scenario, reward: Reward) -> KpiTable:
    """Add the column `reward` to a table, and to the one by interval, if a reward was asked for."""
    if reward is None:
        return table
    if table.interval is not None:
        table.interval = _with_reward(table.interval, scenario, reward)
    return with_column(table, "reward", episode_rewards(scenario, table, reward))


def _by_interval(
    run: RunConfig,
    keys: np.ndarray,
    cumulative: dict[str, np.ndarray],
    n_decisions: np.ndarray,
    kpis: Sequence[str] | None,
    n_illegal: npt.ArrayLike = 0,
) -> KpiTable:
    """Return KPIs by slot, from the counters at the end of each slot by axis, (R, I, entities)."""
    clock = run.scenario.centre.clock
    n_slots = int(run.config["day_slots"][0])
    start_s = [d * DAY_S + clock.open_s + k * clock.slot_s for d in range(run.days) for k in range(n_slots)]
    return interval_table(run.scenario, cumulative, keys, start_s, n_illegal, n_decisions, kpis)


def _simulate_policy(
    centre: Scenario,
    policy: Any,
    routing: RuleChoice,
    pacing: RuleChoice,
    keys: np.ndarray,
    days: int | None,
    given: Reserves | None,
    by: str | None,
    reward: Reward,
    kpis: Sequence[str] | None,
) -> KpiTable:
    chosen = policy_of(policy)
    compiled = compiled_of(chosen) if by is None else None
    n = min(ROWS, keys.size) if compiled is None else 1
    batch = batch_for(centre, chosen, n, routing=routing, pacing=pacing, days=days, reserves=given, reward=reward)
    if compiled is not None:
        explorer = Explorer(batch.run, None, Actor(compiled), min(KERNEL_ROWS, keys.size))
        return _in_blocks(keys, lambda block: _simulate_compiled(explorer, block, reward, kpis))

    def rows(block: np.ndarray) -> KpiTable:
        done = rollout(batch, chosen, block, by=by)
        slots = None
        if done.by_slot is not None:
            slots = _by_interval(
                batch.run, block, done.by_slot, done.decisions_by_slot, kpis, n_illegal=done.illegal_by_slot
            )
        table = kpi_table(
            batch.scenario, done.counters, block, done.n_illegal, interval=slots, n_decisions=done.n_decisions,
            dials=batch.run.dials, kpis=kpis,
        )  # fmt: skip
        return _with_reward(table, batch.scenario, reward)

    return _in_blocks(keys, rows)


def _simulate_compiled(explorer: Explorer, keys: np.ndarray, reward: Reward, kpis: Sequence[str] | None) -> KpiTable:
    """Run a compiled policy inside the kernel."""
    counted: list[dict[str, np.ndarray]] = []
    decided: list[np.ndarray] = []
    for counters, decisions in explorer.play(keys):
        counted.append(own_counters(counters, explorer.run))
        decided.append(decisions)
    totals = {axis: np.concatenate([part[axis] for part in counted]) for axis in counted[0]}
    run = explorer.run
    table = kpi_table(run.scenario, totals, keys, n_decisions=np.concatenate(decided), dials=run.dials, kpis=kpis)
    return _with_reward(table, run.scenario, reward)


def batch_for(
    centre: Scenario,
    policy: Policy,
    n: int,
    *,
    routing: RuleChoice = None,
    pacing: RuleChoice = None,
    days: int | None = None,
    reserves: Reserves | None = None,
    reward: Reward = None,
) -> Batch:
    """Return a batch of n rows in which a policy decides what it owns, for `rollout`.

    The arguments are those of `simulate`.

    Raises:
        ValueError: If the policy cannot decide in this scenario.
    """
    flag = getattr(policy, "reserves", None) if reserves is None else reserves
    check = getattr(policy, "check_scenario", None)
    if check is not None:
        check(centre if flag is None else centre.with_reserves(flag))
    return Batch(
        centre,
        n,
        owns=getattr(policy, "owns", "blended"),
        routing=getattr(policy, "routing", None) if routing is None else routing,
        pacing=getattr(policy, "pacing", None) if pacing is None else pacing,
        reserves=flag,
        actions=getattr(policy, "actions", "all"),
        days=days,
        reward=reward,
        on_illegal=getattr(policy, "on_illegal", "raise"),
        autoreset="disabled",
    )


def policy_of(policy: Any) -> Policy:
    """Return what `simulate` takes as a policy as one: the folder of a bundle is loaded, the rest is for `as_policy`.

    Raises:
        ValueError: If it is no policy, or there is no such folder.
        BundleError: If the folder holds no bundle.
        ImportError: If the extra `serve` is not installed and a bundle is given.
    """
    if not isinstance(policy, str | Path):
        return as_policy(policy)
    if not Path(policy).is_dir():
        raise ValueError(
            f"policy = {shown(str(policy))}: no such folder; allowed: the folder of a bundle; rules are given as "
            f"`routing` and `pacing`"
        )
    from ccenv.serving import load_bundle  # its packages are an extra

    loaded: Policy = load_bundle(policy)
    return loaded
