"""Dialing hours: time of day is taken modulo a day, in both programmes."""

from typing import Any

import pytest

from ccenv import ScenarioError, load_scenario
from ccenv.sim.state import codes
from tests.semantics.by_hand import NAMED, both, constant, dials, first_of

HOUR_S = 3600
DAY_S = 86_400
DIAL = first_of(codes.DIAL)
EVENING = {"calling_from_s": 8 * HOUR_S, "calling_until_s": 21 * HOUR_S}


def centre(open_h: float = 0, close_h: float = 24, segment: dict[str, Any] | None = None, **changes: Any) -> Any:
    """A centre with one line and a list without end; an attempt takes an hour."""
    clock = {"open_s": open_h * HOUR_S, "close_s": close_h * HOUR_S, "overtime_s": 0, "slot_s": HOUR_S, "review_s": 0}
    clock |= changes.pop("clock", {})
    outbound = {
        "p_answer": 0,
        "handle_s": constant(1),
        "ring_s": constant(HOUR_S),
        "max_lines": 1,
        "dial_ladder": [1],
        "segments": {"far": {"size": "unlimited", **(segment or {})}},
        **changes,
    }
    groups = {"team": {"skills": ["list"], "staffing": 1}}
    return {"clock": clock, "campaigns": {"list": outbound}, "groups": groups}


def hours(scenario: Any, day: int = 0, days: int = 1) -> list[int]:
    """Hours after midnight of a day in which an attempt begins."""
    times = [t / HOUR_S - 24 * day for t, _, _ in dials(both(scenario, 0, DIAL, days=days).log)]
    assert all(t == int(t) for t in times)
    first = scenario["clock"]["open_s"] / HOUR_S
    return [int(t) for t in times if first <= t < first + 24]


ALL_DAY = list(range(24))


@pytest.mark.parametrize(
    ("zone_h", "expected"),
    [  # local hours 8 to 20 are those of the centre plus the zone
        (0, list(range(8, 21))),
        (-10, [*range(7), *range(18, 24)]),
        (-12, [*range(9), *range(20, 24)]),
        (-13, [*range(10), *range(21, 24)]),
        (-24, list(range(8, 21))),
        (10, [*range(11), *range(22, 24)]),
        (24, list(range(8, 21))),
    ],
)
def test_calling_hours_are_those_of_the_local_time_of_day(zone_h: int, expected: list[int]) -> None:
    scenario = centre(segment={"zone_s": zone_h * HOUR_S}, calling_rules=EVENING)
    assert hours(scenario) == expected == [h for h in ALL_DAY if 8 <= (h + zone_h) % 24 < 21]


def test_a_centre_whose_day_crosses_midnight() -> None:
    far_east = centre(21, 30, {"zone_s": 11 * HOUR_S}, calling_rules=EVENING)  # local 8:00 to 17:00
    assert hours(far_east) == list(range(21, 30))
    home = centre(21, 30, calling_rules={"calling_from_s": 3 * HOUR_S, "calling_until_s": 5 * HOUR_S})
    assert hours(home) == [27, 28]
    assert hours(home, day=1, days=2) == [27, 28]


def test_limits_left_out_do_not_limit() -> None:
    assert hours(centre(21, 30)) == list(range(21, 30))
    assert hours(centre(21, 30, {"zone_s": -7 * HOUR_S})) == list(range(21, 30))
    assert hours(centre(segment={"zone_s": 5 * HOUR_S})) == ALL_DAY


@pytest.mark.parametrize(
    ("dial", "expected"),
    [
        ((22, 6), [22, 23, 24, 25, 26, 27, 28, 29]),
        ((22, 30), [22, 23, 24, 25, 26, 27, 28, 29]),  # the same, said otherwise
        ((1, 3), [25, 26]),
        ((25, 27), [25, 26]),
        ((23, 20), [23, 24, 25, 26, 27, 28, 29]),
        ((5, 4), [21, 22, 23, 24, 25, 26, 27, 29]),  # all hours but 4:00 to 5:00
        ((5, 29), list(range(21, 30))),  # a whole day
    ],
)
def test_hours_of_a_campaign_may_go_on_over_midnight(dial: tuple[int, int], expected: list[int]) -> None:
    from_s, until_s = dial[0] * HOUR_S, dial[1] * HOUR_S
    assert hours(centre(21, 30, dial_from_s=from_s, dial_until_s=until_s)) == expected
    around = {"calling_from_s": from_s % DAY_S, "calling_until_s": until_s % DAY_S}
    if from_s % DAY_S != until_s % DAY_S:
        assert hours(centre(21, 30, calling_rules=around)) == expected


def test_both_hours_may_leave_two_parts_of_the_day() -> None:
    # local 8:00 to 21:00 is 20:00 to 9:00; the campaign dials from 6:00 to 22:00
    scenario = centre(
        segment={"zone_s": -12 * HOUR_S}, calling_rules=EVENING, dial_from_s=6 * HOUR_S, dial_until_s=22 * HOUR_S
    )
    assert hours(scenario) == [6, 7, 8, 20, 21]
    log = both(scenario, 0, DIAL).log
    due = log["t"][log["code"] == codes.LOG_LEADS_DUE]
    assert (due / HOUR_S).tolist() == [6, 20]


def test_hours_that_go_on_over_midnight_do_not_begin_there() -> None:
    log = both(centre(21, 30, dial_from_s=22 * HOUR_S, dial_until_s=26 * HOUR_S), 0, DIAL).log
    assert (log["t"][log["code"] == codes.LOG_LEADS_DUE] / HOUR_S).tolist() == [22]


def test_a_retry_waits_for_the_hours_of_the_next_local_day() -> None:
    retries = {"max_attempts": 3, "no_answer": constant(600)}
    far = {"zone_s": -13 * HOUR_S, "size": 1}  # 21:00 to 10:00
    scenario = centre(9, 24, far, calling_rules=EVENING, retries=retries, ring_s=constant(HOUR_S - 600))
    assert [t / HOUR_S for t, _, _ in dials(both(scenario, 0, DIAL, days=2).log)] == [9, 21, 22]


@pytest.mark.parametrize(
    ("key", "changes", "why"),
    [
        ("dial_until_s", {"dial_from_s": 100, "dial_until_s": 100}, "must differ from dial_from_s = 100"),
        ("dial_until_s", {"dial_from_s": 2 * DAY_S, "dial_until_s": 100}, "less than a day before dial_from_s"),
        (
            "calling_rules.calling_until_s",
            {"calling_rules": {"calling_from_s": 7, "calling_until_s": 7}},
            "must differ from calling_from_s = 7",
        ),
        (
            "segments.far.zone_s",
            {"segment": {"zone_s": 12 * HOUR_S}, "calling_rules": EVENING, "open_h": 9.5, "close_h": 19.5},
            "could never be dialed",
        ),
        ("segments.far.zone_s", {"segment": {"zone_s": 86_401}}, "at most 86400"),
    ],
)
def test_hours_that_make_no_sense_are_refused_by_name(key: str, changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ScenarioError, match=why) as raised:
        load_scenario({**NAMED, **centre(**changes)})
    assert f"campaigns.list.{key}" in str(raised.value)


def dated(start: str, zone: str, lead_zone: str, **changes: Any) -> Any:
    """A centre in a named zone that opens first on a date, with leads in another zone, called 8:00 to 21:00."""
    clock = {"start_date": start, "zone": zone}
    return centre(segment={"zone": lead_zone}, calling_rules=EVENING, clock=clock, **changes)


@pytest.mark.parametrize(
    ("start", "zone", "lead_zone", "offsets_h"),
    [
        ("2026-07-01", "America/New_York", "America/Los_Angeles", [-3]),
        ("2026-07-01", "Asia/Manila", "America/New_York", [-12]),
        ("2026-01-05", "Asia/Manila", "America/New_York", [-13]),
        ("2026-03-07", "America/New_York", "America/Phoenix", [-2, -3, -3]),  # New York changes on 8 March
        ("2026-10-31", "America/New_York", "America/Phoenix", [-3, -2]),  # and on 1 November
        ("2026-03-28", "Europe/London", "America/New_York", [-4, -5]),  # London changes on 29 March
        ("2026-03-28", "Europe/London", "Europe/London", [0, 0]),
    ],
)
def test_a_named_zone_has_one_offset_for_each_day(start: str, zone: str, lead_zone: str, offsets_h: list[int]) -> None:
    scenario = dated(start, zone, lead_zone)
    found = [hours(scenario, day, len(offsets_h)) for day in range(len(offsets_h))]
    assert found == [[h for h in ALL_DAY if 8 <= (h + offset) % 24 < 21] for offset in offsets_h]


def test_a_retry_is_dialed_in_the_hours_of_the_offset_of_its_day() -> None:
    retries = {"max_attempts": 2, "no_answer": constant(14 * HOUR_S)}
    scenario = dated("2026-03-07", "America/New_York", "America/Phoenix", retries=retries)
    scenario["campaigns"]["list"]["segments"]["far"]["size"] = 1
    # from 10:00 on day 0; due at 1:00 on day 1, where the hours begin at 11:00 because New York has put its clocks on
    assert [t / HOUR_S for t, _, _ in dials(both(scenario, 0, DIAL, days=2).log)] == [10, 35]


def test_the_local_day_does_not_go_back_where_local_time_repeats_at_midnight() -> None:
    # Brisbane has no daylight saving time; Adelaide is half an hour ahead until 4 April 2026, and half an hour behind
    # from 5 April on. Local time at 23:45 of the centre is 0:15 of 5 April, and half an hour later 23:45 of 4 April.
    clock = {"start_date": "2026-04-04", "zone": "Australia/Brisbane"}
    one = {"zone": "Australia/Adelaide", "size": 1}
    retries = {"max_attempts": 9, "no_answer": constant(900)}
    cap = {"max_per_7_days": 2}
    scenario = centre(23.75, 47.5, one, clock=clock, ring_s=constant(60), retries=retries, calling_rules=cap)
    times = [t / HOUR_S for t, _, _ in dials(both(scenario, 0, DIAL, days=10).log)]
    # both attempts, at 23:45 and at 0:01 of the centre, count on 5 April, though at the second it is 23:31 of 4 April;
    # the next local day with room is 12 April, which begins at 0:30
    assert times[:3] == [23.75, 24 + 1 / 60, 8 * 24 + 0.5]


@pytest.mark.parametrize(
    ("key", "clock", "segment", "why"),
    [
        ("campaigns.list.segments.far.zone", {}, {"zone": "Europe/Paris"}, "needs clock.start_date and clock.zone"),
        (
            "campaigns.list.segments.far.zone",
            {"start_date": "2026-01-01"},
            {"zone": "Europe/Paris"},
            "needs clock.zone; or give zone_s",
        ),
        (
            "campaigns.list.segments.far.zone",
            {"start_date": "2026-01-01", "zone": "UTC"},
            {"zone": "Europe/Pari"},
            "did you mean 'Europe/Paris'",
        ),
        (
            "campaigns.list.segments.far.zone_s",
            {"start_date": "2026-01-01", "zone": "UTC"},
            {"zone": "Europe/Paris", "zone_s": 60},
            "leave one of them out",
        ),
        ("clock.start_date", {"start_date": "2026-02-30"}, {}, "YYYY-MM-DD"),
        ("clock.start_date", {"start_date": "20260301"}, {}, "YYYY-MM-DD"),
        ("clock.zone", {"zone": "UTC"}, {}, "needs clock.start_date"),
        ("clock.zone", {"start_date": "2026-01-01", "zone": "../etc/passwd"}, {}, "a zone of the IANA data base"),
    ],
)
def test_zones_that_cannot_be_looked_up_are_refused_by_name(
    key: str, clock: dict[str, Any], segment: dict[str, Any], why: str
) -> None:
    with pytest.raises(ScenarioError, match=why) as raised:
        load_scenario({**NAMED, **centre(segment=segment, clock=clock)})
    assert key in str(raised.value)


def test_a_run_with_too_many_changes_of_offset_is_refused() -> None:
    scenario = load_scenario({**NAMED, **dated("2026-01-01", "UTC", "Europe/Paris")})
    scenario.config(days=7 * 365)
    with pytest.raises(ValueError, match="zone Europe/Paris changes its offset .* times in them; allowed: at most 15"):
        scenario.config(days=9 * 365)
