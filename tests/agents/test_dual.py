"""The price of drops: it steers a share to its target, the kernel pays it, and the learners adapt it."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pytest

from agents.clones.learner import Clones, ClonesSettings
from agents.common.checkpoints import read_log
from agents.common.dual import Dual, DualSettings
from agents.evolution.learner import Evolution, EvolutionSettings
from agents.search.learner import Search, SearchSettings
from agents.train import Training, train
from agents.vine.learner import Vine, VineSettings
from ccenv import Batch, load_scenario
from ccenv.integrations.semi_markov import TimeScales
from ccenv.policy.exploring import Actor, Explorer
from ccenv.run.config import in_size
from ccenv.run.draws import with_draws
from ccenv.sim.state.sizes import SIZES


@cache
def strict_centre():
    return load_scenario("tiny", **{"campaigns.survey.drop_limit": 0.001})


ACTIVE = DualSettings(gain=0.2, every=2, days=2)


def batch_of(scenario=None):
    return Batch(scenario or strict_centre(), 4, autoreset="same_step")


def test_the_price_steers_the_share_to_the_limit():
    dual = Dual(load_scenario("tiny"), DualSettings(gain=0.05, every=0))
    for _ in range(600):
        dual.update(1000.0, 80.0 * np.exp(-dual.price), 1000.0)
    assert dual.share == pytest.approx(dual.aim, rel=0.02)
    assert dual.price == pytest.approx(np.log(0.08 / dual.aim), rel=0.02)
    for _ in range(600):
        dual.update(1000.0, 0.0, 1000.0)
    assert dual.price == 0.0


def test_one_bad_iteration_moves_the_price_no_more_than_a_good_one():
    dual = Dual(load_scenario("tiny"), DualSettings(gain=0.2, every=0))
    dual.update(1000.0, 900.0, 1000.0)  # thirty times the limit
    assert dual.price == pytest.approx(0.2)
    dual.update(1000.0, 0.0, 1000.0)
    assert dual.price == 0.0


def test_the_target_moves_against_the_excess_on_validation_days():
    dual = Dual(load_scenario("tiny"), ACTIVE)
    dual.calibrate(4.0, 100.0)
    assert dual.target == pytest.approx(dual.aim - 0.5 * (0.04 - dual.aim))
    dual.calibrate(90.0, 100.0)
    assert dual.target == pytest.approx(0.5 * dual.aim)
    for _ in range(20):
        dual.calibrate(0.0, 100.0)
    assert dual.target == dual.aim


def test_a_margin_lowers_the_share_that_is_aimed_at():
    dual = Dual(load_scenario("tiny"), DualSettings(gain=0.05, margin=0.2))
    assert dual.aim == dual.target == pytest.approx(0.8 * 0.03)
    dual.calibrate(2.4, 100.0)
    assert dual.target == dual.aim
    dual.calibrate(3.0, 100.0)
    assert dual.target == pytest.approx(dual.aim - 0.5 * 0.006)


def test_the_kernel_pays_the_price():
    dual, run = Dual(load_scenario("tiny"), ACTIVE), Batch("tiny", 1).run
    dual.price, dual.target = 7.0, 0.02
    learner = Evolution(Batch("tiny", 1), TimeScales(), EvolutionSettings(hidden=(4, 4)), 0)
    policy, keys = learner._policy(learner.start), np.arange(6)
    plain = Explorer(run, None, Actor(policy)).paid(keys)
    priced = Explorer(dual.priced(run), None, Actor(policy)).paid(keys)
    assert plain[:, 1].sum() > 0.0
    assert np.array_equal(plain[:, 1:], priced[:, 1:])
    assert priced[:, 0] == pytest.approx(plain[:, 0] - 7.0 * (plain[:, 1] - 0.02 * plain[:, 2]), abs=1e-9)
    drawn = dual.priced(with_draws(run, [load_scenario("tiny")]))
    assert Explorer(drawn, None, Actor(policy)).paid(keys) == pytest.approx(priced, abs=1e-9)


def test_a_larger_size_class_keeps_the_price():
    dual, run = Dual(load_scenario("tiny"), ACTIVE), Batch("tiny", 1).run
    dual.price = 7.0
    larger = in_size(dual.priced(run), SIZES["M"])
    n = int(run.config["n_terms"][0])
    weights, own = (each.config["term_reward"][0, :n] for each in (larger, in_size(run, SIZES["M"])))
    cost, base = (larger.config[name][0, :n] for name in ("term_cost", "term_cost_base"))
    assert weights == pytest.approx(own - 7.0 * (cost - dual.target * base))
    assert np.any(weights != own)


@pytest.mark.parametrize(
    ("make", "settings"),
    [
        (Search, SearchSettings(4, 2, dual=ACTIVE)),
        (Evolution, EvolutionSettings(2, 2, hidden=(4, 4), dual=ACTIVE)),
        (Clones, ClonesSettings(200, 2, 100.0, hidden=(4, 4), passes=1, margins=(0.0,), validation_days=2,
                                imitated=200, dual=ACTIVE)),
        (Vine, VineSettings(200, 2, 100.0, hidden=(4, 4), passes=1, dual=ACTIVE)),
    ],
)  # fmt: skip
def test_learners_adapt_the_price_and_go_on_with_it(make, settings):
    learner = make(batch_of(), TimeScales(), settings, 0)
    found = [learner.iterate(0.0) for _ in range(2)]
    assert found[1].figures["drop_price"] > found[0].figures["drop_price"] > 0.0
    assert found[1].figures["drop_target"] <= 0.001
    other = make(batch_of(), TimeScales(), settings, 0)
    other.load_state(learner.state())
    assert other.dual.figures == learner.dual.figures


def test_the_price_is_in_the_log(tmp_path):
    training = Training(5_000, n_checkpoints=1, learner="search", settings=SearchSettings(4, 2, dual=ACTIVE))
    train(batch_of(), tmp_path, training, progress=False)
    rows = read_log(tmp_path / "learning.csv")
    assert rows[0]["drop_price"] > 0.0
    assert rows[0]["drop_share"] > 0.001


def test_without_a_price_the_reward_stays():
    dual = Dual(strict_centre(), DualSettings())
    dual.update(10.0, 5.0, 10.0)
    run = Batch(strict_centre(), 1).run
    assert (dual.price, dual.share, dual.due) == (0.0, 0.5, False)
    assert dual.priced(run) is run


def test_what_is_not_allowed_is_refused():
    with pytest.raises(ValueError, match=r"dual.gain = 0.2: n_design has no campaign; allowed: 0"):
        Dual(load_scenario("n_design"), ACTIVE)
    for name, value in (("gain", -1.0), ("every", -1), ("days", 0), ("margin", 1.0)):
        with pytest.raises(ValueError, match=f"dual.{name} = {value}; allowed"):
            dataclasses.replace(ACTIVE, **{name: value})
