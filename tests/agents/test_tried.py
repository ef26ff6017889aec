"""What learners share that try actions: their days, and what an iteration says of them."""

from __future__ import annotations

import numpy as np
import pytest

from agents.common.days import SEEDS_PER_TRAINING, length_s
from agents.common.tried import Paired
from agents.vine.learner import SEEDS_PER_ITERATION, Vine, VineSettings
from ccenv import Batch
from ccenv.integrations.semi_markov import TimeScales
from ccenv.policy.exploring import Actor
from ccenv.seeds import seeds

SETTINGS = VineSettings(states=60, days=4, horizon_s=100.0, hidden=(4, 4), passes=1)


def learner(seed=2, centre="tiny"):
    return Vine(Batch(centre, 4, autoreset="same_step"), TimeScales(), SETTINGS, seed)


def test_each_iteration_has_training_days_of_its_own():
    vine, own = learner(), []
    for k in range(SEEDS_PER_TRAINING // SEEDS_PER_ITERATION):
        vine.iteration = k
        own.append(vine.training_days())

    allowed = seeds("training", SEEDS_PER_TRAINING, skip=2 * SEEDS_PER_TRAINING)
    assert np.array_equal(np.sort(np.concatenate(own)), np.sort(allowed))


def test_rewards_are_centred_over_the_legal_actions():
    mask = np.array([[True, True, False], [True, True, True]])
    gain = np.array([[4.0, 2.0, np.nan], [3.0, 0.0, 0.0]])
    paired = Paired(np.zeros((2, 1), np.float32), mask, np.zeros(2, np.int64), np.zeros(2, np.int64), gain)
    assert np.array_equal(paired.centred, [[1.0, -1.0, 0.0], [2.0, -1.0, -1.0]])


def test_an_iteration_tells_the_reward_of_its_base():
    vine = learner()
    days = vine.training_days()
    before = vine.explorer(Actor(vine.actor.compiled(**vine.options)))

    found = vine.iterate(0.0)

    vine.iteration = 1
    assert found.reward / found.episodes == pytest.approx(before.values(vine.training_days()[:4]).mean())
    assert found.elapsed_s == found.episodes * length_s(Batch("tiny", 1))
    assert found.n_decisions == vine.steps > 0
    assert found.figures["states"] >= SETTINGS.states
    assert not np.isin(vine.training_days(), days).any()


@pytest.mark.parametrize(("centre", "hours"), [("x_design", 11.0), ("bank_blended", None)])
def test_the_length_of_an_episode(centre, hours):
    batch = Batch(centre, 1)
    clock = batch.scenario.centre.clock
    expected = hours * 3600.0 if hours else clock.close_s - clock.open_s
    assert length_s(batch) == expected
