"""Ranges of scenario parameters: what a draw changes, how draws are spread, and what is refused."""

from __future__ import annotations

from functools import cache

import msgspec
import numpy as np
import pytest

from ccenv import load_scenario
from ccenv.scenarios.means import mean_s
from ccenv.scenarios.ranges import Range, _in_time, changed, check_ranges, checked, drawn, leaves, points
from ccenv.scenarios.schema import Dist


@cache
def tiny_centre():
    return load_scenario("tiny")


DISTS = [
    {"dist": "constant", "value_s": 30.0},
    {"dist": "exponential", "mean_s": 30.0},
    {"dist": "uniform", "low_s": 5.0, "high_s": 20.0},
    {"dist": "lognormal", "mu": 3.0, "sigma": 0.5},
    {"dist": "erlang", "k": 3, "mean_s": 30.0},
    {"dist": "gamma", "shape": 2.0, "mean_s": 30.0},
    {"dist": "hyper_exponential", "p": [0.4, 0.6], "mean_s": [10.0, 50.0]},
    {"dist": "weibull", "shape": 1.5, "scale_s": 30.0},
    {"dist": "empirical", "quantiles_s": [10.0, 20.0, 60.0]},
    {"dist": "empirical", "quantiles_s": [10.0, 20.0, 60.0], "mean_s": [15.0, 35.0]},
    {"dist": "piecewise_hazard", "from_s": [0.0, 30.0], "hazard_per_s": [0.01, 0.02]},
]


@pytest.mark.parametrize("dist", DISTS, ids=lambda dist: dist["dist"])
def test_a_factor_multiplies_the_mean_of_a_distribution(dist):
    before, after = (mean_s(msgspec.convert(each, Dist)) for each in (dist, _in_time(dist, 1.4)))
    assert after == pytest.approx(1.4 * before)


def test_a_draw_changes_numbers_lists_and_distributions():
    ranges = checked(
        {
            "queues.*.arrivals_per_hour": {"factor": [0.5, 2.0]},
            "queues.sales.handle_s": {"value": [100, 300]},
            "groups.*.staffing": {"factor": [0.5, 1.0]},
            "groups.first.shrinkage": {"value": [0.0, 0.2]},
        }
    )
    other = changed(tiny_centre(), ranges, dict(zip(ranges, (2.0, 250.0, 0.5, 0.1), strict=True)))

    queues, groups = other.centre.queues, other.centre.groups
    assert queues["sales"].arrivals_per_hour == [48.0, 72.0, 60.0, 36.0]
    assert queues["support"].arrivals_per_hour == 40.0
    assert mean_s(queues["sales"].handle_s) == pytest.approx(250.0)
    assert queues["sales"].handle_s.sigma == tiny_centre().centre.queues["sales"].handle_s.sigma
    assert groups["first"].staffing == [2, 2, 2, 1]
    assert groups["blended"].staffing == [1, 2, 2, 2]
    assert (groups["first"].shrinkage, groups["blended"].shrinkage) == (0.1, 0.0)


def test_draws_are_a_latin_hypercube_and_repeatable():
    ranges = {"a": Range(factor=(1.0, 3.0)), "b": Range(value=(0.1, 10.0), spread="log")}
    found = points(ranges, 8, 5)
    shares = np.array([[(p["a"] - 1.0) / 2.0, np.log(p["b"] / 0.1) / np.log(100.0)] for p in found])
    assert np.array_equal(np.sort((8 * shares).astype(int), axis=0), np.tile(np.arange(8)[:, None], (1, 2)))
    assert found == points(ranges, 8, 5)
    assert found != points(ranges, 8, 6)


def test_all_matches_of_a_path_get_the_same_draw():
    for each in drawn(tiny_centre(), checked({"queues.*.arrivals_per_hour": {"factor": [0.8, 1.2]}}), 4, 0):
        queues = each.centre.queues
        assert queues["sales"].arrivals_per_hour[0] / 24.0 == pytest.approx(queues["support"].arrivals_per_hour / 20.0)
        assert 0.8 <= queues["support"].arrivals_per_hour / 20.0 <= 1.2


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        ({"queues.sale.handle_s": {"factor": [1, 2]}}, r"queues.sale.handle_s: no key 'sale'; allowed: .*sales"),
        ({"groups.first.skills": {"factor": [1, 2]}}, "groups.first.skills is .*; allowed: a number, a list"),
        ({"campaigns.*.p_answer": {"factor": [1, 9]}}, r"campaigns.\*.p_answer.factor = 9: campaigns.survey.p_answer"),
        ({"queues.*.handle_s": {"factor": [0, 1]}}, "ends above 0"),
        (
            {"queues.*.handle_s": {"factor": [2, 1]}},
            r"handle_s.factor = .*; allowed: two numbers, .* smaller one first",
        ),
        ({"queues.*.handle_s": {"factor": [0, 1], "spread": "log"}}, r"above 0 \(spread = log\)"),
        ({"queues.*.handle_s": {"factor": [1, 2], "spread": "even"}}, "spread = 'even'; allowed: uniform, log"),
        ({"queues.*.handle_s": {"faktor": [1, 2]}}, "faktor: unknown key; allowed: factor, value, spread"),
        ({"queues.*.handle_s": {"factor": [1, 2], "value": [1, 2]}}, "factor and value; allowed: one of"),
        ({"queues.*.handle_s": {}}, "neither; allowed: one of factor, value"),
        ({"queues.*.handle_s": 1.5}, "handle_s: 1.5; allowed: a mapping"),
        (
            {"queues.*.handle_s": {"factor": [1, 2]}, "queues.sales.handle_s": {"factor": [1, 2]}},
            r"queues.sales.handle_s and queues.\*.handle_s both match queues.sales.handle_s",
        ),
        ({"campaigns.survey.dial_ladder.1": {"value": [2, 3]}}, "the centre has other actions there: dial"),
    ],
)
def test_ranges_that_do_not_fit_are_refused(ranges, message):
    with pytest.raises(ValueError, match=f"randomise: .*{message}"):
        check_ranges(tiny_centre(), checked(ranges))


def test_a_path_leads_through_lists():
    assert leaves(tiny_centre(), "groups.first.staffing.3") == {"groups.first.staffing.3": 2}
