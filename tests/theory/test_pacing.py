import itertools
from dataclasses import replace

import numpy as np
import pytest

from ccenv.theory import erlang_a, erlang_b
from ccenv.theory.mdp import linear_programme
from ccenv.theory.models import BlendedPacing, Blending, Pacing, SwitchingPacing
from ccenv.theory.models._model import constraints

EXACT = 1e-9
SMALL = Pacing(3, 0.3, 18.0, 210.0)
JOINT = BlendedPacing(3, 20.0, 200.0, 90.0, 150.0, 18.0, 0.4)


def lines(n):
    return ("constant_lines", {"n": n})


@pytest.mark.parametrize("wrap_s", [0.0, 70.0])
@pytest.mark.parametrize("n", [1, 4, 9])
def test_one_line_for_each_idle_advisor_drops_nobody(n, wrap_s):
    """Each advisor dials until answered, ring / p on average, then handles the contact."""
    found = Pacing(n, 0.25, 20.0, 200.0, observed_wrap_s=wrap_s).evaluate("progressive_unreserved")

    assert found.drop_rate == 0.0
    assert found.connects_per_h == pytest.approx(n * 3600 / (20 / 0.25 + 200), rel=EXACT)
    assert found.utilisation == pytest.approx(200 / 280, rel=EXACT)
    assert found.mean_ringing == pytest.approx(n * 80 / 280, rel=EXACT)


@pytest.mark.parametrize("n_lines", [1, 7, 30])
def test_constant_lines_without_grace_are_erlang_b(n_lines):
    """Answers arrive as a Poisson process, independently of the advisors."""
    found = Pacing(4, 0.3, 18.0, 150.0).evaluate(lines(n_lines))

    answers = n_lines * 0.3 / 18.0
    assert found.drop_rate == pytest.approx(erlang_b(4, answers * 150).blocking, rel=EXACT)
    assert found.connects_per_h + found.drops_per_h == pytest.approx(3600 * answers, rel=EXACT)


@pytest.mark.parametrize("n_lines", [2, 12])
def test_constant_lines_with_grace_are_erlang_a(n_lines):
    found = Pacing(4, 0.3, 18.0, 150.0, grace_s=6.0).evaluate(lines(n_lines))

    exact = erlang_a(n_lines * 0.3 / 18.0 * 3600, 150.0, 6.0, 4, 20.0)
    assert found.drop_rate == pytest.approx(exact.p_abandon, rel=EXACT)
    assert found.utilisation == pytest.approx(exact.occupancy, rel=EXACT)


def test_an_observed_wrap_up_is_worth_something():
    hidden, seen = Pacing(4, 0.3, 18.0, 210.0), Pacing(4, 0.3, 18.0, 210.0, observed_wrap_s=60.0)

    assert seen.evaluate(lines(3)).drop_rate == pytest.approx(hidden.evaluate(lines(3)).drop_rate, rel=EXACT)
    assert seen.solve(0.03).optimal_value != pytest.approx(hidden.solve(0.03).optimal_value, rel=1e-4)
    idle_and_soon = ("idle_and_soon", {"k": 1.8, "beta": 0.2, "c": 1.0})
    soon = seen.built.space["wrap_up"]
    idle = 4 - seen.built.space["talking"] - soon
    target = np.maximum(1.8 * (idle + 0.2 * soon) - 1.0, 0.0)
    by_hand = seen.evaluate(target - seen.built.space["ringing"])
    assert seen.evaluate(idle_and_soon) == by_hand


def test_a_target_is_rounded_randomly_only_where_it_is_said():
    floor = SMALL.evaluate(("fixed_ratio", {"ratio": 1.5}))
    random = SMALL.evaluate(("fixed_ratio", {"ratio": 1.5, "rounding": "random"}))

    idle = 3 - SMALL.built.space["talking"]
    ringing = SMALL.built.space["ringing"]
    assert floor == SMALL.evaluate(np.floor(1.5 * idle) - ringing)
    assert random == SMALL.evaluate(1.5 * idle - ringing) == SMALL.evaluate(("max0", {"k": 1.5}))
    assert random != floor


@pytest.mark.parametrize("limit", [0.01, 0.03, 0.2])
def test_the_optimum_meets_the_limit_beats_rules_and_agrees_with_the_linear_programme(limit):
    best = SMALL.solve(limit)

    grid = itertools.product(np.arange(0.5, 4.1, 0.25), np.arange(0.0, 4.0, 0.5))
    tried = [SMALL.evaluate(("max0", {"k": k, "c": c})) for k, c in grid]
    built = SMALL.built
    programme, _ = linear_programme(
        built.process,
        built.ratios["connects_per_h"].numerator,
        constraints(built, {"drop_rate": limit}, SMALL.LIMITS),
    )
    assert best.result.drop_rate == pytest.approx(limit, rel=1e-9)
    assert best.optimal_value >= max(t.connects_per_h for t in tried if t.drop_rate <= limit)
    assert best.optimal_value == pytest.approx(programme, rel=1e-6)
    assert best.optimal_value <= best.upper <= best.optimal_value * (1 + 1e-8)
    assert best.optimal_value < SMALL.perfect_connects_per_h
    assert SMALL.evaluate(best.policy) == best.result


def test_the_multiplier_prices_drops_over_the_limit():
    """One more drop per hour than allowed: the limit on drops - 0.03 answered is 1 per hour, not 0."""
    best = SMALL.solve(0.03)
    policies = [SMALL.solve(limit) for limit in (0.0299, 0.0301)]

    excess = [p.result.drops_per_h - 0.03 * (p.result.connects_per_h + p.result.drops_per_h) for p in policies]
    slope = (policies[1].optimal_value - policies[0].optimal_value) / (excess[1] - excess[0])
    assert best.multiplier_connects_per_excess_drop == pytest.approx(slope, rel=1e-6)


def test_more_drops_allowed_give_more_connects():
    values = [SMALL.solve(limit).optimal_value for limit in (0.005, 0.01, 0.03, 0.1, 0.3)]

    assert all(a < b for a, b in itertools.pairwise(values))


def test_the_cap_on_ringing_lines_is_raised_until_it_changes_nothing():
    many = SMALL.evaluate(lines(90))

    assert many.p_max_ringing == 0.0
    assert many == replace(SMALL, max_ringing=100).evaluate(lines(90))
    assert replace(SMALL, max_ringing=20).evaluate(lines(90)).mean_ringing == pytest.approx(20)
    tight, loose = replace(SMALL, max_ringing=4).solve(0.03), SMALL.solve(0.03)
    assert tight.optimal_value < loose.optimal_value
    assert tight.result.p_max_ringing > 0 == loose.result.p_max_ringing


def test_without_outbound_blended_pacing_is_erlang_a():
    found = JOINT.evaluate("no_dial")

    exact = erlang_a(20.0, 200.0, 90.0, 3, 20.0)
    assert found.inbound_abandon == pytest.approx(exact.p_abandon, rel=EXACT)
    assert found.inbound_p_wait == pytest.approx(exact.p_wait, rel=EXACT)
    assert found.e_wait_s == pytest.approx(exact.e_wait_s, rel=EXACT)
    assert found.connects_per_h == found.drop_rate == 0.0


@pytest.mark.parametrize("rule", ["progressive_unreserved", ("max0", {"k": 2.2, "c": 0.7}), lines(4)])
def test_without_inbound_blended_pacing_is_pacing(rule):
    found = replace(JOINT, lambda_per_h=0.0).evaluate(rule)

    alone = Pacing(3, 0.4, 18.0, 150.0).evaluate(rule)
    assert found.connects_per_h == pytest.approx(alone.connects_per_h, rel=EXACT)
    assert found.drop_rate == pytest.approx(alone.drop_rate, rel=EXACT)
    assert found.utilisation == pytest.approx(alone.utilisation, rel=EXACT)


def test_dialing_without_delay_and_always_answered_is_blending():
    """With very short rings, one line for each idle advisor equals starting outbound at once."""
    joint = BlendedPacing(3, 20.0, 200.0, 90.0, 150.0, 1e-4, 1.0, max_ringing=4)

    found = joint.evaluate(("progressive_unreserved", {"reserve": 1}))

    exact = Blending(3, 20.0, 200.0, 150.0, 90.0).evaluate(("progressive", {"reserve": 1}))
    assert found.connects_per_h == pytest.approx(exact.outbound_per_h, rel=1e-5)
    assert found.inbound_abandon == pytest.approx(exact.p_abandon, rel=1e-5)


def test_the_joint_optimum_meets_both_limits_and_agrees_with_the_linear_programme():
    loose, tight = JOINT.solve(0.11), JOINT.solve(0.11, drop_limit=0.01)

    for best, limit in ((loose, 0.03), (tight, 0.01)):
        assert best.result.inbound_abandon <= 0.11 + 1e-10
        assert best.result.drop_rate <= limit + 1e-10
        programme, _ = linear_programme(
            JOINT.built.process,
            JOINT.built.ratios["connects_per_h"].numerator,
            constraints(JOINT.built, {"inbound_abandon": 0.11, "drop_rate": limit}, JOINT.LIMITS),
        )
        assert best.optimal_value == pytest.approx(programme, rel=1e-6)
    assert tight.optimal_value < loose.optimal_value
    assert tight.multiplier_drop > 0 and tight.multiplier_abandon > 0
    assert JOINT.solve({"inbound_abandon": 0.11}).optimal_value == pytest.approx(loose.optimal_value)


def test_equal_answer_probabilities_are_no_modes():
    model = SwitchingPacing(3, (0.3, 0.3), 18.0, 210.0, (600.0, 60.0), max_ringing=18)

    alone = replace(SMALL, max_ringing=18)
    assert model.solve(0.03).optimal_value == pytest.approx(alone.solve(0.03).optimal_value, rel=1e-8)
    assert model.evaluate(lines(4)).drop_rate == pytest.approx(alone.evaluate(lines(4)).drop_rate, rel=EXACT)


def test_answer_probabilities_that_hardly_ever_switch_give_two_centres():
    model = SwitchingPacing(3, (0.2, 0.6), 18.0, 210.0, (3e9, 1e9))

    found = model.evaluate([lines(3), lines(1)])

    first, second = Pacing(3, 0.2, 18.0, 210.0).evaluate(lines(3)), Pacing(3, 0.6, 18.0, 210.0).evaluate(lines(1))
    assert found.connects_per_h == pytest.approx((3 * first.connects_per_h + second.connects_per_h) / 4, rel=1e-6)
    assert found.drops_per_h == pytest.approx((3 * first.drops_per_h + second.drops_per_h) / 4, rel=1e-6)


def test_a_rule_for_each_mode_beats_one_rule_for_both():
    model = SwitchingPacing(3, (0.15, 0.6), 18.0, 210.0, max_ringing=20)

    best = model.solve(0.03)

    blind = [model.evaluate(("max0", {"k": k, "c": c})) for k in np.arange(0.5, 3.5, 0.25) for c in (0.0, 0.5, 1.0)]
    aware = model.evaluate([("max0", {"k": 3.0, "c": 2.0}), ("max0", {"k": 1.2, "c": 0.4})])
    assert best.constraint_value == pytest.approx(0.03)
    assert best.objective_per_h > 1.02 * max(b.connects_per_h for b in blind if b.drop_rate <= 0.03)
    assert aware.drop_rate > 0.03 or aware.connects_per_h <= best.objective_per_h


@pytest.mark.parametrize(
    ("params", "rule"),
    [
        ({"s_t": 0, "s_d": 0}, "progressive_unreserved"),
        ({"kappa": 0, "c": 4, "s_t": 0, "s_d": 0}, ("constant_lines", {"n": 4})),
        ({"kappa": 2, "c": -1}, ("max0", {"k": 2, "c": 1})),
    ],
)
def test_a_threshold_dialer_without_thresholds_is_another_rule(params, rule):
    found = SMALL.evaluate(("dial_x_free", {**params, "when": "event"}))

    assert found.connects_per_h == pytest.approx(SMALL.evaluate(rule).connects_per_h, rel=EXACT)
    assert SMALL.evaluate(("dial_x_free", {**params, "s_t": 3, "when": "event"})).connects_per_h < found.connects_per_h


def test_where_no_dial_keeps_the_limit_the_best_is_never_to_dial():
    """Policies that differ only by rounding must not alternate forever."""
    best = BlendedPacing(1, 27.2, 34.56, 22.99, 80.49, 6.489, 0.5505).solve()

    assert best.optimal_connects_per_h == best.result.drop_rate == 0.0
    assert best.upper < 1e-6


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SMALL.evaluate("dial_x_free"), "when='freed' of dial_x_free is not allowed"),
        (lambda: SMALL.evaluate(("fixed_ratio", {"ratio": -1})), "ratio=-1 of fixed_ratio .* a number >= 0"),
        (lambda: SMALL.evaluate(("max0", {"k": "2"})), "k='2' of max0 .* a number >= 0"),
        (lambda: SMALL.solve(float("nan")), "limit on drop_rate=nan"),
        (lambda: Pacing(3, 1.2, 18.0, 210.0), r"answer_prob=1.2 .* in \(0, 1\]"),
        (lambda: Pacing(3, 0.0, 18.0, 210.0), "answer_prob=0.0"),
        (lambda: Pacing(3, 0.3, 18.0, 60.0, observed_wrap_s=60.0), "observed_wrap_s=60.0 .* below talk_s"),
        (lambda: Pacing(3, 0.3, 18.0, 60.0, max_ringing=0), "max_ringing=0"),
        (lambda: SMALL.evaluate(("fixed_ratio", {"ratio": 1, "rounding": "up"})), "rounding='up' .* floor or random"),
        (lambda: SMALL.solve({"utilisation": 1.0}), "limit on 'utilisation'"),
        (lambda: SMALL.evaluate(Blending(3, 1.0, 1.0, 1.0).solve().policy), "policy over .* is not allowed"),
        (lambda: BlendedPacing(2, 40.0, 180.0, 0.0, 1.0, 1.0, 0.5), "s=2 .* offered load"),
        (lambda: JOINT.solve(0.0001), "limit=0.0001 on inbound_abandon"),
        (lambda: SwitchingPacing(2, (0.5, 1.5), 1.0, 1.0), r"answer_prob=\(0.5, 1.5\)"),
        (lambda: SwitchingPacing(2, (0.5, 1.0), 1.0, 1.0, (1.0, 0.0)), "mean_s=0.0"),
    ],
)
def test_what_cannot_be_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
