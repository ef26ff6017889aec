"""The vector reward: its sum is the scalar reward, its components are the terms, MO-Gymnasium's wrappers take it."""

from __future__ import annotations

from typing import Any

import gymnasium
import mo_gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.wrappers import TransformReward
from mo_gymnasium.wrappers import LinearReward, MONormalizeReward, MORecordEpisodeStatistics
from mo_gymnasium.wrappers.vector import MOSyncVectorEnv

from ccenv import CentreEnv, Scenario, load_scenario
from ccenv.integrations.mo import MOCentreEnv, linear
from ccenv.kpis import kpi_table
from ccenv.rewards.sums import contributions
from ccenv.run.engine import own_counters
from tests.env.short import random_legal, short_day

SEED = 3
TIMES = {
    "waiting_s": -0.01,
    "idle_s": {"blended": -0.001},
    "joined": 1.0,
    "abandoned": {"sales": -2.0, "support": -1.0},
}


def steady() -> Scenario:
    """Half an hour after a warm-up of ten minutes."""
    return load_scenario("n_design", **{"clock.warm_up_s": 600, "clock.horizon_s": 1800})


CASES = {
    "preset": (short_day, None),
    "times": (short_day, TIMES),
    "warm-up": (steady, {"waiting_s": -1.0, "idle_s": -0.1}),
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Any:
    make, reward = CASES[request.param]
    return make(), reward


def played(env: gymnasium.Env, seed: int = SEED) -> list[Any]:
    """Rewards of an episode of random legal actions."""
    rng = np.random.default_rng(0)
    _, info = env.reset(seed=seed)
    rewards: list[Any] = []
    over = False
    while not over:
        action = random_legal(info["action_mask"][None], rng.random(1))[0]
        _, reward, terminated, truncated, info = env.step(action)
        over = terminated or truncated
        rewards.append(reward)
    return rewards


def test_linear_reward_gives_the_scalar_reward_back_step_by_step(case: Any) -> None:
    scenario, reward = case
    scalar = played(CentreEnv(scenario, reward=reward))

    assert np.abs(scalar).sum() > 0.0
    for weighed in (linear(MOCentreEnv(scenario, reward=reward)), LinearReward(MOCentreEnv(scenario, reward=reward))):
        assert played(weighed) == pytest.approx(scalar, rel=1e-9, abs=1e-9)


def test_components_add_up_to_what_each_term_contributes(case: Any) -> None:
    scenario, reward = case
    env = MOCentreEnv(scenario, reward=reward)
    total = np.sum(played(env), axis=0)

    engine = env.batch.engine
    table = kpi_table(env.scenario, own_counters(engine.counters(), engine.run), [SEED])
    expected = contributions(env.scenario, table, reward)
    found = {name.removeprefix("n_"): float(parts[0]) for name, parts in expected.items()}
    assert dict(zip(env.objectives, total.tolist(), strict=True)) == pytest.approx(found, rel=1e-9, abs=1e-6)


def test_weights_choose_an_objective() -> None:
    env = MOCentreEnv(short_day(), reward={"joined": 1.0, "abandoned": -5.0})
    joined = env.objectives.index("joined")
    alone = linear(env, np.eye(2)[joined])

    assert set(env.objectives) == {"joined", "abandoned"}
    assert played(alone) == pytest.approx([r[joined] for r in played(env)])
    with pytest.raises(ValueError, match="weights = 3; allowed: 2 numbers"):
        linear(env, 3)


def test_conventions_of_mo_gymnasium() -> None:
    env = mo_gymnasium.make("ccenv-mo/Blended-v0", scenario=short_day())
    space = env.unwrapped.reward_space

    env.reset(seed=SEED)
    reward = env.step(0)[1]
    assert reward.dtype == np.float64 and reward in space
    recorded = MORecordEpisodeStatistics(MONormalizeReward(env, 0))
    rewards = played(recorded)
    assert len(rewards) > 10
    assert rewards[0].shape == space.shape


@pytest.mark.filterwarnings("ignore:.*is different from the unwrapped version:UserWarning")
def test_gymnasiums_checker_passes_with_a_scalar_reward() -> None:
    # `LinearReward` gives its own weights in every info, which the checker refuses
    check_env(TransformReward(MOCentreEnv(short_day()), np.sum), skip_render_check=True)


def test_rows_of_mo_gymnasiums_vector_environment() -> None:
    vector = MOSyncVectorEnv([lambda: MOCentreEnv(short_day())] * 2)
    vector.reset(seed=SEED)
    rewards = vector.step(np.zeros(2, np.int64))[1]

    assert rewards.shape == (2, len(MOCentreEnv(short_day()).objectives))
