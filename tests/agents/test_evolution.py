"""The learner `evolution`: its step climbs, it gains on the small centre, and a killed training ends as another."""

from __future__ import annotations

import numpy as np
import pytest

from agents.evolution.learner import Evolution, EvolutionSettings, centred_ranks
from agents.policies import load_policy
from agents.train import Training, train
from ccenv import Batch, NetPolicy, RulePolicy
from ccenv.integrations.semi_markov import TimeScales

SETTINGS = EvolutionSettings(pairs=2, days=2, hidden=(4, 4))
SHORT = EvolutionSettings(pairs=1, days=1, hidden=(4, 4))
TRAINING = Training(steps=6_000, seed=3, n_checkpoints=20, learner="evolution", settings=SHORT)


def batch_of(n=4):
    return Batch("tiny", n, autoreset="same_step")


def test_ranks_are_centred_and_ties_share_theirs():
    assert centred_ranks(np.array([30.0, 10.0, 20.0])).tolist() == [0.5, -0.5, 0.0]
    assert centred_ranks(np.array([1.0, 1.0, 5.0])).tolist() == [-0.25, -0.25, 0.5]
    assert centred_ranks(np.array([7.0])).tolist() == [-0.5 + 0.0]


def test_the_mean_moves_along_the_gradient_of_the_values(monkeypatch):
    """Days pay the projection of a candidate on a direction, with a level of their own that all candidates share."""
    learner = Evolution(batch_of(), TimeScales(), SETTINGS, 0)
    direction = np.random.default_rng(1).normal(size=len(learner.mean))

    def paid(moved, days):
        return np.column_stack([moved @ direction + days % 7, 0.0 * days, 1.0 + 0.0 * days])

    monkeypatch.setattr(learner, "_paid", paid)
    for _ in range(300):
        found = learner.iterate(0.0)
    assert np.corrcoef(learner.mean, direction)[0, 1] > 0.4
    assert set(found.figures) == {"mean", "best", "moved", "drop_price", "drop_target", "drop_share"}


def test_a_bias_of_zero_is_searched_as_its_layer():
    learner = Evolution(batch_of(), TimeScales(), SETTINGS, 0)
    learner.actor.head.bias.data.zero_()
    learner._begin()
    assert (learner.spreads > 0.01).all()
    width = float(learner.actor.head.weight.detach().square().mean().sqrt())
    assert learner.spreads[-1] == pytest.approx(width)


def test_a_killed_training_ends_as_one_that_was_not_and_leaves_a_compiled_network(tmp_path, monkeypatch):
    batch = batch_of()
    whole = train(batch, tmp_path / "whole", TRAINING, RulePolicy(batch.scenario), progress=False)
    calls, real = [], Evolution.iterate

    def killed(learner, done):
        calls.append(done)
        if len(calls) == 2:
            raise KeyError("kill")
        return real(learner, done)

    monkeypatch.setattr(Evolution, "iterate", killed)
    with pytest.raises(KeyError, match="kill"):
        train(batch_of(), tmp_path / "killed", TRAINING, RulePolicy(batch.scenario), progress=False)
    again = train(batch_of(), tmp_path / "killed", TRAINING, RulePolicy(batch.scenario), progress=False)

    mine, theirs = (load_policy(folder.policies()[max(folder.policies())]) for folder in (whole, again))
    weights = mine.actor.state_dict()
    assert all(np.array_equal(value, weights[name]) for name, value in theirs.actor.state_dict().items())
    assert isinstance(mine.compiled(), NetPolicy)
    assert whole.outcome["start"]["agreement"] > 0.5


@pytest.mark.parametrize(("name", "value"), [("pairs", 0), ("days", 0), ("spread", 0.0), ("rate", -1.0)])
def test_settings_that_are_not_allowed_are_refused(name, value):
    with pytest.raises(ValueError, match=f"{name} = {value}; allowed"):
        EvolutionSettings(**{name: value})
