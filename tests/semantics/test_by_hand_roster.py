"""Shifts, breaks and absence whose event log follows from the specification page by hand."""

from typing import Any

from ccenv.sim.state import codes
from tests.oracle.randomness import child_key, entity_key, root_key, stream, uniform
from tests.semantics.by_hand import constant, day, first_of, line, lines, nonzero, recorded, run, short, shorts

ASSIGN = first_of(codes.ASSIGN)


def shift(n: int, from_s: float, until_s: float, *breaks: tuple[float, float]) -> dict[str, Any]:
    """A shift."""
    pauses = [{"at_s": at_s, "length_s": length_s} for at_s, length_s in breaks]
    return {"n": n, "from_s": from_s, "until_s": until_s, "breaks": pauses}


def centre(shifts: list[dict[str, Any]], calls: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """One queue and one group."""
    group = {"skills": ["calls"], "shifts": shifts, **changes}
    return {"clock": day(slot_s=50), "queues": {"calls": calls}, "groups": {"team": group}}


def test_a_break_that_falls_due_in_a_talk_is_owed() -> None:
    shifts = [shift(1, 0, 75, (10, 20.5))]
    result = run(centre(shifts, recorded(5, 16, handle_s=constant(12), wrap_up_s=constant(1))), 0, ASSIGN)
    assert lines(result.log) == [
        line(0, "opening", 0),
        line(5, "fresh", 0, "fresh"),
        line(5, "waiting", 0, "fresh"),
        line(5, "action", 0, detail=1),
        line(5, "assigned", 0, "fresh", "0.0"),
        line(10, "roster", 0),
        line(16, "fresh", 1, "fresh"),
        line(16, "waiting", 1, "fresh"),
        line(17, "talk_end", 0, "fresh", "0.0"),
        line(18, "wrap_up_end", 0, "fresh", "0.0"),
        line(18, "away", -1, at="0.0"),
        line(38.5, "break_end", -1, at="0.0"),
        line(38.5, "action", 1, detail=1),
        line(38.5, "assigned", 1, "fresh", "0.0"),
        line(50, "slot", 1),
        line(50.5, "talk_end", 1, "fresh", "0.0"),
        line(51.5, "wrap_up_end", 1, "fresh", "0.0"),
        line(75, "roster", 0),
        line(100, "closing", 0),
        line(100, "day_end", 0),
    ]
    assert nonzero(result.counters["group"][0]) == {
        "idle_s": 5 + 23.5, "talking_s": 24, "wrapping_s": 2, "away_s": 20.5, "handled": 2,
    }  # fmt: skip


def test_a_shift_that_ends_in_a_break_or_in_a_talk() -> None:
    shifts = [shift(1, 0, 30, (20, 9.5)), shift(1, 25, 60)]
    result = run(centre(shifts, recorded(5, 40, handle_s=constant(24))), 0, ASSIGN)
    # the first advisor owes a break since 20 s and takes it at 29 s, one second before the shift is over
    assert shorts(result.log)[3:] == [
        short(5, "assigned", "0.0", 0),
        short(20, "roster"),
        short(25, "roster"),
        short(29, "talk_end", "0.0", 0),
        short(29, "wrap_up_end", "0.0", 0),
        short(29, "away", advisor=0),
        short(30, "roster"),
        short(40, "fresh", "0.1"),
        short(40, "waiting", "0.1"),
        short(40, "assigned", "0.1", 1),
        short(50, "slot"),
        short(60, "roster"),
        short(64, "talk_end", "0.1", 1),
        short(64, "wrap_up_end", "0.1", 1),
        short(100, "closing"),
        short(100, "day_end"),
    ]
    assert nonzero(result.counters["group"][0]) == {"idle_s": 5 + 15, "talking_s": 48, "away_s": 1, "handled": 2}


def test_breaks_that_fall_due_in_one_talk_are_owed_together() -> None:
    shifts = [shift(1, 0, 100, (10, 3), (20, 4))]
    result = run(centre(shifts, recorded(5, handle_s=constant(24))), 0, ASSIGN)
    assert shorts(result.log, "away", "break_end") == [
        short(29, "away", advisor=0),
        short(36, "break_end", advisor=0),
    ]


def test_an_idle_advisor_goes_away_at_once_and_a_leaving_one_has_no_break() -> None:
    shifts = [shift(2, 0, 40, (20, 5)), shift(1, 50, 100, (90, 9))]
    result = run(centre(shifts, recorded(30, 95, handle_s=constant(20))), 0, ASSIGN)
    assert shorts(result.log)[1:] == [
        short(20, "roster"),
        short(20, "away", advisor=0),
        short(20, "away", advisor=1),
        short(25, "break_end", advisor=0),
        short(25, "break_end", advisor=1),
        short(30, "fresh", "0.0"),
        short(30, "waiting", "0.0"),
        short(30, "assigned", "0.0", 0),
        short(40, "roster"),
        short(50, "slot"),  # scheduled at the opening, the end of the talk at 30 s
        short(50, "talk_end", "0.0", 0),
        short(50, "wrap_up_end", "0.0", 0),
        short(90, "roster"),
        short(90, "away", advisor=2),
        short(95, "fresh", "0.1"),
        short(95, "waiting", "0.1"),
        short(99, "break_end", advisor=2),
        short(99, "assigned", "0.1", 2),
        short(100, "closing"),
        short(119, "talk_end", "0.1", 2),
        short(119, "wrap_up_end", "0.1", 2),
        short(119, "day_end"),
    ]


def test_who_is_absent_today_may_come_tomorrow() -> None:
    seed, days = 3, 12
    key = entity_key(root_key(seed), stream("advisors"), 0)
    absent = [uniform(child_key(key, codes.DAY_STEP, d), codes.ABSENT) < 0.5 for d in range(days)]
    calls = recorded(*(86_400.0 * d + 5 for d in range(days)), patience_s=constant(1))
    result = run(centre([shift(1, 0, 100)], calls, shrinkage=0.5), seed, ASSIGN, days=days)
    codes_seen = [row.split()[1] for row in shorts(result.log, "assigned", "abandoned")]
    assert codes_seen == ["abandoned" if is_absent else "assigned" for is_absent in absent]
    assert 0 < sum(absent) < days
