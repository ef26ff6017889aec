"""Inbound contacts in the building: entering, giving up, being assigned, coming again."""

from ccenv.sim.advisors import idle_leave
from ccenv.sim.codes import (
    ADVISOR_TALKING,
    FRESH,
    LOG_ABANDONED,
    LOG_ASSIGNED,
    LOG_BLOCKED,
    LOG_REDIAL,
    LOG_REPEAT,
    LOG_UNSERVED,
    LOG_WAITING,
    NIL,
    PATIENCE,
    PENDING_REDIAL,
    REDIAL,
    REPEAT,
)
from ccenv.sim.contacts import (
    cancel_contact,
    free_contact,
    join_queue,
    leave_queue,
    schedule_contact,
)
from ccenv.sim.draws import child_key, draw, exp, uniform
from ccenv.sim.fields import RECENT_S
from ccenv.sim.jit import block, helper
from ccenv.sim.record import note_contact
from ccenv.sim.returns import redial_or_leave
from ccenv.sim.service import start_talk


@helper
def decay_recent(e, q):
    """Bring the decaying counts of arrivals and abandonments up to now."""
    if e.queue[q].recent_t < e.t:
        fade = exp((e.queue[q].recent_t - e.t) / RECENT_S)
        e.queue[q].arrivals *= fade
        e.queue[q].abandoned *= fade
        e.queue[q].recent_t = e.t


@block
def enter(e, c, log, s):
    """A contact reaches the centre: blocked, or waiting with its patience."""
    q = e.contact[s].index
    if e.lines >= c.trunks:
        e.queue_count[q].blocked += 1
        note_contact(e, c, log, LOG_BLOCKED, s, 0)
        redial_or_leave(e, c, s)
        return
    e.lines += 1
    e.queue_count[q].offered += 1
    decay_recent(e, q)
    e.queue[q].arrivals += 1.0
    e.contact[s].entry_s = e.t
    e.contact[s].credit_s = c.queue[q].credit_s if e.contact[s].priority != 0 else 0.0
    join_queue(e, c, s)
    patience = draw(c.law[c.queue[q].patience], uniform(e.contact[s].key, PATIENCE))
    schedule_contact(e, s, e.t + patience)
    note_contact(e, c, log, LOG_WAITING, s, 0)


@helper
def _count_wait(e, q, wait):
    if wait > 0.0:
        e.queue_count[q].waited += 1


@block
def on_abandoned(e, c, log, s):
    """Patience is over."""
    q = e.contact[s].index
    wait = e.t - e.contact[s].entry_s
    note_contact(e, c, log, LOG_ABANDONED, s, 0)
    leave_queue(e, s)
    e.lines -= 1
    decay_recent(e, q)
    e.queue[q].abandoned += 1.0
    e.queue_count[q].abandoned += 1
    e.queue_count[q].wait_abandoned_s += wait
    if wait <= c.queue[q].service_level_s:
        e.queue_count[q].abandoned_in_time += 1
    _count_wait(e, q, wait)
    redial_or_leave(e, c, s)


@block
def assign(e, c, log, q, g):
    """The head of queue q goes to the first idle advisor of group g."""
    s = e.queue[q].head
    a = e.group[g].head
    wait = e.t - e.contact[s].entry_s
    leave_queue(e, s)
    e.queue_count[q].answered += 1
    if e.contact[s].kind == FRESH:
        e.queue_count[q].fresh_answered += 1
    e.queue_count[q].wait_answered_s += wait
    if wait <= c.queue[q].service_level_s:
        e.queue_count[q].answered_in_time += 1
    _count_wait(e, q, wait)
    e.contact[s].advisor = a
    note_contact(e, c, log, LOG_ASSIGNED, s, 0)
    idle_leave(e, c, a, ADVISOR_TALKING)
    start_talk(e, c, s, a, c.queue[q].handle[g])


@block
def unserve(e, c, log, q):
    """Overtime is over: all who wait in this queue go unserved."""
    while e.queue[q].head != NIL:
        s = e.queue[q].head
        wait = e.t - e.contact[s].entry_s
        note_contact(e, c, log, LOG_UNSERVED, s, 0)
        leave_queue(e, s)
        e.lines -= 1
        e.n_active -= 1
        e.queue_count[q].unserved += 1
        e.queue_count[q].wait_unserved_s += wait
        _count_wait(e, q, wait)
        cancel_contact(e, s)
        free_contact(e, s)


@block
def on_return(e, c, log, s):
    """A pending redial or repeat is due: a new contact of the same person, with its own key."""
    q = e.contact[s].index
    cancel_contact(e, s)
    e.n_active += 1
    if e.contact[s].phase == PENDING_REDIAL:
        e.contact[s].key = child_key(e.contact[s].key, REDIAL, e.contact[s].n_redials)
        e.contact[s].n_redials += 1
        e.contact[s].kind = REDIAL
        e.queue_count[q].redials += 1
        note_contact(e, c, log, LOG_REDIAL, s, 0)
    else:
        e.contact[s].key = child_key(e.contact[s].key, REPEAT, e.contact[s].n_repeats)
        e.contact[s].n_repeats += 1
        e.contact[s].n_redials = 0
        e.contact[s].kind = REPEAT
        e.queue_count[q].repeats += 1
        note_contact(e, c, log, LOG_REPEAT, s, 0)
    enter(e, c, log, s)
