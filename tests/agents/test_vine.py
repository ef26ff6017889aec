"""The learner `vine`: its gradient is that of the definition, and it learns what its start does not know."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from agents.common.imitation import build, standardise
from agents.common.policy import TorchPolicy
from agents.policies import load_policy
from agents.train import Training, train
from agents.vine.learner import Vine, VineSettings
from agents.vine.update import climb, mixed, objective
from ccenv import Batch, simulate
from ccenv.integrations.semi_markov import TimeScales
from ccenv.sim.state.codes import HOLD
from tests.agents.test_clones import known
from tests.policy.exact import MODEL, PAID

STEPS = 7000  # of a training: three iterations or more
SMALL = VineSettings(states=200, days=2, horizon_s=200.0, hidden=(8, 8), passes=1)


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def weights(net):
    return {name: value.numpy().copy() for name, value in net.state_dict().items()}


def equal(one, other):
    return all(np.array_equal(value, other[name]) for name, value in one.items())


def test_the_gradient_is_that_of_the_definition():
    rng = np.random.default_rng(0)
    logits, gain, before = (rng.normal(size=(6, 4)) for _ in range(3))
    mask = np.ones((6, 4), bool)
    mask[:4, 3], mask[:2, 1] = False, False
    gain[~mask] = 0.0

    def log_softmax(z):
        z = np.where(mask, z, -1e8)
        return z - np.log(np.exp(z - z.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True)) - z.max(1)[:, None]

    asked = torch.tensor(logits, requires_grad=True)
    legal = torch.from_numpy(mask)
    log_p = torch.log_softmax(torch.where(legal, asked, -1e8), dim=1)
    old = log_softmax(before)
    objective(log_p, torch.from_numpy(old), legal, torch.from_numpy(gain), 2.5).backward()

    # d/dz of the sum of p (gain - log(p / old) / step), the constants of the softmax apart
    p = np.exp(log_softmax(logits))
    worth = np.where(mask, gain - (log_softmax(logits) - old) / 2.5, 0.0)
    expected = p * (worth - (p * worth).sum(axis=1, keepdims=True)) / 6
    assert asked.grad.numpy() == pytest.approx(expected, abs=1e-12)
    assert np.abs(expected[~mask]).max() == 0.0


def test_it_learns_the_better_action():
    net = build(3, (32, 32), 3)
    standardise(net).fit(known().obs)

    for k in range(6):
        found = climb(net, known(seed=k), 30.0, 0.02, 4, k)

    paired = known(seed=100)
    chosen = net.probabilities(paired.obs, paired.mask).argmax(axis=1)
    clear = np.abs(paired.obs[:, 0]) > 0.2
    assert np.mean(chosen[clear] == (paired.obs[clear, 0] > 0.0)) > 0.97
    assert found.spread == pytest.approx(float(paired.centred[paired.mask].std()), rel=0.05)


def test_what_is_illegal_has_no_reward_and_no_probability():
    paired = known(500)
    assert np.isnan(paired.gain[~paired.mask]).all()
    filled = paired._replace(gain=np.where(paired.mask, paired.gain, 1e9))
    net = build(3, (8, 8), 3)
    other = copy.deepcopy(net)

    climb(net, paired, 30.0, 0.02, 2, 0)
    climb(other, filled, 30.0, 0.02, 2, 0)

    assert equal(weights(net), weights(other))
    assert np.isfinite(np.concatenate([part.ravel() for part in weights(net).values()])).all()
    assert (net.probabilities(paired.obs, paired.mask)[~paired.mask] == 0.0).all()


def test_the_common_future_of_a_decision_does_not_count():
    paired = known(500)
    shift = np.random.default_rng(9).normal(size=(500, 1)) * 0.5
    net = build(3, (8, 8), 3)
    other = copy.deepcopy(net)

    climb(net, paired, 30.0, 0.02, 2, 0)
    climb(other, paired._replace(gain=paired.gain + shift), 30.0, 0.02, 2, 0)

    for name, value in weights(net).items():
        assert weights(other)[name] == pytest.approx(value, abs=1e-4)


def test_a_smaller_step_moves_less():
    diverged = []
    for step in (30.0, 1.0):
        torch.manual_seed(0)
        diverged.append(climb(build(3, (8, 8), 3), known(500), step, 0.0, 100, 0).kl)
    assert diverged[0] > 1.5 * diverged[1] > 0.0


def test_the_mixed_policy():
    p = np.array([[0.9, 0.1, 0.0], [1.0, 0.0, 0.0]])
    mask = torch.tensor([[True, True, False], [True, True, True]])
    log_p = torch.from_numpy(np.log(np.maximum(p, 1e-40)))

    found = mixed(log_p, mask, 0.3).exp().numpy()

    assert found == pytest.approx(np.array([[0.78, 0.22, 0.0], [0.8, 0.1, 0.1]]))


def test_with_nothing_to_gain_a_mixed_policy_doubts_more():
    paired = known(2000)
    nothing = paired._replace(gain=np.where(paired.mask, 0.0, np.nan))
    entropy = []
    for mix in (0.0, 0.5):
        net = build(3, (8, 8), 3)
        with torch.no_grad():
            net.head.bias.copy_(torch.tensor([3.0, 0.0, 0.0]))
        entropy.append(climb(net, nothing, 1.0, mix, 10, 0).entropy)
    assert entropy[1] > 1.08 * entropy[0]


def test_a_killed_training_ends_as_one_that_was_not(tmp_path):
    seen = []

    def killed(progress):
        seen.append(progress.steps)
        if len(seen) == 2:
            raise KeyError("kill")

    batch = Batch("tiny", 4, autoreset="same_step")
    training = Training(STEPS, seed=3, n_checkpoints=100, learner="vine", settings=SMALL)
    whole = train(batch, tmp_path / "whole", training, progress=False)

    with pytest.raises(KeyError, match="kill"):
        train(batch, tmp_path / "killed", training, progress=False, callback=killed)
    kept = [int(file.stem) for file in (tmp_path / "killed" / "policies").glob("*.pt")]
    assert max(kept) == seen[0]  # so it does not begin anew
    again = train(batch, tmp_path / "killed", training, progress=False)

    assert whole.outcome["iterations"] >= 3.0
    last = max(whole.policies())
    assert last == max(again.policies())
    mine, theirs = (weights(load_policy(folder.policies()[last]).actor) for folder in (whole, again))
    assert equal(mine, theirs)
    assert not equal(mine, weights(load_policy(whole.policies()[0]).actor))


def test_without_a_rule_the_first_days_standardise():
    vine = Vine(Batch("tiny", 4, autoreset="same_step"), TimeScales(), SMALL, 0)
    vine.iterate(0.0)
    assert np.any(standardise(vine.actor).mean.numpy())


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [("states", 0, "1 or more"), ("passes", 0, "1 or more"), ("step", 0.0, "above 0"), ("horizon_s", 0.0, "above 0"),
     ("days", 0, "1 to 256"), ("days", 257, "1 to 256"), ("wander", 1.5, "0 to 1"), ("mix", -0.1, "0 to 1")],
)  # fmt: skip
def test_settings_that_are_not_allowed_are_refused(name, value, allowed):
    with pytest.raises(ValueError, match=f"{name} = {value}; allowed: {allowed}"):
        VineSettings(**{name: value})


@pytest.mark.slow
def test_a_solvable_centre_is_learned_from_random_weights():
    scenario = MODEL.scenario(horizon_s=50_000.0, warm_up_s=0.0)
    settings = VineSettings(states=1500, days=32, horizon_s=2000.0, hidden=(16, 16))
    vine = Vine(Batch(scenario, 4, reward=PAID, autoreset="same_step"), TimeScales(), settings, 0)

    def paid(**who):
        return simulate(scenario, seeds=range(10**6, 10**6 + 64), routing="fifo", reward=PAID, **who)["reward"]

    with torch.no_grad():
        vine.actor.head.bias[HOLD] += 3.0  # it never dials
    start = paid(policy=TorchPolicy(vine.actor, **vine.options))
    for k in range(10):
        vine.iterate(k / 10)

    learned = paid(policy=TorchPolicy(vine.actor, **vine.options))
    by_reserve = [paid(pacing=("progressive", {"reserve": reserve})) for reserve in range(MODEL.s + 1)]
    best = max(by_reserve, key=np.mean)
    assert best.mean() > start.mean() + 10.0
    error = (learned - best).std() / 8.0
    assert learned.mean() > best.mean() - 3.0 * error
    assert (learned - start).mean() > 10.0 * (learned - start).std() / 8.0
