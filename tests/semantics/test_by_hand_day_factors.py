"""Handle times by slot, and by day and group, derived by hand; the expected ends of talks; bad input."""

from __future__ import annotations

import math
from typing import Any

import pytest

from ccenv.scenarios import ScenarioError, load_scenario
from ccenv.scenarios.compile.handle_slots import campaign_factors, queue_factors
from ccenv.sim.state import codes
from tests.oracle.randomness import child_key, entity_key, normal, root_key, stream
from tests.oracle.simulator import Simulator
from tests.oracle.snapshot import Snapshot
from tests.semantics.by_hand import NAMED, both, constant, day, first_of, recorded, short, shorts

ASSIGN = first_of(codes.ASSIGN)


def team(staffing: int = 1, skills: tuple[str, ...] = ("calls",), **more: Any) -> dict[str, Any]:
    """A group of advisors."""
    return {"team": {"skills": list(skills), "staffing": staffing, **more}}


def test_the_slot_in_which_service_begins_counts() -> None:
    calls = recorded(1, 48, 49, handle_s=constant(10), handle_by_slot=[1, 3])  # without a forecast the mean is 2
    result = both({"clock": day(100, 50), "queues": {"calls": calls}, "groups": team()}, 0, ASSIGN)
    assert shorts(result.log, "assigned", "talk_end") == [
        short(1, "assigned", "0.0", 0),
        short(6, "talk_end", "0.0", 0),
        short(48, "assigned", "0.1", 0),
        short(53, "talk_end", "0.1", 0),  # begun in the first slot
        short(53, "assigned", "0.2", 0),
        short(68, "talk_end", "0.2", 0),
    ]


def test_a_talk_of_a_campaign_takes_the_factor_of_its_slot() -> None:
    campaign = {
        "p_answer": 1.0, "handle_s": constant(10), "ring_s": constant(2), "leads": 2, "dial_ladder": [1],
        "max_lines": 1, "wrap_up_s": constant(48), "handle_by_slot": [1, 3], "reserves": True,
    }  # fmt: skip
    scenario = {"clock": day(100, 50), "campaigns": {"list": campaign}, "groups": team(1, ("list",))}
    result = both(scenario, 0, first_of(codes.DIAL_RESERVED))
    assert shorts(result.log, "joined", "talk_end") == [
        short(2, "joined", "0.0", 0),
        short(7, "talk_end", "0.0", 0),
        short(57, "joined", "0.1", 0),  # dialed after the wrap-up, at 55
        short(72, "talk_end", "0.1", 0),
    ]


def test_factors_keep_the_mean_of_the_day() -> None:
    calls = {"arrivals_per_hour": [30, 10], "handle_s": 10, "handle_by_slot": [1, 3]}
    centre = load_scenario({**NAMED, "clock": day(100, 50), "queues": {"calls": calls}, "groups": team()}).centre
    assert queue_factors(centre.queues["calls"], centre).tolist() == pytest.approx([1 / 1.5, 3 / 1.5])
    linear = {**calls, "interpolation": "linear"}  # means of the slots: 20 and 10
    centre = load_scenario({**NAMED, "clock": day(100, 50), "queues": {"calls": linear}, "groups": team()}).centre
    assert queue_factors(centre.queues["calls"], centre).tolist() == pytest.approx([1 / (5 / 3), 3 / (5 / 3)])
    listed = {"p_answer": 1.0, "handle_s": 10, "leads": 2, "handle_by_slot": [1, 3]}
    both_sides = {"clock": day(100, 50), "campaigns": {"list": listed}, "groups": team(1, ("list",))}
    centre = load_scenario({**NAMED, **both_sides}).centre
    assert campaign_factors(centre.campaigns["list"], centre).tolist() == [0.5, 1.5]


def test_busyness_is_one_factor_a_day_and_group() -> None:
    def factor(number: int, group: int) -> float:
        key = child_key(entity_key(root_key(5), stream("day"), number), codes.GROUP_DAY, group)
        variance = math.log(1 + 0.5**2)
        return math.exp(math.sqrt(variance) * normal(key, codes.BUSYNESS) - variance / 2)

    times = [1, 30, 86_401]
    queues = {"calls": recorded(*times, handle_s=constant(4)), "mails": recorded(*times, handle_s=constant(4))}
    groups = {
        "team": {"skills": ["calls"], "staffing": 1, "busyness_cv": 0.5},
        "other": {"skills": ["mails"], "staffing": 1, "busyness_cv": 0.5},
    }
    result = both({"clock": day(100), "queues": queues, "groups": groups}, 5, ASSIGN, days=2)
    for q in (0, 1):
        begun = result.log[(result.log["code"] == codes.LOG_ASSIGNED) & (result.log["index"] == q)]["t"]
        ended = result.log[(result.log["code"] == codes.LOG_TALK_END) & (result.log["index"] == q)]["t"]
        assert (ended - begun).tolist() == pytest.approx([4 * factor(0, q)] * 2 + [4 * factor(1, q)])


def test_expected_ends_follow_the_slot_and_not_the_busyness() -> None:
    calls = recorded(1, 61, handle_s={"dist": "exponential", "mean_s": 500}, handle_by_slot=[1, 3])
    groups = team(2, busyness_cv=0.5)
    scenario = load_scenario({**NAMED, "clock": day(100, 50), "queues": {"calls": calls}, "groups": groups})
    for seed in range(9):
        seen: list[Snapshot] = []
        Simulator(scenario.centre, seed, ASSIGN, look=seen.append).run()
        if seen[-1]["in_service"] == [1]:  # the first talk, begun in the first slot: mean 250 s
            break
    expected = [1 - math.exp(-h / 250) for h in (10, 30, 60)]
    assert seen[-1]["finishes"][0] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    "queue, group, key",
    [
        ({"handle_by_slot": [1, 2, 3]}, {}, "queues.calls.handle_by_slot"),
        ({"handle_by_slot": [1, 0]}, {}, "queues.calls.handle_by_slot"),
        ({"handle_by_slot": [1, -2]}, {}, "queues.calls.handle_by_slot"),
        ({"handle_by_slot": 2}, {}, "queues.calls.handle_by_slot"),
        ({}, {"busyness_cv": -0.1}, "groups.team.busyness_cv"),
        ({}, {"busyness_cv": 3}, "groups.team.busyness_cv"),
        ({}, {"busyness_cv": [0.1, 0.2]}, "groups.team.busyness_cv"),
    ],
)
def test_bad_input_is_refused_by_name(queue: dict[str, Any], group: dict[str, Any], key: str) -> None:
    calls = {"arrivals_per_hour": 10, "handle_s": 10, **queue}
    with pytest.raises(ScenarioError) as error:
        load_scenario({**NAMED, "clock": day(100, 50), "queues": {"calls": calls}, "groups": team(1, **group)})
    assert key in str(error.value)
