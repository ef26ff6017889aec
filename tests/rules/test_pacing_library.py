"""Every pacing rule dials in a small centre of its flag, and runs in every centre of the library that it fits."""

from __future__ import annotations

import numpy as np
import pytest

from ccenv import list_scenarios, load_scenario, simulate
from ccenv.rules import PACING_RULES, RuleError, RuleSpec
from ccenv.scenarios import Scenario, ScenarioError
from ccenv.scenarios.check.dialing import endless_dialing
from ccenv.scenarios.check.rules import misfit
from ccenv.sim.state.definitions import OWN
from tests.env.short import short_day
from tests.rules.bench import needed
from tests.rules.test_registry import PARAMS


@pytest.mark.parametrize("rule", PACING_RULES, ids=[rule.name for rule in PACING_RULES])
def test_every_rule_dials_under_its_flag(rule: RuleSpec) -> None:
    scenario = short_day(**needed("pacing", rule.name))
    table = simulate(scenario, pacing=(rule.name, PARAMS.get(rule.name, {})), seeds=range(6))
    assert (table["n_attempts:survey"].sum() > 0) == (rule.name != "no_dial")
    if rule.reserves:
        assert table["n_dropped:survey"].sum() == 0  # every connect has an advisor


def check(scenario: Scenario, rule: RuleSpec) -> None:
    """A rule runs for a day, or is refused with a reason."""
    fits = misfit(scenario.centre, rule) is None
    ends = not list(endless_dialing(scenario.centre, rule))
    if not fits or not ends:
        with pytest.raises((RuleError, ScenarioError), match=f"{rule.name}.*(needs a load|without end)"):
            simulate(scenario, pacing=rule.name, seeds=[1], days=1)
        return
    table = simulate(scenario, pacing=rule.name, seeds=[1], days=1)
    for campaign in scenario.campaigns:
        dropped, joined = table[f"n_dropped:{campaign}"][0], table[f"n_joined:{campaign}"][0]
        assert np.isfinite(dropped + joined) and (not rule.reserves or dropped == 0), (rule.name, campaign)


@pytest.mark.slow
@pytest.mark.parametrize("name", list_scenarios())
def test_every_rule_runs_in_every_centre_of_the_library_or_is_refused_with_a_reason(name: str) -> None:
    scenario = load_scenario(name)
    if not scenario.campaigns:
        pytest.skip("no pacing decisions")
    for rule in PACING_RULES:
        check(scenario, rule)


@pytest.mark.slow
@pytest.mark.parametrize("name, days", [("lead_generation", 2), ("collections", 2), ("outreach", 8)])
def test_quantile_dialing_meets_the_legal_limit(name: str, days: int) -> None:
    """The share of the campaign's own definition is steered to the limit, while more is joined than progressively."""
    scenario = load_scenario(name)
    campaign = scenario.campaigns[0]
    seeds = range(1_000_000, 1_000_000 + days)
    one_to_one = simulate(scenario, pacing="progressive_unreserved", seeds=seeds)
    for limit in (0.02, 0.03):
        params = {"least_advisors": 0, "limit": limit}
        table = simulate(scenario, pacing=("predictive", params), seeds=seeds)
        assert table[f"dropped_share_{OWN}:{campaign}"].mean() <= 1.1 * limit
        assert table[f"n_joined:{campaign}"].sum() > 1.1 * one_to_one[f"n_joined:{campaign}"].sum()
