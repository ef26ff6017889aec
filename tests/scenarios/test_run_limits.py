"""What only a run can tell of a scenario: for how many days it goes on, and by which rule it dials."""

import re

import pytest

from ccenv.run.config import run_config
from ccenv.scenarios import ScenarioError, load_scenario
from ccenv.scenarios.compile.attempt_times import longest_s, most_days
from ccenv.scenarios.schema import Clock
from tests.scenarios.outbound import centre

DAY_S, GRID_S = 86_400, 120
RINGS_NOT = {"campaigns.plain.ring_s": 0}
STARTS = (
    "campaigns.plain.ring_s = 0.0: a dial would take no time, and ",
    ", which keeps lines ringing, would dial without end",
)


def run(scenario, days=1, **choices):
    return run_config(scenario, owns="rules", days=days, **choices)


def test_times_of_attempts_are_two_bytes_of_two_minutes():
    assert longest_s() == (2**16 - 1) * GRID_S


@pytest.mark.parametrize("close_s", [3_600, 72_000, 86_400, 90_000])
def test_the_last_closing_is_a_time_that_can_be_kept(close_s):
    days = most_days(Clock(close_s=close_s))
    assert (days - 1) * DAY_S + close_s <= longest_s() < days * DAY_S + close_s


@pytest.mark.parametrize(("behind", "most"), [(0, 91), (40, 51)])
def test_leads_are_kept_for_91_days_those_behind_included(behind, most):
    history = {"kind": "steady", "days": behind} if behind else {}
    scenario = centre(history=history)
    run(scenario, most)
    past = f" after history.days = {behind}" if behind else ""
    words = f"days = {most + 1}: allowed{past}: at most {most}, because campaigns.debts dials its leads again"
    with pytest.raises(ValueError, match=re.escape(words)):
        run(scenario, most + 1)


def test_who_keeps_no_leads_may_run_for_years():
    run(load_scenario("tiny", history={"kind": "steady", "days": 400}), 1_000)


@pytest.mark.parametrize("rule", ["progressive_unreserved", "fixed_ratio", "max0", "constant_lines"])
def test_a_rule_that_keeps_lines_ringing_is_refused_where_none_rings(rule):
    with pytest.raises(ScenarioError, match=re.escape(rule.join(STARTS))):
        run(centre(**RINGS_NOT), pacing=rule)


def test_rules_that_reserve_or_dial_once_or_never_may_run_where_nothing_rings():
    for rule in ("progressive", "dial_x_free", "no_dial"):
        run(centre(**RINGS_NOT), pacing=rule)


def test_a_policy_that_paces_may_run_where_nothing_rings():
    run_config(centre(**RINGS_NOT), owns="pacing", pacing="constant_lines", reserves=False)
