"""Opening time, and the slots that have begun: delays that skip the nights, and rings of recent slots."""

import math

import numpy as np

from ccenv.sim.kernel.jit import helper
from ccenv.sim.kernel.record import WHOLE
from ccenv.sim.state.codes import DAY_S, INFINITY


@helper
def slots_begun(e, c):
    """Return the number of slots that have begun, those of the days behind included."""
    slot = e.slot if e.slot < c.day_slots else e.slot % c.day_slots  # a division takes longer than the branch
    return (e.past_days + e.day) * c.day_slots + slot + 1


@helper
def recent_slot(e, c, ago):
    """Return the index, in the ring of recent slots, of the slot `ago` slots before the current one."""
    return (slots_begun(e, c) - 1 - ago) % e.queue[0].n_lost.shape[0]


@helper
def forget_oldest_slot(e, c):
    """At the beginning of a slot, reset its counts in the rings; they replace those of the oldest slot."""
    k = recent_slot(e, c, 0)
    for q in range(c.n_queues):
        e.queue[q].n_lost[k] = 0
        e.queue[q].n_finished[k] = 0
        e.queue[q].n_contained[k] = 0
    if c.calls_return != 0:
        for i in range(c.n_campaigns):
            e.may_return[i, k] = 0.0


@helper
def due_in_opening_time(e, c, delay):
    """Return the time after `delay` seconds of opening time from now; infinity if the last closing comes first."""
    due = min(e.t, e.close_t) + delay
    if c.continuous != 0:
        return due if due < c.days * DAY_S else INFINITY
    if due < e.close_t:
        return due
    if c.steady != 0 or not due < INFINITY:
        return INFINITY
    night = DAY_S - (c.close_s - c.open_s)
    close = e.close_t
    for _ in range(e.day + 1, c.days):
        due += night
        close += DAY_S
        if due < close:
            return due
    return INFINITY


@helper
def opening_time_since(e, c, t):
    """Return the seconds of opening time from time t, which may be in a day behind the run, until now."""
    if c.continuous != 0 or c.steady != 0:
        return max(e.t - t, 0.0)
    span = c.close_s - c.open_s
    day = np.int64(math.floor((t - c.open_s) / DAY_S))
    then = min(t - day * DAY_S - c.open_s, span)
    return max((e.day - day) * span + min(e.t - e.open_t, span) - then, 0.0)


@helper
def slot_at(c, time_of_day_s):
    """Return the slot of the day for parameters by slot, the same on all days; 0 if no parameter differs by slot."""
    if c.by_slot == 0:
        return WHOLE(0)
    return max(WHOLE(0), min(WHOLE((time_of_day_s - c.open_s) / c.slot_s), WHOLE(c.day_slots - 1)))
