import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from ccenv.theory import poisson_gamma_counts


@pytest.mark.parametrize(("mean", "cv"), [(0.5, 2.0), (7.0, 0.3), (40.0, 0.05), (300.0, 0.12)])
def test_it_is_the_poisson_distribution_averaged_over_the_gamma_distribution(mean, cv):
    factor = stats.gamma(1 / cv**2, scale=cv**2)
    tail, _ = integrate.quad(
        lambda x: factor.pdf(x) * stats.poisson.sf(math.floor(1.2 * mean), mean * x), 0, factor.isf(1e-15), limit=200
    )

    answer = poisson_gamma_counts(mean, cv)

    assert answer.p_exceed_120pct == pytest.approx(tail, rel=1e-7)
    assert answer.poisson_p_exceed_120pct == pytest.approx(stats.poisson.sf(math.floor(1.2 * mean), mean), rel=1e-12)
    assert answer.var_formula == pytest.approx(mean + (mean * cv) ** 2, rel=1e-12)


@settings(deadline=None, max_examples=100)
@given(mean=st.floats(-3, 9).map(lambda power: 10.0**power), cv=st.floats(0, 10))
def test_the_two_variances_agree_and_the_tails_are_probabilities(mean, cv):
    answer = poisson_gamma_counts(mean, cv)

    assert answer.var_negbinomial == pytest.approx(answer.var_formula, rel=1e-12)
    assert answer.index_of_dispersion == pytest.approx(answer.var_formula / mean, rel=1e-12)
    assert 0 <= answer.p_exceed_120pct <= 1
    assert 0 <= answer.poisson_p_exceed_120pct <= 1


@pytest.mark.parametrize("cv", [0, 1e-200, 1e-12, 1e-9])
def test_a_factor_that_hardly_varies_leaves_the_poisson_distribution(cv):
    answer = poisson_gamma_counts(200.0, cv)

    assert answer.p_exceed_120pct == pytest.approx(answer.poisson_p_exceed_120pct, rel=1e-9)
    assert answer.index_of_dispersion == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("cv", [0.1, 1.0, 100.0])
def test_a_large_mean_leaves_the_gamma_distribution(cv):
    answer = poisson_gamma_counts(1e12, cv)

    assert answer.p_exceed_120pct == pytest.approx(stats.gamma.sf(1.2, 1 / cv**2, scale=cv**2), rel=1e-5)


def test_120_percent_is_exceeded_above_a_whole_limit_only():
    answer = poisson_gamma_counts(50, 0.1)  # more than 60, without 60 itself

    assert answer.p_exceed_120pct == pytest.approx(stats.nbinom.sf(60, 100, 100 / 150), rel=1e-10)
