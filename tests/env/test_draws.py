"""Episodes of drawn scenarios: each is that of a batch of the drawn scenario alone, in a batch and in the kernel."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import ccenv
from ccenv import Batch, load_scenario
from ccenv.loops import batch as loops
from ccenv.policy.exploring import Actor, Explorer, Sampling
from ccenv.run.draws import draw_of, with_draws
from ccenv.run.engine import Call, CapacityError, Engine
from ccenv.scenarios.ranges import checked, drawn
from ccenv.spaces.observation import observation_names
from tests.policy.made import random_index


@cache
def tiny_centre():
    return load_scenario("tiny")


RANGES = checked({"queues.*.arrivals_per_hour": {"factor": [0.3, 3.0]}, "groups.*.staffing": {"factor": [0.5, 1.0]}})


@cache
def the_draws():
    return drawn(tiny_centre(), RANGES, 4, 0)


N = 6


def batch(**changes):
    made = Batch(tiny_centre(), N, **{"autoreset": "same_step"} | changes)
    made.draw_from(the_draws())
    return made


def decide(mask, u):
    """Take the legal action that the coin picks."""
    return np.array([legal[int(x * len(legal))] for legal, x in zip(map(np.flatnonzero, mask), u, strict=True)])


def outcome(made, row):
    return [made.obs[row].copy(), made.mask[row].copy(), made.reward[row], made.elapsed_s[row], made.u[row]]


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_each_row_runs_its_own_draw():
    mixed = batch()
    mixed.reset(np.arange(N))
    alone = [[Batch(each, 1, autoreset="same_step") for each in the_draws()] for _ in range(N)]
    for b, mine in enumerate(alone):
        for each in mine:
            each.reset([b])
    for _ in range(150):
        at = draw_of(mixed.engine.envs["seed_0"], mixed.engine.envs["episode"], len(the_draws()))
        for b in range(N):
            assert same(outcome(mixed, b)[:2], outcome(alone[b][at[b]], 0)[:2])
        actions = decide(mixed.mask, mixed.u)
        mixed.step(actions)
        for b in range(N):
            alone[b][at[b]].step(actions[b : b + 1])
            assert same(outcome(mixed, b)[2:], outcome(alone[b][at[b]], 0)[2:])
    assert len(set(draw_of(np.arange(N), 0, len(the_draws())))) > 1


def test_an_episode_that_follows_has_a_draw_of_its_own():
    mixed = batch()
    mixed.reset(np.arange(N))
    mixed.end_episodes(np.ones(N, bool))
    mixed.reset_next(np.ones(N, bool))
    shown = mixed.snapshot["forecast_per_hour"][:, 1]
    expected = [
        the_draws()[k].centre.queues["support"].arrivals_per_hour for k in draw_of(np.arange(N), 1, len(the_draws()))
    ]
    assert shown == pytest.approx(expected)
    assert len(set(expected)) > 1


def test_a_restored_and_a_forked_row_go_on_in_their_draws():
    one, other = batch(), batch()
    one.reset(np.arange(N))
    for _ in range(30):
        one.step(decide(one.mask, one.u))
    other.restore(one.clone())
    forks = one.fork(0, [1, 2])
    forecast = one.snapshot["forecast_per_hour"][0]
    for _ in range(60):
        actions = decide(one.mask, one.u)
        one.step(actions)
        other.step(actions)
        forks.step(decide(forks.mask, forks.u))
    assert all(same(outcome(one, b), outcome(other, b)) for b in range(N))
    assert np.array_equal(forks.snapshot["forecast_per_hour"][1], one.snapshot["forecast_per_hour"][0])
    assert forecast[1] != tiny_centre().centre.queues["support"].arrivals_per_hour


@pytest.mark.slow
def test_a_run_that_outgrows_its_class_goes_on_in_its_draws(monkeypatch):
    plain, mixed = batch(), batch()
    for each in (plain, mixed):
        each.reset(np.arange(N))
    real, failing = Engine._run_alike, mixed.engine

    def full(engine, commands, actions, seeds, autoreset, config):
        real(engine, commands, actions, seeds, autoreset, config)
        if engine is failing and commands[2] == loops.ACT and engine.envs["n_given"][2] == 20:
            left = np.full(N, loops.REST)
            left[2] = loops.ACT
            raise CapacityError("full", "contacts", Call(2, left, actions, seeds, autoreset))

    monkeypatch.setattr(Engine, "_run_alike", full)
    for _ in range(40):
        actions = decide(plain.mask, plain.u)
        plain.step(actions)
        mixed.step(actions)
        assert all(same(outcome(plain, b), outcome(mixed, b)) for b in range(N))
    assert mixed.run.scenario.size.name != plain.run.scenario.size.name


def test_illegal_actions_are_refused_or_replaced():
    mixed = batch()
    mixed.reset(np.arange(N))
    actions = decide(mixed.mask, mixed.u)
    actions[3] = 99
    with pytest.raises(ccenv.batch.IllegalActionError, match="row 3"):
        mixed.step(actions)
    held = batch(on_illegal="hold")
    held.reset(np.arange(N))
    held.step(actions)
    assert held.illegal.tolist() == [b == 3 for b in range(N)]


def test_over_rows_are_refused():
    mixed = batch(autoreset="disabled")
    mixed.reset(np.arange(N))
    mixed.end_episodes(np.ones(N, bool))
    with pytest.raises(ValueError, match="all rows are over"):
        mixed.step(np.zeros(N, np.int64))


def test_days_inside_the_kernel_are_those_of_the_draws():
    run = with_draws(Batch(tiny_centre(), 1).run, the_draws())
    policy, keys = random_index(tiny_centre(), 4), np.arange(10)

    found = Explorer(run, None, Actor(policy)).values(keys)

    of_key = draw_of(keys, 0, len(the_draws()))
    for k, each in enumerate(the_draws()):
        alone = Explorer(Batch(each, 1).run, None, Actor(policy)).values(keys[of_key == k])
        assert found[of_key == k] == pytest.approx(alone, abs=1e-12)
    assert len(set(of_key.tolist())) == len(the_draws())


def test_decisions_kept_are_those_of_the_draws():
    explorer = Explorer(
        with_draws(Batch(tiny_centre(), 1).run, the_draws()), None, Actor(random_index(tiny_centre(), 4))
    )
    keys = np.arange(5)
    for kept in explorer.sample(keys, Sampling(1.0, 1.0)):
        support = kept.obs[:, [name == "forecast_per_hour:support" for name in observation_names(tiny_centre())]]
        for k, rates in zip(kept.run, support[:, 0] * 60.0, strict=True):
            own = the_draws()[draw_of(keys[k], 0, len(the_draws()))].centre.queues["support"].arrivals_per_hour
            assert rates == pytest.approx(own, rel=1e-5)


def test_what_draws_cannot_do_is_refused():
    mixed = batch()
    mixed.reset(np.arange(N))
    with pytest.raises(ValueError, match="allowed: a batch of one scenario"):
        ccenv.advantages(mixed, None, 100.0)
    with pytest.raises(ValueError, match="history.kind"):
        Batch(load_scenario("tiny", **{"history.kind": "steady", "history.days": 1}), 1).draw_from(the_draws())
    with pytest.raises(ValueError, match="other actions"):
        Batch(tiny_centre(), 1).draw_from([load_scenario("tiny", **{"campaigns.survey.dial_ladder": [1, 2]})])
