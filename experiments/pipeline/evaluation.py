"""Evaluation of policies: a table of KPIs by day, with the undiscounted reward as the additional column `value`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ccenv.kpis import Estimate, KpiTable, with_column
from ccenv.kpis.bootstrap import Bound
from ccenv.rewards.sums import episode_rewards, reward_columns
from ccenv.rewards.terms import MONEY, reward_unit
from ccenv.rules import find_rule
from ccenv.scenarios import Scenario
from ccenv.scenarios.schema import Reserves
from ccenv.simulation import simulate

VALUE = "value"


@dataclass(frozen=True)
class Rule:
    """A rule by its registered name, with parameters."""

    name: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def arguments(self) -> str:
        """The parameters, written as in a call."""
        texts = {key: f"{value:g}" if isinstance(value, float) else str(value) for key, value in self.params.items()}
        return ", ".join(f"{key}={text}" for key, text in texts.items())

    @property
    def label(self) -> str:
        """Name and parameters, written as in a call."""
        return f"{self.name}({self.arguments})" if self.params else self.name


@dataclass(frozen=True)
class Pair:
    """The routing rule and the pacing rule of a centre."""

    routing: Rule
    pacing: Rule

    @property
    def label(self) -> str:
        """Labels of both rules."""
        return f"{self.routing.label} + {self.pacing.label}"

    def as_call(self) -> dict[str, Any]:
        """Return the rules as keyword arguments of `simulate`."""
        return {
            half: (rule.name, dict(rule.params)) for half, rule in (("routing", self.routing), ("pacing", self.pacing))
        }


def pair_of(saved: Mapping[str, Any]) -> Pair:
    """Return the pair that a result file holds."""
    return Pair(*(Rule(saved[half]["name"], saved[half]["params"]) for half in ("routing", "pacing")))


def own_pair(scenario: Scenario) -> Pair:
    """Return the rules that the scenario names."""
    rules = scenario.centre.rules
    return Pair(*(Rule(rule.name, dict(rule.params)) for rule in (rules.routing, rules.pacing)))


def needs_reserves(scenario: Scenario, pacing: Rule) -> Reserves | None:
    """Return the campaign flag `reserves` under which a pacing rule runs; None without a campaign."""
    declared = _declared(pacing)
    return scenario.reserves if scenario.reserves in (None, "either") or declared is None else declared


def dials_of(scenario: Scenario, pacing: Rule | None = None) -> str:
    """Return which dials a pacing rule, or without a rule a policy, may use.

    Returns:
        `reserved`, `unreserved` or `both`; "" if there is no campaign or the flags of the campaigns differ.
    """
    declared = None if pacing is None else _declared(pacing)
    flag = scenario.reserves if declared is None or scenario.reserves is None else declared
    return {True: "reserved", False: "unreserved", "either": "both", None: ""}[flag]


def _declared(pacing: Rule) -> bool | None:
    return find_rule("pacing", pacing.name).reserves


def flag_of(scenario: Scenario, pair: Pair) -> Reserves | None:
    """Return the campaigns' flag under which a pair and the policies that start from it run."""
    return needs_reserves(scenario, pair.pacing)


def actions_of(scenario: Scenario, pair: Pair) -> str:
    """Return which dials a policy that starts from a pair may use: those of its pacing rule, where there are both."""
    dials = dials_of(scenario, pair.pacing)
    return dials if flag_of(scenario, pair) == "either" and dials in ("reserved", "unreserved") else "all"


def drop_limit(scenario: Scenario) -> float | None:
    """Return the smallest drop limit of the scenario's campaigns; None without a campaign."""
    return min((campaign.drop_limit for campaign in scenario.centre.campaigns.values()), default=None)


def unit_of_value(scenario: Scenario) -> str:
    """Return in words the unit in which the value of a scenario is counted: that of its reward."""
    unit = reward_unit(scenario.reward)
    return (
        unit
        if scenario.value_unit == 1.0 or unit == MONEY
        else f"{unit}; a money value of {scenario.value_unit:g} counts as 1"
    )


def with_value(scenario: Scenario, table: KpiTable) -> KpiTable:
    """Return the table with one more column, `value`: the undiscounted reward of each run."""
    return with_column(table, VALUE, episode_rewards(scenario, table))


def rule_days(scenario: Scenario, pair: Pair, days: np.ndarray, kpis: Sequence[str] | None = None) -> KpiTable:
    """Return KPIs of a pair of rules, one row for each seed, under the flag that the pacing rule needs.

    Args:
        scenario: The centre.
        pair: The rules.
        days: Seeds.
        kpis: Columns to compute beside those of the reward; None for all.
    """
    columns = None if kpis is None else [*kpis, *reward_columns(scenario)]
    return with_value(scenario, simulate(scenario, **pair.as_call(), seeds=days, kpis=columns))


def bundle_days(scenario: Scenario, bundle: Path, days: np.ndarray) -> KpiTable:
    """Return KPIs of an exported policy, run by onnxruntime; the bundle's fallback rule orders the queues."""
    return with_value(scenario, simulate(scenario, policy=bundle, seeds=days))


def finite(value: float) -> float | None:
    """Return a figure for a result file: None for nan (nothing was counted)."""
    return None if math.isnan(value) else float(value)


def interval(estimate: Estimate) -> dict[str, Any] | None:
    """Return an estimate for a result file: None if nothing was counted; ends None if there is one run only.

    The key `bound` is there, and true, if all runs are equal: the ends are then a bound, no interval of resampled runs.
    """
    if math.isnan(estimate.value):
        return None
    found = {"mean": float(estimate.value), "low": finite(estimate.low), "high": finite(estimate.high)}
    return {**found, "bound": True} if isinstance(estimate, Bound) else found


def is_bound(found: Mapping[str, Any]) -> bool:
    """Return whether all runs were equal. Result files from before such bounds have equal ends then."""
    return bool(found.get("bound")) or (found["low"] is not None and found["low"] == found["high"])
