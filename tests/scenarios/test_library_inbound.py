"""The inbound centres of the library: each runs, loses nobody, does what it is there for, and is staffed sensibly."""

from functools import cache

import numpy as np
import pytest

from ccenv.kpis import KpiTable
from ccenv.scenarios import Scenario, load_scenario
from ccenv.sim.state.codes import LOG_HANDOVER_END, LOG_TALK_END
from ccenv.simulation import simulate
from ccenv.trace import trace

SMALL = "hybrid_large:small"
INBOUND = (
    "customer_service",
    "technical_support",
    "order_desk",
    "n_design",
    "x_design",
    "switching_load",
    "surge_day",
    SMALL,
)
STEADY = ("n_design", "x_design", "switching_load")  # one span, in which contacts may be left at the end
DAYS, SEEDS = 2, range(8)

# What each centre is there for: counters that two days of it, or its one span, must move.
ALIVE = {
    "customer_service": """contained ivr_hangup misrouted_out misrouted_in transferred_out transfers_in balked redials
        repeats callback_offered callback_accepted callback_answered callback_lost orders scored sampled coaching_cost
        away_s reserved_s""",
    "technical_support": "transferred_out transfers_in redials repeats scored sampled coaching_cost away_s",
    "order_desk": "blocked balked redials repeats orders order_value expected_order_value",
    "n_design": "abandoned",
    "x_design": "abandoned",
    "switching_load": "abandoned attempts joined",
    "surge_day": "abandoned redials",
    SMALL: "contained ivr_hangup transferred_out redials repeats away_s",
}


def centre_of(name: str) -> Scenario:
    """A library scenario, or after a colon one of its variants."""
    scenario, _, variant = name.partition(":")
    return load_scenario(scenario, variant=variant or None)


@cache
def table_of(name: str) -> KpiTable:
    scenario = centre_of(name)
    return simulate(scenario, seeds=SEEDS, days=DAYS if scenario.centre.clock.kind == "day" else 1)


def total(name: str, column: str) -> float:
    found = table_of(name)
    return float(found[f"n_{column}" if f"n_{column}" in found.dtype.names else column].sum())


@pytest.mark.parametrize("name", INBOUND)
def test_two_days_move_what_the_centre_is_there_for(name):
    assert [counter for counter in ALIVE[name].split() if total(name, counter) <= 0] == []


@pytest.mark.parametrize("name", [name for name in INBOUND if name not in STEADY])
def test_nobody_is_lost_over_two_days(name):
    found = table_of(name)
    for queue in centre_of(name).queues:

        def n(names: str, of: str = queue) -> np.ndarray:
            return sum(found[f"n_{column}:{of}"] for column in names.split())

        came = n("fresh redials repeats misrouted_in transfers_in")
        before = n("misrouted_out blocked ivr_hangup contained balked")
        assert np.array_equal(came - before, n("offered"))
        assert np.array_equal(n("offered"), n("callback_lost abandoned unserved carried_out answered"))
        assert np.array_equal(n("answered"), n("transferred_out resolved unresolved"))


@pytest.mark.parametrize("name", INBOUND)
def test_advisors_have_work_and_most_contacts_are_answered_soon(name):
    summary = table_of(name).summary()
    assert 0.55 < summary["occupancy"].value < 0.9
    assert 0.01 < summary["abandonment"].value < 0.14  # the cases of the reference tables lose up to one in eight
    assert 5.0 < summary["asa_s"].value < 90.0
    assert summary["unserved_share"].value < 0.005


@pytest.mark.parametrize("name", INBOUND)
def test_every_group_works_and_every_queue_is_answered(name):
    found, scenario = table_of(name), centre_of(name)
    assert all(found[f"n_handled:{group}"].sum() > 0 for group in scenario.groups)
    assert all(found[f"n_answered:{queue}"].sum() > 0 for queue in scenario.queues)


@pytest.mark.parametrize("name", ["customer_service", "technical_support"])
def test_about_seven_in_ten_first_contacts_are_resolved(name):
    assert table_of(name).summary()["fcr"].value == pytest.approx(0.7, abs=0.04)


def test_the_third_tier_is_handed_over_to_in_person():
    log, _ = trace(load_scenario("technical_support"), seed=1)
    handed_over = log[log["code"] == LOG_HANDOVER_END]
    assert len(handed_over) > 0
    assert len(handed_over) < (log["code"] == LOG_TALK_END).sum()


def test_a_surge_brings_faults_and_nothing_else():
    calm, certain = table_of("surge_day:calm"), table_of("surge_day:certain")
    assert np.array_equal(calm["n_fresh:bills"], certain["n_fresh:bills"])
    assert np.all(calm["n_fresh:faults"] <= certain["n_fresh:faults"])
    assert certain["n_fresh:faults"].sum() > 1.05 * calm["n_fresh:faults"].sum()


@pytest.mark.slow
def test_a_day_of_the_large_centre():
    found = simulate("hybrid_large", seeds=[1]).summary()
    assert 0.65 < found["occupancy"].value < 0.9
    assert 0.002 < found["abandonment"].value < 0.08
    assert found["n_fresh"].value > 50_000
