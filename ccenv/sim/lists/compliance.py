"""Dropped shares: each connect is counted under every definition, and summed over the windows of the definition."""

import math

import numpy as np

from ccenv.sim.kernel.bits import bit
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.state.codes import DAY_S
from ccenv.sim.state.counters import BASE, N_ABOVE, N_WINDOWS, OVER, WINDOW_BASE, WINDOW_OVER
from ccenv.sim.state.definitions import (
    ALL,
    DAY_WINDOW,
    DECIDED,
    ESTIMATED,
    FIRST_ROLLING,
    GREETING_END,
    LATE,
    N_DEFINITIONS,
    N_ROLLING,
    PERIOD_DAYS,
    PERIOD_WINDOW,
    QUEUE_BASE,
    ROLLING_HOURS,
    ROLLING_WINDOW,
)

HOUR_S = 3600.0
# the ways in which the waiting of a connect ends; HUNG_UP_EARLY: before the detector had decided
JOINED, DROPPED, HUNG_UP, HUNG_UP_EARLY = range(4)


@block
def _roll_to(e, i, hour):
    for h in range(e.campaign[i].hour + 1, min(hour, e.campaign[i].hour + ROLLING_HOURS) + 1):
        for k in range(N_ROLLING):
            e.campaign[i].over_by_hour[k, h % ROLLING_HOURS] = 0.0
            e.campaign[i].base_by_hour[k, h % ROLLING_HOURS] = 0.0
    if hour != e.campaign[i].hour:
        e.campaign[i].hour = hour
        e.campaign[i].stale = 1


@helper
def _is_over(c, i, d, end, delay_s, queued_s):
    """Return whether a connect counts as over under definition d.

    `end`: JOINED, DROPPED, HUNG_UP or HUNG_UP_EARLY. Seconds to that: `delay_s` from the answer, `queued_s` from the
    detector's decision.
    """
    allowed_s = c.campaign[i].definition[d].threshold_s
    if c.campaign[i].definition[d].start == GREETING_END:
        allowed_s += c.campaign[i].greeting_s
    if c.campaign[i].definition[d].start == DECIDED:
        delay_s = queued_s
    if end == DROPPED:
        return True
    if end == JOINED:
        return delay_s > allowed_s
    rule = c.campaign[i].definition[d].hang_ups
    return rule == ALL or (rule == LATE and delay_s > allowed_s)


@block
def count_connect(e, c, s, end):
    """Count a connect, or a machine taken for one, whose wait ends now: `end` is the way in which it ends.

    Persons taken for machines are estimated for each connect that the detector has recognised.
    """
    i = e.contact[s].index
    machine = e.contact[s].machine != 0
    delay_s = e.t - e.contact[s].entry_s
    queued_s = e.t - e.contact[s].accepted_s
    roll_hours(e, i)
    hour = e.campaign[i].hour % ROLLING_HOURS
    p = c.campaign[i].p_false_positive
    for d in range(N_DEFINITIONS):
        if machine and c.campaign[i].definition[d].counts != QUEUE_BASE:
            continue
        over = 1.0 if _is_over(c, i, d, end, delay_s, queued_s) else 0.0
        base = 1.0
        if c.campaign[i].definition[d].false_positives == ESTIMATED and not machine and end != HUNG_UP_EARLY:
            over += p / (1.0 - p)
            base += p / (1.0 - p)
        e.campaign_count[i].compliance[d, OVER] += over
        e.campaign_count[i].compliance[d, BASE] += base
        e.campaign[i].n_over[d] += over
        e.campaign[i].n_base[d] += base
        if d >= FIRST_ROLLING:
            e.campaign[i].over_by_hour[d - FIRST_ROLLING, hour] += over
            e.campaign[i].base_by_hour[d - FIRST_ROLLING, hour] += base
    e.campaign[i].stale = 1
    e.news_windows |= bit(i)


@helper
def roll_hours(e, i):
    """Clear the hours that have left the rolling window, and set `hour` to the current one."""
    _roll_to(e, i, np.int64(math.floor(e.t / HOUR_S)))


@block
def _sum_hours(e, i):
    """Sum the hours of the rolling window anew.

    Always in the same order, for reproducible rounding; running sums would round differently.
    """
    for k in range(N_ROLLING):
        over = 0.0
        base = 0.0
        for h in range(ROLLING_HOURS):
            over += e.campaign[i].over_by_hour[k, h]
            base += e.campaign[i].base_by_hour[k, h]
        e.campaign[i].over_rolling[k] = over
        e.campaign[i].base_rolling[k] = base
    e.campaign[i].stale = 0


@helper
def window_sums(e, c, i, d):
    """Return over and base of definition d in the current window; the caller has called `roll_hours`."""
    if c.campaign[i].definition[d].window != ROLLING_WINDOW:
        return e.campaign[i].n_over[d], e.campaign[i].n_base[d]
    if e.campaign[i].stale != 0:
        _sum_hours(e, i)
    return e.campaign[i].over_rolling[d - FIRST_ROLLING], e.campaign[i].base_rolling[d - FIRST_ROLLING]


@block
def end_windows(e, c, i):
    """End the windows that end with the day: add their sums to the counters and reset those by day or period.

    Around the clock a day ends at midnight, and its last hour is the one before.
    """
    if c.continuous != 0:
        _roll_to(e, i, np.int64((e.day + 1) * DAY_S / HOUR_S) - 1)
    else:
        roll_hours(e, i)
    e.news_windows |= bit(i)
    for d in range(N_DEFINITIONS):
        window = c.campaign[i].definition[d].window
        if window == PERIOD_WINDOW and (e.past_days + e.day + 1) % PERIOD_DAYS != 0:
            continue
        if window == ROLLING_WINDOW and e.campaign[i].hour + 1 - ROLLING_HOURS < -ROLLING_HOURS * e.past_days:
            continue  # not covered: the window began before the first day
        over, base = window_sums(e, c, i, d)
        e.campaign_count[i].compliance[d, N_WINDOWS] += 1.0
        e.campaign_count[i].compliance[d, WINDOW_OVER] += over
        e.campaign_count[i].compliance[d, WINDOW_BASE] += base
        if over > c.campaign[i].drop_limit * base:
            e.campaign_count[i].compliance[d, N_ABOVE] += 1.0
        if window == DAY_WINDOW or window == PERIOD_WINDOW:
            e.campaign[i].n_over[d] = 0.0
            e.campaign[i].n_base[d] = 0.0


@helper
def shift_hours(e, i, days):
    """Move the current hour back by whole days; each hour keeps its index in the ring of 24."""
    e.campaign[i].hour -= np.int64(days * DAY_S / HOUR_S)
