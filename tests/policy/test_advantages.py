"""`advantages`: what it tries is what stepping gives, its futures are paired, and its means are the exact ones."""

from __future__ import annotations

import numpy as np
import pytest

from ccenv import Batch, RulePolicy, advantages
from ccenv.sim.state.codes import HOLD
from tests.policy.exact import MODEL, PAID, exact_advantage
from tests.policy.made import random_net


def begun(scenario="tiny", n=4, steps=25, **options):
    """A batch some random legal decisions after the opening."""
    batch = Batch(scenario, n, autoreset="disabled", on_illegal="raise", **options)
    batch.reset(np.arange(n))
    rng = np.random.default_rng(0)
    for _ in range(steps):
        batch.step(np.array([rng.choice(np.flatnonzero(mask)) for mask in batch.mask]))
    return batch


def to_the_end(batch, actions, rule):
    """Reward of each row from here on: these actions, then a rule."""
    total, memory, live = np.zeros(batch.n), None, np.ones(batch.n, bool)
    while live.any():
        batch.step(actions)
        total += np.where(live, batch.reward, 0.0)
        live &= ~(batch.terminated | batch.truncated)
        looks = batch.engine.snaps if getattr(rule, "needs_snapshot", False) else batch.obs
        actions, memory = rule.act(looks, batch.mask, memory, batch.u, batch.starts)
    return total


@pytest.mark.parametrize("base", ["rules", "network"])
def test_the_differences_are_those_of_stepping_to_the_end(base):
    batch = begun()
    net = random_net(batch.n_obs, batch.n_actions, seed=2)
    found = advantages(batch, None if base == "rules" else net, 1e6)
    rule = RulePolicy(batch.scenario) if base == "rules" else net
    state = batch.clone()
    own = to_the_end(batch, found.own, rule)

    assert found.mask.sum() > batch.n
    for a in range(batch.n_actions):
        rows = found.mask[:, a]
        batch.restore(state)
        gained = to_the_end(batch, np.where(rows, a, found.own), rule) - own
        assert found.differences[rows, 0, a] == pytest.approx(gained[rows], abs=1e-9)


def test_the_batch_stays_as_it_is_and_its_own_action_gains_nothing():
    batch = begun()
    before = batch.clone()

    found = advantages(batch, ("lwt", "progressive_unreserved"), 600.0, actions=[HOLD], keys=[3, 4])

    for array, kept in zip(batch.clone(), before, strict=True):
        names = array.dtype.names or (None,)
        assert all(np.array_equal(array[n] if n else array, kept[n] if n else kept, equal_nan=True) for n in names)
    rows = np.arange(batch.n)
    assert found.differences.shape == (batch.n, 2, batch.n_actions)
    assert np.all(found.differences[rows, :, found.own] == 0.0)
    assert set(np.flatnonzero(found.mask.any(axis=0))) <= {HOLD, *found.own}
    assert not np.any(found.differences[~found.mask[:, None].repeat(2, axis=1)])


def test_redrawn_futures_are_independent_and_repeat_with_their_key():
    batch = begun(n=1)
    keys = np.arange(400)
    one = advantages(batch, None, 900.0, keys=np.repeat(keys, 2))
    a = int(np.flatnonzero(one.mask[0] & (np.arange(batch.n_actions) != one.own[0]))[0])

    drawn = one.differences[0, :, a]

    assert np.array_equal(drawn[::2], drawn[1::2])
    first, second = drawn[0:-2:2], drawn[2::2]
    assert len(np.unique(drawn)) > 50
    assert abs(np.corrcoef(first, second)[0, 1]) < 4.0 / np.sqrt(len(first))


def test_a_held_dial_keeps_its_lines():
    batch = begun(reward={"attempts": 1.0}, reserves=False)
    dial = next(k for k, a in enumerate(batch.catalogue) if a.n == 2)
    while not batch.mask[:, dial].all():
        batch.step(np.where(batch.mask[:, HOLD], HOLD, batch.mask.argmax(axis=1)))

    once, held = (advantages(batch, ("fifo", "no_dial"), 300.0, hold_s=hold_s).mean[:, dial] for hold_s in (0.0, 300.0))

    assert np.all(once == 2.0)
    assert np.all(held > 4.0)


def test_mean_advantages_are_those_of_the_exact_model():
    model = MODEL
    reward = PAID
    batch = begun(model.scenario(horizon_s=50_000.0, warm_up_s=0.0), n=60, steps=40, reward=reward)
    found = advantages(batch, ("fifo", ("progressive", {"reserve": 1})), 2000.0, keys=np.arange(600))
    exact = exact_advantage(model, 1)

    errors, sizes = [], []
    for row in np.flatnonzero(~batch.mask[:, 1]):  # the model assigns by itself
        inbound, outbound = batch.snapshot[row]["in_service"].astype(int).tolist()
        for a in np.flatnonzero(found.mask[row] & (np.arange(batch.n_actions) != found.own[row])):
            gained = found.differences[row, :, a]
            expected, error = exact(inbound, outbound, hold=a == HOLD), gained.std(ddof=1) / np.sqrt(len(gained))
            errors.append((gained.mean() - expected) / error)
            sizes.append(abs(expected) / error)

    assert len(errors) > 20
    assert np.mean(sizes) > 4.0  # the differences are well above their errors
    assert np.sqrt(np.mean(np.square(errors))) < 2.0  # all rows have the same keys, so their errors go together


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"horizon_s": 0.0}, r"horizon_s = 0\.0; allowed: a finite number above 0"),
        ({"horizon_s": 60.0, "hold_s": 61.0}, r"hold_s = 61\.0; allowed: from 0 to horizon_s = 60"),
        ({"actions": "dials"}, r"actions = 'dials'; allowed: 'all', or indices of actions"),
        ({"actions": [99]}, r"actions: 99; allowed: indices below \d+"),
        ({"rule": 7}, r"rule = 7; allowed: \(routing, pacing\), a compiled policy, or None"),
    ],
)
def test_what_is_not_allowed_is_named(change, message):
    with pytest.raises(ValueError, match=message):
        advantages(begun(steps=0), **change)


def test_rows_must_stand_at_a_decision():
    batch = Batch("tiny", 2, autoreset="disabled")
    with pytest.raises(ValueError, match="rows were never reset"):
        advantages(batch)
    batch.reset(np.arange(2))
    batch.end_episodes(np.array([False, True]))
    with pytest.raises(ValueError, match=r"the episodes of rows \[1\] are over"):
        advantages(batch)
