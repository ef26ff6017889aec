"""Time distributions: draws against published quantiles, against their survival functions, and in distribution."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import optimize, special, stats

from ccenv.scenarios import schema
from ccenv.scenarios.compile.dists import level_values
from ccenv.sim.kernel import dists as dists
from ccenv.sim.state import codes, entities
from tests.oracle.randomness import dist_record
from tests.sim.test_draws import SMALLEST_P, grid, series

Quantile = Callable[[np.ndarray], np.ndarray]
GRID = np.sort(grid(201))
MIX = schema.HyperExponential(p=[0.5, 0.3, 0.2], mean_s=[2.0, 30.0, 400.0])
DISTS: dict[str, schema.Time] = {
    "plain": 70.0,
    "exponential": schema.Exponential(mean_s=0.03),
    "uniform": schema.Uniform(low_s=5.0, high_s=12.5),
    "lognormal": schema.Lognormal(mu=5.0, sigma=0.6),
    "wide lognormal": schema.Lognormal(mu=-2.0, sigma=3.0),
    "piecewise hazard": schema.PiecewiseHazard(from_s=[0, 30, 120], hazard_per_s=[0.002, 0.0, 0.004]),
    "one hazard": schema.PiecewiseHazard(from_s=[0], hazard_per_s=[0.01]),
    "endless": schema.PiecewiseHazard(from_s=[0, 10, 50], hazard_per_s=[0.01, 0.03, 0.0]),
    **{f"gamma {k}": schema.Gamma(shape=k, mean_s=20.0) for k in (0.05, 0.3, 0.9, 1.0, 2.5, 17.0, 1e3)},
    **{f"erlang {k}": schema.Erlang(k=k, mean_s=8.0) for k in (1, 2, 7, 100)},
    **{f"weibull {k}": schema.Weibull(shape=k, scale_s=12.0) for k in (0.1, 0.7, 1.0, 3.5, 100.0)},
    "hyper-exponential": MIX,
    "far branches": schema.HyperExponential(p=[0.999, 0.001], mean_s=[0.01, 1e5]),
    "one branch": schema.HyperExponential(p=[1.0, 0.0], mean_s=[9.0, 50.0]),
    "empirical": schema.Empirical(quantiles_s=[1.0, 2.0, 5.0, 5.5, 40.0]),
    "empirical from 0": schema.Empirical(quantiles_s=[0.0, 60.0]),
    "empirical with means": schema.Empirical(quantiles_s=[0.0, 2.0, 5.0, 6.0, 41.0], mean_s=[0.5, 4.4, 5.5, 13.0]),
    "empirical with a mean": schema.Empirical(quantiles_s=[0.0, 10.0, 100.0], mean_s=20.0),  # the parts: 5 s and 35 s
}  # fmt: skip


def gamma_quantile(shape: float, scale: float) -> Quantile:
    """Of the gamma distribution, from the nearer tail."""
    return lambda u: np.where(
        u < 0.5, special.gammainccinv(shape, u), special.gammaincinv(shape, 1.0 - u)
    ) * scale  # fmt: skip


def mixture_quantile(dist: schema.HyperExponential) -> Quantile:
    """By bisection."""
    p, mean = np.array(dist.p), np.array(dist.mean_s)

    def one(u: float) -> float:
        alive = lambda x: math.log(float(p @ np.exp(-x / mean))) - math.log(u)  # noqa: E731
        return float(optimize.brentq(alive, 0.0, -math.log(u) * mean.max() + 1e-9, xtol=1e-13, rtol=1e-14))

    return lambda u: np.array([one(v) for v in u])


def exact_draws() -> dict[str, Quantile]:
    """Quantiles at 1 - u by other means."""
    hazard_at = np.cumsum([0.0, 0.002 * 30, 0.0])  # at 0, 30 and 120 s
    made: dict[str, Quantile] = {
        "plain": lambda u: -70.0 * np.log(u),
        "exponential": lambda u: -0.03 * np.log(u),
        "uniform": lambda u: 12.5 - 7.5 * u,
        "lognormal": lambda u: np.exp(5.0 - 0.6 * special.ndtri(u)),
        "wide lognormal": lambda u: np.exp(-2.0 - 3.0 * special.ndtri(u)),
        "piecewise hazard": lambda u: np.where(
            -np.log(u) < hazard_at[1], -np.log(u) / 0.002, 120 + (-np.log(u) - hazard_at[2]) / 0.004
        ),
        "one hazard": lambda u: -np.log(u) / 0.01,
        "hyper-exponential": mixture_quantile(MIX),
        "one branch": lambda u: -9.0 * np.log(u),
        "empirical": lambda u: np.interp(1.0 - u, [0, 0.25, 0.5, 0.75, 1], [1.0, 2.0, 5.0, 5.5, 40.0]),
        "empirical from 0": lambda u: 60.0 * (1.0 - u),
        "empirical with means": lambda u: np.select(
            [u > 0.75, u > 0.5, u > 0.25],
            [
                2.0 * (4.0 * (1.0 - u)) ** 3.0,
                2.0 + 3.0 * np.maximum(4.0 * (0.75 - u), 0.0) ** 0.25,
                5.0 + 4.0 * (0.5 - u),
            ],
            6.0 + 35.0 * np.maximum(4.0 * (0.25 - u), 0.0) ** 4.0,
        ),
        "empirical with a mean": lambda u: np.where(
            u > 0.5, 20.0 * (1.0 - u), 10.0 + 90.0 * np.maximum(2.0 * (0.5 - u), 0.0) ** 2.6
        ),
    }
    for name, dist in DISTS.items():
        if isinstance(dist, schema.Weibull):
            made[name] = lambda u, dist=dist: 12.0 * (-np.log(u)) ** (1.0 / dist.shape)  # type: ignore[misc]
        elif isinstance(dist, schema.Gamma):
            made[name] = gamma_quantile(dist.shape, dist.mean_s / dist.shape)
        elif isinstance(dist, schema.Erlang):
            made[name] = gamma_quantile(dist.k, dist.mean_s / dist.k)
    return made


def drawn(name: str, u: np.ndarray) -> np.ndarray:
    """Times of a distribution, at uniforms."""
    dist = dist_record(DISTS[name])
    return np.array([dists.draw(dist, float(v)) for v in u])


@functools.cache
def drawn_on_grid(name: str) -> np.ndarray:
    """Times of a distribution, at the uniforms of the grid."""
    return drawn(name, GRID)


def test_every_distribution_of_the_schema_has_a_quantile_to_compare_with() -> None:
    """`Constant` and `Never` have a test of their own below."""
    compared = {type(DISTS[name]) for name in exact_draws()}
    assert compared >= set(schema.Dist.__args__) - {schema.Constant, schema.Never}


@pytest.mark.parametrize("name", exact_draws())
def test_a_draw_is_the_quantile(name: str) -> None:
    exact = exact_draws()[name](GRID)
    usable = exact > 1e-250  # below, numbers have fewer digits, and the kernel stops
    np.testing.assert_allclose(drawn_on_grid(name)[usable], exact[usable], rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("name", DISTS)
def test_a_draw_is_the_inverse_of_survival_and_small_uniforms_are_long_times(name: str) -> None:
    dist = dist_record(DISTS[name])
    u, times = GRID, drawn_on_grid(name)
    assert np.all(np.diff(times[np.isfinite(times)]) <= 0) and np.all(times >= 0)
    ends = np.isfinite(times)
    usable = ends & (times > 1e-250)
    back = np.array([dists.survival(dist, t) for t in times[usable]])
    np.testing.assert_allclose(back, u[usable], rtol=1e-9, atol=1e-13)
    assert np.all(u[~ends] <= dists.survival(dist, 1e9))
    assert ends.all() == (name != "endless")


@pytest.mark.parametrize("name", DISTS)
def test_times_of_many_keys_follow_the_distribution(name: str) -> None:
    """Their survivals are uniform, and the mean is the record's own."""
    dist = dist_record(DISTS[name])
    times = drawn(name, series(purpose=codes.HANDLE, n=300))  # each is exact, and 30,000 uniforms are uniform
    u = np.array([dists.survival(dist, t) if math.isfinite(t) else dists.survival(dist, 1e12) for t in times])
    if name != "endless":
        assert stats.kstest(u, "uniform").pvalue > SMALLEST_P


def scipy_survival() -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    """Survival functions by other means."""
    p, mean = np.array(MIX.p), np.array(MIX.mean_s)
    made: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "hyper-exponential": lambda x: np.exp(-np.outer(x, 1.0 / mean)) @ p,
        "empirical": lambda x: 1.0 - np.interp(x, [1.0, 2.0, 5.0, 5.5, 40.0], [0, 0.25, 0.5, 0.75, 1]),
        "uniform": stats.uniform(5.0, 7.5).sf,
        "lognormal": stats.lognorm(0.6, scale=math.exp(5.0)).sf,
    }
    for name, dist in DISTS.items():
        if isinstance(dist, schema.Gamma):
            made[name] = stats.gamma(dist.shape, scale=dist.mean_s / dist.shape).sf
        elif isinstance(dist, schema.Erlang):
            made[name] = stats.gamma(dist.k, scale=dist.mean_s / dist.k).sf
        elif isinstance(dist, schema.Weibull):
            made[name] = stats.weibull_min(dist.shape, scale=dist.scale_s).sf
    return made


@pytest.mark.parametrize("name", scipy_survival())
def test_survival_is_that_of_scipy(name: str) -> None:
    dist = dist_record(DISTS[name])
    x = np.concatenate([[0.0], np.geomspace(1e-6, 1e4, 300)])
    found = np.array([dists.survival(dist, float(v)) for v in x])
    np.testing.assert_allclose(found, scipy_survival()[name](x), rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("name", DISTS)
def test_beyond_an_age_a_time_has_the_distribution_given_that_it_is_not_over(name: str) -> None:
    dist = dist_record(DISTS[name])
    median = drawn(name, np.array([0.5]))[0]
    for age in (0.0, 0.5 * median, median):
        alive = dists.survival(dist, age)
        for u in (0.999, 0.6, 0.2, 1e-6):
            time = dists.draw_beyond(dist, age, u)
            assert time >= age
            if math.isfinite(time) and time > max(age, 1e-250):
                assert dists.survival(dist, time) / alive == pytest.approx(u, rel=1e-6)


def test_constants_and_never() -> None:
    constant, never = dist_record(schema.Constant(value_s=12.0)), dist_record(schema.Never())
    for u in grid(11):
        assert dists.draw(constant, u) == 12.0 and dists.draw(never, u) == math.inf
        assert dists.draw_beyond(constant, 5.0, u) == 12.0 and dists.draw_beyond(never, 5.0, u) == math.inf
    assert [dists.survival(constant, x) for x in (0.0, 11.9, 12.0)] == [1.0, 1.0, 0.0]
    assert dists.survival(never, 1e9) == 1.0
    assert dists.draw(dist_record(0.0), 0.3) == 0.0


def test_atoms_of_an_empirical_distribution() -> None:
    """Equal quantiles are one time of positive probability."""
    dist = dist_record(schema.Empirical(quantiles_s=[0.0, 0.0, 4.0, 4.0, 8.0]))
    u = np.array([0.9, 0.76, 0.625, 0.49, 0.26, 0.125])
    np.testing.assert_allclose([dists.draw(dist, v) for v in u], [0.0, 0.0, 2.0, 4.0, 4.0, 6.0], atol=1e-12)
    assert [dists.survival(dist, x) for x in (0.0, 2.0, 4.0, 6.0, 8.0)] == [0.75, 0.625, 0.25, 0.125, 0.0]


def test_log_gamma_and_the_tails_of_the_gamma_distribution() -> None:
    a = np.geomspace(0.05, 1e4, 60)
    found = np.array([dists.log_gamma(float(v)) for v in a])
    np.testing.assert_allclose(found, special.gammaln(a), rtol=1e-13, atol=1e-14)
    for shape in (0.05, 0.5, 1.0, 6.0, 250.0, 1e4):
        x = shape * np.geomspace(0.05, 8.0, 40)
        lower, upper, density = np.array([dists.gamma_tails(shape, float(v)) for v in x]).T
        np.testing.assert_allclose(lower, special.gammainc(shape, x), rtol=1e-9, atol=1e-13)
        np.testing.assert_allclose(upper, special.gammaincc(shape, x), rtol=1e-9, atol=1e-13)
        np.testing.assert_allclose(density, x * stats.gamma(shape).pdf(x), rtol=1e-9, atol=1e-250)


@pytest.mark.parametrize("dist", ["gamma", "lognormal"])
@pytest.mark.parametrize("cv", [0.1, 0.5, 2.0])
def test_levels_have_mean_1_and_their_coefficient_of_variation(dist: str, cv: float) -> None:
    values: Any = level_values(dist, cv)
    record = np.zeros(1, entities.DIST).view(np.recarray)[0]
    record.kind, record.a, record.b = values.kind, values.a, values.b
    n = 2_001
    drawn_at = np.array([dists.draw(record, (i + 0.5) / n) for i in range(n)])
    assert abs(drawn_at.mean() - 1.0) < 0.01 * max(cv, 0.3)
    assert drawn_at.std() == pytest.approx(cv, rel=0.15 if cv > 1 else 0.02)
