"""Bounds: cases by hand, known formulas, and no simulated rule above them."""

import math

import numpy as np
import pytest

from ccenv.scenarios import load_scenario
from ccenv.scenarios.schema import Constant, Exponential
from ccenv.seeds import seeds
from ccenv.theory.erlang import erlang_a
from experiments.pipeline.evaluation import Pair, Rule, own_pair
from experiments.planners.play import ruled_days
from experiments.planners.worth import worth_of
from experiments.room.bounds import ESTIMATE, EXACT, FLUID, PREEMPTIVE, bound_of
from experiments.room.capacity import capacity_of, excess_s
from experiments.room.contest import figures
from experiments.room.exact import SOLVED, blending_rewards, exact_optimum, switching_blending_of
from experiments.room.fluid import fluid_of, spans
from experiments.room.hidden import hidden_row
from experiments.room.levels import drawn, forecast, usual_day
from experiments.room.patience import left_after, wait_lines
from experiments.room.preemptive import best_gain, preemptive_of
from tests.room.centres import one_queue

RULES = ("fifo", "longest_queue", "random")


def test_one_advisor_begins_what_fits_into_the_hour_and_one_contact_more():
    # 3,600 s and one contact in hand at the end are 31 contacts of 120 s; 29 of 60 are lost
    assert fluid_of(one_queue()).value(np.array([[60.0]])) == pytest.approx(-29.0, rel=1e-3)
    assert fluid_of(one_queue()).value(np.array([[31.0]])) == pytest.approx(0.0, abs=0.02)


def test_abandonment_costs_the_wait_that_it_needs():
    # exponential patience of 100 s: an abandonment needs 100 s of waiting in the mean, at 1/600 a second
    scenario = one_queue(patience_s={"dist": "exponential", "mean_s": 100})
    both = {"abandoned": -1.0, "unserved": -5.0, "waiting_s": -1 / 600}
    fluid = fluid_of(scenario)._replace(worth=worth_of(scenario, both))
    assert fluid.value(np.array([[60.0]])) == pytest.approx(-29.0 * (1.0 + 100 / 600), rel=1e-3)


def test_the_second_moment_over_the_mean():
    assert excess_s(Constant(120.0)) == pytest.approx(120.0, rel=0.03)
    assert excess_s(Exponential(120.0)) == pytest.approx(240.0, rel=0.01)


def test_mean_wait_of_a_share_of_abandonments():
    queue = next(iter(one_queue(patience_s={"dist": "exponential", "mean_s": 100}).centre.queues.values()))
    assert all(line == pytest.approx((100.0, 0.0), abs=1e-6) for line in wait_lines(queue))
    queue = next(iter(one_queue(patience_s={"dist": "weibull", "shape": 0.5, "scale_s": 100}).centre.queues.values()))
    # H(w) = (w / 100) ** 0.5, so a share a needs 100 a ** 2 s, above all tangents
    for share in (0.01, 0.1, 0.4):
        line = max(slope * share + intercept for slope, intercept in wait_lines(queue))
        assert 0.0 <= line <= 100.0 * share**2 * (1 + 1e-4)
    assert left_after(queue)(400.0) == pytest.approx(math.exp(-2.0))


def test_spans_cover_each_slot_and_the_whole_day():
    assert spans(3) == [(0, 0), (1, 1), (2, 2), (0, 1), (1, 2), (0, 2)]


def test_random_days_have_the_mean_of_the_forecast():
    centre, rng = load_scenario("surge_day").centre, np.random.default_rng(3)
    days = np.array([drawn(centre, usual_day(centre), rng) for _ in range(600)])
    error = days.sum(axis=2).std(axis=0) / len(days) ** 0.5
    assert np.all(np.abs(days.sum(axis=2).mean(axis=0) - forecast(centre).sum(axis=1)) < 4.0 * error)


def test_capacity_of_a_roster_with_breaks():
    centre = load_scenario("technical_support").centre
    capacity = capacity_of(centre)
    newcomers = centre.groups["newcomers"]
    worked = sum(s.n * (s.until_s - s.from_s - sum(r.length_s for r in s.breaks)) for s in newcomers.shifts)
    assert capacity.time_s[0, :-1].sum() == pytest.approx((1.0 - newcomers.shrinkage) * worked)


def test_a_term_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="reward term redials: it has a weight; allowed here: abandoned"):
        worth_of(one_queue(), {"redials": -1.0})


def test_a_fluid_bound_needs_nights():
    with pytest.raises(ValueError, match="clock.kind = 'steady'; allowed for a fluid bound: day"):
        fluid_of(load_scenario("x_design"))


def test_the_optimum_is_above_the_rule_of_the_centre():
    for name in SOLVED:
        low, high = exact_optimum(load_scenario(name)) or (math.nan, math.nan)
        assert low <= high <= low + 1e-3 * abs(low)
    scenario = load_scenario("switching_load")
    model, rule = switching_blending_of(scenario.centre), own_pair(scenario).pacing
    measures = model.evaluate((rule.name, dict(rule.params)))
    by_rule = 20.0 * (0.01 * measures.outbound_per_h - (0.05 * 30.0 + 0.00005 * 3600.0) * measures.lq)
    assert blending_rewards(scenario, model).max() > 0.0
    assert by_rule < exact_optimum(scenario)[0]  # type: ignore[index]


def test_the_hidden_optimum_lies_between_the_best_reserve_and_the_seen_optimum():
    row = hidden_row("switching_load", 30)
    assert row["fixed"] < row["low"] < row["high"] < row["seen"] == pytest.approx(-1.35682, abs=1e-5)
    assert (row["centre"], row["points"], row["reserve"]) == ("switching_load:hidden", 30, 3)
    assert exact_optimum(load_scenario("switching_load", variant="hidden")) is None


def test_preemption_is_worth_nothing_with_one_kind_of_contact():
    both = preemptive_of(load_scenario("x_design"))
    assert both is not None
    low, high = best_gain(both._replace(arrivals=np.array([124.0, 0.0]), staff=np.array([10.0, 0.0])))
    wait = erlang_a(124.0, 225.0, 180.0, 10, 20.0)
    cost = 124.0 * wait.p_abandon * (1.0 + 180.0 / 600.0)
    assert low == pytest.approx(-cost, rel=1e-3) and high == pytest.approx(-cost, rel=1e-3)


def test_the_preemptive_bound_is_above_the_optimum():
    scenario = load_scenario("n_design")
    model = preemptive_of(scenario)
    assert model is not None
    assert best_gain(model)[1] * 10.0 > exact_optimum(scenario)[1]  # type: ignore[index]
    assert preemptive_of(load_scenario("switching_load")) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [("tiny", FLUID), ("n_design", EXACT), ("x_design", PREEMPTIVE), ("overflow", ESTIMATE), ("surge_day", FLUID)],
)
def test_no_simulated_rule_is_above_the_bound(name: str, kind: str):
    _above(name, kind)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["back_office", "bank_blended", "bank_inbound", "hybrid_small", "order_desk", "outreach", "sales_returns"]
)
def test_no_simulated_rule_is_above_the_bound_of_other_centres(name: str):
    _above(name, None)


def _above(name: str, kind: str | None) -> None:
    scenario = load_scenario(name)
    bound = bound_of(scenario, samples=16)
    assert kind is None or bound["kind"] == kind
    own = own_pair(scenario)
    for rule in (own.routing, *(Rule(each) for each in RULES)):
        values = figures(ruled_days(scenario, Pair(rule, own.pacing), seeds("validation", 16)))
        assert values["low"] <= bound["high"], (name, rule, values, bound)


def test_a_fault_in_the_bound_is_seen():
    scenario = load_scenario("surge_day")
    fluid = fluid_of(scenario)
    half = fluid._replace(capacity=fluid.capacity._replace(time_s=0.5 * fluid.capacity.time_s))
    own = figures(ruled_days(scenario, own_pair(scenario), seeds("validation", 16)))
    assert half.value(forecast(scenario.centre)) < own["low"]
