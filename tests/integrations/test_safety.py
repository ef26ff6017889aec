"""Steps with a cost: the sum of costs is within the budget exactly if the dropped share is within its limit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode

from ccenv import CentreEnv, CentreVectorEnv, load_scenario
from ccenv.integrations.safety import SafetyEnv, SafetyVectorEnv, drop_limit
from ccenv.supervisor import SupervisorEnv
from tests.env.days import SEED, day
from tests.env.short import random_legal


def played(env: SafetyEnv) -> tuple[float, dict[str, Any]]:
    """Sum of costs, and the last info, of an episode of random legal actions."""
    rng = np.random.default_rng(0)
    _, info = env.reset(seed=SEED)
    total, over = 0.0, False
    while not over:
        _, _, cost, terminated, truncated, info = env.step(random_legal(info["action_mask"][None], rng.random(1))[0])
        assert type(cost) is float and info["cost"] == cost
        total, over = total + cost, terminated or truncated
    return total, info


def test_excess_is_above_the_budget_where_the_share_is_above_the_limit() -> None:
    share = played(SafetyEnv(CentreEnv(day())))[1]["kpis"]["dropped_share_run_total"]

    assert 0.0 < share < 1.0
    for limit in (0.9 * share, 1.05 * share):
        env = SafetyEnv(CentreEnv(day()), limit=limit)
        assert (played(env)[0] > env.budget) == (share > limit)
    assert played(SafetyEnv(CentreEnv(day()), limit=share))[0] == pytest.approx(0.0, abs=1e-9)


def test_count_adds_up_to_the_dropped_connects() -> None:
    env = SafetyEnv(CentreEnv(day()), cost="count", budget=3)
    total, _ = played(env)

    centre: Any = env.unwrapped
    dropped = float(centre.batch.engine.envs["campaign_count"]["dropped"][0].sum())
    assert total == dropped > 0.0
    assert env.budget == 3.0


def test_the_limit_is_the_strictest_of_the_campaigns() -> None:
    assert drop_limit(day()) == SafetyEnv(CentreEnv(day())).limit == 0.03
    with pytest.raises(ValueError, match="has no campaign"):
        drop_limit(load_scenario("bank_inbound"))


@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_rows_equal_the_single_environment(mode: AutoresetMode) -> None:
    vector = SafetyVectorEnv(CentreVectorEnv(2, scenario=day(), autoreset_mode=mode))
    single = [SafetyEnv(CentreEnv(day())), SafetyEnv(CentreEnv(day()))]
    _, infos = vector.reset(seed=[SEED, SEED + 1])
    for row, one in enumerate(single):
        one.reset(seed=SEED + row)
    rng, done, paid = np.random.default_rng(0), np.zeros(2, np.bool_), 0
    while not done.any():
        actions = random_legal(infos["action_mask"], rng.random(2))
        _, rewards, costs, terminated, truncated, infos = vector.step(actions)
        done = terminated | truncated
        expected = [one.step(action) for one, action in zip(single, actions, strict=True)]
        assert rewards.tolist() == [each[1] for each in expected]
        assert costs.tolist() == infos["cost"].tolist() == [each[2] for each in expected]
        paid += int(np.count_nonzero(costs))
    assert paid > 10


def test_the_cost_of_a_last_step_is_not_lost_where_rows_restart_in_it() -> None:
    single = SafetyEnv(CentreEnv(day()))
    single.reset(seed=SEED)
    costs = [single.step(single.action_space.n - 1)[2] for _ in range(200)]
    n = int(np.flatnonzero(costs)[0]) + 1
    env = CentreVectorEnv(1, scenario=day(), autoreset_mode=AutoresetMode.SAME_STEP, max_episode_steps=n)
    vector = SafetyVectorEnv(env)
    vector.reset(seed=[SEED])
    for _ in range(n):
        _, _, found, _, truncated, _ = vector.step(np.full(1, single.action_space.n - 1))

    assert truncated.tolist() == [True]
    assert found.tolist() == [costs[n - 1]]


def test_supervisors_have_continuous_actions_and_a_cost() -> None:
    env = SafetyEnv(SupervisorEnv(day()))
    env.reset(seed=SEED)

    assert len(env.step(env.action_space.sample())) == 6
    assert env.limit == 0.03


class FiveValues(SafetyEnv):
    """The six values as Gymnasium's five, the cost in the info."""

    def step(self, action: Any) -> Any:
        obs, reward, _, terminated, truncated, info = super().step(action)
        return obs, reward, terminated, truncated, info


@pytest.mark.filterwarnings("ignore:.*is different from the unwrapped version:UserWarning")
def test_gymnasiums_checker_passes_without_the_sixth_value() -> None:
    check_env(FiveValues(CentreEnv(day())), skip_render_check=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"cost": "sum"}, "cost = 'sum'; allowed: excess, count"),
        ({"limit": 2.0}, "limit = 2.0; allowed: a share from 0 to 1"),
        ({"cost": "count"}, "budget = None; allowed"),
        ({"budget": -1.0}, "budget = -1.0; allowed"),
    ],
)
def test_bad_arguments_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SafetyEnv(CentreEnv(day()), **arguments)
