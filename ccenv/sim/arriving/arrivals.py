"""Fresh contacts: the next arrival of a queue, by inversion of the integrated rate or from a recorded trace.

A queue's `residual` is the integrated rate that remains, at time `residual_t`, until its next fresh contact.
"""

import math

from ccenv.sim.arriving.entering import enter
from ccenv.sim.kernel.bits import WORD, lowest, without_lowest
from ccenv.sim.kernel.contacts import take_contact
from ccenv.sim.kernel.draws import U, entity_key, happens, log, uniform
from ccenv.sim.kernel.heap import cancel, schedule
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.record import note_contact
from ccenv.sim.state.codes import (
    ARRIVAL_EVENT,
    FIRST_STREAM,
    FRESH,
    GAP,
    IDENTIFIED,
    LOG_FRESH,
    NIL,
    PREFERRED_ADVISOR,
    PREFERRED_P,
    PRIORITY,
    RETURNING,
    VALUE_CLASS,
    VALUE_CLASSES,
)


@helper
def slot_end(e, c, slot):
    """Return the end of a slot of today; the last one lasts until closing."""
    return e.close_t if slot + 1 >= c.n_slots else min(e.close_t, e.open_t + (slot + 1) * c.slot_s)


@helper
def _profile(e, c, q, slot, t):
    """Return the profile at time t within a slot, in contacts per hour."""
    rate = c.queue[q].rate[slot]
    if c.queue[q].linear != 0:
        rate += (c.queue[q].rate[slot + 1] - rate) * (t - e.open_t - slot * c.slot_s) / c.slot_s
    return rate


@helper
def forecast(c, q, slot):
    """Return the mean of the profile over a slot, in contacts per hour."""
    rate = c.queue[q].rate[slot]
    return rate if c.queue[q].linear == 0 else 0.5 * (rate + c.queue[q].rate[slot + 1])


@helper
def _room(e, c, q, slot, t, end):
    """Return the integrated rate from t to `end`, within a slot."""
    rate = _profile(e, c, q, slot, t)
    if c.queue[q].linear != 0:
        rate = 0.5 * (rate + _profile(e, c, q, slot, end))
    return rate * (e.queue[q].factor * e.slot_level[slot]) / 3600.0 * (end - t)


@helper
def _time_to(e, c, q, slot, t, need):
    """Return the seconds from t until the integrated rate has grown by `need`, within a slot.

    The integrated rate of the rest of the slot must exceed `need`.
    """
    level = e.queue[q].factor * e.slot_level[slot]
    rate = _profile(e, c, q, slot, t) * level / 3600.0
    if c.queue[q].linear == 0:
        return need / rate
    slope = (c.queue[q].rate[slot + 1] - c.queue[q].rate[slot]) * level / 3600.0 / c.slot_s
    return 2.0 * need / (rate + math.sqrt(max(rate * rate + 2.0 * slope * need, 0.0)))


@block
def _spend(e, c, q):
    """Subtract from the residual the integrated rate from `residual_t` to now."""
    t = e.queue[q].residual_t
    slot = e.queue[q].residual_slot
    while t < e.t:
        end = min(slot_end(e, c, slot), e.t)
        e.queue[q].residual -= _room(e, c, q, slot, t, end)
        t = end
        slot += 1
    e.queue[q].residual = max(e.queue[q].residual, 0.0)
    e.queue[q].residual_t = e.t
    e.queue[q].residual_slot = e.slot


@helper
def _schedule_from_trace(e, c, q):
    number = e.queue[q].n_fresh
    if number < c.queue[q].n_recorded and c.recorded[c.queue[q].first_recorded + number] < e.close_t:
        schedule(e, FIRST_STREAM + q, max(c.recorded[c.queue[q].first_recorded + number], e.t), ARRIVAL_EVENT)
    else:
        cancel(e, FIRST_STREAM + q)


@helper
def schedule_arrival(e, c, q):
    """Schedule the next fresh contact of queue q if it comes before closing; the residual must be up to date."""
    if e.queue[q].replays != 0:
        _schedule_from_trace(e, c, q)
        return
    e.queue[q].residual_t = e.t
    e.queue[q].residual_slot = e.slot
    need = e.queue[q].residual
    t = e.t
    slot = e.slot
    while t < e.close_t:
        end = slot_end(e, c, slot)
        room = _room(e, c, q, slot, t, end)
        if need < room:
            due = t + _time_to(e, c, q, slot, t, need)
            if due < e.close_t:  # rounding may give the closing time itself
                schedule(e, FIRST_STREAM + q, due, ARRIVAL_EVENT)
                return
        need -= room
        t = end
        slot += 1
    cancel(e, FIRST_STREAM + q)


@helper
def change_factor(e, c, q, factor):
    """Set the factor of a queue's arrival rate, and reschedule its next fresh contact."""
    if e.queue[q].replays == 0:
        _spend(e, c, q)
        e.queue[q].factor = factor
        schedule_arrival(e, c, q)


@helper
def carry_over(e, c, q):
    """At closing, update the residual; the next opening continues with it."""
    if e.queue[q].replays == 0:
        _spend(e, c, q)


@helper
def draw_gap(e, c, q):
    """Draw the residual of the next fresh contact: an exponential of mean 1."""
    _set_gap(e, q, entity_key(e.root, c.queue[q].stream, e.queue[q].n_fresh))


@helper
def _set_gap(e, q, key):
    e.queue[q].residual = -log(uniform(key, GAP))


@helper
def draw_value_class(c, q, u):
    """Return the value class of a contact of queue q from uniform u; 0 for none."""
    for k in range(VALUE_CLASSES - 1):
        if u < c.queue[q].class_share[k]:
            return k + 1
    return 0


@block
def draw_preferred(c, q, u):
    """Return one of the own advisors with the skill for queue q, all equally likely, from uniform u."""
    number = int(u * c.queue[q].n_able)
    for word in range(c.own_groups.shape[1]):
        left = c.own_groups[q, word]
        while left != U(0):
            g = WORD * word + lowest(left)
            n = c.first_advisor[g + 1] - c.first_advisor[g]
            if number < n:
                return c.first_advisor[g] + number
            number -= n
            left = without_lowest(left)
    return NIL


@block
def draw_customer(e, c, s, key):
    """Draw priority and customer data (as in a CRM) of a contact, from its key and its origin's parameters."""
    q = e.contact[s].origin
    e.contact[s].priority = 1 if happens(c.queue[q].p_priority, key, PRIORITY) else 0
    if c.queue[q].knows == 0:
        return
    e.contact[s].identified = 1 if happens(c.queue[q].p_identified, key, IDENTIFIED) else 0
    e.contact[s].returning = 1 if happens(c.queue[q].p_returning, key, RETURNING) else 0
    e.contact[s].value_class = draw_value_class(c, q, uniform(key, VALUE_CLASS))
    if happens(c.queue[q].p_preferred, key, PREFERRED_P):
        e.contact[s].preferred = draw_preferred(c, q, uniform(key, PREFERRED_ADVISOR))


@block
def on_fresh(e, c, events, q):
    """Handle the arrival of a fresh contact; the next one of the queue is scheduled before it enters."""
    number = e.queue[q].n_fresh
    key = entity_key(e.root, c.queue[q].stream, number)
    _set_gap(e, q, entity_key(e.root, c.queue[q].stream, number + 1))
    e.queue[q].n_fresh = number + 1
    schedule_arrival(e, c, q)
    if c.queue[q].deferrable == 0:
        e.queue_count[q].fresh += 1
    s = take_contact(e)
    if s == NIL:
        return
    e.contact[s].key = key
    e.contact[s].number = number
    e.contact[s].kind = FRESH
    e.contact[s].index = q
    e.contact[s].origin = q
    e.contact[s].true_type = q
    draw_customer(e, c, s, key)
    note_contact(e, c, events, LOG_FRESH, s, 0)
    enter(e, c, events, s)
