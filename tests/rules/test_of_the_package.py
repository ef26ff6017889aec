"""Each routing rule of the package keeps to its declaration, and runs on every centre that it fits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ccenv import load_scenario, simulate
from ccenv.rewards.sums import episode_rewards
from ccenv.rules import PACING_RULES, ROUTING_RULES, RuleSpec
from ccenv.rules.params import check_declaration
from ccenv.rules.seen import check_reads
from ccenv.scenarios import list_scenarios
from ccenv.scenarios.check.rules import misfit
from ccenv.seeds import seeds
from tests.env.short import short_day
from tests.rules.bench import whole_centre

SHORT: dict[str, Any] = {"clock.horizon_s": 1200.0, "clock.warm_up_s": 0.0}


@pytest.mark.parametrize("rule", [*ROUTING_RULES, *PACING_RULES], ids=lambda rule: rule.name)
def test_the_declaration_is_allowed_and_holds_what_the_source_reads(rule: RuleSpec) -> None:
    check_declaration(rule)
    check_reads(rule)


def _runs(scenario: Any, rule: RuleSpec) -> None:
    table = simulate(scenario, routing=rule.name, seeds=[1])
    assert np.isfinite(episode_rewards(scenario, table)).all()
    assert table["n_answered"].sum() > 0


@pytest.mark.parametrize("rule", ROUTING_RULES, ids=lambda rule: rule.name)
def test_every_rule_runs_on_two_small_centres(rule: RuleSpec) -> None:
    for scenario in (short_day(), whole_centre().replace(**SHORT)):
        if misfit(scenario.centre, rule) is None:
            _runs(scenario, rule)


@pytest.mark.slow
@pytest.mark.parametrize("name", list_scenarios())
def test_every_rule_runs_on_every_centre_that_it_fits(name: str) -> None:
    scenario = load_scenario(name)
    if not scenario.queues:
        pytest.skip("no routing decisions")
    for rule in ROUTING_RULES:
        if misfit(scenario.centre, rule) is None:
            _runs(scenario, rule)


@pytest.mark.slow
def test_own_team_first_reaches_the_bar_of_the_x_design() -> None:
    scenario = load_scenario("x_design")
    table = simulate(scenario, routing="own_team_first", seeds=seeds("evaluation", 256))
    assert episode_rewards(scenario, table).mean() >= -99.0
