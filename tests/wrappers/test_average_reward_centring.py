"""Rewards less the average reward of the time that a step takes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from ccenv import CentreEnv
from ccenv.wrappers import AverageRewardCentring, VectorAverageRewardCentring
from tests.env.short import short_day
from tests.wrappers.script import REWARDS, SECONDS, Script


def played(env: Any, episodes: int = 1) -> list[tuple[float, dict[str, Any]]]:
    found = []
    for _ in range(episodes):
        env.reset(seed=0)
        for _ in REWARDS:
            _, reward, _, _, info = env.step(0)
            found.append((reward, info))
    return found


def test_a_fixed_rate_takes_the_rate_times_the_length_of_the_episode() -> None:
    steps = played(AverageRewardCentring(Script(), per_s=0.01))

    assert [reward for reward, _ in steps] == pytest.approx(
        [r - 0.01 * s for r, s in zip(REWARDS, SECONDS, strict=True)]
    )
    assert sum(reward for reward, _ in steps) == pytest.approx(sum(REWARDS) - 0.01 * sum(SECONDS))
    assert [info["raw_reward"] for _, info in steps] == list(REWARDS)


def test_the_average_rate_of_an_episode_leaves_nothing() -> None:
    rate = sum(REWARDS) / sum(SECONDS)

    assert sum(reward for reward, _ in played(AverageRewardCentring(Script(), per_s=rate))) == pytest.approx(0.0)


def test_the_estimate_is_the_ratio_of_what_was_seen_before_the_step() -> None:
    env = AverageRewardCentring(Script(), memory_s=500.0)
    steps = played(env, episodes=2)

    reward, elapsed_s = 0.0, 0.0
    for k, (centred, info) in enumerate(steps):
        rate = reward / elapsed_s if elapsed_s > 0.0 else 0.0
        r, s = REWARDS[k % len(REWARDS)], SECONDS[k % len(REWARDS)]
        assert info["reward_per_s"] == pytest.approx(rate)
        assert centred == pytest.approx(r - rate * s)
        reward, elapsed_s = (math.exp(-s / 500.0) * x + y for x, y in ((reward, r), (elapsed_s, s)))
    assert env.reward_per_s == pytest.approx(reward / elapsed_s)


def test_a_long_memory_finds_the_average_rate() -> None:
    env = AverageRewardCentring(Script(), memory_s=1e9)
    played(env, episodes=50)

    assert env.reward_per_s == pytest.approx(sum(REWARDS) / sum(SECONDS), rel=1e-3)


@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_one_row_of_a_vector_equals_the_single_wrapper(mode: AutoresetMode) -> None:
    vector = VectorAverageRewardCentring(SyncVectorEnv([Script], autoreset_mode=mode), memory_s=500.0)
    expected = played(AverageRewardCentring(Script(), memory_s=500.0), episodes=2)
    vector.reset(seed=0)
    found = []
    while len(found) < len(expected):
        _, rewards, terminated, _, infos = vector.step(np.zeros(1, np.int64))
        found.append((float(rewards[0]), float(infos["reward_per_s"][0])))
        if terminated[0] and mode == AutoresetMode.NEXT_STEP:
            assert vector.step(np.zeros(1, np.int64))[1].tolist() == [0.0]

    assert np.array(found) == pytest.approx(np.array([(reward, info["reward_per_s"]) for reward, info in expected]))


def test_rows_share_one_rate() -> None:
    vector = VectorAverageRewardCentring(SyncVectorEnv([Script] * 3), memory_s=1e9)
    vector.reset(seed=0)
    vector.step(np.zeros(3, np.int64))

    assert vector.reward_per_s == pytest.approx(REWARDS[0] / SECONDS[0])


@pytest.mark.filterwarnings("ignore:.*is different from the unwrapped version:UserWarning")
def test_gymnasiums_checker_passes_with_a_fixed_rate() -> None:
    check_env(AverageRewardCentring(CentreEnv(short_day()), per_s=0.001), skip_render_check=True)


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="memory_s = 0"):
        AverageRewardCentring(Script(), memory_s=0)
    with pytest.raises(ValueError, match="per_s = 'x'"):
        AverageRewardCentring(Script(), per_s="x")  # type: ignore[arg-type]
