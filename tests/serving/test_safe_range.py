"""The safe range of a bundle: what a snapshot shows to be outside it, and where the service says so."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from ccenv import Batch, RulePolicy, load_scenario
from ccenv.scenarios.ranges import checked
from ccenv.serving.manifest import SafeRange
from ccenv.serving.safe_range import SafeRangeCheck
from tests.serving.helpers import asked, client_of, golden, opening


@cache
def tiny_centre():
    return load_scenario("tiny", **{"queues.sales.redial.p": 0.0})


ARRIVALS, STAFF, ABSENT = "queues.*.arrivals_per_hour", "groups.first.staffing", "groups.first.shrinkage"
RANGES = checked(
    {
        ARRIVALS: {"factor": [0.8, 1.2]},
        STAFF: {"factor": [0.6, 1.0]},
        ABSENT: {"value": [0.0, 0.0]},
        "queues.*.handle_s": {"factor": [1.0, 1.15]},
    }
)


def day(**changes):
    """The public snapshots of a day's decisions under rules."""
    batch = Batch(tiny_centre().replace(**changes) if changes else tiny_centre(), 4, autoreset="disabled")
    rule, memory = RulePolicy(batch.scenario), None
    batch.reset(np.arange(4))
    while not batch.engine.envs["done"].all():
        on = batch.engine.envs["done"] == 0
        yield from batch.engine.flat[on][:, batch.run.places]
        actions, memory = rule.act(batch.engine.snaps, batch.mask, memory, batch.u, batch.starts)
        batch.step(actions)


def found(ranges=RANGES, **changes):
    check = SafeRangeCheck(tiny_centre(), ranges)
    n = 0
    for numbers in day(**changes):
        check.find(numbers)
        n += 1
    return {path: times / n for path, times in check.outside.items()}


def test_the_scenario_of_the_training_is_inside():
    assert found() == {ARRIVALS: 0.0, STAFF: 0.0, ABSENT: 0.0}


def test_parameters_at_the_ends_are_inside():
    at_the_ends = {"queues.sales.arrivals_per_hour": [24 * 1.2, 36 * 1.2, 30 * 1.2, 18 * 1.2]}
    at_the_ends |= {"groups.first.staffing": [2, 2, 2, 1]}
    assert found(**at_the_ends) == {ARRIVALS: 0.0, STAFF: 0.0, ABSENT: 0.0}


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        (ARRIVALS, {"queues.support.arrivals_per_hour": 20 * 1.3}),
        (ARRIVALS, {"queues.support.arrivals_per_hour": 20 * 0.7}),
        (STAFF, {"groups.first.staffing": [4, 4, 4, 3]}),
        (STAFF, {"groups.first.staffing": [1, 1, 1, 1]}),
    ],
)
def test_what_lies_outside_is_found(path, changes):
    shares = found(**changes)
    assert shares[path] > 0.6
    assert all(share == 0.0 for other, share in shares.items() if {other, path} != {STAFF, ABSENT} and other != path)


def test_a_rate_far_from_the_forecast_is_found():
    """Recorded arrivals come ten times as often as the forecast says."""
    check = SafeRangeCheck(tiny_centre(), RANGES)
    times = np.linspace(34_600.0, 39_000.0, 250).tolist()
    for numbers in day(**{"queues.support.trace_s": times}):
        check.find(numbers)
    assert check.outside[ARRIVALS] > 0


def test_ranges_that_no_field_shows_are_listed():
    check = SafeRangeCheck(tiny_centre(), RANGES)
    assert check.checked == [ARRIVALS, STAFF, ABSENT]
    assert check.not_checkable == ["queues.*.handle_s"]


def test_the_service_says_what_is_outside():
    policy = golden(
        safe_range={ARRIVALS: SafeRange("factor", 0.5, 2.0), "queues.*.handle_s": SafeRange("factor", 1.0, 1.2)}
    )
    snapshot = opening(policy)
    rates = {"sales": 24.0, "support": 20.0}
    with client_of(policy) as client:
        snapshot["time_of_day_s"] = 32_400.0
        snapshot["forecast_per_hour"] = rates
        inside = client.post("/v1/decide", json=asked(policy, snapshot=snapshot)).json()
        snapshot["forecast_per_hour"] = rates | {"support": 41.0}
        outside = client.post("/v1/decide", json=asked(policy, snapshot=snapshot)).json()
        health = client.get("/v1/health").json()
    assert inside["outside_safe_range"] == []
    assert outside["outside_safe_range"] == [ARRIVALS]
    expected = {"checked": [ARRIVALS], "not_checkable": ["queues.*.handle_s"], "outside": {ARRIVALS: 1}}
    assert health["safe_range"] == expected
