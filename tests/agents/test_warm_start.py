"""What a rule shows, and how it is cloned."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from agents.common import warm_start
from agents.common.demonstration import demonstrate, returns
from agents.common.warm_start import CloneSettings, clone_rule, cross_entropy
from agents.ppo.kind import PPO
from agents.ppo.learner import SemiMarkovMaskablePPO
from ccenv.integrations.sb3 import CentreVecEnv
from ccenv.integrations.semi_markov import TimeScales
from tests.agents.toy import START, Blending, Reserve, ToyBatch

DAY = Blending(horizon_s=4 * 3600.0, terminates=True)
SCALES = TimeScales(horizon_s=900.0)


def shown(n=64, model=DAY, scales=SCALES, **options):
    return demonstrate(ToyBatch(model, n), Reserve(model, 1), np.arange(n), scales, **options)


def column(*values):
    return np.array(values, float)[:, None]


def test_returns_are_discounted_by_the_clock_and_known_only_with_enough_ahead():
    hundred = TimeScales(horizon_s=100.0, centre=False)
    never = column(0, 0, 0, 0) > 0

    result = returns(column(1, 2, 4, 8), column(0, 200, 150, 150), never, never, hundred)[:, 0]

    last = 2 + math.exp(-2) * (4 + math.exp(-1.5) * 8)
    assert result[:2] == pytest.approx([1 + last, last])  # 500 s are known
    assert result[2] == pytest.approx(4 + math.exp(-1.5) * 8)  # exactly three horizons
    assert np.isnan(result[3])


def test_returns_end_with_the_day_but_are_unknown_at_a_time_limit():
    hundred = TimeScales(horizon_s=100.0, centre=False)
    never, at_1 = column(0, 0, 0) > 0, column(0, 1, 0) > 0
    reward, elapsed_s = column(1, 2, 64), column(100, 100, 500)

    assert returns(reward, elapsed_s, at_1, never, hundred)[:, 0] == pytest.approx([1 + 2 / math.e, 2, 64])
    assert np.isnan(returns(reward, elapsed_s, never, at_1, hundred)[:2]).all()


def test_a_demonstration_spreads_the_copies_over_the_day():
    rows = shown(256).state[0]
    assert rows["seed"].tolist() == list(range(256))

    share = rows["t"] / DAY.horizon_s

    # uniform over the decisions of a day, which come evenly: deciles hold a tenth of the copies each, 25.6 +- 4.8
    counts, _ = np.histogram(share, bins=10, range=(0, 1))
    assert counts.min() >= 10
    assert counts.max() <= 45


def test_a_copy_goes_on_from_the_state_that_was_kept():
    demonstration = shown(8)
    batch = ToyBatch(DAY, 8)
    batch.restore(demonstration.state)

    assert np.array_equal(batch.obs, DAY.observe(*(batch.rows[x] for x in ("n_in", "n_out", "t"))))
    again = ToyBatch(DAY, 8)
    again.reset(np.arange(8))
    for _ in range(5000):
        again.step(Reserve(DAY, 1).act(again.obs, again.mask, None, again.u, None)[0])
        there = again.rows["k"] == batch.rows["k"]
        assert np.array_equal(
            again.rows[there & (again.rows["seed"] < 8)], batch.rows[there & (again.rows["seed"] < 8)]
        )


def test_a_demonstration_ends_when_all_have_ended_an_episode_and_sums_all_it_saw():
    demonstration = shown(8)

    assert demonstration.elapsed_s >= 8 * DAY.horizon_s
    assert 3600 * demonstration.reward / demonstration.elapsed_s == pytest.approx(
        DAY.gain({(i, j): i + j < 2 for i, j in DAY.states()}), abs=3
    )
    assert shown(8, max_steps=10).n_decisions == 80


def test_states_come_with_what_the_rule_did_there():
    demonstration = shown(8)
    idle = np.rint(demonstration.obs[:, 2] * DAY.s)
    assert np.array_equal(demonstration.actions == START, idle > 1)


def test_cross_entropy_by_hand():
    logits = torch.log(torch.tensor([[0.5, 0.25, 0.25]]))
    mask, action = torch.ones(1, 3, dtype=torch.bool), torch.tensor([0])

    assert cross_entropy(logits, mask, action, 0.0).item() == pytest.approx(math.log(2))
    even = (math.log(2) + 2 * math.log(4)) / 3
    assert cross_entropy(logits, mask, action, 0.3).item() == pytest.approx(0.7 * math.log(2) + 0.3 * even)


def test_smoothing_spares_illegal_actions():
    mask, action = torch.tensor([[True, True, False]]), torch.tensor([0])
    logits = torch.tensor([[0.0, 0.0, -1e8]])
    assert cross_entropy(logits, mask, action, 0.5).item() == pytest.approx(math.log(2))


def test_a_clone_acts_and_values_as_the_rule():
    model = SemiMarkovMaskablePPO(
        env=CentreVecEnv(ToyBatch(DAY, 4)), scales=TimeScales(horizon_s=900.0, reward_scale=2.0)
    )
    before = [p.clone() for p in model.policy.optimizer.param_groups[0]["params"]]

    demonstration = shown(64)
    model.standardise(demonstration.obs)
    settings = CloneSettings(passes=20, batch_size=512)
    figures = clone_rule(model.actor, demonstration, settings, critic=model.critic, reward_scale=2.0)

    assert figures["agreement"] > 0.99
    assert figures["explained_variance"] > 0.0
    # more work in progress is worth less: all idle against all but one serving inbound contacts
    empty, full = model.values(DAY.observe(np.array([0, 2]), np.array([0, 0]), np.array([7200.0, 7200.0])))
    assert empty > full
    assert model.policy.optimizer.state_dict()["state"] == {}
    assert not torch.equal(before[0], model.policy.optimizer.param_groups[0]["params"][0])


def cloned(demonstration, settings):
    learner = PPO.make(ToyBatch(DAY, 4), SCALES, PPO.settings(), 0)
    learner.warm_start(demonstration, settings, 0)
    return learner.model


def test_the_learning_rate_of_a_clone_falls_linearly_towards_0_for_actor_and_critic(monkeypatch):
    rates = {}

    def note(optimizer, loss, max_norm):
        rates.setdefault(id(optimizer), (optimizer, []))[1].append(optimizer.param_groups[0]["lr"])

    monkeypatch.setattr(warm_start, "descend", note)
    demonstration = shown(8, max_steps=10)  # 80 decisions
    demonstration.returns[:] = np.where(np.arange(80) < 40, 0.0, np.nan)  # the critic learns from the known half

    cloned(demonstration, CloneSettings(passes=3, batch_size=20, learning_rate=0.5))

    of_actor, of_critic = (found for _, found in rates.values())
    assert of_actor == pytest.approx(0.5 * np.arange(12, 0, -1) / 12)
    assert of_critic == pytest.approx(0.5 * np.arange(6, 0, -1) / 6)


def test_a_clone_standardises_observations_by_the_demonstration():
    demonstration = shown(8, max_steps=200)
    demonstration.obs[:, 0] *= 1000.0

    model = cloned(demonstration, CloneSettings(passes=1))

    spread = demonstration.obs.std(axis=0)
    assert (spread > 0.02).all()  # the smallest spread that Standardise divides by
    for net in (model.policy.mlp_extractor.policy_net, model.policy.mlp_extractor.value_net):
        seen = net[0](torch.from_numpy(demonstration.obs)).numpy().astype(float)
        assert seen.mean(axis=0) == pytest.approx(np.zeros(4), abs=1e-3)
        assert seen.std(axis=0) == pytest.approx(np.ones(4), abs=1e-3)
