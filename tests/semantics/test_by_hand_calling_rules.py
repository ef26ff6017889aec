"""The calling rules: hours, caps, lockouts and scrubbing, derived from the specification by hand.

Each case runs in the slow event loop and in the compiled kernel.
"""

from typing import Any

import pytest

from ccenv.sim.state import codes
from tests.oracle.randomness import entity_key, root_key, stream, uniform
from tests.semantics.by_hand import both, constant, day, dials, first_of, line, lines, of_leads

DIAL = first_of(codes.DIAL, codes.DIAL_RESERVED)
DAY_S = 86_400


def centre(clock: dict[str, Any], **outbound: Any) -> dict[str, Any]:
    """One line of one list, on which it rings for 5 s and is then busy."""
    busy = {"p_answer": 0, "p_busy": 1, "handle_s": constant(10), "ring_s": constant(5), "max_lines": 1}
    return {
        "clock": clock,
        "groups": {"team": {"skills": ["list"], "staffing": 1}},
        "campaigns": {"list": {**busy, "dial_ladder": [1], **outbound}},
    }


def times(scenario: dict[str, Any], days: int = 1) -> list[float]:
    """When leads are dialed, each as soon as it may be."""
    return [t for t, _, _ in dials(both(scenario, 0, DIAL, days=days).log)]


@pytest.mark.parametrize(("lockout_s", "expected"), [(40, [0, 45, 90]), (3, [0, 15, 30])])
def test_nobody_is_dialed_within_the_lockout_after_a_drop(lockout_s: float, expected: list[float]) -> None:
    scenario = centre(
        day(200), p_answer=1, p_busy=0, leads=1, calling_rules={"lockout_after_drop_s": lockout_s},
        retries={"max_attempts": 3, "dropped": constant(10)},
    )  # fmt: skip
    scenario["groups"]["team"]["shrinkage"] = 1  # nobody is there
    assert times(scenario) == expected


def test_other_outcomes_know_no_lockout() -> None:
    calling_rules = {"lockout_after_drop_s": 40, "quiet_after_talk_s": 40}
    assert times(
        centre(day(), leads=1, calling_rules=calling_rules, retries={"max_attempts": 3, "busy": constant(10)})
    ) == [0, 15, 30]


def test_a_person_is_left_in_peace_after_a_talk_unless_a_callback_was_agreed() -> None:
    talks = {
        "p_answer": 1,
        "p_busy": 0,
        "leads": 1,
        "calling_rules": {"quiet_after_talk_s": 50},
    }  # 5 s of ringing, 10 of talk
    retries = {"max_attempts": 3, "talked": constant(10)}
    assert times(centre(day(200), **talks, retries=retries)) == [0, 65, 130]
    agreed = {"p": 1, "after_s": constant(20)}
    assert times(centre(day(200), **talks, retries=retries, agreed_callback=agreed)) == [0, 35, 70]


def test_a_broken_promise_is_tried_again_after_the_peace_that_follows_a_talk() -> None:
    follow_up = {"p_kept": 0, "after_s": constant(30), "retry_broken": True}
    promise = {"p_answer": 1, "p_busy": 0, "leads": 1, "goal": "promise", "p_sale": 1, "follow_up": follow_up}
    # the talk ends at 15 s, grid time 120 s; the promise is broken at 45 s; the second talk ends at 285 s, grid 360 s
    calling_rules = {"quiet_after_talk_s": 150}
    scenario = centre(
        day(500), **promise, calling_rules=calling_rules, retries={"max_attempts": 2, "busy": constant(1)}
    )
    assert times(scenario) == [0, 270]


def test_three_attempts_in_24_hours() -> None:
    scenario = centre(
        day(2000), ring_s=constant(300), leads=1, calling_rules={"max_per_24h": 3},
        retries={"max_attempts": 7, "busy": constant(10)},
    )  # fmt: skip
    # Attempts end at 300 s, 610 s and 920 s: grid times 360 s, 720 s and 960 s. The fourth comes a day after the first
    # of these, ends at 87060 s and would be due at 87070 s, but must wait for a day after the second; the sixth comes
    # 10 s after the fifth, which ends at 87420 s. The last of the day end at grid times 87120 s, 87480 s and 87840 s.
    assert times(scenario, days=3) == [
        0, 310, 620, DAY_S + 360, DAY_S + 720, 87_430, DAY_S + 87_120,
    ]  # fmt: skip


def test_a_cap_holds_for_agreed_callbacks_too() -> None:
    agreed = {"p": 1, "after_s": constant(20)}
    talks = {"p_answer": 1, "p_busy": 0, "leads": 1, "agreed_callback": agreed}
    assert times(centre(day(200), **talks, calling_rules={"max_per_24h": 1}), days=2) == [0, DAY_S + 120]


def test_seven_attempts_in_seven_days() -> None:
    calling_rules = {"max_per_7_days": 7}
    scenario = centre(day(200), leads=1, calling_rules=calling_rules, retries={"max_attempts": 9, "busy": constant(10)})
    # seven on day 0; on day 7 these are no longer counted
    assert times(scenario, days=9) == [0, 15, 30, 45, 60, 75, 90, 7 * DAY_S, 7 * DAY_S + 15]


def test_two_attempts_in_seven_days_one_of_them_a_day_later() -> None:
    calling_rules = {"max_per_7_days": 2}
    retries = {"max_attempts": 5, "busy": constant(DAY_S)}
    scenario = centre(day(100), leads=1, calling_rules=calling_rules, retries=retries)
    # ends at 5 s of days 0 and 1, due 86400 s later, then not before day 7, when that of day 0 is no longer counted;
    # day 8 would be the next, and that of day 1 is no longer counted then
    assert times(scenario, days=10) == [0, DAY_S + 5, 7 * DAY_S, 8 * DAY_S + 5]


@pytest.mark.parametrize(("ring_s", "next_day"), [(10, 7), (300, 8)])
def test_an_attempt_counts_on_the_local_day_on_which_it_ends(ring_s: float, next_day: int) -> None:
    # Local midnight is at 43200 s; dialed at 43000 s, the first attempt ends before or after. The next one is dialed
    # when the local day begins on which it is no longer counted.
    scenario = centre(
        day(open_s=43_000, close_s=44_000), ring_s=constant(ring_s), segments={"far": {"size": 1, "zone_s": 43_200}},
        calling_rules={"max_per_7_days": 1}, retries={"max_attempts": 2, "busy": constant(10)},
    )  # fmt: skip
    assert times(scenario, days=10) == [43_000, next_day * DAY_S - 43_200]


def test_leads_are_dialed_in_the_calling_hours_of_their_own_zone() -> None:
    segments = {
        "east": {"size": "unlimited", "zone_s": 3600},  # from 28800 s to 32400 s of the centre's day
        "home": {"size": 1},  # from 32400 s to 36000 s
        "west": {"size": "unlimited", "zone_s": -1800},  # from 34200 s to 37800 s
    }
    calling_rules = {"calling_from_s": 32_400, "calling_until_s": 36_000}
    clock = day(open_s=30_600, close_s=36_600)
    result = both(centre(clock, ring_s=constant(600), segments=segments, calling_rules=calling_rules), 0, DIAL)
    assert [(t, part) for t, part, _ in dials(result.log)] == [
        (30_600, 0), (31_200, 0), (31_800, 0), (32_400, 1), (34_200, 2), (34_800, 2), (35_400, 2), (36_000, 2),
    ]  # fmt: skip
    due = result.log["t"][result.log["code"] == codes.LOG_LEADS_DUE]
    assert due.tolist() == [32_400, 34_200]


def test_what_falls_due_outside_the_hours_waits_for_the_next_day() -> None:
    retries = {"max_attempts": 3, "busy": constant(20)}
    scenario = centre(day(100), leads=1, dial_from_s=50, dial_until_s=60, retries=retries)
    assert times(scenario, days=3) == [50, DAY_S + 50, 2 * DAY_S + 50]


def test_a_callback_agreed_for_a_time_outside_the_hours_is_kept_when_these_begin() -> None:
    talks = {
        "p_answer": 1,
        "p_busy": 0,
        "leads": 1,
        "agreed_callback": {"p": 1, "after_s": constant(20), "window_s": 1},
    }
    result = both(centre(day(100), **talks, dial_from_s=50, dial_until_s=60), 0, DIAL, days=3)
    assert [t for t, _, _ in dials(result.log)] == [50, DAY_S + 50, 2 * DAY_S + 50]
    counters = of_leads(result.counters["campaign"][0])
    assert counters["agreed_kept"] == 2 and "agreed_late" not in counters


def scrubbed(seed: int, number: int) -> str:
    """What keeps a lead from being dialed, if one half consent and one half are on the do-not-call list."""
    key = entity_key(root_key(seed), stream("campaign:list/some"), number)
    if uniform(key, codes.CONSENT) >= 0.5:
        return "without_consent"
    return "do_not_call" if uniform(key, codes.DO_NOT_CALL) < 0.5 else ""


@pytest.mark.parametrize("keeps", [False, True])
def test_leads_are_scrubbed_when_they_are_reached(keeps: bool) -> None:
    segments = {"some": {"size": 12, "p_consent": 0.5, "p_do_not_call": 0.5, "value_left": 2}}
    retries = {"retries": {"max_attempts": 2, "busy": constant(1000)}} if keeps else {}
    result = both(centre(day(), segments=segments, calling_rules={"needs_consent": True}, **retries), 1, DIAL)
    why = [scrubbed(1, number) for number in range(12)]
    n_dialed = why.count("")
    assert {"", "without_consent", "do_not_call"} == set(why)
    assert [number for _, _, number in dials(result.log)] == [i for i in range(12) if not why[i]]
    n_closed = 12 - n_dialed if keeps else 12
    assert of_leads(result.counters["campaign"][0]) == {
        "attempts": n_dialed, "busy": n_dialed, "touched": n_dialed, "ringing_s": 5 * n_dialed,
        "without_consent": why.count("without_consent"), "do_not_call": why.count("do_not_call"),
        "closed": n_closed, "closed_value": 2 * n_closed,
    }  # fmt: skip


def test_consent_is_asked_for_only_where_the_law_says_so() -> None:
    scenario = centre(day(), segments={"some": {"size": 3, "p_consent": 0}})
    assert times(scenario) == [0, 5, 10]


def test_a_dial_with_nobody_left_to_dial_changes_nothing() -> None:
    segments = {"some": {"size": 2, "p_do_not_call": 1}}
    result = both(centre(day(), segments=segments, reserves=True), 0, DIAL)
    assert lines(result.log) == [
        line(0, "opening", 0),
        line(0, "action", 0, detail=1),
        line(0, "scrubbed", 0, "lead", detail=1),
        line(0, "scrubbed", 1, "lead", detail=1),
        line(100, "closing", 0),
        line(100, "day_end", 0),
    ]
    assert result.counters["group"][0]["idle_s"] == 100
