import pytest
import scipy.stats

from ccenv.kpis.quantiles import binomial_interval, rule_of_three, t_quantile


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 7, 31, 48])
@pytest.mark.parametrize("p", [0.6, 0.95, 0.975, 0.9995])
def test_quantiles_of_t_are_those_of_scipy(p: float, degrees: int):
    assert t_quantile(p, degrees) == pytest.approx(scipy.stats.t.ppf(p, degrees), rel=1e-9)


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.99])
@pytest.mark.parametrize(
    ("k", "n"), [(0, 1), (1, 1), (0, 8), (3, 8), (8, 8), (1, 32), (31, 32), (500, 1_000), (3, 20_000)]
)
def test_exact_intervals_are_those_of_scipy(k: int, n: int, confidence: float):
    expected = scipy.stats.binomtest(k, n).proportion_ci(confidence, method="exact")

    assert binomial_interval(k, n, confidence) == pytest.approx((expected.low, expected.high), rel=1e-7)


def test_the_rule_of_three_is_about_three_over_n():
    assert rule_of_three(1_000, 0.95) == pytest.approx(3.0 / 1_000, rel=0.01)
    assert (1.0 - rule_of_three(8, 0.95)) ** 8 == pytest.approx(0.05)
