"""Recent rates equal a sum over the event log: each arrival and abandonment decays from its own time."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ccenv.loops.batch import DISABLED
from ccenv.run.config import run_config
from ccenv.run.engine import Engine
from ccenv.scenarios import load_scenario
from ccenv.sim.kernel.recent import KEPT_S, STEP_S, faded
from ccenv.sim.state.codes import LOG_ABANDONED, LOG_CALLBACK_ACCEPTED, LOG_WAITING
from ccenv.sim.state.fields import RECENT_S
from tests.env.short import random_legal

RATES = {
    "arrivals_recent_per_hour": (LOG_WAITING, LOG_CALLBACK_ACCEPTED),
    "abandoned_recent_per_hour": (LOG_ABANDONED,),
}


EVERY = 25  # decisions between two looks


def test_what_is_left_of_a_count() -> None:
    past_s = np.concatenate([np.linspace(0.0, 1.2 * KEPT_S, 5_000), STEP_S * np.arange(0.0, 400.0), [KEPT_S, 1e6]])
    exact = np.array([math.exp(-s / RECENT_S) for s in past_s])
    left = np.array([faded(s) for s in past_s])
    np.testing.assert_allclose(left, exact, rtol=4e-15)
    assert faded(0.0) == 1.0


def test_recent_rates_are_sums_over_the_log() -> None:
    scenario = load_scenario("tiny", **{"groups.first.staffing": 1, "groups.blended.staffing": 1})  # many abandon
    engine = Engine(run_config(scenario, owns="blended"), 1, log=True)
    engine.start(np.array([3], np.uint64), np.ones(1, np.bool_))
    first = last = float(engine.envs["t"][0])
    decision = 0
    while not engine.envs["done"][0]:
        if decision % EVERY == 0:
            last = float(engine.envs["t"][0])
            for field, codes in RATES.items():
                counted = engine.log[np.isin(engine.log["code"], codes)]
                for q in range(len(scenario.queues)):
                    then = counted["t"][counted["index"] == q]
                    expected = np.exp((then - last) / RECENT_S).sum() * 3600.0 / RECENT_S
                    assert engine.snaps[field][0, q] == pytest.approx(expected, rel=1e-9, abs=1e-12)
        engine.step(random_legal(engine.masks, engine.outs["u"]), DISABLED)
        decision += 1
    assert last - first > KEPT_S  # the counts were brought up to now once
