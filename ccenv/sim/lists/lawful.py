"""Lawful times of redialing a lead: the hours of its zone, lockouts, and caps on attempts in 24 hours and in 7 days.

Time of day is taken modulo a day. The hours of a segment are parts of the centre's day from midnight to midnight, and
its zone is one offset for each day; both are looked up by the calendar day of a time, which may be later than the day
of its opening. A segment without limits has no hours to look up.

The times of a lead's last attempts are stored on a grid of two minutes, counted from the beginning of the days behind
the run. They are rounded up, so a cap is never broken; the grid keeps a row small.
"""

import math

import numpy as np

from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.state.codes import DAY_S, DROPPED_LAST, INFINITY, NIL, OPEN
from ccenv.sim.state.layout import DAY_BITS, GRID_S, GRID_TIMES, MOST_A_DAY

WEEK_DAYS = 7
MOST_DAYS = 400.0  # days after which the search for a lawful time ends: hours repeat every year


@helper
def calendar_day(t):
    """Return the number of the day, from midnight to midnight, in which time t lies."""
    day = np.int64(math.floor(t / DAY_S))
    return day - 1 if day * DAY_S > t else day  # the quotient may have been rounded up


@helper
def _period(c, k, day):
    """Return the index of the zone period of segment k that covers a calendar day."""
    p = 0
    while p + 1 < c.segment[k].n_periods and c.segment[k].period[p + 1].first_day <= day:
        p += 1
    return p


@helper
def _part_at(c, k, p, midnight, t):
    """Return the index of the part of the day from `midnight` on in which time t lies; NIL if the hours do not hold."""
    for j in range(c.segment[k].period[p].n):
        if midnight + c.segment[k].period[p].from_s[j] <= t < midnight + c.segment[k].period[p].until_s[j]:
            return j
    return NIL


@helper
def _hours_hold(c, k, t):
    day = calendar_day(t)
    return _part_at(c, k, _period(c, k, day), day * DAY_S, t) != NIL


@helper
def segment_open(e, c, k):
    """Return whether leads of segment k may be dialed now: the centre is open, and the time is within its hours."""
    return e.stage == OPEN and (c.segment[k].limited == 0 or _hours_hold(c, k, e.t))


@block
def next_border(c, k, t):
    """Return a time after t at which the hours of segment k may begin or end: a border of its hours, or midnight."""
    if c.segment[k].limited == 0:
        return INFINITY
    day = calendar_day(t)
    p = _period(c, k, day)
    border = (day + 1) * DAY_S
    for j in range(c.segment[k].period[p].n):
        for at in (c.segment[k].period[p].from_s[j], c.segment[k].period[p].until_s[j]):
            if day * DAY_S + at > t:
                border = min(border, day * DAY_S + at)
    return border


@helper
def _held_until(c, k, day):
    """Return whether the hours of segment k hold up to the end of a calendar day."""
    p = _period(c, k, day)
    n = c.segment[k].period[p].n
    return n > 0 and c.segment[k].period[p].until_s[n - 1] == DAY_S


@block
def next_hours(c, k, t, end):
    """Return the least time after t and before `end` at which the hours of segment k begin; infinity if there is none.

    Hours that go on over midnight do not begin there.
    """
    if c.segment[k].limited == 0:
        return INFINITY
    day = calendar_day(t)
    while day * DAY_S < end:
        p = _period(c, k, day)
        for j in range(c.segment[k].period[p].n):
            start = c.segment[k].period[p].from_s[j]
            if day * DAY_S + start > t and not (start == 0.0 and _held_until(c, k, day - 1)):
                return day * DAY_S + start
        day += 1
    return INFINITY


@helper
def _behind_s(e):
    """Return the seconds from the beginning of the days behind the run to midnight of the run's day 0."""
    return e.past_days * DAY_S


@helper
def _zone_s(c, k, day):
    return c.segment[k].period[_period(c, k, day)].zone_s


@helper
def _local_day(e, c, k, t):
    """Return the number of the segment's local day of time t, in days since the beginning of the days behind.

    Where the offset falls at midnight of the centre, local time repeats; its day does not go back then.
    """
    today = calendar_day(t)
    day = np.int64(math.floor((t + _behind_s(e) + _zone_s(c, k, today)) / DAY_S))
    if c.segment[k].n_periods > 1:
        before = (today * DAY_S + _behind_s(e) + _zone_s(c, k, today - 1)) / DAY_S
        day = max(day, np.int64(math.ceil(before)) - 1)
    return day


@helper
def run_time(e, grid_time):
    """Return a grid time as seconds since midnight of the run's day 0."""
    return GRID_S * grid_time - _behind_s(e)


@helper
def grid_now(e):
    """Return the grid time of now."""
    return np.int64(math.ceil((e.t + _behind_s(e)) / GRID_S))


@helper
def quiet_until(e, c, i, r):
    """Return the end of the lockout after the lead's last talk, by its grid time; now if there was no talk."""
    return run_time(e, e.lead_talk[r]) + c.campaign[i].quiet_s if e.lead_talk[r] != 0 else e.t


@helper
def drop_until(e, c, i, r):
    """Return the end of the lockout after the lead's last attempt if it was dropped, by its grid time; else now."""
    dropped = (np.int64(e.lead_after[r]) & DROPPED_LAST) != 0
    return run_time(e, e.lead_grid[r, 0]) + c.campaign[i].lockout_s if dropped else e.t


@block
def note_attempt(e, c, k, r):
    """Note the end of an attempt in row r: its grid time, and the counts by local day.

    The count of a day stops at MOST_A_DAY.
    """
    now = grid_now(e)
    day = _local_day(e, c, k, run_time(e, now))
    days = np.int64(0)
    if e.lead_attempts[r] > 1:
        ago = day - _local_day(e, c, k, run_time(e, e.lead_grid[r, 0]))
        if ago <= WEEK_DAYS:
            days = np.int64(e.lead_days[r]) << (DAY_BITS * ago)
    if (days & MOST_A_DAY) < MOST_A_DAY:
        days += 1
    e.lead_days[r] = days & 0xFFFFFFFF
    for j in range(GRID_TIMES - 1):
        e.lead_grid[r, GRID_TIMES - 1 - j] = e.lead_grid[r, GRID_TIMES - 2 - j]
    e.lead_grid[r, 0] = now


@helper
def _in_week(days, last_day, day):
    """Return the attempts in local day `day` and the six before it.

    `days` holds the counts, DAY_BITS bits a day, from `last_day` in the lowest bits backwards.
    """
    n = np.int64(0)
    for j in range(WEEK_DAYS - (day - last_day)):
        n += (days >> (DAY_BITS * j)) & MOST_A_DAY
    return n


@helper
def _has_room(e, c, k, r, t, cap):
    """Return whether the local day of t and the six before it have fewer than `cap` attempts of the lead of row r."""
    last_day = _local_day(e, c, k, run_time(e, e.lead_grid[r, 0]))
    return _in_week(np.int64(e.lead_days[r]), last_day, _local_day(e, c, k, t)) < cap


@helper
def _later(e, c, k, t, weekly):
    """Return the next time after t at which a limit of segment k may end: begin of hours, midnight, local midnight."""
    day = calendar_day(t)
    p = _period(c, k, day)
    later = (day + 1) * DAY_S
    for j in range(c.segment[k].period[p].n):
        start = day * DAY_S + c.segment[k].period[p].from_s[j]
        if start > t:
            later = min(later, start)
    if weekly:
        midnight = (_local_day(e, c, k, t) + 1) * DAY_S - c.segment[k].period[p].zone_s - _behind_s(e)
        if midnight > t:
            later = min(later, midnight)
    return later


@block
def lawful_from(e, c, k, r, t):
    """Return the least time at or after t at which the hours and the caps allow a dial of the lead of row r.

    Infinity if there is none within MOST_DAYS.
    """
    i = c.segment[k].campaign
    per_24h = c.campaign[i].max_per_24h
    cap = c.campaign[i].max_per_7_days
    if per_24h > 0 and e.lead_attempts[r] >= per_24h:
        t = max(t, run_time(e, e.lead_grid[r, per_24h - 1]) + DAY_S)
    if (c.segment[k].limited == 0 and cap == 0) or not t < INFINITY:
        return t
    last = t + MOST_DAYS * DAY_S
    while t < last:
        if (c.segment[k].limited == 0 or _hours_hold(c, k, t)) and (cap == 0 or _has_room(e, c, k, r, t, cap)):
            return t
        t = _later(e, c, k, t, cap > 0)
    return INFINITY
