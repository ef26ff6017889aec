"""The learner `search`: its network is the index policy, a rule is imitated, and a killed search ends as another."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import ccenv
from agents.common.demonstration import demonstrate
from agents.policies import load_policy
from agents.search.actor import IndexActor
from agents.search.imitation import imitate
from agents.search.learner import Search, SearchSettings
from agents.train import Training, train
from ccenv import Batch, IndexPolicy, RulePolicy, index_form
from ccenv.integrations.semi_markov import TimeScales
from ccenv.policy.index import features, scores
from tests.policy.made import random_index

TRAINING = Training(steps=30_000, seed=3, n_checkpoints=2, learner="search", settings=SearchSettings(4, 2))


def batch_of(scenario, n=4):
    return Batch(scenario, n, autoreset="same_step")


@pytest.fixture(scope="module")
def shown():
    batch = batch_of("tiny")
    rule = RulePolicy(batch.scenario)
    return batch.scenario, demonstrate(batch, rule, np.arange(4), TimeScales(), max_steps=600)


def test_the_network_is_the_index_policy(shown):
    scenario, run = shown
    policy = random_index(scenario, 4)
    actor = IndexActor(run.obs.shape[1], run.mask.shape[1], policy.tables)

    outputs = actor.logits(torch.from_numpy(run.obs), torch.from_numpy(run.mask)).numpy()

    phi = features(policy.layout, run.obs.astype(float), lambda parts: np.concatenate(parts, axis=1))
    exact = scores(policy.layout, phi @ policy.tables.matrix.T, lambda parts: np.concatenate(parts, axis=1))
    assert outputs[run.mask] == pytest.approx(exact[run.mask], rel=1e-4, abs=1e-4)
    chosen = actor.probabilities(run.obs, run.mask).argmax(axis=1)
    assert np.mean(chosen == policy.act(run.obs, run.mask, None, np.zeros(0), np.zeros(0))[0]) > 0.999


def test_a_saved_network_is_that_of_its_centre(shown, tmp_path):
    scenario, run = shown
    actor = IndexActor(run.obs.shape[1], run.mask.shape[1], random_index(scenario, 4).tables)
    other = IndexActor(actor.n_obs, actor.n_actions)

    other.load_state_dict(actor.state_dict())

    assert np.array_equal(other.probabilities(run.obs, run.mask), actor.probabilities(run.obs, run.mask))
    assert isinstance(other.compiled(), IndexPolicy)


def test_a_rule_is_imitated(shown):
    scenario, run = shown
    form = index_form(scenario)
    before = np.mean(IndexPolicy(form.tables()).act(run.obs, run.mask, None, run.obs, run.obs)[0] == run.actions)

    _, agreement = imitate(form, run, 0)

    assert agreement > max(0.9, before)


def test_it_gains_and_a_killed_search_ends_as_one_that_was_not(tmp_path, monkeypatch):
    whole = train(batch_of("tiny"), tmp_path / "whole", TRAINING, progress=False)
    calls, real = [], Search.iterate

    def killed(learner, done):
        calls.append(done)
        if len(calls) == 2:
            raise KeyError("kill")
        return real(learner, done)

    monkeypatch.setattr(Search, "iterate", killed)
    with pytest.raises(KeyError, match="kill"):
        train(batch_of("tiny"), tmp_path / "killed", TRAINING, progress=False)
    again = train(batch_of("tiny"), tmp_path / "killed", TRAINING, progress=False)

    assert list(again.policies()) == list(whole.policies())
    last = whole.policies()[max(whole.policies())], again.policies()[max(whole.policies())]
    one, two = (load_policy(file) for file in last)
    assert np.array_equal(one.actor.matrix.numpy(), two.actor.matrix.numpy())
    assert whole.outcome["generations"] >= 3
    table = ccenv.simulate("tiny", policy=one, seeds=range(2))
    assert len(table) == 2


@pytest.mark.parametrize("owns", ["routing", "pacing", "blended"])
def test_only_weights_that_move_the_own_decisions_are_searched(owns: str):
    batch = Batch("tiny", 2, owns=owns, autoreset="same_step")
    search = Search(batch, TimeScales(), SearchSettings(4, 2), 0)
    changed = search._weights(np.ones(len(search.moved))) != search.start
    mine = [owns == "blended" or (":k:" in name or ":reserve" in name or ":less:" in name or ":order" in name
            or ":available:" in name) == (owns == "pacing") for name in search.form.names]  # fmt: skip
    assert changed.tolist() == mine and 0 < changed.sum() == len(search.strategy.ask()[0])


def test_candidates_run_the_same_days_and_the_worse_half_fewer(monkeypatch):
    search = Search(batch_of("tiny"), TimeScales(), SearchSettings(4, 4), 0)
    asked = []

    def paid(weights, days):
        asked.append(days)
        return np.tile([-weights[0], 0.0, 0.0], (len(days), 1))

    monkeypatch.setattr(search, "_paid", paid)

    first, second = search.iterate(0.0), search.iterate(0.1)

    assert [len(days) for days in asked] == [2] * 6 + [2] * 6
    assert all(np.array_equal(days, asked[0]) for days in asked[:4])
    assert all(np.array_equal(days, asked[4]) for days in asked[4:6])
    assert len(np.unique(np.concatenate([asked[0], asked[4], asked[6], asked[10]]))) == 8
    assert (first.episodes, second.figures["step"] > 0.0) == (12, True)
