"""Answering-machine detection: the published example, and a simulated campaign with the same figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ccenv.scenarios import load_scenario
from ccenv.simulation import simulate
from ccenv.theory import detection

CERTAIN = 0.9999  # confidence of each interval: almost certain to contain the value, on fixed seeds


def test_a_thousand_dials_leave_two_drops():
    """1,000 dials, 40 % machines, 20 % live, 99 % accurate: 4 silent of 6 allowed (callmedia.co.uk)."""
    answer = detection(1000, p_called_machine=0.4, p_live=0.2, accuracy=0.99)

    assert (answer.live, answer.called_machines) == (200.0, 400.0)
    assert (answer.silent, answer.allowance, answer.drops_left) == pytest.approx((4.0, 6.0, 2.0))
    assert answer.p_false_positive == pytest.approx(0.02)


def test_a_detector_that_is_right_95_times_in_100_uses_up_more_than_the_allowance():
    assert detection(1000, 0.4, 0.2, 0.95).drops_left == pytest.approx(6.0 - 20.0)


@given(n=st.floats(0, 1e6), called=st.floats(0, 0.5), live=st.floats(0.25, 0.5), accuracy=st.floats(0.5, 1))
def test_all_numbers_are_shares_of_the_dials(n, called, live, accuracy):
    answer, one = detection(n, called, live, accuracy), detection(1, called, live, accuracy)

    assert answer.silent == pytest.approx(n * one.silent)
    assert answer.drops_left == pytest.approx(answer.allowance - answer.p_false_positive * answer.live, abs=1e-9 * n)


def test_without_anybody_live_nobody_is_silent():
    answer = detection(1000, 0.4, 0.0, 1.0)

    assert (answer.silent, answer.allowance, answer.p_false_positive) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((-1, 0.4, 0.2, 0.99), "n_dials=-1"),
        ((1000, 1.4, 0.2, 0.99), "p_called_machine=1.4"),
        ((1000, 0.4, 0.2, 0.4), "accuracy=0.4"),
        ((1000, 0.9, 0.2, 0.99), "p_called_machine=0.9"),
    ],
)
def test_what_cannot_be_is_refused(arguments, name):
    with pytest.raises(ValueError, match=f"^{name} is not allowed: "):
        detection(*arguments)


def test_a_simulated_campaign_comes_to_the_same_numbers():
    """With an advisor reserved for each dial no connect is dropped, so `ofcom_24h` counts the silent calls alone."""
    per_dial = detection(1, p_called_machine=0.4, p_live=0.2, accuracy=0.99)
    campaign = {
        "p_answer": per_dial.live,
        "p_machine": per_dial.called_machines - per_dial.silent,
        "detector": {"p_false_positive": per_dial.p_false_positive},
        "ring_s": 15,
        "handle_s": 60,
        "reserves": True,
        "compliance": "ofcom_24h",
    }
    centre = {
        "name": "detected",
        "description": "a campaign that drops nobody",
        "clock": {"kind": "day", "open_s": 32_400, "close_s": 61_200, "overtime_s": 600},
        "campaigns": {"list": campaign},
        "groups": {"team": {"skills": ["list"], "staffing": 20}},
        "rules": {"pacing": {"name": "progressive"}},
        "sources": {"*": "callmedia.co.uk"},
    }
    table = simulate(load_scenario(centre), seeds=range(20))

    def total(column: str) -> float:
        return float(table[f"n_{column}"].sum())

    n = int(total("attempts"))
    expected = detection(n, 0.4, 0.2, 0.99)
    assert n > 100_000 and total("dropped") == 0.0
    assert within(total("false_positive"), n, expected.silent / n)
    assert within(total("machine") + total("false_positive"), n, 0.4)
    assert within(total("connects"), n, (expected.live - expected.silent) / n)
    # an operator's estimate: over and base follow from the connects and the known error of the detector
    over, base, wrong = total("ofcom_24h_over"), total("ofcom_24h_base"), expected.p_false_positive
    assert over == pytest.approx(total("connects") * wrong / (1.0 - wrong))
    assert base == pytest.approx(total("connects") / (1.0 - wrong))
    assert within(over * (1.0 - wrong) / wrong, n, (expected.live - expected.silent) / n)
    assert over / base == pytest.approx(expected.silent / expected.live)
    assert 0.03 * base - over == pytest.approx(expected.drops_left, rel=0.05)


def within(count: float, n: int, p: float) -> bool:
    low, high = stats.binom.interval(CERTAIN, n, p)
    return bool(low <= round(count) <= high)
