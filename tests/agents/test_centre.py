"""The learner on a centre of the library."""

from __future__ import annotations

import numpy as np
import pytest

from agents.common import batch_state
from agents.common.warm_start import CloneSettings
from agents.policies import load_policy
from agents.ppo.learner import PPOSettings
from agents.train import Training, train
from ccenv.batch import Batch
from ccenv.integrations.sb3 import CentreVecEnv
from ccenv.integrations.semi_markov import TimeScales
from ccenv.policy import RulePolicy
from ccenv.scenarios import load_scenario
from ccenv.seeds import seeds
from ccenv.simulation import simulate


@pytest.fixture(scope="module")
def scenario():
    return load_scenario("tiny")


def run(batch, rule, n):
    """All that a batch shows and pays over n decisions under a rule without memory."""
    seen = []
    for _ in range(n):
        actions, _ = rule.act(batch.engine.snaps, batch.mask, None, batch.u, batch.starts)
        batch.step(actions)
        seen.append((batch.obs.copy(), batch.mask.copy(), batch.engine.outs.copy(), batch.snapshot.tobytes()))
    return seen


def same(a, b):
    """Whether two runs showed and paid the same, bit by bit."""
    return all(
        np.array_equal(x, y) if isinstance(x, np.ndarray) else x == y
        for r, s in zip(a, b, strict=True)
        for x, y in zip(r, s, strict=True)
    )


def test_a_restored_batch_goes_on_as_the_first_did(scenario):
    rule = RulePolicy(scenario)
    first, second = Batch(scenario, 6), Batch(scenario, 6)
    first.reset(seeds("training", 6))
    second.reset(seeds("training", 6, skip=6))
    run(first, rule, 200)

    batch_state.restore_tensors(second, batch_state.as_tensors(first.clone()))

    # long enough for episodes to end
    there, here = run(first, rule, 3000), run(second, rule, 3000)
    assert any(outs["terminated"].any() for _, _, outs, _ in there)
    assert same(there, here)


def test_stable_baselines_sees_the_batch(scenario):
    env, batch = CentreVecEnv(Batch(scenario, 3)), Batch(scenario, 3)
    first = int(seeds("training", 1)[0])
    env.seed(first)
    assert np.array_equal(env.reset(), (batch.reset(np.arange(first, first + 3)), batch.obs)[1])
    for _ in range(500):
        actions = env.action_masks().argmax(axis=1)
        obs, reward, done, _ = env.step(actions)
        batch.step(actions)
        assert np.array_equal(obs, batch.obs)
        assert np.array_equal(reward, batch.reward)
        assert np.array_equal(done, batch.terminated | batch.truncated)


def test_a_training_leaves_a_policy_that_simulate_takes(scenario, tmp_path):
    training = Training(
        steps=4096,
        n_checkpoints=2,
        scales=TimeScales(horizon_s=600.0, credit_s=60.0),
        settings=PPOSettings(steps=16, batch_size=512),
        clone=CloneSettings(passes=3, batch_size=512),
    )
    batch = Batch(scenario, 32)

    folder = train(batch, tmp_path, training, RulePolicy(batch.scenario), progress=False)

    assert folder.outcome["start"]["agreement"] > 0.8
    policy = load_policy(folder.policies()[folder.outcome["steps"]], decision="sample")
    days = seeds("validation", 4)
    table = simulate(scenario, policy=policy, seeds=days)
    assert np.array_equal(table["seed"], days)
    assert np.all(table["n_answered"] > 0)
    assert np.all(table["n_illegal_actions"] == 0)
