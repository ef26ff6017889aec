"""Inbound contacts in line, on the telephone or virtual: joining, abandoning, going unserved."""

from ccenv.sim.handling.alerting import stop_ringing
from ccenv.sim.handling.joining import free_advisor
from ccenv.sim.handling.returns import come_back_after, leave, redial_or_leave
from ccenv.sim.handling.wrap_up import release_partner
from ccenv.sim.kernel.bits import add, meet
from ccenv.sim.kernel.contacts import (
    alert_over,
    cancel_contact,
    contact_timer,
    join_queue,
    leave_queue,
    rejoin_queue,
    set_gone,
)
from ccenv.sim.kernel.dists import draw
from ccenv.sim.kernel.draws import happens, uniform
from ccenv.sim.kernel.heap import NEVER_S, schedule_as
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.recent import note_abandonment, note_arrival, note_served
from ccenv.sim.kernel.record import note_contact
from ccenv.sim.state.codes import (
    END_EVENT,
    LOG_ABANDONED,
    LOG_CALLBACK_ACCEPTED,
    LOG_CALLBACK_DUE,
    LOG_LEFT_SILENTLY,
    LOG_UNSERVED,
    LOG_WAITING,
    NIL,
    OVERTIME_OVER,
    PATIENCE,
    PENDING_CALLBACK,
    SILENT,
    VIRTUAL,
    WAITING,
)

AFTER_OPENING_S = 1.0  # callbacks left over from a day are due so long after the next opening


@helper
def credit_of(e, c, s):
    """Return the waiting credit in seconds: of priority and value class, plus earlier waiting for the same request."""
    credit = e.contact[s].waited_s
    if e.contact[s].priority != 0:
        credit += c.queue[e.contact[s].origin].credit_s
    if e.contact[s].identified != 0:
        credit += c.queue[e.contact[s].origin].class_credit_s[e.contact[s].value_class]
    return credit


@helper
def _stand_in_line(e, c, s, phase):
    e.contact[s].entry_s = e.t
    e.contact[s].credit_s = credit_of(e, c, s)
    join_queue(e, c, s, phase)


@helper
def _count_offered(e, c, q):
    e.queue_count[q].offered += 1
    note_arrival(e, c, q)


@helper
def must_wait(e, c, q):
    """Return whether a contact that reaches queue q must wait.

    It must if the line is not empty, or if no own advisor may take it: one who is idle, has room for another chat,
    or may take a call though not idle.
    """
    if e.queue[q].length > 0:
        return True
    if c.queue[q].chat != 0:
        return not meet(c.queue_groups, q, e.chat_bits) and not meet(c.own_groups, q, e.idle_bits)
    return not meet(c.own_groups, q, e.idle_bits) and not meet(c.own_groups, q, e.interruptible_bits)


@helper
def arm(e, c):
    """Schedule the abandonment of the last contact that joined a queue, unless it has left the line.

    `offer` does not draw patience; this saves the draw for contacts that are assigned at once. `e.unarmed` holds the
    contact, `e.unarmed_sequence` the sequence number of its joining, which keeps the order of simultaneous events.
    """
    if e.unarmed != NIL:
        _arm(e, c, e.unarmed)


@block
def _arm(e, c, s):
    e.unarmed = NIL
    dist = c.queue[e.contact[s].index].patience
    patience = draw(c.dist[dist], uniform(e.contact[s].key, PATIENCE)) * e.contact[s].factor
    due = e.contact[s].entry_s + patience
    if due < NEVER_S:
        schedule_as(e, contact_timer(e, s), due, END_EVENT, e.unarmed_sequence)


@helper
def offer(e, c, log, s):
    """Put a contact into its queue; `arm` draws its patience later, times `factor` of the record.

    After the end of overtime a contact that must wait goes unserved at once.
    """
    q = e.contact[s].index
    too_late = e.stage == OVERTIME_OVER and must_wait(e, c, q)
    _count_offered(e, c, q)
    _stand_in_line(e, c, s, WAITING)
    arm(e, c)
    e.sequence += 1
    e.unarmed = s
    e.unarmed_sequence = e.sequence
    note_contact(e, c, log, LOG_WAITING, s, 0)
    if too_late:
        _unserve(e, c, log, s)


@helper
def accept_callback(e, c, log, s):
    """Accept a callback: the contact gives back its telephone line and joins its queue as a virtual contact."""
    q = e.contact[s].index
    _count_offered(e, c, q)
    e.queue_count[q].callback_accepted += 1
    e.queue[q].n_callbacks += 1
    add(e.news_queues, q)
    e.contact[s].accepted_s = e.t
    e.lines -= 1
    _stand_in_line(e, c, s, VIRTUAL)
    note_contact(e, c, log, LOG_CALLBACK_ACCEPTED, s, 0)


@block
def on_callback_due(e, c, log, s):
    """Handle a callback that is due: it joins its queue again, and the time since it last joined adds to its credit."""
    note_contact(e, c, log, LOG_CALLBACK_DUE, s, 0)
    cancel_contact(e, s)
    e.n_active += 1
    e.contact[s].waited_s += e.t - e.contact[s].entry_s
    _stand_in_line(e, c, s, VIRTUAL)


@helper
def count_wait(e, q, wait):
    """Count a contact that leaves the line as waited if its wait, not as a virtual contact, is above 0 s."""
    if wait > 0.0:
        e.queue_count[q].waited += 1


@block
def _leave_silently(e, c, log, s, wait):
    """Let a customer leave a chat without a sign: the chat stays in line, but nobody waits there any more."""
    q = e.contact[s].index
    note_contact(e, c, log, LOG_LEFT_SILENTLY, s, 0)
    cancel_contact(e, s)
    e.queue_count[q].silent += 1
    e.queue_count[q].wait_abandoned_s += wait
    count_wait(e, q, wait)
    set_gone(e, s, 1)
    e.unseen = 1


@block
def on_abandoned(e, c, log, s):
    """Handle an abandonment: count it, then redial later or end; the first advisor of a warm transfer is released.

    A chat may be left without a sign instead.
    An advisor at whom the contact rings is freed last.
    """
    q = e.contact[s].index
    wait = e.t - e.contact[s].entry_s
    first = e.contact[s].partner
    a = e.contact[s].advisor
    if happens(c.queue[q].p_silent, e.contact[s].key, SILENT):
        _leave_silently(e, c, log, s, wait)
        return
    note_contact(e, c, log, LOG_ABANDONED, s, 0)
    if a == NIL:
        leave_queue(e, s)
    else:
        stop_ringing(e, c, s, a)
        alert_over(e, s)
    e.lines -= c.queue[q].line
    note_abandonment(e, c, q)
    note_served(e, q, 0.0)
    e.queue_count[q].abandoned += 1
    e.queue_count[q].wait_abandoned_s += wait
    if wait <= c.queue[q].service_level_s:
        e.queue_count[q].abandoned_in_time += 1
    count_wait(e, q, wait)
    e.contact[s].waited_s += wait
    redial_or_leave(e, c, log, s)
    release_partner(e, c, log, first)
    if a != NIL:
        free_advisor(e, c, log, a)


@block
def _unserve(e, c, log, s):
    q = e.contact[s].index
    wait = e.t - e.contact[s].entry_s
    first = e.contact[s].partner
    note_contact(e, c, log, LOG_UNSERVED, s, e.contact[s].gone)
    leave_queue(e, s)
    e.lines -= c.queue[q].line
    if e.contact[s].gone != 0:
        e.queue[q].n_virtual -= 1
    else:
        e.queue_count[q].unserved += 1
        e.queue_count[q].wait_unserved_s += wait
        count_wait(e, q, wait)
    leave(e, c, log, s)
    release_partner(e, c, log, first)


@block
def send_away(e, c, log, q):
    """At the end of overtime, empty queue q: contacts on the line go unserved, virtual ones wait for the next day."""
    while e.queue[q].head != NIL:
        _send_one_away(e, c, log, e.queue[q].head)


@helper
def _send_one_away(e, c, log, s):
    if e.contact[s].phase != VIRTUAL:
        _unserve(e, c, log, s)
    else:
        leave_queue(e, s)
        come_back_after(e, c, s, PENDING_CALLBACK, AFTER_OPENING_S)


@helper
def back_in_line(e, c, log, s):
    """Put a contact that has rung in vain back in its place; after the end of overtime it is sent away."""
    alert_over(e, s)
    rejoin_queue(e, c, s, VIRTUAL if e.contact[s].virtual != 0 else WAITING)
    if e.stage == OVERTIME_OVER:
        _send_one_away(e, c, log, s)
