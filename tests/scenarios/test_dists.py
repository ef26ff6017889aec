"""Survival functions and means of the distributions of time, against scipy, the kernel and known cases."""

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, special, stats

from ccenv import empirical
from ccenv.scenarios import load_scenario
from ccenv.scenarios.compile.dists import dist_values, level_values, mean_of, part_means, survival
from ccenv.scenarios.compile.gamma import upper_gamma
from ccenv.scenarios.means import mean_s
from ccenv.scenarios.schema import Dist
from ccenv.sim.kernel import dists as kernel
from tests.oracle.randomness import dist_record

CASES = [  # distribution, the same in scipy
    ({"dist": "exponential", "mean_s": 77}, stats.expon(scale=77)),
    ({"dist": "uniform", "low_s": 20, "high_s": 70}, stats.uniform(20, 50)),
    ({"dist": "lognormal", "mu": 4, "sigma": 0.8}, stats.lognorm(0.8, scale=math.exp(4))),
    ({"dist": "erlang", "k": 1, "mean_s": 60}, stats.expon(scale=60)),
    ({"dist": "erlang", "k": 7, "mean_s": 140}, stats.gamma(7, scale=20)),
    ({"dist": "gamma", "shape": 0.05, "mean_s": 100}, stats.gamma(0.05, scale=2000)),
    ({"dist": "gamma", "shape": 2.5, "mean_s": 100}, stats.gamma(2.5, scale=40)),
    ({"dist": "gamma", "shape": 1e4, "mean_s": 100}, stats.gamma(1e4, scale=0.01)),
    ({"dist": "weibull", "shape": 0.5, "scale_s": 90}, stats.weibull_min(0.5, scale=90)),
    ({"dist": "weibull", "shape": 3, "scale_s": 90}, stats.weibull_min(3, scale=90)),
]
TIMES = (0.0, 0.01, 1.0, 20.0, 49.999, 50.0, 90.0, 99.0, 100.0, 101.5, 250.0, 1000.0, 20_000.0)


def values(dist):
    return dist_values(msgspec.convert(dist, Dist))


@pytest.mark.parametrize(("dist", "known"), CASES)
def test_survival_and_mean_are_scipys(dist, known):
    found = values(dist)
    assert mean_of(found) == pytest.approx(known.mean(), rel=1e-12)
    assert [survival(found, x) for x in TIMES] == pytest.approx(known.sf(TIMES), rel=1e-9, abs=1e-13)


def test_hyper_exponential_is_a_mixture_whose_weights_sum_to_one():
    found = values({"dist": "hyper_exponential", "p": [0.2, 0.5, 0.3 + 5e-10], "mean_s": [10, 100, 700]})
    assert sum(found.start) == pytest.approx(1.0, abs=1e-15)
    assert survival(found, 0.0) == pytest.approx(1.0, abs=1e-15)
    expected = 0.2 * math.exp(-5) + 0.5 * math.exp(-0.5) + 0.3 * math.exp(-50 / 700)
    assert survival(found, 50.0) == pytest.approx(expected, rel=1e-8)
    assert mean_of(found) == pytest.approx(262, rel=1e-8)


def test_empirical_goes_straight_between_its_quantiles_and_equal_ones_are_an_atom():
    found = values({"dist": "empirical", "quantiles_s": [10, 30, 30, 30, 70]})
    expected = {0: 1, 9.99: 1, 10: 1, 20: 0.875, 29.999: 0.7500125, 30: 0.25, 50: 0.125, 70: 0, 80: 0}
    assert [survival(found, x) for x in expected] == pytest.approx(list(expected.values()), abs=1e-12)
    assert mean_of(found) == 0.25 * (20 + 30 + 30 + 50)


def test_empirical_agrees_with_a_sample():
    sample = np.random.default_rng(5).gamma(2, 60, 200_000)
    dist = {"dist": "empirical", "quantiles_s": np.quantile(sample, np.linspace(0, 1, 32)).tolist()}
    found = values(dist)
    for x in (20.0, 100.0, 300.0):
        assert survival(found, x) == pytest.approx(
            np.mean(sample > x), abs=5e-3
        )  # straight where the distribution is curved


SETS = {
    "exponential": lambda rng: rng.exponential(100, 5_000),
    "lognormal": lambda rng: rng.lognormal(4, 0.8, 5_000),
    "wide lognormal": lambda rng: rng.lognormal(4, 2, 5_000),
    "uniform": lambda rng: rng.uniform(20, 30, 1_000),
    "whole seconds": lambda rng: np.floor(rng.exponential(9, 3_000)),
    "two values": lambda rng: rng.choice([0.0, 300.0], 100, p=[0.9, 0.1]),
    "one value": lambda rng: np.full(50, 7.0),
    "few": lambda rng: rng.gamma(2, 60, 5),
    "towards the top": lambda rng: 100 * rng.beta(5, 0.5, 2_000),
}


@pytest.mark.parametrize("points", [2, 8, 16, 32])
@pytest.mark.parametrize("name", SETS)
def test_a_distribution_made_from_data_keeps_their_mean_and_their_quantiles(name, points):
    data = SETS[name](np.random.default_rng(7))
    made = empirical(data, points)
    assert mean_of(values(made)) == pytest.approx(data.mean(), rel=1e-7)
    record = dist_record(msgspec.convert(made, Dist))
    n = 20_000
    drawn = np.array([kernel.draw(record, (i + 0.5) / n) for i in range(n)])
    assert drawn.mean() == pytest.approx(data.mean(), rel=0.02)
    for p in np.linspace(0, 1, points)[1:-1]:
        quantile = np.quantile(data, p, method="inverted_cdf")
        assert np.mean(drawn < quantile) - 1e-3 <= p <= np.mean(drawn <= quantile) + 1e-3


def test_a_number_as_the_mean_is_taken_up_by_the_last_parts():
    quantiles = [0, 10, 20, 100]
    expected = {26: [5, 15, 58], 20: [5, 15, 40], 14: [5, 15, 22], 12: [5, 10.2, 20.8], 10.5: [0.6, 10.1, 20.8]}
    for mean, parts in expected.items():
        dist = msgspec.convert({"dist": "empirical", "quantiles_s": quantiles, "mean_s": mean}, Dist)
        assert mean_of(dist_values(dist)) == pytest.approx(mean, rel=1e-7)
        assert part_means(dist) == pytest.approx(parts)


@pytest.mark.parametrize("times", [[], [0.0, 0.0], [-1.0, 2.0], [1.0, math.inf], [math.nan]])
def test_data_that_are_no_times_are_refused(times):
    with pytest.raises(ValueError, match="times_s: allowed"):
        empirical(times)


DISTS = [dist for dist, _ in CASES] + [
    {"dist": "never"},
    {"dist": "constant", "value_s": 50},
    {"dist": "hyper_exponential", "p": [0.9, 0.1], "mean_s": [20, 300]},
    {"dist": "empirical", "quantiles_s": [10, 30, 30, 70]},
    {"dist": "empirical", "quantiles_s": [10, 30, 30, 70], "mean_s": [12, 30, 41]},
    {"dist": "empirical", "quantiles_s": [10, 30, 30, 70], "mean_s": 32},
    {"dist": "piecewise_hazard", "from_s": [0, 30, 120], "hazard_per_s": [0.002, 0, 0.004]},
]


def test_every_distribution_of_the_schema_is_here():
    assert {dist["dist"] for dist in DISTS} == {kind.__struct_config__.tag for kind in Dist.__args__}


@pytest.mark.parametrize("dist", DISTS, ids=[dist["dist"] for dist in DISTS])
def test_the_mean_is_the_integral_of_the_survival_function(dist):
    found = values(dist)
    if math.isinf(mean_of(found)):
        assert survival(found, 1e9) == 1.0
        return
    edges = sorted({*TIMES, *found.start, 1e5, 1e6})
    pieces = [
        integrate.quad(lambda x: survival(found, x), a, b, limit=200)[0] for a, b in zip(edges, edges[1:], strict=False)
    ]
    assert sum(pieces) == pytest.approx(mean_of(found), rel=1e-6)


@pytest.mark.parametrize("dist", DISTS, ids=[dist["dist"] for dist in DISTS])
def test_survival_equals_the_kernels(dist):
    scenario = load_scenario("tiny", **{"campaigns.survey.drop_after_s": dist})
    row = scenario.config()[0]
    record = row["dist"].view(np.recarray)[row["campaign"]["drop_after"][0]]
    for x in TIMES:
        assert survival(values(dist), x) == pytest.approx(kernel.survival(record, x), rel=1e-9, abs=1e-12)


@given(st.floats(0.05, 1e4), st.floats(0.0, 5.0))
def test_upper_gamma_is_scipys(a, ratio):
    x = a * ratio
    assert upper_gamma(a, x) == pytest.approx(special.gammaincc(a, x), rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("dist", ["lognormal", "gamma"])
@pytest.mark.parametrize("cv", [0.02, 0.3, 1.0, 3.0])
def test_levels_have_mean_one_and_the_coefficient_asked_for(dist, cv):
    found = level_values(dist, cv)
    known = stats.gamma(found.a, scale=found.b) if dist == "gamma" else stats.lognorm(found.b, scale=math.exp(found.a))
    assert known.mean() == pytest.approx(1.0, rel=1e-12)
    assert known.std() == pytest.approx(cv, rel=1e-9)


@pytest.mark.parametrize(("time", "mean"), [(0, 0.0), (12.5, 12.5), ({"dist": "never"}, math.inf)])
def test_a_plain_number_is_a_mean(time, mean):
    assert mean_s(time if not isinstance(time, dict) else msgspec.convert(time, Dist)) == mean
