"""The learner `set_network`: its network is the policy of the kernel, a rule is imitated, and training gains."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import ccenv
from agents.common.demonstration import demonstrate
from agents.policies import load_policy
from agents.registry import find_learner
from agents.search.set_actor import SetActor
from agents.search.set_imitation import imitate
from agents.search.set_learner import SetSettings
from agents.train import Training, train
from ccenv import Batch, RulePolicy, SetPolicy, set_form
from ccenv.integrations.semi_markov import TimeScales
from tests.policy.made import random_set


@pytest.fixture(scope="module")
def shown():
    scenario = ccenv.load_scenario("tiny").with_reserves("either")
    batch = Batch(scenario, 4, autoreset="same_step", pacing=("progressive_unreserved", {}))
    rule = RulePolicy(scenario, pacing=("progressive_unreserved", {}))
    return scenario, demonstrate(batch, rule, np.arange(4), TimeScales(), max_steps=600)


@pytest.mark.parametrize("seed", range(3))
def test_the_network_is_the_policy_of_the_kernel(shown, seed):
    scenario, run = shown
    policy = random_set(scenario, seed)
    actor = SetActor(run.obs.shape[1], run.mask.shape[1], policy.tables)

    chosen = actor.probabilities(run.obs, run.mask).argmax(axis=1)

    assert np.array_equal(chosen, policy.act(run.obs, run.mask, None, np.zeros(0), np.zeros(0))[0])
    assert len(np.unique(chosen)) > 2


def test_a_dial_that_scores_below_hold_is_not_taken(shown):
    scenario, run = shown
    form, rng = set_form(scenario), np.random.default_rng(3)
    weights = form.defaults.copy()
    out = np.array([name.startswith("w_out") for name in form.names])
    weights[out] = 20.0 * rng.normal(size=out.sum())
    weights[np.flatnonzero(out)[1::2]] = 0.0  # levels stay, so that dials are allowed
    policy = SetPolicy(form.tables(weights))
    actor = SetActor(run.obs.shape[1], run.mask.shape[1], policy.tables)

    chosen = actor.probabilities(run.obs, run.mask).argmax(axis=1)

    assert np.array_equal(chosen, policy.act(run.obs, run.mask, None, np.zeros(0), np.zeros(0))[0])
    dials = np.array([action.name.startswith("dial") for action in scenario.catalogue])
    asked = run.mask[:, dials].any(axis=1)
    assert 0.01 < np.mean(chosen[asked] == 0) < 0.99


def test_a_saved_network_is_that_of_its_centre(shown):
    scenario, run = shown
    actor = SetActor(run.obs.shape[1], run.mask.shape[1], random_set(scenario, 1, hidden=5).tables)
    other = SetActor(actor.n_obs, actor.n_actions)

    other.load_state_dict(actor.state_dict())

    assert np.array_equal(other.probabilities(run.obs, run.mask), actor.probabilities(run.obs, run.mask))
    assert np.array_equal(other.compiled().tables.weights, actor.tables.weights)


def test_a_rule_is_imitated(shown):
    scenario, run = shown
    form = set_form(scenario)
    before = np.mean(SetPolicy(form.tables()).act(run.obs, run.mask, None, run.obs, run.obs)[0] == run.actions)

    weights, agreement = imitate(form, run, 0)

    found = np.mean(SetPolicy(form.tables(weights)).act(run.obs, run.mask, None, run.obs, run.obs)[0] == run.actions)
    assert agreement == pytest.approx(found, abs=0.01)
    assert agreement > max(0.85, before)


def test_a_training_keeps_policies_that_act_in_another_centre(tmp_path):
    batch = Batch("tiny", 4, autoreset="same_step")
    training = Training(
        steps=20_000, seed=3, n_checkpoints=2, learner="set_network", settings=SetSettings(4, 2, hidden=3)
    )

    folder = train(batch, tmp_path, training, progress=False)

    assert folder.outcome["generations"] >= 2
    first, *_, last = folder.policies().values()
    weights = [load_policy(file).actor.tables.weights for file in (first, last)]
    assert not np.array_equal(*weights)
    other = set_form(ccenv.load_scenario("x_design"), 3).tables(weights[1])
    assert len(ccenv.simulate("x_design", policy=SetPolicy(other), seeds=range(1))) == 1
    assert isinstance(load_policy(last).actor, SetActor)
    assert torch.equal(load_policy(last).actor.w_out, torch.from_numpy(SetPolicy(other).tables.parts()["w_out"]))


def test_a_wrong_width_is_refused():
    with pytest.raises(ValueError, match="hidden = 0; allowed: 1 or more"):
        find_learner("set_network").settings(hidden=0)
