"""Runs that outgrow their size class, beside the same runs in the next class.

`python -m tests.env.growing NAME` runs one check, with classes that are much smaller than the real ones. The tests run
it with compilation switched off, because otherwise the simulator would be compiled for those.
"""

from __future__ import annotations

import copy
import pickle
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from ccenv import Batch, RulePolicy, Scenario, load_scenario, rollout, simulate
from ccenv.run import growth
from ccenv.run.engine import OverloadError
from ccenv.sim.state.layout import layout
from ccenv.sim.state.sizes import SIZES
from ccenv.supervisor import SupervisorVectorEnv
from tests.env.short import assert_same, random_legal

LEADS = 64  # of the smallest class

NAMES = ("reward", "elapsed_s", "cost", "cost_base", "u", "decision", "terminated", "truncated", "illegal", "starts")


def crowded(size_class: str | None = "S", **changes: Any) -> Scenario:
    """Return a centre that many more contacts come to than it serves."""
    queue = {"arrivals_per_hour": 3000, "handle_s": 20, "redial": {"p": 0.5, "delay_s": 5}}
    return load_scenario(
        {
            "name": "crowded",
            "description": "more contacts wait than the smallest class holds",
            "clock": {"kind": "steady", "warm_up_s": 10, "horizon_s": 60, "review_s": 0},
            "queues": {"q": queue, "r": queue | {"arrivals_per_hour": 1000, "patience_s": 40}},
            "groups": {"g": {"skills": ["q", "r"], "staffing": 3}, "h": {"skills": ["q"], "staffing": 2}},
            "size_class": size_class,
        },
        **changes,
    )


def outcome(batch: Batch) -> list[np.ndarray]:
    """Return what a batch shows now."""
    return [*(getattr(batch, name).copy() for name in NAMES), batch.mask.copy(), batch.snapshot]


def together(one: Batch, other: Batch, n: int) -> None:
    """Step two batches with the same random legal actions; everything must be equal."""
    for _ in range(n):
        actions = random_legal(one.mask, one.u)
        one.step(actions)
        other.step(actions)
        assert_same(outcome(one), outcome(other))


def batches(mode: str, n: int = 3) -> tuple[Batch, Batch]:
    """Return a batch of the smallest class and one of the next, at their first decisions."""
    growth.GROWN.clear()
    found = Batch(crowded(), n, autoreset=mode), Batch(crowded("M"), n, autoreset=mode)
    assert [batch.run.scenario.size.name for batch in found] == ["S", "M"]
    for batch in found:
        batch.reset(np.arange(n) + 7)
    return found


def is_grown(batch: Batch) -> bool:
    """Return whether a batch of the smallest class has outgrown it."""
    return batch.run.scenario.size.name == "M"


def rows() -> None:
    """Rows that begin anew go on in the next class as if they had been in it from the start."""
    for mode in ("same_step", "next_step"):
        small, medium = batches(mode, 2)
        obs = small.obs
        for _ in range(250):
            together(small, medium, 1)
            if is_grown(small) and small.engine.envs["episode"].min() >= 1:
                break
        together(small, medium, 20)
        assert is_grown(small) and small.obs is obs and small.engine.envs["episode"].min() >= 1


def resets() -> None:
    """Rows that are reset by hand likewise; a start that does not fit is done in the next class."""
    small, medium = batches("disabled", 2)
    while not is_grown(small):
        together(small, medium, 1)
    which = np.array([True, False])
    for batch in (small, medium):
        batch.reset([1, 2], which)
    together(small, medium, 20)
    growth.GROWN.clear()
    silent, expected = (Batch(crowded(size), 2, owns="pacing", autoreset="disabled") for size in ("S", "M"))
    for batch in (silent, expected):
        batch.reset([3, 4])
        batch.step(np.zeros(2, np.int64))
    assert is_grown(silent) and np.all(silent.truncated)
    assert_same(outcome(silent), outcome(expected))


def copies() -> None:
    """Copies made before and after go back to where they were made, and forks go on alike."""
    small, medium = batches("disabled", 2)
    together(small, medium, 8)
    assert not is_grown(small)
    before, at_medium = small.clone(), medium.clone()
    forks, expected = (batch.fork(0, [5, 6]).fork(1, [8, 9]) for batch in (small, medium))
    while not is_grown(forks):
        together(forks, expected, 1)
    while not forks.engine.envs["done"].all():
        together(forks, expected, 1)
    while not is_grown(small):
        together(small, medium, 1)
    after = small.clone()
    for twin in (copy.deepcopy(small), pickle.loads(pickle.dumps(small))):
        assert_same(outcome(twin), outcome(small))
        actions = random_legal(small.mask, small.u)
        twin.step(actions)
        small.step(actions)
        assert_same(outcome(twin), outcome(small))
        small.restore(after)
    small.restore(before)
    medium.restore(at_medium)
    assert not is_grown(small)
    together(small, medium, 20)
    small.restore(after)
    assert is_grown(small)


def simulations() -> None:
    """`simulate` gives the same table in both classes, for rules and for a policy, and says so once."""
    for how in ({}, {"by": "interval"}):
        growth.GROWN.clear()
        found, expected = (simulate(crowded(size), seeds=range(3), **how) for size in ("S", "M"))
        assert growth.GROWN and found.tobytes() == expected.tobytes()
        if found.interval is not None:
            assert found.interval.tobytes() == expected.interval.tobytes()
    growth.GROWN.clear()
    policy = simulate(crowded(), policy=RulePolicy(crowded()), seeds=range(3))
    names = [name for name in policy.dtype.names if not name.startswith(("n_given", "illegal"))]
    for name in names:
        np.testing.assert_array_equal(policy[name], expected[name], err_msg=name)
    day: dict[str, Any] = {"clock": {"close_s": 60, "slot_s": 20, "overtime_s": 0}}
    by_slot = simulate(crowded("M", **day), seeds=range(3), by="interval").interval
    growth.GROWN.clear()
    found_by_slot = simulate(
        crowded("S", **day), policy=RulePolicy(crowded("S", **day)), seeds=range(3), by="interval"
    ).interval
    assert growth.GROWN and by_slot is not None and found_by_slot is not None and by_slot.shape == (3, 3)
    for name in names:
        np.testing.assert_array_equal(found_by_slot[name], by_slot[name], err_msg=name)
    growth.GROWN.clear()
    batch = Batch(crowded(), 2, autoreset="disabled")
    assert rollout(batch, RulePolicy(crowded()), np.arange(5)).n_decisions.min() > 0 and is_grown(batch)


def leads() -> None:
    """A full table of leads is outgrown as well."""
    campaign = {
        "p_answer": 0,
        "handle_s": 60,
        "ring_s": 10,
        "max_lines": 20,
        "retries": {"max_attempts": 3, "no_answer": {"dist": "constant", "value_s": 300}},
    }
    scenario = load_scenario(
        {
            "name": "in_vain",
            "description": "nobody answers, and everybody is dialed again",
            "clock": {"close_s": 600, "slot_s": 600},
            "groups": {"g": {"skills": ["c", "d"], "staffing": 2}},
            "campaigns": {"c": campaign, "d": campaign},
            "size_class": "S",
        }
    )
    growth.GROWN.clear()
    dial = ("constant_lines", {"n": 10})
    found = simulate(scenario, pacing=dial, seeds=[1])
    assert growth.GROWN and found["n_touched"][0] > LEADS, (growth.GROWN, found["n_touched"], found["n_attempts"])
    larger = load_scenario(scenario, size_class="M")
    assert found.tobytes() == simulate(larger, pacing=dial, seeds=[1]).tobytes()


def histories() -> None:
    """A history that does not fit into the class is made in the next one."""
    growth.GROWN.clear()
    day = {"close_s": 60, "slot_s": 60, "overtime_s": 0}
    scenario = crowded(clock=day, history={"kind": "steady", "days": 1})
    assert Batch(scenario, 1).run.scenario.size.name == "M"


def supervisors() -> None:
    """A supervised centre goes on in the next class with the parameters that were set."""
    for n in (1, 2):
        growth.GROWN.clear()
        both = [SupervisorVectorEnv(n, scenario=crowded(size), interval_s=5.0) for size in ("S", "M")]
        rng = np.random.default_rng(4)
        shown = [env.reset(seed=3) for env in both]
        for _ in range(30):
            assert_same(shown[0][0], np.minimum(shown[1][0], both[0].observation_space.high))
            action = rng.uniform(-1.0, 1.0, both[0].action_space.shape)
            shown = [env.step(action) for env in both]
            assert_same(shown[0][1:4], shown[1][1:4])
        assert [env._rows[0].run.scenario.size.name for env in both] == ["M", "M"]


def overload() -> None:
    """Where no class is larger an error gives the load and the advisors."""
    growth.GROWN.clear()
    growth.SIZES = {"S": SIZES["S"]}  # type: ignore[misc]
    batch = Batch(crowded(), 2)
    batch.reset([1, 2])
    try:
        for _ in range(500):
            batch.step(random_legal(batch.mask, batch.u))
    except OverloadError as error:
        assert "the offered load is 22.2222 erlangs, the centre has 5 advisors" in str(error), error
        assert "more than 40 contacts" in str(error)
    else:
        raise AssertionError("no error")
    try:
        batch.step(np.zeros(2, np.int64))
    except ValueError as error:
        assert "interrupted" in str(error)
    batch.reset([1, 2])
    batch.step(random_legal(batch.mask, batch.u))


CHECKS: dict[str, Callable[[], None]] = {
    check.__name__: check for check in (rows, resets, copies, simulations, leads, histories, supervisors, overload)
}

if __name__ == "__main__":
    SIZES["S"] = SIZES["S"]._replace(contacts=40, leads=LEADS)
    SIZES["M"] = SIZES["M"]._replace(contacts=400, leads=8000)
    layout.cache_clear()
    CHECKS[sys.argv[1]]()
