"""Advantages and returns on steps of different times."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
from gymnasium import spaces

from agents.ppo.rollout_buffer import SemiMarkovRolloutBuffer
from ccenv.integrations.semi_markov import RewardRate, TimeScales, advantages

# After 100 s a value weighs 1/2 and an advantage 1/4.
HALVES = TimeScales(horizon_s=100 / math.log(2), credit_s=100 / math.log(2), centre=False)


def column(*values):
    return np.array(values, float)[:, None]


def test_advantages_equal_those_worked_out_by_hand():
    values, following = column(8, 2, 6), column(2, 6, 4)

    result = advantages(column(4, 1, 2), column(100, 0, 100), values, following, column(0, 0, 0) > 0, HALVES)

    # A_2 = 2 + 4/2 - 6;  A_1 = (1 + 6 - 2) + A_2, because no time passes;  A_0 = (4 + 2/2 - 8) + A_1 / 4
    assert result[:, 0] == pytest.approx([-2.25, 3.0, -2.0])
    assert (result + values)[:, 0] == pytest.approx([5.75, 5.0, 4.0])


def test_a_chain_at_one_instant_counts_as_one_decision():
    never = np.zeros((4, 1), bool)
    chain = advantages(
        column(1, 2, 3, 5), column(0, 0, 0, 70), column(8, -3, 11, 4), column(-3, 11, 4, 6), never, HALVES
    )

    one = advantages(column(11), column(70), column(8), column(6), never[:1], HALVES)

    assert chain[0] == pytest.approx(one[0])


def test_no_advantage_crosses_the_end_of_an_episode():
    ended = column(0, 1, 0) > 0

    result = advantages(column(1, 1, 50), column(0, 0, 0), column(0, 0, 0), column(0, 0, 0), ended, HALVES)

    assert result[:, 0] == pytest.approx([2, 1, 50])


def twin(rewards, elapsed_s, values, following, ended, beta, kappa):
    """Advantage as the explicit sum of later temporal differences, one row at a time."""
    result = np.zeros_like(rewards)
    n_steps, n_rows = rewards.shape
    for b in range(n_rows):
        for k in range(n_steps):
            waited = 0.0
            for j in range(k, n_steps):
                tau = elapsed_s[j, b]
                delta = rewards[j, b] + math.exp(-beta * tau) * following[j, b] - values[j, b]
                result[k, b] += math.exp(-(beta + kappa) * waited) * delta
                waited += tau
                if ended[j, b]:
                    break
    return result


@pytest.mark.parametrize(("horizon_s", "credit_s"), [(1800.0, 180.0), (math.inf, 240.0), (600.0, math.inf)])
def test_advantages_equal_an_independent_sum(horizon_s, credit_s):
    rng = np.random.default_rng(3)
    shape = (40, 5)
    elapsed_s = rng.exponential(60, shape) * (rng.random(shape) < 0.6)
    rewards, values, following = (rng.normal(size=shape) for _ in range(3))
    ended = rng.random(shape) < 0.1

    result = advantages(rewards, elapsed_s, values, following, ended, TimeScales(horizon_s, credit_s))

    expected = twin(rewards, elapsed_s, values, following, ended, 1 / horizon_s, 1 / credit_s)
    assert result == pytest.approx(expected, abs=1e-10)


def filled(scales, steps, n=2):
    """A buffer of the given steps, whose values at every decision are 1."""
    box = spaces.Box(-1, 1, (1,), np.float32)
    buffer = SemiMarkovRolloutBuffer(len(steps), box, spaces.Discrete(2), n_envs=n, scales=scales)
    looks = {"obs": np.zeros((n, 1), np.float32), "mask": np.ones((n, 2), bool)}
    for k, step in enumerate(steps):
        batch = SimpleNamespace(**looks, **{name: np.array(value) for name, value in step.items()})
        buffer.before(batch, np.full(n, k % 2), np.full(n, -0.5))
        buffer.after(batch)
    buffer.values[:] = 1.0
    return buffer


def step(reward, elapsed_s, terminated=(False, False), truncated=(False, False), final_obs=((0.0,), (0.0,))):
    ends = {"terminated": terminated, "truncated": truncated, "final_obs": final_obs}
    return {"reward": reward, "elapsed_s": elapsed_s, **ends}


def test_a_terminated_row_is_worth_nothing_and_a_truncated_one_what_its_last_observation_is():
    buffer = filled(
        HALVES,
        [
            step((0, 0), (100, 100), (True, False), (False, True), ((0.3,), (0.7,))),
            step((0, 0), (100, 100)),
        ],
    )
    assert np.concatenate(buffer.final.obs) == pytest.approx(np.array([[0.7]]))

    buffer.finish(last_values=np.array([8.0, 8.0]), final_values=np.array([6.0]))

    # first step: 0 - 1 at the termination, 6/2 - 1 at the truncation; second: 8/2 - 1
    assert buffer.advantages == pytest.approx(np.array([[-1, 2], [3, 3]]))
    assert buffer.returns == pytest.approx(np.array([[0, 3], [4, 4]]))


def test_centring_takes_off_the_long_run_rate_and_the_scale_divides():
    scales = TimeScales(HALVES.horizon_s, HALVES.credit_s, centre=True, reward_scale=2.0)
    buffer = filled(scales, [step((6, 0), (100, 20)), step((0, 0), (0, 0))])

    buffer.finish(np.zeros(2), np.zeros(0))

    # 6 in 120 s; row 0 earns (6 - 5) / 2 and then its value 1/2, row 1 (0 - 1) / 2 and then its value 1 * 0.5 ** 0.2
    assert buffer.rate.per_s == pytest.approx(0.05)
    assert buffer.advantages[0, 0] == pytest.approx(0.5 + 0.5 - 1 + 0.25 * (0 + 0 - 1))
    assert buffer.advantages[0, 1] == pytest.approx(-0.5 + 0.5**0.2 - 1 + 0.5**0.4 * (0 + 0 - 1))


def test_the_rate_is_a_ratio_of_sums_that_forgets_slowly():
    rate = RewardRate(weight=0.5)
    assert rate.per_s == 0.0

    rate.add(10, 100)
    assert rate.per_s == pytest.approx(0.1)

    rate.add(10, 300)  # half of (10, 300) and a quarter of (10, 100)
    assert rate.per_s == pytest.approx((5 + 2.5) / (150 + 25))


def test_minibatches_deal_each_decision_once_with_its_own_figures():
    buffer = filled(TimeScales(), [step((k, k + 0.5), (1, 1)) for k in range(6)])
    buffer.finish(np.zeros(2), np.zeros(0))
    buffer.returns[:] = np.arange(12).reshape(6, 2)

    parts = list(buffer.get(5))

    assert [len(part.returns) for part in parts] == [5, 5, 2]
    dealt = [(int(r), int(a)) for part in parts for r, a in zip(part.returns, part.actions, strict=True)]
    assert sorted(dealt) == [(k, k // 2 % 2) for k in range(12)]
    assert dealt != sorted(dealt)


def test_a_longer_rollout_makes_room():
    buffer = filled(TimeScales(), [step((0, 0), (1, 1))])

    buffer.resize(3)

    assert buffer.rewards.shape == (3, 2)
    assert not buffer.full


@pytest.mark.parametrize("name", ["horizon_s", "credit_s", "reward_scale"])
def test_a_scale_must_be_above_zero(name):
    with pytest.raises(ValueError, match=f"{name} is 0"):
        TimeScales(**{name: 0})
