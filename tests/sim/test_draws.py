"""Random numbers: functions against better known ones, uniforms against chance."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from scipy import special, stats

from ccenv.sim.kernel import draws
from ccenv.sim.state import codes
from tests.oracle.randomness import child_key, entity_key, root_key, stream, uniform

SMALLEST_P = 1e-4  # a true null hypothesis is rejected in one of 10,000 tests; the seeds are fixed
N = 30_000
PURPOSES = range(codes.SURGE_LENGTH + 1)
SIDE = 12  # squares along each side of the unit square


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
    with np.errstate(over="ignore"):
        assert int(draws.mix(np.uint64(unmix(bits)))) == bits
    key = (unmix(bits) - int(draws.GOLD)) % 2**64
    assert 0.0 < uniform(key, 0) < 1.0
    assert math.isclose(uniform(key, 0), bits / 2**64, abs_tol=2.0**-52)


def p_uniform(u: np.ndarray) -> float:
    """P-value of a chi-square test of uniformity."""
    return float(stats.chisquare(np.histogram(u, 64, (0, 1))[0]).pvalue)


def p_independent(u: np.ndarray, v: np.ndarray) -> float:
    """P-value of a chi-square test of joint uniformity over the unit square."""
    squares = (u * SIDE).astype(int) * SIDE + (v * SIDE).astype(int)
    return float(stats.chisquare(np.bincount(squares, minlength=SIDE**2)).pvalue)


def many(keys: np.ndarray, purpose: int) -> np.ndarray:
    """Uniforms of many keys at once."""
    with np.errstate(over="ignore"):
        bits = draws.mix(keys + np.uint64(purpose + 1) * draws.GOLD)
    return np.minimum(((bits >> np.uint64(11)).astype(float) + 0.5) * 2.0**-53, 1.0 - 2.0**-53)


def children(keys: np.ndarray, kind: int, ordinal: int) -> np.ndarray:
    """Keys of descendants."""
    with np.errstate(over="ignore"):
        step = draws.mix(keys + np.uint64(kind + 1) * draws.GOLD)
        return np.asarray(draws.mix(step + np.uint64(ordinal + 1) * draws.GOLD))


def entities(seed: int = 1, name: str = "queue:sales", n: int = N) -> np.ndarray:
    """Keys of the first n entities of a stream."""
    with np.errstate(over="ignore"):
        start = draws.mix(np.uint64(root_key(seed)) + np.uint64(stream(name)))
        return np.asarray(draws.mix(start + (np.arange(n, dtype=np.uint64) + np.uint64(1)) * draws.GOLD))


def series(seed: int = 1, name: str = "queue:sales", purpose: int = codes.GAP, n: int = N) -> np.ndarray:
    """One uniform of each of the first n entities of a stream."""
    return many(entities(seed, name, n), purpose)


def test_many_at_once_are_the_same_as_one_by_one() -> None:
    keys = entities(7, "day", 50)
    below = children(keys, codes.REPEAT, 3)
    for i, (key, child) in enumerate(zip(keys, below, strict=True)):
        assert int(key) == entity_key(root_key(7), stream("day"), i)
        assert int(child) == child_key(int(key), codes.REPEAT, 3)
        for purpose in (codes.GAP, codes.SURGE_LENGTH):
            assert many(keys, purpose)[i] == uniform(int(key), purpose)


@pytest.fixture(scope="module")
def table() -> np.ndarray:
    """Uniforms of one stream by entity and purpose."""
    return np.stack([series(purpose=purpose) for purpose in PURPOSES], axis=1)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_uniforms_of_each_purpose_are_uniform(table: np.ndarray, purpose: int) -> None:
    assert p_uniform(table[:, purpose]) > SMALLEST_P
    assert stats.kstest(table[:, purpose], "uniform").pvalue > SMALLEST_P


def test_purposes_do_not_depend_on_one_another(table: np.ndarray) -> None:
    pairs = list(combinations(PURPOSES, 2))
    p = [p_independent(table[:, i], table[:, j]) for i, j in pairs]
    assert min(p) > SMALLEST_P / 100  # of 861 tests


@pytest.mark.parametrize("lag", [1, 2, 7])
def test_entities_do_not_depend_on_one_another(table: np.ndarray, lag: int) -> None:
    for purpose in (codes.GAP, codes.PATIENCE, codes.OUTCOME):
        assert p_independent(table[:-lag, purpose], table[lag:, purpose]) > SMALLEST_P


def test_neighbouring_seeds_and_streams_do_not_depend_on_one_another() -> None:
    base = series()
    assert p_independent(base, series(seed=2)) > SMALLEST_P
    assert p_independent(base, series(seed=2**32)) > SMALLEST_P
    assert p_independent(base, series(name="queue:support")) > SMALLEST_P
    by_seed = np.array([series(seed, "day", codes.DAY_LEVEL, 1)[0] for seed in range(N)])
    assert p_uniform(by_seed) > SMALLEST_P
    assert p_independent(by_seed[:-1], by_seed[1:]) > SMALLEST_P


def test_descendants_do_not_depend_on_their_parents_or_siblings() -> None:
    keys = entities()
    u: dict[Any, np.ndarray] = {"parent": many(keys, codes.PATIENCE)}
    for kind in (codes.REDIAL, codes.REPEAT, codes.TRANSFER, codes.CALLBACK):
        for ordinal in (0, 1):
            u[kind, ordinal] = many(children(keys, kind, ordinal), codes.PATIENCE)
    assert min(p_independent(u[a], u[b]) for a, b in combinations(u, 2)) > SMALLEST_P


def test_the_second_coin_is_another_one() -> None:
    first = series(purpose=codes.COIN)
    with np.errstate(over="ignore"):
        second = np.array([draws.second(u) for u in first])
    assert p_uniform(second) > SMALLEST_P
    assert p_independent(first, second) > SMALLEST_P
    assert p_independent(first[:-1], second[1:]) > SMALLEST_P


def test_keys_are_all_different() -> None:
    names = ("queue:sales", "queue:support", "campaign:survey", "policy", "day", "slot", "mode", "surge", "advisors")
    keys = [entities(seed, name, 2_000) for seed in range(3) for name in names]
    kinds = (codes.REDIAL, codes.REPEAT, codes.TRANSFER, codes.CALLBACK)
    keys += [children(some, kind, k) for some in keys[:9] for kind in kinds for k in (0, 1)]
    whole = np.concatenate(keys)
    assert len(np.unique(whole)) == len(whole) > 150_000
