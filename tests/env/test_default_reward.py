"""The default reward pays for what a centre is for, in money of the centre; `simulate` gives the reward of episodes."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from ccenv import CentreEnv, RulePolicy, Scenario, load_scenario, simulate
from ccenv.rewards.terms import reward_weights
from ccenv.scenarios.check.reward_trap import RewardTrapWarning, WorthlessGoalsWarning
from ccenv.scenarios.files.library import find
from tests.env.short import short_day

LIBRARY = sorted(path.stem for path in find("tiny").parent.glob("*.yaml"))
SALES = {"p_answer": 0.3, "handle_s": 120, "ring_s": 20, "p_sale": 0.05, "sale_value": 50}


def centre(campaigns: dict[str, Any], **changes: Any) -> Scenario:
    """Return a blended centre with these campaigns."""
    return load_scenario(
        {
            "name": "mixed",
            "description": "answers and sells",
            "clock": {"close_s": 3600, "slot_s": 1800},
            "queues": {"q": {"arrivals_per_hour": 20, "handle_s": 100, "patience_s": 60}},
            "groups": {"g": {"skills": ["q", *campaigns], "staffing": 4}},
            "campaigns": campaigns,
        }
        | changes
    )


def test_the_default_is_hybrid_in_the_largest_value_of_a_goal() -> None:
    two = {
        "a": SALES,
        "b": SALES | {"p_sale": 0.01, "segments": {"x": {"size": 9, "sale_value": 200}, "y": {"size": 9}}},
    }
    assert (centre({}).reward, centre({}).value_unit) == ("service", 1.0)
    scenario = centre({"c": SALES})
    assert (scenario.reward, scenario.value_unit) == ("hybrid", 50.0)
    assert centre(two).value_unit == 200.0
    assert centre(two, value_unit=10).value_unit == 10.0
    weights = reward_weights(scenario)["campaign_count"][0]
    assert (
        weights["expected_sale_value"] == 1 / 50 and weights["closed_value"] == -1 / 50 and weights["dropped"] == -0.3
    )
    given = reward_weights(scenario, {"expected_sale_value": 1.0})["campaign_count"][0]
    assert given["expected_sale_value"] == 1.0


def test_dialing_pays_under_the_default_and_does_not_under_service() -> None:
    scenario = centre({"c": SALES | {"p_sale": 0.3}}, goals_unpaid=True)

    def gain(reward: str) -> float:
        """Mean reward of a run with dialing, less that of a run without."""
        dialing, idle = (
            simulate(scenario, pacing=pacing, seeds=range(20), reward=reward)["reward"].mean()
            for pacing in (("reserve_threshold", {"reserve": 1}), "no_dial")
        )
        return float(dialing - idle)

    assert scenario.reward == "hybrid"
    assert gain("hybrid") > 1
    assert gain("service") < 0


def test_worthless_goals_are_warned_of() -> None:
    with pytest.warns(WorthlessGoalsWarning, match="the goals of c are worth nothing"):
        centre({"c": SALES}, reward="service")
    with pytest.warns(WorthlessGoalsWarning, match="the goals of c are worth nothing"):
        centre({"c": SALES | {"sale_value": 0}})
    with pytest.warns(WorthlessGoalsWarning, match="reward = 'service': the goals of c"):
        CentreEnv(centre({"c": SALES}), reward="service")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RewardTrapWarning)
        warnings.simplefilter("error", WorthlessGoalsWarning)
        centre({"c": SALES}, reward="service", goals_unpaid=True)
        centre({"c": SALES}, reward="pacing")
        centre({"c": SALES | {"p_sale": 0}}, reward="service")


@pytest.mark.parametrize("name", LIBRARY)
def test_a_centre_of_the_library_keeps_its_unit_and_gives_no_warning(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert load_scenario(name).value_unit == 1.0


def test_the_column_reward_is_the_sum_of_the_rewards_of_steps() -> None:
    scenario = short_day()
    reward = {"answered": 1.0, "waiting_s": -0.01, "idle_s": 0.001, "expected_sale_value": 0.1, "dropped": -1.0}
    seeds = range(3)
    rules = simulate(scenario, seeds=seeds, reward=reward, by="interval")
    policy = simulate(scenario, policy=RulePolicy(scenario), seeds=seeds, reward=reward)
    np.testing.assert_array_equal(policy["reward"], rules["reward"])
    np.testing.assert_allclose(rules.interval["reward"].sum(axis=1), rules["reward"], rtol=1e-9)
    rule, env = RulePolicy(scenario), CentreEnv(scenario, reward=reward)
    for seed in seeds:
        env.reset(seed=seed)
        total, over, state = 0.0, False, None
        while not over:
            batch = env.batch
            actions, state = rule.act(batch.engine.snaps, batch.mask, state, batch.u, batch.starts)
            _, paid, over, _, _ = env.step(actions[0])
            total += paid
        assert total == pytest.approx(rules["reward"][seed], rel=1e-9)
    assert "reward" not in simulate(scenario, seeds=[1]).dtype.names
