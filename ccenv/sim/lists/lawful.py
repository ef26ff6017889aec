"""Lawful times of redialing a lead: the hours of its zone, lockouts, and caps on attempts in 24 hours and in 7 days.

The times of a lead's last attempts are stored on a grid of two minutes, counted from the beginning of the days behind
the run. They are rounded up, so a cap is never broken; the grid keeps a row small.
"""

import math

import numpy as np

from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.state.codes import DAY_S, INFINITY, OPEN
from ccenv.sim.state.layout import DAY_BITS, GRID_S, GRID_TIMES, MOST_A_DAY

WEEK_DAYS = 7


@helper
def segment_open(e, c, k):
    """Return whether leads of segment k may be dialed now: the centre is open, and the time is within its hours."""
    midnight = e.day * DAY_S
    return e.stage == OPEN and midnight + c.segment[k].from_s <= e.t < midnight + c.segment[k].until_s


@helper
def _behind_s(e):
    """Return the seconds from the beginning of the days behind the run to midnight of the run's day 0."""
    return e.past_days * DAY_S


@helper
def _local_day(c, k, t):
    """Return the number of the segment's local day of time t, in seconds since the beginning of the days behind."""
    return np.int64(math.floor((t + c.segment[k].zone_s) / DAY_S))


@helper
def run_time(e, grid_time):
    """Return a grid time as seconds since midnight of the run's day 0."""
    return GRID_S * grid_time - _behind_s(e)


@helper
def quiet_until(e, c, i, r):
    """Return the end of the lockout after the lead's last talk, by its grid time; now if there was no talk."""
    return run_time(e, e.lead_talk[r]) + c.campaign[i].quiet_s if e.lead_talk[r] != 0 else e.t


@block
def note_attempt(e, c, k, r):
    """Note the end of an attempt in row r: its grid time, and the counts by local day.

    The count of a day stops at MOST_A_DAY.
    """
    now = np.int64(math.ceil((e.t + _behind_s(e)) / GRID_S))
    day = _local_day(c, k, GRID_S * now)
    days = np.int64(0)
    if e.lead_attempts[r] > 1:
        ago = day - _local_day(c, k, GRID_S * e.lead_grid[r, 0])
        if ago <= WEEK_DAYS:
            days = np.int64(e.lead_days[r]) << (DAY_BITS * ago)
    if (days & MOST_A_DAY) < MOST_A_DAY:
        days += 1
    e.lead_days[r] = days & 0xFFFFFFFF
    for j in range(GRID_TIMES - 1):
        e.lead_grid[r, GRID_TIMES - 1 - j] = e.lead_grid[r, GRID_TIMES - 2 - j]
    e.lead_grid[r, 0] = now


@helper
def _in_week(c, k, days, last_day, day):
    """Return the attempts in local day `day` and the six before it.

    `days` holds the counts, DAY_BITS bits a day, from `last_day` in the lowest bits backwards.
    """
    n = np.int64(0)
    for j in range(WEEK_DAYS - (day - last_day)):
        n += (days >> (DAY_BITS * j)) & MOST_A_DAY
    return n


@helper
def _within_hours(c, k, t):
    """Return the least time at or after t within the hours of segment k."""
    if c.segment[k].until_s == INFINITY:
        return t
    midnight = math.floor(t / DAY_S) * DAY_S
    if t >= midnight + c.segment[k].until_s:
        midnight += DAY_S
    return max(t, midnight + c.segment[k].from_s)


@block
def lawful_from(e, c, k, r, t):
    """Return the least time at or after t at which the hours and the caps allow a dial of the lead of row r."""
    i = c.segment[k].campaign
    per_24h = c.campaign[i].max_per_24h
    per_7_days = c.campaign[i].max_per_7_days
    if per_24h > 0 and e.lead_attempts[r] >= per_24h:
        t = max(t, run_time(e, e.lead_grid[r, per_24h - 1]) + DAY_S)
    t = _within_hours(c, k, t)
    if per_7_days > 0:
        last_day = _local_day(c, k, GRID_S * e.lead_grid[r, 0])
        day = _local_day(c, k, t + _behind_s(e))
        days = np.int64(e.lead_days[r])
        while _in_week(c, k, days, last_day, day) >= per_7_days:
            t = _within_hours(c, k, (day + 1) * DAY_S - c.segment[k].zone_s - _behind_s(e))
            day = _local_day(c, k, t + _behind_s(e))
    return t
