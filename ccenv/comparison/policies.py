"""`compare`: KPIs of several policies on the same seeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ccenv.comparison.result import Comparison
from ccenv.files.errors import names, shown
from ccenv.files.numbers import different, is_sequence, real, seed_numbers, whole
from ccenv.kpis import KpiTable
from ccenv.kpis.bootstrap import CONFIDENCE
from ccenv.kpis.dropped_share import limits_of, share_column
from ccenv.kpis.summary import KEYS
from ccenv.kpis.table import check_entities
from ccenv.policy import Policy, RulePolicy
from ccenv.rewards.terms import Reward, reward_weights
from ccenv.run.config import run_config
from ccenv.scenarios import Scenario
from ccenv.scenarios.check.warn import each_once
from ccenv.scenarios.load import load_for_run
from ccenv.simulation import policy_of, simulate

BY = ("run", "entity", "interval")
REWARD = "reward"
HALVES = ("routing", "pacing")

#: KPIs of a comparison that names none. Those of features that the scenario does not declare are left out, and the
#: dropped share of the campaigns' definition joins them.
HEADLINE = (
    REWARD,
    "served_within_T_of_offered",
    "abandonment",
    "mean_wait_s",
    "n_orders",
    "n_sales",
    "n_attempts",
    "dropped_share_run_total",
    "occupancy",
    "business_impact",
)


def compare(
    scenario: Scenario | str | Mapping[str, Any],
    policies: Mapping[str, Any],
    *,
    seeds: Iterable[int] = range(32),
    reward: Reward = None,
    by: str = "run",
    kpis: Sequence[str] | None = None,
    baseline: str | None = None,
    days: int | None = None,
    confidence: float = CONFIDENCE,
) -> Comparison:
    """Run every policy on the same seeds and compare their KPIs.

    A contact has the same patience, handle time and outcome under every policy (common random numbers), so differences
    are taken seed by seed and have narrow intervals.

    Args:
        scenario: A scenario, or a source that `load_scenario` accepts.
        policies: By name, one of these:

            - rules: a mapping with the keys `routing` and `pacing`, or the pair `(routing, pacing)`. Each is a rule's
              name, or (name, parameters), or None for the scenario's own. None instead of the pair: both its own;
            - a policy: an object with the method `act` of `ccenv.Policy`, such as `ccenv.RulePolicy`;
            - the folder of a bundle, as `ccenv.serving.load_bundle` takes it (extra `serve`);
            - a model of Stable-Baselines3 or sb3-contrib, which gets the mask if its `predict` takes it
              (`ccenv.ModelPolicy` sets what it decides);
            - a function of one observation and one mask that returns an action (`ccenv.FunctionPolicy` takes a function
              of arrays, and sets what it decides).
        seeds: Different whole numbers below 2**64, each one run.
        reward: Preset, or weights by reward term, of the KPI `reward`; None: the scenario's own preset.
        by: `run`: totals. `entity`: also by queue, group and campaign. `interval`: totals by slot of the day.
        kpis: Columns of a KPI table, and `reward`; None: `HEADLINE`, as far as the scenario declares it.
        baseline: Name of the policy to which differences are taken; None: the first.
        days: Days of an episode; None: the scenario's `episode_days`.
        confidence: Confidence level of the intervals.

    Returns:
        The comparison; `str` gives a table. `comparison.tables` has the KPI table of each policy, a row for each seed.

    Raises:
        ValueError: If an argument is not allowed; the message names it and what is allowed. Arguments are checked
            before anything is simulated.

    Example:
        ```
        comparison = ccenv.compare(
            "tiny",
            {"lwt": ("lwt", "progressive"), "fifo": {"routing": "fifo"}, "mine": lambda obs, mask: mask.argmax()},
            seeds=range(20),
            kpis=["reward", "abandonment", "n_sales"],
        )
        print(comparison)
        comparison.to_csv("comparison.csv")
        ```
    """
    centre = load_for_run(scenario, reward)
    keys = seed_numbers("seeds", seeds)
    different("seeds", keys)
    if by not in BY:
        raise ValueError(f"by = {shown(by)}; allowed: {', '.join(BY)}")
    if not isinstance(policies, Mapping) or not policies or not all(isinstance(name, str) for name in policies):
        raise ValueError(f"policies = {shown(policies)}; allowed: a mapping with one or more policies by name")
    base = next(iter(policies)) if baseline is None else baseline
    if not isinstance(base, str) or base not in policies:
        raise ValueError(f"baseline = {shown(baseline)}; allowed: {names(policies)}")
    if not 0.0 < real("confidence", confidence, "a number between 0 and 1") < 1.0:
        raise ValueError(f"confidence = {shown(confidence)}; allowed: a number between 0 and 1")
    if days is not None:
        whole("days", days, 1)
    wanted = None if kpis is None else _without_reward(centre, kpis)
    entrants = {name: entrant(name, policy, centre) for name, policy in policies.items()}
    paid = None if kpis is not None and REWARD not in kpis else centre.reward if reward is None else reward
    if paid is not None:
        reward_weights(centre, paid)
    tables: dict[str, KpiTable] = {}
    with each_once():
        for name, how in entrants.items():
            try:
                tables[name] = simulate(
                    centre,
                    **how,
                    seeds=keys,
                    days=days,
                    by="interval" if by == "interval" else None,
                    reward=paid,
                    kpis=wanted,
                )
            except Exception as error:
                error.add_note(f"while policies[{name!r}] was simulated")
                raise
    shown_kpis = _headline(centre, tables[base]) if kpis is None else list(dict.fromkeys(kpis))
    about = centre.name if paid is None else f"{centre.name}, reward {paid if isinstance(paid, str) else 'of weights'}"
    return Comparison(
        tables, base, shown_kpis, by=by, confidence=confidence, about=about, drop_limits=limits_of(centre)
    )


def _without_reward(centre: Scenario, kpis: Sequence[str]) -> list[str]:
    """Return the columns that come from counters.

    Raises:
        ValueError: If a name is unknown, or is that of a column which identifies a row.
    """
    if not is_sequence(kpis) or not kpis or any(key in kpis for key in KEYS):
        raise ValueError(f"kpis = {shown(kpis)}; allowed: a list of columns of a KPI table and 'reward', one or more")
    figures = [kpi for kpi in kpis if kpi != REWARD]
    check_entities(centre, figures)
    return figures


def entrant(name: str, policy: Any, centre: Scenario) -> dict[str, Any]:
    """Return an entry of `policies` as arguments of `simulate`.

    Raises:
        ValueError: If it is not allowed.
    """
    try:
        if policy is None:
            return {}
        if isinstance(policy, Mapping):
            return _rules(dict(policy), centre)
        if isinstance(policy, tuple):
            if len(policy) != 2 or isinstance(policy[1], Mapping):
                raise ValueError(f"{shown(policy)}; allowed: the pair (routing rule, pacing rule)")
            return _rules(dict(zip(HALVES, policy, strict=True)), centre)
        if isinstance(policy, str | Path) and not Path(policy).is_dir():
            raise ValueError(
                f"{shown(policy)} is no folder of a bundle; rules are given as {{'routing': ..., 'pacing': ...}}"
            )
        return {"policy": policy_of(policy)}
    except ValueError as error:
        raise ValueError(f"policies[{name!r}]: {error}") from error


def policy_entrant(name: str, policy: Any, centre: Scenario, **options: Any) -> Policy:
    """Return an entry of `policies` as one policy; rules become a `RulePolicy` with the given options.

    Raises:
        ValueError: If it is not allowed.
    """
    how = entrant(name, policy, centre)
    found: Policy = how["policy"] if "policy" in how else RulePolicy(centre, **how, **options)
    return found


def _rules(rules: dict[Any, Any], centre: Scenario) -> dict[str, Any]:
    unknown = [key for key in rules if key not in HALVES]
    if unknown:
        raise ValueError(f"key {shown(unknown[0])}; allowed: routing, pacing")
    run_config(centre, owns="rules", **rules)
    return rules


def _headline(centre: Scenario, table: KpiTable) -> list[str]:
    """Return the columns of `HEADLINE` that the scenario declares, with the dropped share that judges its campaigns."""
    found = [column for column in HEADLINE if column not in table.absent]
    share = share_column(centre, table)
    if centre.campaigns and share not in found:
        found.insert(found.index("dropped_share_run_total") + 1, share)
    return found
