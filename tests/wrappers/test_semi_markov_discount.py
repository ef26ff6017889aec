"""The scaled rewards of a written trajectory, summed per step, are the rewards discounted by time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from ccenv import CentreEnv, CentreVectorEnv
from ccenv.integrations.semi_markov import TimeScales, advantages
from ccenv.wrappers import SemiMarkovDiscount, VectorSemiMarkovDiscount, gamma_for
from tests.env.short import random_legal, short_day
from tests.wrappers.script import REWARDS, SECONDS, Script

HORIZON_S, GAMMA = 600.0, 0.7


def played(env: Any) -> list[tuple[Any, ...]]:
    env.reset(seed=0)
    return [env.step(0) for _ in REWARDS]


def by_time() -> list[float]:
    """Returns of each decision of the script, discounted by time, computed backwards by hand."""
    values, after = [], 0.0
    for reward, seconds in zip(reversed(REWARDS), reversed(SECONDS), strict=True):
        after = reward + math.exp(-seconds / HORIZON_S) * after
        values.append(after)
    return values[::-1]


def by_steps(rewards: list[float]) -> list[float]:
    """Returns of each decision, discounted per step."""
    return [sum(GAMMA**j * r for j, r in enumerate(rewards[k:])) for k in range(len(rewards))]


def factors() -> list[float]:
    start_s = np.concatenate([[0.0], np.cumsum(SECONDS)[:-1]])
    return [math.exp(-t / HORIZON_S) / GAMMA**k for k, t in enumerate(start_s.tolist())]


def test_the_return_per_step_is_the_return_by_time() -> None:
    rewards = [step[1] for step in played(SemiMarkovDiscount(Script(), HORIZON_S, GAMMA))]

    assert by_steps(rewards)[0] == pytest.approx(by_time()[0], rel=1e-12)


def test_from_every_decision_on_it_is_the_factor_times_the_value() -> None:
    rewards = [step[1] for step in played(SemiMarkovDiscount(Script(), HORIZON_S, GAMMA))]

    expected = [c * value for c, value in zip(factors(), by_time(), strict=True)]
    assert by_steps(rewards) == pytest.approx(expected, rel=1e-12)


def test_the_values_are_those_of_the_semi_markov_returns() -> None:
    column = np.array(REWARDS)[:, None], np.array(SECONDS)[:, None]
    zeros = np.zeros((len(REWARDS), 1))
    ended = np.arange(len(REWARDS))[:, None] == len(REWARDS) - 1
    scales = TimeScales(horizon_s=HORIZON_S, credit_s=math.inf, centre=False)

    found = advantages(*column, zeros, zeros, ended, scales)[:, 0]
    assert found == pytest.approx(by_time(), rel=1e-12)


def test_observation_ends_in_the_logarithm_of_the_factor() -> None:
    env = SemiMarkovDiscount(Script(), HORIZON_S, GAMMA)
    first, _ = env.reset(seed=0)
    seen = [first, *(step[0] for step in played(env))]

    assert [obs[-1] for obs in seen[:-1]] == pytest.approx(np.log(factors()), abs=1e-5)
    assert all(obs in env.observation_space and obs.dtype == np.float32 for obs in seen)
    plain = SemiMarkovDiscount(Script(), HORIZON_S, GAMMA, observe=False)
    assert plain.observation_space == Script.observation_space
    assert played(plain)[0][0].shape == (1,)


def test_raw_reward_stays_in_the_info_and_a_reset_begins_anew() -> None:
    env = SemiMarkovDiscount(Script(), HORIZON_S, GAMMA)

    first, second = ([step[1] for step in played(env)] for _ in range(2))
    assert first == second
    assert [step[-1]["raw_reward"] for step in played(env)] == list(REWARDS)


@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_rows_equal_the_single_wrapper(mode: AutoresetMode) -> None:
    sync = SyncVectorEnv([Script] * 2, autoreset_mode=mode)
    vector = VectorSemiMarkovDiscount(sync, HORIZON_S, GAMMA)
    single = played(SemiMarkovDiscount(Script(), HORIZON_S, GAMMA))
    vector.reset(seed=0)
    for episode in range(2):
        for k, expected in enumerate(single):
            obs, rewards, terminated, _, infos = vector.step(np.zeros(2, np.int64))
            assert rewards == pytest.approx([expected[1]] * 2), (episode, k)
            assert infos["raw_reward"].tolist() == [REWARDS[k]] * 2
            last = k == len(single) - 1
            assert terminated.tolist() == [last, last]
            if last and mode == AutoresetMode.SAME_STEP:
                assert obs.tolist() == [[0.0, 0.0]] * 2
                obs = np.stack(infos["final_obs"])
            assert np.array_equal(obs, [expected[0]] * 2)
        if mode == AutoresetMode.NEXT_STEP:
            assert vector.step(np.zeros(2, np.int64))[0].tolist() == [[0.0, 0.0]] * 2
        if mode == AutoresetMode.DISABLED:
            obs, _ = vector.reset(options={"reset_mask": np.ones(2, np.bool_)})
            assert obs.tolist() == [[0.0, 0.0]] * 2


def test_a_day_of_a_centre_in_both_forms() -> None:
    gamma = gamma_for(3.0, HORIZON_S)
    single = SemiMarkovDiscount(CentreEnv(short_day()), HORIZON_S, gamma)
    vector = VectorSemiMarkovDiscount(CentreVectorEnv(1, scenario=short_day()), HORIZON_S, gamma)
    rng = np.random.default_rng(0)
    _, info = single.reset(seed=3)
    vector.reset(seed=[3])
    time_s, total, expected, k = 0.0, 0.0, 0.0, 0
    over = False
    while not over:
        action = random_legal(info["action_mask"][None], rng.random(1))
        obs, reward, terminated, truncated, info = single.step(action[0])
        row = vector.step(action)
        assert np.array_equal(row[0][0], obs) and row[1][0] == pytest.approx(reward, rel=1e-12)
        total += gamma**k * reward
        expected += math.exp(-time_s / HORIZON_S) * info["raw_reward"]
        time_s, k, over = time_s + info["elapsed_s"], k + 1, terminated or truncated

    assert total == pytest.approx(expected, rel=1e-9) and abs(expected) > 0.1


@pytest.mark.filterwarnings("ignore:.*is different from the unwrapped version:UserWarning")
def test_gymnasiums_checker_passes() -> None:
    check_env(SemiMarkovDiscount(CentreEnv(short_day()), HORIZON_S, 0.995), skip_render_check=True)


def test_bad_arguments_are_refused() -> None:
    for gamma in (0.0, 1.5, "x"):
        with pytest.raises(ValueError, match="gamma"):
            SemiMarkovDiscount(Script(), HORIZON_S, gamma)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="horizon_s = 0"):
        SemiMarkovDiscount(Script(), 0, GAMMA)
    env = SemiMarkovDiscount(Script(), 1.0, GAMMA)
    env.reset(seed=0)
    with pytest.raises(ValueError, match=r"does not fit .* gamma_for"):
        for _ in REWARDS:
            env.step(0)
