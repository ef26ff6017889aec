"""Conservation, the order of every table and the states of advisors, after every event and action of random runs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from ccenv import load_scenario
from ccenv.run.config import run_config
from ccenv.run.engine import counters_of
from ccenv.sim.state import codes
from ccenv.trace import trace
from tests.oracle.scenario_maker import ScenarioMaker
from tests.samples import samples
from tests.sim.invariants import Invariants
from tests.sim.policies import ROUTING, lazy
from tests.sim.stepping import Stepper
from tests.sim.strategies import SLOW_TO_MAKE, Run, runs


def run_checked(run: Run) -> Stepper:
    """Run one episode, checked at every event."""
    scenario = load_scenario(run.scenario)
    config = run_config(scenario, owns="blended", days=run.days, routing=ROUTING[run.order])
    stepper = Stepper(config, run.seed, lazy(run.laziness))
    invariants = Invariants(stepper.engine)
    for _ in stepper.stops():
        invariants.check()
    if stepper.e["stage"] == codes.NIGHT:
        assert stepper.e["n_active"] == 0
        assert np.all(stepper.e["advisor"]["state"] == codes.OFF)
    return stepper


@settings(max_examples=15, suppress_health_check=SLOW_TO_MAKE)
@given(runs())
def test_any_scenario(run: Run) -> None:
    run_checked(run)


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=SLOW_TO_MAKE)
@given(runs())
def test_more_scenarios(run: Run) -> None:
    run_checked(run)


@pytest.mark.long
@settings(max_examples=320, suppress_health_check=SLOW_TO_MAKE)
@given(runs())
def test_many_scenarios(run: Run) -> None:
    run_checked(run)


@pytest.mark.parametrize("number", [5, 6, 9, *samples((4,), range(4))])
def test_stops_change_nothing(number: int) -> None:
    """The episode is the one that runs without them, and no event is left out."""
    made = ScenarioMaker(number).run()
    stepper = run_checked(Run(made.scenario, made.seed, made.days, made.order, 0.0))
    choose = lazy(0.0)
    scenario = load_scenario(made.scenario)
    log, expected = trace(
        scenario, lambda number, u, legal: choose(u, legal), seed=made.seed, days=made.days, routing=ROUTING[made.order]
    )
    found = counters_of(stepper.engine.counters(), stepper.engine.run.layout.env)
    for axis, rows in expected.items():
        for name in rows.dtype.names or ():
            np.testing.assert_allclose(found[axis][name], rows[name], rtol=1e-12, atol=1e-9, err_msg=name)
    events = np.count_nonzero((log["code"] < codes.LOG_ACTION) & (log["code"] != codes.LOG_END))
    assert stepper.n_stops > events > 0
