"""Returning contacts: redials after abandoning or being blocked, repeats after an unresolved contact."""

from ccenv.sim.kernel.contacts import end_contact, schedule_contact
from ccenv.sim.kernel.dists import draw
from ccenv.sim.kernel.draws import happens, uniform
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.state.codes import (
    ARRIVAL_EVENT,
    DAY_S,
    INFINITY,
    NIL,
    PENDING_REDIAL,
    PENDING_REPEAT,
    REDIAL_DELAY,
    REDIAL_P,
    REPEAT_DELAY,
)


@helper
def slots_begun(e, c):
    """Return the number of slots that have begun, those of the days behind included."""
    return (e.past_days + e.day) * c.day_slots + e.slot % c.day_slots + 1


@helper
def recent_slot(e, c, ago):
    """Return the index, in the ring of recent slots, of the slot `ago` slots before the current one."""
    return (slots_begun(e, c) - 1 - ago) % e.queue[0].n_lost.shape[0]


@helper
def forget_oldest_slot(e, c):
    """At the beginning of a slot, reset its counts in the ring; they replace those of the oldest slot."""
    k = recent_slot(e, c, 0)
    for q in range(c.n_queues):
        e.queue[q].n_lost[k] = 0
        e.queue[q].n_finished[k] = 0
        e.queue[q].n_contained[k] = 0


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
def come_back_after(e, c, s, phase, delay):
    """Make a contact pending (redial, repeat or callback) for `delay` seconds of opening time."""
    e.n_active -= 1
    e.contact[s].phase = phase
    e.contact[s].since = e.t
    schedule_contact(e, s, due_in_opening_time(e, c, delay), ARRIVAL_EVENT)


@block
def redial_or_leave(e, c, s):
    """Schedule the redial of an abandoned or blocked contact, or end the contact."""
    q = e.contact[s].true_type
    key = e.contact[s].key
    e.queue[e.contact[s].origin].n_lost[recent_slot(e, c, 0)] += 1
    if e.contact[s].n_redials < c.queue[q].max_redials and happens(c.queue[q].p_redial, key, REDIAL_P):
        delay = draw(c.dist[c.queue[q].redial_delay], uniform(key, REDIAL_DELAY))
        e.contact[s].partner = NIL
        come_back_after(e, c, s, PENDING_REDIAL, delay)
    else:
        end_contact(e, s)


@block
def start_repeat(e, c, s):
    """Make an unresolved contact a pending repeat."""
    q = e.contact[s].index
    delay = draw(c.dist[c.queue[q].repeat_delay], uniform(e.contact[s].key, REPEAT_DELAY))
    come_back_after(e, c, s, PENDING_REPEAT, delay)
