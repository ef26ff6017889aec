import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccenv.theory import erlang_a, erlang_c, least_staff_a, least_staff_c, min_staffing, sqrt_staffing

quick = settings(deadline=None, max_examples=40)
rates = st.floats(0.1, 24_000)
levels = st.floats(0.01, 0.99)


@quick
@given(rate=rates, level=levels, within_s=st.floats(0, 120))
def test_least_staff_without_abandonment_meets_the_level_and_one_less_does_not(rate, level, within_s):
    n = least_staff_c(rate, 300, level, within_s)

    assert erlang_c(rate, 300, n, within_s).service_level_T >= level
    fewer = n - 1
    assert fewer <= rate / 12 or erlang_c(rate, 300, fewer, within_s).service_level_T < level


@quick
@given(rate=rates, level=levels, within_s=st.floats(0, 120), limit=st.floats(0.001, 1))
def test_least_staff_with_abandonment_meets_both_targets_and_one_less_does_not(rate, level, within_s, limit):
    n = least_staff_a(rate, 300, 120, service_level=level, T_s=within_s, p_abandon=limit)

    def meets(staff):
        answer = erlang_a(rate, 300, 120, staff, within_s)
        return answer.served_within_T_of_offered >= level and answer.p_abandon <= limit

    assert meets(n)
    assert n == 1 or not meets(n - 1)


def test_least_staff_of_an_idle_centre_is_one():
    answer = min_staffing(0, 300, 120)

    assert answer.erlangC_n_80_20 == answer.erlangA_n_95_30 == answer.erlangA_n_ab_le_3pct == 1


def test_least_staff_is_found_at_2000_advisors():
    answer = min_staffing(24_000, 300, 120)

    assert answer.erlangC_n_80_20 == least_staff_c(24_000, 300, 0.8, 20) > 2000
    assert answer.erlangA_n_ab_le_3pct < 2000 < answer.erlangC_n_90_10


@pytest.mark.parametrize(
    ("formula", "name"),
    [
        (lambda: least_staff_c(100, 300, 1, 20), "service_level=1"),
        (lambda: least_staff_a(100, 300, 120, service_level=1.0), "service_level=1.0"),
        (lambda: least_staff_a(100, 300, 120, p_abandon=0), "p_abandon=0"),
        (lambda: least_staff_a(100, 300, 120, p_abandon=1.5), "p_abandon=1.5"),
        (lambda: least_staff_c(1e12, 300, 0.8, 20), "lambda_per_h"),
        (lambda: sqrt_staffing(100, 1e7, 1), "beta_target=10000000.0"),
    ],
)
def test_a_target_no_staff_reaches_is_refused(formula, name):
    with pytest.raises(ValueError, match=rf"^{name}.* is not allowed: it "):
        formula()


@pytest.mark.parametrize("theta", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("beta", [-1.0, -0.2, 0.0, 0.7, 2.0])
def test_the_square_root_forecasts_close_in_on_the_exact_values(beta, theta):
    gaps = []
    for load in (100.0, 2000.0, 1e5):
        answer = sqrt_staffing(load, beta, theta)
        gaps.append(abs(answer.garnett_approx / answer.erlangA_p_wait_exact - 1))
        assert answer.garnett_p_ab_approx == pytest.approx(answer.erlangA_p_ab_exact, rel=8 / math.sqrt(load))
        if beta > 0:
            assert answer.halfin_whitt_approx == pytest.approx(answer.erlangC_p_wait_exact, rel=4 / math.sqrt(load))
    assert gaps[2] < gaps[1] < gaps[0]
    assert gaps[2] < 0.01


def test_square_root_staffing_takes_the_exact_values_from_erlang():
    answer = sqrt_staffing(50, 1, 2)

    assert answer.n == 58
    assert answer.beta_effective == pytest.approx(8 / math.sqrt(50))
    assert answer.erlangC_p_wait_exact == erlang_c(50, 3600, 58, 0).p_wait
    assert answer.erlangA_p_ab_exact == pytest.approx(erlang_a(50, 3600, 1800, 58, 0).p_abandon, rel=1e-12)


def test_without_spare_advisors_there_is_no_value_without_abandonment():
    answer = sqrt_staffing(100, 0, 1)

    assert answer.n == 100
    assert math.isnan(answer.erlangC_p_wait_exact)
    assert math.isnan(answer.halfin_whitt_approx)


def test_a_whole_number_of_advisors_is_not_rounded_up():
    assert [sqrt_staffing(load, 1, 1).n for load in (4, 9, 100, 400, 1e4)] == [6, 12, 110, 420, 10_100]


@pytest.mark.parametrize("theta", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize(("load", "beta"), [(1e-3, 60), (2000, -44), (2000, 44), (1.5, -40)])
def test_the_forecasts_do_not_overflow(load, beta, theta):
    answer = sqrt_staffing(load, beta, theta)

    assert answer.n >= 1
    assert 0 <= answer.garnett_approx <= 1
    assert 0 <= answer.garnett_p_ab_approx < math.inf
