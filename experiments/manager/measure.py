"""Measurements of two ways of control on the same days: rules, and an exported control."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ccenv.batch import Batch
from ccenv.kpis import KpiTable, paired_difference
from ccenv.kpis.bootstrap import ratio_estimate
from ccenv.kpis.dropped_share import share_column, share_columns, within_limits
from ccenv.kpis.suite import MORE_ABANDONED
from ccenv.policy import RulePolicy, TreePolicy
from ccenv.rewards.sums import reward_columns
from ccenv.scenarios import Scenario
from ccenv.serving import load_bundle
from ccenv.serving.errors import BundleWarning
from ccenv.sim.state.codes import DAY_S
from ccenv.simulation import simulate
from experiments.manager.situations import SITUATIONS
from experiments.pipeline.evaluation import VALUE, Pair, drop_limit, finite, interval, needs_reserves, with_value

HOUR_S = 3_600
WORST = 10  # days
QUEUE_KPIS = ("served_within_T_of_offered", "asa_s", "abandonment")
GROUP_KPIS = ("occupancy",)
CAMPAIGN_KPIS = ("n_sales", "n_joined")
COUNTS = ("n_offered", "n_answered_in_time", "n_abandoned", "idle_s")


class Control(NamedTuple):
    """A way of control: a pair of rules, an exported control, whose fallback rules order the queues, or a tree.

    Attributes:
        role: `new`, `rule` or `tree`.
        pair: The rules; of an exported control its fallback.
        policy: Folder of the exported control, or the tree; None for rules.
    """

    role: str
    pair: Pair
    policy: Path | TreePolicy | None = None

    def fallback(self) -> Control:
        """Return the control without a feed: the fallback rules; rules run on the platform and need no feed."""
        return self._replace(policy=None)


def days(scenario: Scenario, control: Control, seeds: np.ndarray, by: str | None = None) -> KpiTable:
    """Return the KPIs of the page, one row for each day, with `value`; by slot as well if `by` is `interval`."""
    own = [*share_columns(scenario), *CAMPAIGN_KPIS, "n_attempts"] if scenario.campaigns else []
    columns = [*QUEUE_KPIS, *GROUP_KPIS, *own, *COUNTS, *reward_columns(scenario)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BundleWarning)  # a situation changes the scenario on purpose
        how: dict[str, Any] = control.pair.as_call() if control.policy is None else {"policy": control.policy}
        return with_value(scenario, simulate(scenario, **how, seeds=seeds, by=by, kpis=[*dict.fromkeys(columns)]))


def by_hour(table: KpiTable) -> dict[str, Any]:
    """Return service level and idle time by hour of the day, from a table with slots.

    Returns:
        `hour` (whole hours), `service_level` (shares, with ends of intervals over days) and `idle_min` (minutes a day
        of all advisors together).
    """
    slots = table.interval
    assert slots is not None
    hours = (slots["start_s"][0] % DAY_S // HOUR_S).astype(int)
    days_run = max(1, round(float(np.ptp(slots["start_s"][0]) // DAY_S)) + 1)
    found: dict[str, Any] = {"hour": [int(hour) for hour in np.unique(hours)], "service_level": [], "idle_min": []}
    for hour in found["hour"]:
        here = hours == hour
        parts = (slots[name][:, here].sum(axis=1) for name in ("n_answered_in_time", "n_offered"))
        found["service_level"].append(interval(ratio_estimate(*parts)))
        found["idle_min"].append(interval(ratio_estimate(slots["idle_s"][:, here].sum(axis=1) / 60 / days_run)))
    return found


def longest_waits(scenario: Scenario, control: Control, seeds: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Return the longest wait of the first in line by day and hour, (days, hours) in seconds, and the hours.

    It is read at the decisions. All contacts that are answered are first in line at the decision that assigns them;
    the last seconds of a contact that abandons between two decisions are not seen.
    """
    call = control.pair.as_call()
    policy: Any
    if control.policy is None:
        policy = RulePolicy(scenario, **call)
    else:
        policy = control.policy if isinstance(control.policy, TreePolicy) else load_bundle(control.policy)
    reserves = needs_reserves(scenario, control.pair.pacing) if control.policy is None else policy.reserves
    batch = Batch(scenario, len(seeds), reserves=reserves, actions=policy.actions, autoreset="disabled", **call)
    batch.reset(np.asarray(seeds))
    longest = np.zeros((batch.n, 24))
    running, rows = np.ones(batch.n, bool), np.arange(batch.n)
    state: Any = None
    while np.any(running):
        hour = (batch.engine.envs["t"] % DAY_S // HOUR_S).astype(int)
        waits = batch.snapshot["head_entry_wait_s"].max(axis=1, initial=0.0)
        longest[rows, hour] = np.maximum(longest[rows, hour], np.where(running, waits, 0.0))
        observed = batch.engine.snaps if getattr(policy, "needs_snapshot", False) else batch.obs
        actions, state = policy.act(observed, batch.mask, state, batch.u, batch.starts)
        batch.step(actions)
        running &= ~(batch.terminated | batch.truncated)
    hours = np.flatnonzero(longest.any(axis=0))
    return longest[:, hours], [int(hour) for hour in hours]


def goals(scenario: Scenario, new: KpiTable, rule: KpiTable) -> list[dict[str, Any]]:
    """Return the goals that a control must keep, with the figures of both and whether the new one keeps it.

    A goal is kept if the whole interval is on the allowed side, for dropped connects in each campaign.
    """
    found = []
    limit = drop_limit(scenario)
    if limit is not None:
        column = share_column(scenario, rule)
        columns = [column, *(f"{column}:{name}" for name in scenario.campaigns)]
        summaries = [table.summary(kpis=columns) for table in (new, rule)]
        mine, other = (interval(summary[column]) for summary in summaries)
        kept = within_limits(scenario, summaries[0], column)
        found.append({"goal": "dropped", "limit": limit, "new": mine, "rule": other, "kept": bool(kept)})
    if scenario.queues:
        mine, other = (interval(table.summary(kpis=["abandonment"])["abandonment"]) for table in (new, rule))
        more = interval(paired_difference(new, rule, "abandonment"))
        kept = more is None or (more["high"] if more["high"] is not None else more["mean"]) <= MORE_ABANDONED
        goal = {"goal": "abandonment", "limit": MORE_ABANDONED, "new": mine, "rule": other, "difference": more}
        found.append({**goal, "kept": bool(kept)})
    return found


def worst(new: KpiTable, rule: KpiTable, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Return the new control's worst days by value, each with the figures of both controls on that day."""
    order = np.argsort(new[VALUE], kind="stable")[:WORST]
    return [
        {"seed": int(new["seed"][k]), **{role: {name: finite(float(table[name][k])) for name in columns}
         for role, table in (("new", new), ("rule", rule))}}
        for k in order
    ]  # fmt: skip


def parts(scenario: Scenario, new: KpiTable, rule: KpiTable) -> list[dict[str, Any]]:
    """Return the figures of each queue, group and campaign under both controls, with paired differences."""
    found = []
    for axis, names, kpis in (
        ("queue", scenario.queues, QUEUE_KPIS),
        ("group", scenario.groups, GROUP_KPIS),
        ("campaign", scenario.campaigns, CAMPAIGN_KPIS),
    ):
        for name in names:
            for kpi in kpis:
                column = f"{kpi}:{name}"
                mine, other = (table.summary(kpis=[column])[column] for table in (new, rule))
                difference = interval(paired_difference(new, rule, column))
                row = {"axis": axis, "name": name, "kpi": kpi, "difference": difference}
                found.append({**row, "new": interval(mine), "rule": interval(other)})
    return found


def situations(
    scenario: Scenario, new: Control, rule: Control, seeds: np.ndarray, dials: float, columns: Sequence[str]
) -> list[dict[str, Any]]:
    """Return the figures of both controls in each situation, on the same days."""
    found = []
    for situation in SITUATIONS:
        changes = situation.change(scenario, dials)
        if changes is None:
            continue
        changed = scenario.replace(**changes) if changes else scenario
        controls = (new if situation.feed else new.fallback(), rule)
        mine, other = (days(changed, control, seeds) for control in controls)
        row: dict[str, Any] = {"name": situation.name, "meaning": situation.meaning}
        for role, table in (("new", mine), ("rule", other)):
            summary = table.summary(kpis=columns)
            row[role] = {name: interval(summary[name]) for name in columns}
        found.append({**row, "difference": interval(paired_difference(mine, other, VALUE))})
    return found


def summary_of(table: KpiTable, columns: Sequence[str]) -> Mapping[str, Any]:
    """Return the figures of a table for a result file."""
    summary = table.summary(kpis=columns)
    return {name: interval(summary[name]) for name in columns}


def difference(new: KpiTable, rule: KpiTable, column: str) -> dict[str, Any] | None:
    """Return the paired difference of a column for a result file."""
    return interval(paired_difference(new, rule, column))
