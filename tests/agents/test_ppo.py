"""The learner: its update, its collecting, and a model that it must solve."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from sb3_contrib import MaskablePPO
from stable_baselines3.common.vec_env import VecMonitor
from torch.nn.utils import parameters_to_vector

from agents.common.policy import MaskedActor, TorchPolicy
from agents.ppo import learner as learning
from agents.ppo.learner import PPOSettings, SemiMarkovMaskablePPO
from agents.ppo.update import losses
from ccenv.integrations.sb3 import CentreVecEnv
from ccenv.integrations.semi_markov import TimeScales
from tests.agents.toy import START, Blending, ToyBatch

# Answered contacts are worth 72 of the best 80 per hour under any policy; never starting gives 66.3, always 68.
MODEL = Blending(inbound_value=3.0)
SMALL = PPOSettings(steps=8, batch_size=64, epochs=2)


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def learner(n=16, model=MODEL, **options):
    env = CentreVecEnv(ToyBatch(model, n))
    learner = SemiMarkovMaskablePPO(env=env, seed=0, **options)
    env.seed(5)
    env.reset()
    return learner


def weights(model):
    return parameters_to_vector(model.policy.parameters()).detach().numpy()


def test_an_update_equals_that_of_sb3_contrib():
    model = learner(settings=PPOSettings(steps=8, batch_size=128, epochs=4, learning_rate=0.02))
    model.iterate(0.3)
    model.collect_rollouts(model.env, model._init_callback(None), model.rollout_buffer, 8)
    start, optimizer = copy.deepcopy(model.policy.state_dict()), copy.deepcopy(model.policy.optimizer.state_dict())

    model.train()
    ours = weights(model)
    assert model.figures["clip_fraction"] > 0.1
    model.policy.load_state_dict(start)
    before = weights(model)
    model.policy.optimizer.load_state_dict(optimizer)
    MaskablePPO.train(model)

    # one minibatch for each epoch, so that their order does not matter; what differs is the rounding of float32
    assert np.abs(ours - before).max() > 1e-2
    assert ours == pytest.approx(weights(model), abs=1e-5)


def test_the_rollout_holds_what_the_batch_showed_and_paid():
    model = learner(n=4, settings=SMALL)
    model.collect_rollouts(model.env, model._init_callback(None), model.rollout_buffer, 8)
    buffer = model.rollout_buffer

    batch = ToyBatch(MODEL, 4)
    batch.reset(np.arange(5, 9))
    for k in range(8):
        probabilities = model.actor.probabilities(batch.obs, batch.mask)
        actions = (probabilities[:, 0] <= batch.u).astype(int)
        assert np.array_equal(buffer.observations[k], batch.obs)
        assert np.array_equal(buffer.actions[k], actions)
        assert buffer.log_probs[k] == pytest.approx(np.log(probabilities[np.arange(4), actions]))
        assert buffer.values[k] == pytest.approx(model.values(batch.obs), abs=1e-6)
        batch.step(actions)
        assert np.array_equal(buffer.rewards[k], batch.reward)
        assert np.array_equal(buffer.elapsed_s[k], batch.elapsed_s)


def test_rates_fall_and_rollouts_grow():
    settings = PPOSettings(steps=8, batch_size=64, epochs=1, entropy=0.1, entropy_until=0.8)
    model = learner(n=16, settings=settings)
    seen = []
    for done in (0.0, 0.4, 0.5, 0.9):
        model.iterate(done)
        rate = model.policy.optimizer.param_groups[0]["lr"]
        seen.append((rate, model.ent_coef, model.rollout_buffer.buffer_size, model.batch_size))
    assert np.array(seen) == pytest.approx(
        np.array([(1e-3, 0.1, 8, 64), (6e-4, 0.05, 8, 64), (5e-4, 0.0375, 16, 128), (1e-4, 0.0, 32, 256)])
    )


def test_a_small_target_kl_stops_the_epochs():
    model = learner(settings=PPOSettings(steps=8, batch_size=128, epochs=50, learning_rate=0.05, target_kl=0.01))
    model.iterate(0.0)
    assert 0 < model._n_updates < 50


@pytest.mark.parametrize(("kl", "updates"), [(0.014, 3), (0.016, 0)])
def test_epochs_stop_beyond_one_and_a_half_times_the_target_kl(kl, updates, monkeypatch):
    monkeypatch.setattr(learning, "losses", lambda *args: losses(*args)._replace(approx_kl=torch.tensor(kl)))
    model = learner(settings=PPOSettings(steps=8, batch_size=128, epochs=3, target_kl=0.01))

    model.iterate(0.0)

    assert model._n_updates == updates


def test_learn_works_as_in_stable_baselines():
    model = learner(settings=SMALL).learn(300)
    assert model.num_timesteps >= 300
    assert model.logger.name_to_value["train/entropy"] > 0


def test_a_wrapped_environment_is_refused():
    env = VecMonitor(CentreVecEnv(ToyBatch(MODEL, 2)))
    with pytest.raises(TypeError, match="CentreVecEnv, not wrapped"):
        SemiMarkovMaskablePPO(env=env, settings=SMALL).learn(16)


def solved_gain(actor):
    """Exact reward per hour of a network that takes its likeliest actions."""
    return MODEL.gain(MODEL.greedy(TorchPolicy(actor)))


def test_the_best_policy_of_the_toy_is_known():
    gain, choices = MODEL.optimum()
    assert gain == pytest.approx(80.0)
    assert choices == {(i, j): i + j < MODEL.s - 1 for i, j in MODEL.states()}


def test_the_toy_earns_what_its_exact_answer_says():
    batch = ToyBatch(MODEL, 512)
    batch.reset(np.arange(512))
    earned, elapsed_s = np.zeros(512), np.zeros(512)
    for _ in range(4000):
        batch.step(np.where(batch.obs[:, 2] * MODEL.s > 1.5, START, 0))
        earned += batch.reward
        elapsed_s += batch.elapsed_s

    rates = 3600 * earned / elapsed_s
    spread = np.std(rates) / np.sqrt(len(rates))  # rows are independent: standard error of the mean
    assert spread < 0.2
    assert np.mean(rates) == pytest.approx(80.0, abs=4 * spread)


def test_the_toy_is_solved():
    model = learner(n=256, scales=TimeScales(reward_scale=6.0))
    for done in np.arange(12) / 12:
        model.iterate(done)
    assert solved_gain(model.actor) == pytest.approx(80.0)


@pytest.mark.slow
@pytest.mark.parametrize("gamma", [0.99, 0.999])
def test_with_a_discount_by_steps_the_toy_is_not_solved(gamma):
    """The ablation that this learner exists for: the same toy, twice the decisions, the same settings otherwise."""
    env = CentreVecEnv(ToyBatch(MODEL, 256))
    env.seed(5)
    options = {
        "n_steps": 64,
        "batch_size": 4096,
        "n_epochs": 4,
        "ent_coef": 0.02,
        "learning_rate": 1e-3,
        "gae_lambda": 0.95,
    }
    model = MaskablePPO("MlpPolicy", env, gamma=gamma, seed=0, device="cpu", **options).learn(400_000)

    gain = solved_gain(MaskedActor(model.policy.mlp_extractor.policy_net, model.policy.action_net))

    assert gain < 68.1  # never starting, or always
