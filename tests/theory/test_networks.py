import itertools
from dataclasses import replace

import numpy as np
import pytest

from ccenv.theory import erlang_a, erlang_c
from ccenv.theory.mdp import value_iteration
from ccenv.theory.models import CrissCross, HarrisonN, NDesign, SlowServer

EXACT = 1e-9
CENTRE = NDesign(2, 2, 35.0, 30.0, 180.0, 220.0, 170.0, 100.0, 140.0)
RULES = [
    "class1_priority",
    "class2_priority",
    "longest_queue",
    ("threshold", {"q1_ge": 3}),
    ("fixed_queue_ratio", {"ratio": 0.5}),
    ("reserve", {"reserve": 1}),
    ("reserve", {"reserve": 1, "q1_ge": 2}),
    "dedicated_no_sharing",
]


def test_without_sharing_the_n_design_is_two_centres():
    found = CENTRE.evaluate("dedicated_no_sharing")

    first, second = erlang_a(35.0, 180.0, 100.0, 2, 20.0), erlang_a(30.0, 170.0, 140.0, 2, 20.0)
    assert found.p_abandon1 == pytest.approx(first.p_abandon, rel=EXACT)
    assert found.p_abandon2 == pytest.approx(second.p_abandon, rel=EXACT)
    assert found.mean_q1 == pytest.approx(first.e_wait_s * 35.0 / 3600, rel=EXACT)
    assert found.cost_per_h == pytest.approx(35.0 * first.p_abandon + 30.0 * second.p_abandon, rel=EXACT)
    assert found.p_cut < 1e-12


@pytest.mark.parametrize("rule", ["class1_priority", "longest_queue", ("threshold", {"q1_ge": 1})])
def test_without_class_2_all_advisors_are_one_group(rule):
    model = replace(CENTRE, lambda2_per_h=0.0, aht_c1p2=180.0)

    exact = erlang_a(35.0, 180.0, 100.0, 4, 20.0)
    assert model.evaluate(rule).p_abandon1 == pytest.approx(exact.p_abandon, rel=EXACT)


def test_rules_that_say_the_same_are_the_same():
    assert CENTRE.evaluate(("threshold", {"q1_ge": 1})) == CENTRE.evaluate("class1_priority")
    assert CENTRE.evaluate(("threshold", {"q1_ge": 99})) == CENTRE.evaluate("class2_priority")
    assert CENTRE.evaluate(("reserve", {"reserve": 0})) == CENTRE.evaluate("class2_priority")
    assert CENTRE.evaluate(("reserve", {"reserve": 2})) == CENTRE.evaluate("dedicated_no_sharing")
    assert CENTRE.evaluate(("fixed_queue_ratio", {"ratio": 1.0})) == CENTRE.evaluate("longest_queue")


@pytest.mark.parametrize("rule", ["class1_priority", "class2_priority"])
def test_the_registered_rule_of_the_n_design_is_the_same_and_that_of_its_scenario(rule):
    name, params = CENTRE.registered(rule)
    routing = CENTRE.scenario().centre.rules.routing

    assert CENTRE.evaluate((name, params)) == CENTRE.evaluate(rule)
    assert ((routing.name, dict(routing.params)) == (name, params)) is (rule == "class2_priority")


def one_by_one(coordinates):
    """Class 2 first, written again without the model's own rules."""
    q1, q2 = np.maximum(coordinates["class1"] - 2, 0), coordinates["q2"]
    idle = 2 - coordinates["flexible1"] - coordinates["flexible2"]
    second = np.minimum(q2, idle)
    return np.stack((np.minimum(q1, idle - second), second), axis=1)


def longer_line_first(coordinates):
    """The longer queue first, class 1 if equal, one advisor after the other."""
    starts = np.zeros((len(coordinates["q2"]), 2), int)
    for k, (x1, a, b, q2) in enumerate(zip(*(coordinates[n] for n in CENTRE.built.space.names), strict=True)):
        q1 = max(x1 - 2, 0)
        for _ in range(2 - a - b):
            if q1 or q2:
                served = 0 if q1 >= q2 else 1
                starts[k, served] += 1
                q1, q2 = q1 - (served == 0), q2 - (served == 1)
    return starts


def test_a_table_of_starts_is_a_rule():
    assert CENTRE.evaluate(one_by_one) == CENTRE.evaluate("class2_priority")
    assert CENTRE.evaluate(longer_line_first) == CENTRE.evaluate("longest_queue")


@pytest.mark.parametrize("costs", [(1.0, 1.0, 0.0, 0.0), (1.0, 3.0, 0.0, 0.0), (2.0, 1.0, 5.0, 20.0)])
def test_the_optimum_costs_no_more_than_any_rule_and_bounds_agree(costs):
    model = replace(CENTRE, cost_ab1=costs[0], cost_ab2=costs[1], w1=costs[2], w2=costs[3])

    best = model.solve()

    assert best.cost_per_h <= min(model.evaluate(rule).cost_per_h for rule in RULES) * (1 + 1e-12)
    assert best.lower - 1e-9 <= best.cost_per_h <= best.upper + 1e-9
    assert best.upper - best.lower < 1e-6
    assert model.evaluate(best.policy) == best.result
    measures = best.result
    abandoned = costs[0] * 35.0 * measures.p_abandon1 + costs[1] * 30.0 * measures.p_abandon2
    assert best.cost_per_h == pytest.approx(abandoned + costs[2] * measures.mean_q1 + costs[3] * measures.mean_q2)


def test_a_limit_on_one_class_costs_the_other():
    free = CENTRE.solve()

    held = CENTRE.solve({"p_abandon1": 0.8 * free.result.p_abandon1})

    assert held.result.p_abandon1 == pytest.approx(0.8 * free.result.p_abandon1, rel=1e-8)
    assert held.result.p_abandon2 > free.result.p_abandon2
    assert held.cost_per_h > free.cost_per_h
    assert held.lower <= held.cost_per_h + 1e-9


def test_class_2_first_serves_class_2_as_if_it_were_alone():
    model = HarrisonN(0.6, 80, 60)

    found = model.evaluate("class2_first")

    assert found.mean_x2 == pytest.approx(0.24 / 0.76, rel=1e-9)
    assert found.avg_cost == pytest.approx(3 * found.mean_x1 + found.mean_x2)
    assert found.boundary_mass < 1e-9


def test_harrisons_optimum_is_a_curve_and_beats_all_rules():
    model = HarrisonN(0.6, 80, 60)

    best = model.solve()

    rules = ["class1_first", "maxweight_h_mu_x", "maxweight_mu_x", "longest_queue", ("threshold", {"x1_ge": 3})]
    costs = [model.evaluate(rule).avg_cost for rule in rules]
    assert best.avg_cost < min(costs)
    assert best.upper - best.lower < 1e-7
    curve = best.switching_curve[1:30]
    assert curve[0] == 2 and all(a <= b for a, b in itertools.pairwise(curve))
    assert model.evaluate(("threshold", {"x1_ge": 2})) == model.evaluate("class1_first")


def test_class_1_alone_is_a_birth_and_death_process():
    """Without class 2, and with the help of server 2, jobs of class 1 leave at rate 1 + 1/2."""
    model = replace(HarrisonN(0.5, 120, 3))
    stable, _, process = model._built
    rates = process.rates.toarray()[stable.index(x1=5, x2=0, helps=1)]

    assert sorted(rates[rates > 0]) == pytest.approx([0.2, 0.65, 1.5])


@pytest.mark.parametrize("truncation", [(30, 40, 6), (28, 44, 6)])
def test_with_hardly_any_class_3_the_criss_cross_is_a_tandem(truncation):
    found = CrissCross(0.5, 1e-6, (2.0, 1.0, 2.0), truncation).solve()

    assert found.optimal_avg_number == pytest.approx(0.5 / 1.5 + 0.5 / 0.5, rel=3e-6)
    assert found.upper - found.lower < 1e-6


def test_value_iteration_and_elimination_agree_on_the_criss_cross():
    model = CrissCross(0.4, 0.4, (2.0, 1.5, 2.0), (12, 10, 12))
    stable, process = model._built

    low, high, _ = value_iteration(process, -(stable["x1"] + stable["x2"] + stable["x3"]).astype(float), 1e-8)

    found = model.solve()
    assert -high - 1e-9 <= found.optimal_avg_number <= -low + 1e-9
    assert found.lower - 1e-9 <= found.optimal_avg_number <= found.upper + 1e-9


def test_two_equal_servers_are_erlang_c():
    model = SlowServer(1.5, 1.0, 1.0)

    exact = erlang_c(1.5 * 3600, 1.0, 2, 1.0)
    assert model.evaluate(1) == pytest.approx(exact.lq + 1.5, rel=EXACT)
    best = model.solve()
    assert best.best_threshold == 1
    assert best.mean_number_best == pytest.approx(exact.lq + 1.5, rel=EXACT)


@pytest.mark.parametrize("mu_slow", [0.5, 0.2, 0.07])
def test_the_best_threshold_is_the_best_of_all(mu_slow):
    model = SlowServer(0.7, 1.0, mu_slow)

    best = model.solve()

    numbers = [model.evaluate(threshold) for threshold in range(1, 12)]
    assert best.best_threshold == 1 + int(np.argmin(numbers))
    assert best.lower - 1e-9 <= min(numbers) <= best.upper + 1e-9


def test_the_slower_the_server_the_later_it_helps():
    thresholds = [SlowServer(0.7, 1.0, mu).solve().best_threshold for mu in (0.9, 0.4, 0.2, 0.1, 0.05)]

    assert thresholds == sorted(thresholds) and thresholds[-1] > thresholds[0]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: replace(CENTRE, s2=0), "s2=0"),
        (lambda: replace(CENTRE, patience1=0.0), "patience1=0.0"),
        (lambda: CENTRE.evaluate("fifo"), "rule 'fifo' .* class1_priority"),
        (lambda: CENTRE.evaluate("priority"), "advisor='longest_idle' of priority .* least_skilled"),
        (
            lambda: CENTRE.evaluate(("priority", {"order": ["class1"], "advisor": "least_skilled"})),
            "order=.* once each",
        ),
        (lambda: CENTRE.evaluate("threshold"), "rule 'threshold' is not allowed without its parameter q1_ge"),
        (lambda: CENTRE.evaluate(("threshold", {"q1_ge": None})), "q1_ge=None of threshold"),
        (lambda: CENTRE.evaluate(("threshold", {"q2": 1})), r"parameter 'q2' of threshold .*\['q1_ge'\]"),
        (lambda: CENTRE.registered("longest_queue"), "rule 'longest_queue' .* class1_priority, class2_priority only"),
        (lambda: CENTRE.evaluate(lambda c: np.ones((len(CENTRE.built.space), 2))), "do not wait or cannot be taken"),
        (lambda: HarrisonN(1.0), r"rho=1.0 .* in \(0, 1\)"),
        (lambda: HarrisonN(0.5, 9, 9).evaluate("fifo"), "rule 'fifo'"),
        (lambda: HarrisonN(0.5, 9, 9).evaluate(("class1_first", {"x1_ge": 1})), "parameter 'x1_ge' of class1_first"),
        (lambda: CrissCross(0.9, 1.2, (2.0, 1.5, 2.0)), "server 1 has a load of 1.05"),
        (lambda: CrissCross(0.9, 0.1, (2.0, 0.5, 2.0)), "server 2 has a load of 1.8"),
        (lambda: CrissCross(0.9, 0.1, (2.0, 0.5)), "mu=.* three numbers"),
        (lambda: SlowServer(1.5, 1.0, 0.5), "lam=1.5 .* below 1.5"),
        (lambda: SlowServer(0.5, 0.5, 1.0), "mu_slow=1.0 .* at most mu_fast=0.5"),
        (lambda: SlowServer(0.5, 1.0, 0.5).evaluate(0), "threshold=0"),
    ],
)
def test_what_cannot_be_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
