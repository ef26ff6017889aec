"""Random numbers: functions against better known ones, laws against their survival, uniforms against chance."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from scipy import special, stats

from ccenv.scenarios import schema
from ccenv.sim import codes, draws
from tests.oracle.randomness import child_key, entity_key, law_record, root_key, stream, uniform

SMALLEST_P = 1e-4  # a true null hypothesis is rejected in one of 10,000 tests; the seeds are fixed
N = 30_000
PURPOSES = range(codes.COIN + 1)
LAWS: dict[str, schema.Time] = {
    "plain": 70.0,
    "exponential": schema.Exponential(mean_s=0.03),
    "uniform": schema.Uniform(low_s=5.0, high_s=12.5),
    "lognormal": schema.Lognormal(mu=5.0, sigma=0.6),
    "wide lognormal": schema.Lognormal(mu=-2.0, sigma=3.0),
    "piecewise hazard": schema.PiecewiseHazard(from_s=[0, 30, 120], hazard_per_s=[0.002, 0.0, 0.004]),
    "one hazard": schema.PiecewiseHazard(from_s=[0], hazard_per_s=[0.01]),
    "endless": schema.PiecewiseHazard(from_s=[0, 10, 50], hazard_per_s=[0.01, 0.03, 0.0]),
}


def grid(n: int = 2001) -> np.ndarray:
    """Uniforms over (0, 1), with both far ends."""
    ends = 2.0 ** -np.arange(1, 54)
    return np.concatenate([(np.arange(n) + 0.5) / n, ends, 1.0 - ends])


def relative_error(found: np.ndarray, exact: np.ndarray) -> float:
    """The largest."""
    return float(np.max(np.abs(found / exact - 1.0)))


def test_log() -> None:
    rng = np.random.default_rng(1)
    x = np.concatenate([np.exp(rng.uniform(-700, 700, 20_000)), 1 + rng.uniform(-1, 1, 20_000) * 1e-3, grid()])
    exact = np.array([math.log(v) for v in x])
    assert relative_error(np.array([draws.log(v) for v in x]), exact) < 1e-15
    assert draws.log(1.0) == 0.0


def test_exp() -> None:
    x = np.concatenate([np.random.default_rng(2).uniform(-708, 709, 20_000), np.linspace(-1, 1, 2_001)])
    exact = np.array([math.exp(v) for v in x])
    assert relative_error(np.array([draws.exp(v) for v in x]), exact) < 1e-15
    assert draws.exp(0.0) == 1.0
    assert draws.exp(-708.1) == 0.0 and draws.exp(709.1) == math.inf


def test_normal() -> None:
    u = grid()
    found = np.array([draws.normal(v) for v in u])
    middle = np.abs(u - 0.5) < 1e-9  # where the quantile is 0
    assert relative_error(found[~middle], special.ndtri(u[~middle])) < 4e-15
    assert np.all(found[middle] == 0.0)


def exact_draws() -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    """Quantiles at 1 - u by other means."""
    hazard_at = np.cumsum([0.0, 0.002 * 30, 0.0])  # at 0, 30 and 120 s
    return {
        "plain": lambda u: -70.0 * np.log(u),
        "exponential": lambda u: -0.03 * np.log(u),
        "uniform": lambda u: 12.5 - 7.5 * u,
        "lognormal": lambda u: np.exp(5.0 - 0.6 * special.ndtri(u)),
        "wide lognormal": lambda u: np.exp(-2.0 - 3.0 * special.ndtri(u)),
        "piecewise hazard": lambda u: np.where(
            -np.log(u) < hazard_at[1], -np.log(u) / 0.002, 120 + (-np.log(u) - hazard_at[2]) / 0.004
        ),
        "one hazard": lambda u: -np.log(u) / 0.01,
    }


def drawn(name: str, u: np.ndarray) -> np.ndarray:
    """Times of a law, at uniforms."""
    law = law_record(LAWS[name])
    return np.array([draws.draw(law, v) for v in u])


@pytest.mark.parametrize("name", exact_draws())
def test_a_draw_is_the_quantile(name: str) -> None:
    u = grid()
    np.testing.assert_allclose(drawn(name, u), exact_draws()[name](u), rtol=2e-13, atol=1e-13)


@pytest.mark.parametrize("name", LAWS)
def test_a_draw_is_the_inverse_of_survival_and_small_uniforms_are_long_times(name: str) -> None:
    law = law_record(LAWS[name])
    u = np.sort(grid())
    times = drawn(name, u)
    assert np.all(np.diff(times[np.isfinite(times)]) <= 0) and np.all(times >= 0)
    ends = np.isfinite(times)
    back = np.array([draws.survival(law, t) for t in times[ends]])
    np.testing.assert_allclose(back, u[ends], rtol=1e-9, atol=1e-13)
    assert np.all(u[~ends] <= draws.survival(law, 1e9))
    assert ends.all() == (name != "endless")


def test_constants_and_never() -> None:
    constant, never = law_record(schema.Constant(value_s=12.0)), law_record(schema.Never())
    for u in grid(11):
        assert draws.draw(constant, u) == 12.0 and draws.draw(never, u) == math.inf
    assert [draws.survival(constant, x) for x in (0.0, 11.9, 12.0)] == [1.0, 1.0, 0.0]
    assert draws.survival(never, 1e9) == 1.0
    assert draws.draw(law_record(0.0), 0.3) == 0.0


def unmix(z: int) -> int:
    """The number of which `mix` makes z."""

    def unshift(x: int, by: int) -> int:
        y = x
        for _ in range(64 // by + 1):
            y = x ^ (y >> by)
        return y

    whole = 2**64
    z = unshift(z, 31) * pow(int(draws.MIX_2), -1, whole) % whole
    z = unshift(z, 27) * pow(int(draws.MIX_1), -1, whole) % whole
    return unshift(z, 30)


@pytest.mark.parametrize("bits", [0, 2**64 - 1, 2**63, 2**64 - 2**11])
def test_uniforms_lie_between_0_and_1(bits: int) -> None:
    assert int(draws.mix(np.uint64(unmix(bits)))) == bits
    key = (unmix(bits) - int(draws.GOLD)) % 2**64
    assert 0.0 < uniform(key, 0) < 1.0
    assert math.isclose(uniform(key, 0), bits / 2**64, abs_tol=2.0**-52)


def p_uniform(u: np.ndarray) -> float:
    """P-value of a chi-square test of uniformity."""
    return float(stats.chisquare(np.histogram(u, 64, (0, 1))[0]).pvalue)


def p_independent(u: np.ndarray, v: np.ndarray) -> float:
    """P-value of a chi-square test of joint uniformity over the unit square."""
    return float(stats.chisquare(np.histogram2d(u, v, 12, ((0, 1), (0, 1)))[0].ravel()).pvalue)


def series(seed: int = 1, name: str = "queue:sales", purpose: int = codes.GAP, n: int = N) -> np.ndarray:
    """One uniform of each of the first n entities of a stream."""
    root, number = root_key(seed), stream(name)
    return np.array([uniform(entity_key(root, number, i), purpose) for i in range(n)])


@pytest.fixture(scope="module")
def table() -> np.ndarray:
    """Uniforms of one stream by entity and purpose."""
    keys = [entity_key(root_key(1), stream("queue:sales"), i) for i in range(N)]
    return np.array([[uniform(key, purpose) for purpose in PURPOSES] for key in keys])


@pytest.mark.parametrize("purpose", PURPOSES)
def test_uniforms_of_each_purpose_are_uniform(table: np.ndarray, purpose: int) -> None:
    assert p_uniform(table[:, purpose]) > SMALLEST_P
    assert stats.kstest(table[:, purpose], "uniform").pvalue > SMALLEST_P


def test_purposes_do_not_depend_on_one_another(table: np.ndarray) -> None:
    pairs = list(combinations(PURPOSES, 2))
    p = [p_independent(table[:, i], table[:, j]) for i, j in pairs]
    assert min(p) > SMALLEST_P / 10  # of 120 tests


@pytest.mark.parametrize("lag", [1, 2, 7])
def test_entities_do_not_depend_on_one_another(table: np.ndarray, lag: int) -> None:
    for purpose in (codes.GAP, codes.PATIENCE, codes.OUTCOME):
        assert p_independent(table[:-lag, purpose], table[lag:, purpose]) > SMALLEST_P


def test_neighbouring_seeds_and_streams_do_not_depend_on_one_another() -> None:
    base = series()
    assert p_independent(base, series(seed=2)) > SMALLEST_P
    assert p_independent(base, series(seed=2**32)) > SMALLEST_P
    assert p_independent(base, series(name="queue:support")) > SMALLEST_P
    by_seed = np.array([uniform(entity_key(root_key(s), stream("day"), 0), codes.DAY_LEVEL) for s in range(N)])
    assert p_uniform(by_seed) > SMALLEST_P
    assert p_independent(by_seed[:-1], by_seed[1:]) > SMALLEST_P


def test_descendants_do_not_depend_on_their_parents_or_siblings() -> None:
    keys = [entity_key(root_key(1), stream("queue:sales"), i) for i in range(N)]
    u: dict[Any, np.ndarray] = {"parent": np.array([uniform(key, codes.PATIENCE) for key in keys])}
    for kind in (codes.REDIAL, codes.REPEAT):
        for ordinal in (0, 1):
            children = [child_key(key, kind, ordinal) for key in keys]
            u[kind, ordinal] = np.array([uniform(key, codes.PATIENCE) for key in children])
    assert min(p_independent(u[a], u[b]) for a, b in combinations(u, 2)) > SMALLEST_P


def test_the_second_coin_is_another_one() -> None:
    first = series(purpose=codes.COIN)
    second = np.array([draws.second(u) for u in first])
    assert p_uniform(second) > SMALLEST_P
    assert p_independent(first, second) > SMALLEST_P
    assert p_independent(first[:-1], second[1:]) > SMALLEST_P


def test_keys_are_all_different() -> None:
    keys = [
        entity_key(root_key(seed), stream(name), i)
        for seed in range(3)
        for name in ("queue:sales", "queue:support", "campaign:survey", "policy", "day")
        for i in range(2_000)
    ]
    keys += [child_key(key, kind, k) for key in keys[:3_000] for kind in (codes.REDIAL, codes.REPEAT) for k in (0, 1)]
    assert len(set(keys)) == len(keys)
