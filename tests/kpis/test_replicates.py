"""Intervals over replicates and days: their coverage, cases by hand, and what must never be narrow."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccenv.kpis import bootstrap, crossed, crossed_interval, holm, score, verdicts
from ccenv.kpis.bootstrap import Bound, ratio_estimate
from ccenv.kpis.quantiles import rule_of_three, t_quantile

REPETITIONS = 500


@pytest.fixture
def few_resamples(monkeypatch):
    monkeypatch.setattr(bootstrap, "N_RESAMPLES", 250)


def made(rng, shape, by_replicate, by_day, both):
    """Differences with mean 0, and standard deviations by replicate, by day and of their interaction."""
    n, days = shape
    return (
        by_replicate * rng.standard_normal((n, 1))
        + by_day * rng.standard_normal((1, days))
        + both * rng.standard_normal(shape)
    )


@pytest.mark.parametrize(
    ("n", "by_replicate", "by_day", "both"),
    [(5, 1.0, 1.0, 1.0), (5, 0.3, 3.0, 1.0), (5, 1.0, 0.1, 0.1), (2, 1, 0.5, 0.1)],
)
def test_ninety_five_percent_of_intervals_hold_the_mean(few_resamples, n, by_replicate, by_day, both):
    rng = np.random.default_rng(n)
    found = [crossed_interval(made(rng, (n, 24), by_replicate, by_day, both)) for _ in range(REPETITIONS)]
    share = np.mean([low <= 0.0 <= high for _, low, high in found])
    assert 0.92 <= share <= 0.99  # three standard errors of 500 repetitions below 95 %


def test_an_interval_over_days_alone_holds_the_mean_too_seldom(few_resamples):
    rng = np.random.default_rng(5)
    found = [ratio_estimate(made(rng, (5, 24), 1.0, 0.3, 0.3).mean(axis=0)) for _ in range(REPETITIONS)]
    assert np.mean([low <= 0.0 <= high for _, low, high in found]) < 0.6


def test_replicates_alone_vary_as_student_t_says():
    gaps = np.repeat(np.array([[1.0], [2.0], [3.0], [4.0], [5.0]]), 40, axis=1)
    found = crossed(gaps)
    assert found.value == 3.0
    assert found.error == pytest.approx(np.sqrt(2.5 / 5))
    assert found.degrees == 4
    interval = found.interval()
    assert interval.low <= 3.0 - t_quantile(0.975, 4) * np.sqrt(0.5)
    assert interval.high >= 3.0 + t_quantile(0.975, 4) * np.sqrt(0.5)


def test_the_resampled_variance_adds_that_of_replicates_and_of_days():
    gaps = np.arange(6.0)[:, None] + 2.0 * np.arange(9.0)[None, :]
    expected = np.var(np.arange(6.0)) / 6 + 4.0 * np.var(np.arange(9.0)) / 9  # both are drawn independently
    assert np.var(crossed(gaps).samples) == pytest.approx(expected, rel=0.1)


def test_square_arrays_are_resampled_by_two_streams():
    gaps = np.arange(8.0)[:, None] - np.arange(8.0)[None, :]  # 0 in each resample of one stream
    assert np.var(crossed(gaps).samples) > 1.0


def test_equal_replicates_leave_room_for_another():
    day = np.random.default_rng(3).normal(1.0, 0.1, 200)
    found = crossed_interval(np.tile(day, (5, 1)))
    assert found.high - found.value >= rule_of_three(5, 0.95) * found.value
    assert not isinstance(found, Bound)


def test_equal_differences_have_a_bound():
    found = crossed_interval(np.full((5, 100), 2.0))
    assert isinstance(found, Bound)
    assert found.value - found.low == pytest.approx(2.0 * np.hypot(rule_of_three(5, 0.95), rule_of_three(100, 0.95)))


def test_differences_of_zero_have_the_bound_of_their_scale():
    assert np.isnan(crossed_interval(np.zeros((5, 100))).low)
    assert crossed_interval(np.zeros((5, 100)), scale=3.0).high == pytest.approx(
        3.0 * np.hypot(rule_of_three(5, 0.95), rule_of_three(100, 0.95))
    )


@pytest.mark.parametrize("shape", [(1, 50), (5, 1)])
def test_a_single_replicate_or_day_has_no_interval(shape):
    found = crossed(np.random.default_rng(0).normal(1.0, 0.01, shape))
    assert np.isnan(found.interval().low)
    assert found.p_value == 1.0


@settings(max_examples=25, deadline=None)
@given(
    n=st.integers(2, 6), days=st.integers(2, 12), rounded=st.booleans(), mean=st.floats(-3, 3), seed=st.integers(0, 999)
)
def test_an_interval_is_never_degenerate(n, days, rounded, mean, seed):
    gaps = np.random.default_rng(seed).normal(mean, 1.0, (n, days))
    gaps = np.round(gaps) if rounded else gaps
    if not np.any(gaps):
        gaps[0, 0] = 1.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bootstrap, "N_RESAMPLES", 100)
        found = crossed(gaps)
    interval = found.interval()
    assert interval.low < interval.value < interval.high
    assert (found.p_value <= 0.05) == (not interval.low <= 0.0 <= interval.high)
    wider = found.interval(0.99)
    assert wider.low <= interval.low
    assert wider.high >= interval.high


def test_the_sign_of_the_differences_turns_the_interval_round():
    gaps = np.random.default_rng(4).normal(0.5, 1.0, (5, 40))
    one, other = crossed(gaps), crossed(-gaps)
    assert one.interval().low == pytest.approx(-other.interval().high)
    assert one.p_value == pytest.approx(other.p_value)


@pytest.mark.parametrize("gaps", [np.zeros(5), np.zeros((0, 5)), np.array([[1.0, np.nan]])])
def test_bad_differences_are_refused(gaps):
    with pytest.raises(ValueError, match="differences"):
        crossed(gaps)


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == pytest.approx([1.0, 1.0])
    assert holm([]).size == 0
    with pytest.raises(ValueError, match="from 0 to 1"):
        holm([0.2, 1.5])


def test_holm_wins_falsely_in_five_percent_of_suites_at_most(few_resamples):
    rng = np.random.default_rng(8)
    p_values = np.array([[crossed(made(rng, (5, 12), 1.0, 1.0, 0.3)).p_value for _ in range(4)] for _ in range(60)])
    any_raw = np.mean(p_values.min(axis=1) <= 0.05)
    any_adjusted = np.mean([holm(row).min() <= 0.05 for row in p_values])
    assert any_adjusted <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / len(p_values))
    assert any_raw > any_adjusted


def test_verdicts_judge_the_suite():
    rng = np.random.default_rng(2)

    def cell(mean, error):
        gaps = rng.normal(0.0, 1.0, (5, 60))
        gaps -= gaps.mean(axis=1, keepdims=True)
        return crossed(gaps + mean + error * np.array([[-2.0], [-1.0], [0.0], [1.0], [2.0]]))

    cells = [cell(5.0, 0.1), cell(-5.0, 0.1), cell(0.3, 1.0), crossed(np.zeros((5, 60)))]
    assert [each.outcome for each in verdicts(cells)] == ["won", "lost", "tied", "undecided"]
    near = cell(1.5, 0.6)  # its own interval leaves out 0
    assert 0.0125 < near.p_value < 0.05
    assert verdicts([near])[0].outcome == "won"
    assert verdicts([near, *[cell(0.1, 1.0)] * 3])[0].outcome == "tied"


def test_score_is_the_share_of_the_room():
    assert score(-100.0, -170.0, -95.0) == pytest.approx(70.0 / 75.0)
    assert score([1.0, 2.0], 0.0, 4.0) == pytest.approx([0.25, 0.5])
    with pytest.raises(ValueError, match="denominator = 1"):
        score(1.0, 1.0, 1.0)
