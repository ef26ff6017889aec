"""The compiled kernel and the slow event loop of `tests/oracle` give the same event log and the same counters."""

from dataclasses import astuple

import numpy as np
import pytest

from ccenv.scenarios import load_scenario
from ccenv.scenarios.schema import Centre
from ccenv.sim.state.entities import LOG_ROWS
from ccenv.trace import trace
from tests.oracle.compare import assert_same_counters, assert_same_log
from tests.oracle.decisions import make_catalogue
from tests.oracle.scenario_maker import Run, ScenarioMaker
from tests.oracle.simulator import Result, Simulator, uniformly_random
from tests.samples import samples

RULE_WITH_ORDER = {"entry": "fifo", "total_wait": "lwt"}  # the routing rule states the order of the queues


def any_legal(number: int, u: float, legal: np.ndarray) -> int:
    """A joint policy for the kernel, equal to `uniformly_random`."""
    return int(legal[int(u * len(legal))])


def simulated(centre: Centre, run: Run, days: int, actions: str, checked: bool = False) -> Result:
    """The run in the slow event loop."""
    return Simulator(
        centre, run.seed, uniformly_random, days=days, order=run.order, actions=actions, checked=checked
    ).run()


def compare(number: int, actions: str = "all", checked: bool = False) -> None:
    """Run one random scenario both ways, under uniformly random legal actions.

    If `checked`, the slow event loop checks its conservation laws at every event.
    """
    run = ScenarioMaker(number).run()
    scenario = load_scenario(run.scenario)
    expected, days = simulated(scenario.centre, run, run.days, actions, checked), run.days
    if len(expected.log) > LOG_ROWS:  # the kernel's log has no room for so busy a run: compare one day of it
        expected, days = simulated(scenario.centre, run, 1, actions), 1
    routing = RULE_WITH_ORDER[run.order]
    log, counters = trace(scenario, any_legal, seed=run.seed, days=days, routing=routing, actions=actions)
    assert_same_log(expected.log, log)
    assert_same_counters(expected.counters, {axis: rows[0] for axis, rows in counters.items()})


@pytest.mark.parametrize("number", range(25))
def test_kernel_follows_the_specification(number: int) -> None:
    compare(number)


@pytest.mark.parametrize("actions", ["reserved", "unreserved"])
@pytest.mark.parametrize("number", [0, 2, 3, 5, 6])  # each has a campaign with both kinds of dials
def test_kernel_follows_the_specification_where_a_policy_has_one_kind_of_dials(number: int, actions: str) -> None:
    compare(number, actions)


@pytest.mark.parametrize("number", samples(range(25, 90), range(90, 300)))
def test_kernel_follows_the_specification_in_many_scenarios(number: int) -> None:
    compare(number, checked=True)


@pytest.mark.parametrize("number", range(25))
def test_catalogue_is_in_the_order_of_the_specification(number: int) -> None:
    scenario = load_scenario(ScenarioMaker(number).run().scenario)
    ours = [astuple(action) for action in make_catalogue(scenario.centre)]
    assert [(a.kind, a.index, a.group, a.n) for a in scenario.catalogue] == ours
