"""`simulate` gives the same numbers, all of them, as a batch whose policy is the same pair of rules."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ccenv import Batch, RulePolicy, load_scenario, simulate
from ccenv.run.config import RuleChoice
from tests.env.short import OWNED, short_day
from tests.env.whole_centre import whole_centre

SEEDS = range(5, 15)
PAIRS: list[tuple[RuleChoice, RuleChoice]] = [
    ("fifo", "progressive_unreserved"),
    ("lwt", ("reserve_threshold", {"reserve": 1, "p_next": 0.4})),
    ("random", ("fixed_ratio", {"ratio": 1.7, "rounding": "random"})),
    (("priority", {"order": ["support", "sales"]}), ("max0", {"k": 2.3, "c": 0.6, "reserve": 1})),
    ("longest_queue", ("constant_lines", {"n": 2.5})),
    ("fifo", "progressive"),
    ("random", "no_dial"),
]


def assert_equal_tables(found: Any, expected: Any) -> None:
    """Raise AssertionError that names the first column in which two KPI tables differ."""
    assert found.dtype.names == expected.dtype.names
    for name in expected.dtype.names:
        np.testing.assert_array_equal(found[name], expected[name], err_msg=name)


@pytest.mark.parametrize("owns", OWNED)
@pytest.mark.parametrize("routing, pacing", PAIRS)
def test_rules_are_the_same_inside_and_outside_the_kernel(owns: str, routing: RuleChoice, pacing: RuleChoice) -> None:
    expected = simulate(short_day(), routing=routing, pacing=pacing, seeds=SEEDS, days=2)
    policy = RulePolicy(short_day(), routing, pacing, owns=owns)
    found = simulate(short_day(), routing=routing, pacing=pacing, policy=policy, seeds=SEEDS, days=2)
    assert_equal_tables(found, expected)


@pytest.mark.parametrize("owns", OWNED)
@pytest.mark.parametrize("reserves", [False, True])
@pytest.mark.parametrize("pacing", ["progressive", "constant_lines"])
def test_a_policy_of_rules_brings_its_queue_order_and_its_flag(owns: str, reserves: bool, pacing: str) -> None:
    scenario = short_day(**{"campaigns.survey.reserves": reserves, "rules.pacing": {"name": "no_dial"}})
    expected = simulate(scenario, routing="lwt", pacing=pacing, seeds=SEEDS)
    policy = RulePolicy(scenario, "lwt", pacing, owns=owns)
    assert_equal_tables(simulate(scenario, policy=policy, seeds=SEEDS), expected)


@pytest.mark.parametrize("routing", ["fifo", "lwt", "longest_queue"])
def test_rules_are_the_same_in_a_centre_where_everything_happens(routing: str) -> None:
    scenario = whole_centre()
    expected = simulate(scenario, routing=routing, seeds=SEEDS, days=2)
    for owns in OWNED:
        policy = RulePolicy(scenario, routing, owns=owns)
        assert_equal_tables(simulate(scenario, routing=routing, policy=policy, seeds=SEEDS, days=2), expected)


def test_sums_of_time_do_not_depend_on_who_decides_when() -> None:
    """Sums of times are rounded where they are split; long, busy runs show errors that short runs hide."""
    long_queue = {
        "name": "long-queue",
        "description": "made by the tests",
        "clock": {"kind": "steady", "horizon_s": 36_000, "warm_up_s": 600, "review_s": 3.3},
        "queues": {"calls": {"arrivals_per_hour": 360, "handle_s": 200, "patience_s": 200}},
        "groups": {"team": {"skills": ["calls", "sales"], "staffing": 4}},
        "campaigns": {"sales": {"p_answer": 0.3, "ring_s": 10, "handle_s": 60}},
        "rules": {"pacing": {"name": "progressive_unreserved"}},
    }
    scenario = load_scenario(long_queue)
    expected = simulate(scenario, seeds=range(3))
    assert_equal_tables(simulate(scenario, policy=RulePolicy(scenario), seeds=range(3)), expected)


def test_a_scenario_proposes_how_many_days_an_episode_has():
    proposed = load_scenario("tiny", episode_days=3)
    three, one = simulate(proposed, seeds=range(3)), simulate("tiny", seeds=range(3), days=3)
    assert np.array_equal(three["n_fresh"], one["n_fresh"])
    assert np.array_equal(
        simulate(proposed, seeds=range(3), days=1)["n_fresh"], simulate("tiny", seeds=range(3))["n_fresh"]
    )
    assert Batch(proposed, 1).run.days == 3
    assert proposed.digest == load_scenario("tiny").digest


def test_a_rule_policy_takes_the_name_of_a_scenario():
    named, loaded = (
        simulate("tiny", policy=RulePolicy(each, "fifo"), seeds=[1]) for each in ("tiny", load_scenario("tiny"))
    )

    assert named.tobytes() == loaded.tobytes()
