"""The calling rules hold in the event logs of random scenarios under uniformly random actions.

The log alone gives times, leads and outcomes of all attempts; the tests read no lead records.
"""

import functools
from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pytest

from ccenv.scenarios.schema import Campaign, Centre
from ccenv.scenarios.schema.outbound import MOST_ATTEMPTS
from ccenv.sim.state import codes
from tests.oracle.hours import Hours
from tests.oracle.randomness import child_key
from tests.oracle.segments import SegmentState, make_segments
from tests.semantics.test_random_scenarios import FAST, made, played

DAY_S = 86_400.0
MOST_REDIALS = 9
Lead = tuple[int, int]  # segment and number


def attempts_of(log: np.ndarray, c: int) -> Iterator[tuple[Lead, np.ndarray]]:
    """Of each lead of a campaign the rows of each attempt, in order; the first row is that of the dial.

    What becomes of the lead after a return call is among the rows of the attempt that the call follows.
    """
    segment_of: dict[int, int] = {}
    attempt_of: dict[int, int] = {}  # by the key of a return call
    attempts: dict[tuple[Lead, int], list[np.void]] = defaultdict(list)
    rows_of_leads = log[(log["kind"] == codes.LEAD) & (log["index"] == c) & (log["code"] != codes.LOG_SCRUBBED)]
    dialed = rows_of_leads["key"][rows_of_leads["code"] == codes.LOG_DIALED]
    of_calls = ~np.isin(rows_of_leads["key"], dialed)
    callers = set(rows_of_leads["number"][of_calls].tolist())
    for row in rows_of_leads:
        if row["code"] == codes.LOG_DIALED:
            segment_of[int(row["key"])] = int(row["detail"])
            if int(row["number"]) in callers:
                attempt_of |= dict.fromkeys(call_keys(int(row["key"])), int(row["key"]))
        key = attempt_of.get(int(row["key"]), int(row["key"]))
        attempts[(segment_of[key], int(row["number"])), key].append(row)
    for (lead, _), rows in attempts.items():
        yield lead, np.array(rows, log.dtype)


def call_keys(attempt: int) -> Iterator[int]:
    """The keys that a return call after the attempt may have: its own, those of redials, and of their transfers."""
    key = child_key(attempt, codes.RETURN_CALL, 0)
    for n in range(MOST_REDIALS + 1):
        yield key
        yield from (child_key(key, codes.TRANSFER, leg) for leg in range(2))
        key = child_key(key, codes.REDIAL, n)


@functools.cache
def by_lead(number: int, c: int) -> dict[Lead, list[np.ndarray]]:
    """The attempts of each lead of a campaign of a random scenario."""
    leads = defaultdict(list)
    for lead, rows in attempts_of(played(number).log, c):
        leads[lead].append(rows)
    return leads


def has(rows: np.ndarray, code: int) -> bool:
    """Whether something happened in an attempt."""
    return bool((rows["code"] == code).any())


def check_hours(centre: Centre, campaign: Campaign, segment: SegmentState, t: float) -> None:
    """A dial lies within opening hours, dialing hours, and the calling hours where the lead lives."""
    clock = centre.clock
    if clock.kind == "steady":
        return
    assert clock.open_s <= t % DAY_S < clock.close_s
    assert Hours(clock).hold(segment, t) or Hours(clock).hold(segment, t + 1e-6)


def check_caps(centre: Centre, campaign: Campaign, segment: SegmentState, times: list[float]) -> None:
    """No more dials of one lead in 24 hours, and in seven local days, than allowed."""
    calling_rules, hours = campaign.calling_rules, Hours(centre.clock)
    for i, t in enumerate(times):
        if calling_rules.max_per_24h is not None and i >= calling_rules.max_per_24h:
            assert t - times[i - calling_rules.max_per_24h] >= DAY_S
        days = [hours.local_day(segment, time) for time in times[: i + 1]]
        if calling_rules.max_per_7_days is not None:
            assert sum(days[-1] - 6 <= day for day in days) <= calling_rules.max_per_7_days


def check_lockouts(campaign: Campaign, attempts: list[np.ndarray]) -> None:
    """The lockouts after a drop and after a talk pass before the next attempt; closed leads are not dialed."""
    for before, after in zip(attempts, attempts[1:], strict=False):
        assert not has(before, codes.LOG_CLOSED), "a lead is dialed that was closed"
        (put_back,) = before[before["code"] == codes.LOG_PUT_BACK][-1:]
        dropped = before[before["code"] == codes.LOG_DROPPED]
        if len(dropped) and put_back["detail"] == codes.RETRYING:  # a return call may end with an agreed callback
            assert after["t"][0] - dropped["t"][0] >= campaign.calling_rules.lockout_after_drop_s - 1e-6
        talked = (
            has(before, codes.LOG_JOINED) and before["detail"][before["code"] == codes.LOG_RING_END] == codes.CONNECT
        )
        if talked and put_back["detail"] != codes.AGREED:
            (talk_end,) = before[before["code"] == codes.LOG_TALK_END]
            right_party = talk_end["detail"] == 0  # a talk with somebody else is none with the lead
            assert not right_party or after["t"][0] - talk_end["t"] >= campaign.calling_rules.quiet_after_talk_s - 1e-6


@pytest.mark.parametrize("number", FAST)
def test_no_dial_breaks_the_calling_rules(number: int) -> None:
    _, centre = made(number)
    for c, (name, campaign) in enumerate(centre.campaigns.items()):
        parts = make_segments(name, campaign)
        for (s, _), attempts in by_lead(number, c).items():
            times = [float(rows["t"][0]) for rows in attempts]
            for t in times:
                check_hours(centre, campaign, parts[s], t)
            check_caps(centre, campaign, parts[s], times)
            check_lockouts(campaign, attempts)
            most = campaign.retries.max_attempts if campaign.retries else MOST_ATTEMPTS
            assert len(attempts) <= most


def test_the_random_scenarios_put_the_law_to_the_test() -> None:
    n_attempts = [
        len(attempts)
        for number in FAST
        for c in range(len(made(number)[1].campaigns))
        for attempts in by_lead(number, c).values()
    ]
    assert sum(n > 1 for n in n_attempts) > 200 and max(n_attempts) >= 5
    apart = [
        rows[-1]["t"][0] - rows[0]["t"][0]
        for number in FAST
        for c in range(len(made(number)[1].campaigns))
        for rows in by_lead(number, c).values()
    ]
    assert sum(s > DAY_S for s in apart) > 50, "few leads are dialed again on another day"
