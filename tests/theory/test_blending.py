import itertools
import math

import numpy as np
import pytest

from ccenv.theory import erlang_a, erlang_c
from ccenv.theory.mdp import linear_programme
from ccenv.theory.models import Blending, HoldingBlending, SwitchingBlending
from ccenv.theory.models._model import constraints

EXACT = 1e-9
PATIENT = Blending(5, 40.0, 180.0, 240.0)
IMPATIENT = Blending(6, 70.0, 180.0, 120.0, 90.0)
EQUAL = Blending(5, 60.0, 180.0, 180.0)


def reserve(r, p_next=0.0):
    return ("reserve_threshold", {"reserve": r, "p_next": p_next})


@pytest.mark.parametrize("load", [1.0, 6.5, 9.9])
def test_without_outbound_it_is_erlang_c(load):
    found = Blending(10, load * 20, 180.0, 60.0, T_s=35.0).evaluate("no_dial")

    exact = erlang_c(load * 20, 180.0, 10, 35.0)
    assert found.outbound_per_h == 0
    assert found.e_wait_s == pytest.approx(exact.asa_s, rel=EXACT)
    assert found.p_wait == pytest.approx(exact.p_wait, rel=EXACT)
    assert found.sl_T == pytest.approx(exact.service_level_T, rel=EXACT)
    assert found.lq == pytest.approx(exact.lq, rel=EXACT)
    assert found.utilisation == pytest.approx(exact.occupancy, rel=EXACT)
    assert found.p_cut < 1e-12


@pytest.mark.parametrize("load", [3.0, 9.0, 25.0])
def test_without_outbound_and_with_patience_it_is_erlang_a(load):
    found = Blending(10, load * 20, 180.0, 60.0, 75.0, T_s=35.0).evaluate("no_dial")

    exact = erlang_a(load * 20, 180.0, 75.0, 10, 35.0)
    assert found.p_abandon == pytest.approx(exact.p_abandon, rel=EXACT)
    assert found.e_wait_s == pytest.approx(exact.e_wait_s, rel=EXACT)
    assert found.sl_T == pytest.approx(exact.served_within_T_of_offered, rel=EXACT)
    assert found.utilisation == pytest.approx(exact.occupancy, rel=EXACT)


@pytest.mark.parametrize(("r", "p_next"), [(0, 0.0), (1, 0.0), (2, 0.4), (4, 1.0)])
def test_equal_handle_times_leave_a_chain_of_the_number_at_work(r, p_next):
    s, mu, cap = 5, 20.0, 120
    fill = {s - r: 1 - p_next, s - r + 1: p_next} if r else {s: 1.0}
    chain = np.zeros((s + cap + 1, s + cap + 1))
    for k, (change, target) in itertools.product(range(s + cap + 1), itertools.product((1, -1), fill)):
        if 0 <= k + change <= s + cap:
            chain[k, max(k + change, target)] += fill[target] * (60.0 if change == 1 else min(k, s) * mu)
    chain -= np.diag(chain.sum(axis=1))
    used = np.arange(s - r, s + cap + 1)
    system = np.vstack((chain[np.ix_(used, used)].T, np.ones(len(used))))
    dist = np.linalg.lstsq(system, np.eye(len(used) + 1)[-1], rcond=None)[0]

    found = EQUAL.evaluate(reserve(r, p_next))

    assert found.lq == pytest.approx(dist @ np.maximum(used - s, 0), rel=1e-7)
    assert found.outbound_per_h == pytest.approx(mu * (dist @ np.minimum(used, s)) - 60.0, rel=1e-7)


def tuned_reserve(model, limit):
    """The randomised reserve with a mean wait of exactly `limit` seconds, by bisection."""
    r = max(k for k in range(model.s + 1) if model.evaluate(reserve(k)).e_wait_s > limit) + 1
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if model.evaluate(reserve(r, middle)).e_wait_s < limit else (low, middle)
    return reserve(r, low)


def test_with_equal_handle_times_the_best_randomised_reserve_is_optimal():
    best = EQUAL.solve(limit=30.0)

    assert EQUAL.evaluate(tuned_reserve(EQUAL, 30.0)).outbound_per_h == pytest.approx(best.optimal_value, rel=1e-9)
    assert best.result.e_wait_s == pytest.approx(30.0, rel=1e-9)
    assert all(EQUAL.solve(gamma=gamma).optimal_is_pure_threshold_in_busy for gamma in (10, 40, 150))


def test_with_unequal_handle_times_the_target_moves_with_what_is_in_service():
    model = Blending(6, 60.0, 180.0, 420.0)

    free, held = model.solve(gamma=40.0), model.solve(limit=25.0)

    assert not free.optimal_is_pure_threshold_in_busy
    targets = free.target_busy_by_inbound_in_service
    assert targets == tuple(sorted(targets)) and targets[0] == free.optimal_c_at_empty < targets[-1] == 6
    _, inbound, outbound, _ = free.policy.states.T
    alone = outbound == 0
    after = (inbound + free.policy.likeliest()[:, 0])[alone]
    assert all(after[inbound[alone] == i].min() == targets[i] for i in range(6))
    most = [sum(part.likeliest()[:, 0]) for part in held.parts]
    assert most[0] != most[1]
    bold = held.parts[int(np.argmax(most))].likeliest()[:, 0]
    _, inbound, outbound, waiting = held.policy.states.T
    empty = (outbound == 0) & (waiting == 0)
    assert held.target_busy_by_inbound_in_service == tuple((inbound + bold)[empty].tolist())


@pytest.mark.parametrize("model", [PATIENT, IMPATIENT], ids=["patient", "impatient"])
@pytest.mark.parametrize("limit", [{"e_wait_s": 15.0}, {"sl_T": 0.75}, {"p_wait": 0.4, "sl_T": 0.7}])
def test_the_optimum_beats_every_reserve_and_agrees_with_the_linear_programme(model, limit):
    best = model.solve(limit)

    def meets(result):
        return all(
            getattr(result, name) >= value - 1e-9 if name == "sl_T" else getattr(result, name) <= value + 1e-9
            for name, value in limit.items()
        )

    tried = [model.evaluate(reserve(r, p)) for r in range(model.s + 1) for p in (0.0, 0.3, 0.7)]
    assert meets(best.result)
    assert best.optimal_value >= max(result.outbound_per_h for result in tried if meets(result))
    assert best.optimal_value <= best.upper <= best.optimal_value * (1 + 1e-8)
    built = model.built
    programme, _ = linear_programme(
        built.process, built.ratios["outbound_per_h"].numerator, constraints(built, limit, model.LIMITS)
    )
    assert programme == pytest.approx(best.optimal_value, rel=1e-6)


def test_the_optimal_policy_as_a_table_gives_the_optimum():
    best = PATIENT.solve(limit=12.0)

    assert PATIENT.evaluate(best.policy) == best.result
    randomised = (best.policy.weights > 0) & (best.policy.weights < 1)
    assert randomised.sum() == 2
    assert len(best.parts) == 2


def test_more_waiting_allowed_gives_more_outbound_at_a_falling_price():
    found = [PATIENT.solve(limit=limit) for limit in (8.0, 12.0, 20.0, 40.0, 80.0)]

    values, prices = [best.optimal_value for best in found], [best.multipliers["e_wait_s"] for best in found]
    assert all(math.isclose(a, b) or a < b for a, b in itertools.pairwise(values))
    assert all(a >= b >= 0 for a, b in itertools.pairwise(prices))
    for (a, b), limits in zip(
        itertools.pairwise(range(5)), itertools.pairwise((8.0, 12.0, 20.0, 40.0, 80.0)), strict=True
    ):
        slope = (values[b] - values[a]) / (limits[1] - limits[0])
        assert prices[b] - 1e-9 <= slope <= prices[a] + 1e-9


def test_rules_and_tables_of_the_same_policy_are_equal():
    space = PATIENT.built.space
    idle = PATIENT.s - space["inbound"] - space["outbound"]

    by_name = PATIENT.evaluate(("progressive", {"reserve": 2}))

    assert PATIENT.evaluate(np.maximum(idle - 2, 0)) == by_name
    assert PATIENT.evaluate(lambda c: np.maximum(5 - c["inbound"] - c["outbound"] - 2, 0)) == by_name
    assert PATIENT.evaluate(PATIENT.policy(PATIENT.weights(reserve(2)))) == by_name


def test_a_table_made_for_a_shorter_queue_serves_a_longer_one():
    short, long = Blending(3, 40.0, 180.0, 240.0, queue_cap=60), Blending(3, 40.0, 180.0, 240.0, queue_cap=90)
    policy = short.solve(limit=150.0).policy

    assert long.evaluate(policy).e_wait_s == pytest.approx(150.0, rel=1e-8)


def test_cutting_the_queue_off_costs_less_than_it_says():
    rough, exact = Blending(4, 70.0, 180.0, 200.0, queue_cap=60), Blending(4, 70.0, 180.0, 200.0)

    short, long = rough.evaluate(reserve(1)), exact.evaluate(reserve(1))

    assert long.p_cut < 1e-12 < short.p_cut
    assert short.e_wait_s == pytest.approx(long.e_wait_s, rel=1e4 * short.p_cut)
    assert short.e_wait_s != pytest.approx(long.e_wait_s, rel=short.p_cut / 1e4)


def test_equal_modes_are_no_modes():
    model = SwitchingBlending(6, (70.0, 70.0), 180.0, 120.0, 90.0, (900.0, 300.0))

    assert model.solve(0.1).optimal_value == pytest.approx(IMPATIENT.solve({"p_abandon": 0.1}).optimal_value, rel=1e-8)
    assert model.evaluate(reserve(2)).sl_T == pytest.approx(IMPATIENT.evaluate(reserve(2)).sl_T, rel=EXACT)


def test_modes_that_switch_all_the_time_give_the_mean_rate():
    model = SwitchingBlending(6, (100.0, 60.0), 180.0, 120.0, 90.0, (0.01, 0.03))

    assert model.evaluate("no_dial").p_abandon == pytest.approx(IMPATIENT.evaluate("no_dial").p_abandon, rel=1e-3)


def test_modes_that_hardly_ever_switch_give_the_mean_of_two_centres():
    model = SwitchingBlending(4, (30.0, 90.0), 180.0, 120.0, 90.0, (1e9, 3e9))

    found = model.evaluate([reserve(1), reserve(3)])

    low = Blending(4, 30.0, 180.0, 120.0, 90.0).evaluate(reserve(1))
    high = Blending(4, 90.0, 180.0, 120.0, 90.0).evaluate(reserve(3))
    assert found.outbound_per_h == pytest.approx((low.outbound_per_h + 3 * high.outbound_per_h) / 4, rel=1e-5)
    assert found.p_abandon == pytest.approx((30 * low.p_abandon + 270 * high.p_abandon) / 300, rel=1e-5)


def test_seeing_the_mode_is_worth_something():
    model = SwitchingBlending(6, (30.0, 90.0), 180.0, 180.0, 90.0)

    best = model.solve(0.1)

    blind = [model.evaluate(reserve(r, p)) for r in range(1, 7) for p in np.linspace(0, 1, 11)]
    assert best.constraint_value == pytest.approx(0.1)
    assert best.objective_per_h > 1.03 * max(b.outbound_per_h for b in blind if b.p_abandon <= 0.1)


@pytest.mark.parametrize("cost", [0.0, 0.9, 1.5])
@pytest.mark.parametrize("gamma", [5.0, 60.0])
def test_holding_inbound_back_pays_where_the_reward_trap_says_so(cost, gamma):
    found = HoldingBlending(3, 200.0, 120.0, 1.5, 60.0, gamma, cost).solve()

    trap = cost + gamma * 60.0 / 3600.0 < 200.0 / 120.0
    assert (found.loss_of_inbound_first > 1e-6) == trap
    assert found.loss_of_inbound_first > -1e-9
    assert found.lower - 1e-9 <= found.full_action_gain <= found.upper + 1e-9


def test_inbound_first_is_blending():
    model = HoldingBlending(3, 180.0, 360.0, 1.5, 0.0, 20.0)

    found = model.solve()

    blending = Blending(3, 30.0, 180.0, 360.0).solve(gamma=20.0).optimal_value
    assert found.inbound_first_gain == pytest.approx(blending, rel=1e-9)
    assert model.outbound_calls_displaced_by_one_inbound == 0.5


@pytest.mark.parametrize(
    "model",
    [
        HoldingBlending(1, 47.7, 128.0, 0.089, gamma=2.02, cost_per_abandon_in_outbound_calls=0.17),
        HoldingBlending(2, 43.3, 210.4, 0.867, gamma=3.26, cost_per_abandon_in_outbound_calls=0.35),
        HoldingBlending(3, 70.1, 54.3, 0.412, gamma=1.2, cost_per_abandon_in_outbound_calls=0.63),
    ],
)
def test_cheap_waiting_without_patience_is_no_trap(model):
    """Policies that never serve inbound let a queue grow to its cap; the solver must return from there."""
    found = model.solve()

    assert found.full_action_gain >= found.inbound_first_gain - 1e-9 * abs(found.inbound_first_gain)
    assert found.upper - found.lower < 1e-6 * max(1.0, abs(found.upper))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Blending(0, 1.0, 1.0, 1.0), "s=0"),
        (lambda: Blending(2, 40.0, 180.0, 1.0), "s=2 .* exceed the offered load, 2 erlang"),
        (lambda: Blending(2, 40.0, -1.0, 1.0), "inbound_aht_s=-1.0"),
        (lambda: Blending(2, 4.0, 1.0, 1.0, queue_cap=0), "queue_cap=0"),
        (lambda: PATIENT.solve(gamma=-1.0), "gamma=-1.0"),
        (lambda: PATIENT.solve({"lq": 1.0}), "limit on 'lq'"),
        (lambda: PATIENT.solve({"sl_T": 0.999}), "limit=0.999 on sl_T .* the best reaches 0.957222"),
        (lambda: PATIENT.solve({"e_wait_s": 1.0, "sl_T": 0.7}), "limit=1.0 on e_wait_s .* no policy meets all limits"),
        (lambda: PATIENT.evaluate("max0"), "rule 'max0' .* no_dial, progressive, reserve_threshold"),
        (lambda: PATIENT.evaluate(("progressive", {"k": 1})), "parameter 'k' of progressive"),
        (lambda: PATIENT.evaluate(("reserve_threshold", {"p_next": 1.5})), "p_next=1.5 .* between 0 and 1"),
        (lambda: PATIENT.evaluate(np.zeros(3)), r"steps of shape \(3,\)"),
        (lambda: PATIENT.evaluate(["no_dial", "no_dial"]), "2 rules are not allowed"),
        (lambda: PATIENT.solve(gamma=9.0).policy.probabilities(inbound=9), "state {'inbound': 9}"),
        (lambda: SwitchingBlending(2, 40.0, 180.0, 1.0, 1.0), "lambda_per_h=40.0 .* two numbers"),
        (lambda: SwitchingBlending(2, (4.0, 40.0), 180.0, 1.0, 0.0), "s=2 .* load in each mode"),
        (lambda: HoldingBlending(3, 180.0, 180.0, 1.0), "gamma=0.0 .* above 0"),
    ],
)
def test_what_cannot_be_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
