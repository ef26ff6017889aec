"""Contact records: allocation, timers, linked lists, and the lines of queues."""

import numpy as np

from ccenv.sim.kernel.bits import add, remove
from ccenv.sim.kernel.heap import NEVER_S, cancel, schedule
from ccenv.sim.kernel.jit import helper
from ccenv.sim.state.codes import ALERTING, CONTACTS_FULL, END_EVENT, FIRST_STREAM, FREE, NIL, VIRTUAL, WAITING


@helper
def take_contact(e):
    """Allocate a contact record and count it in `n_active`. Returns NIL and sets `e.failure` if the table is full."""
    s = e.free_head
    if s == NIL:
        e.failure = CONTACTS_FULL
        return NIL
    e.free_head = e.contact[s].next
    e.n_active += 1
    e.contact[s].advisor = NIL
    e.contact[s].partner = NIL
    e.contact[s].preferred = NIL
    e.contact[s].waited_s = 0.0
    e.contact[s].n_redials = 0
    e.contact[s].n_repeats = 0
    e.contact[s].n_transfers = 0
    e.contact[s].tries = 0
    e.contact[s].priority = 0
    e.contact[s].identified = 0
    e.contact[s].returning = 0
    e.contact[s].value_class = 0
    e.contact[s].machine = 0
    e.contact[s].wrong = 0
    e.contact[s].transfers = 0
    e.contact[s].buys = 0
    e.contact[s].outcome = NIL
    e.contact[s].hangs_up = 0
    e.contact[s].agreed = 0
    e.contact[s].unresolved = 0
    e.contact[s].gone = 0
    e.contact[s].offers = 0
    return s


@helper
def free_contact(e, s):
    """Put a record on the free list; the caller updates `n_active`."""
    e.contact[s].phase = FREE
    e.contact[s].next = e.free_head
    e.free_head = s


@helper
def campaign_timer(e, i):
    """Return the timer of campaign i: its next leads are due."""
    return np.int64(FIRST_STREAM + e.queue.shape[0] + i)


@helper
def advisor_timer(e, a):
    """Return the timer of advisor a: the end of a break, or of ringing in vain."""
    return np.int64(FIRST_STREAM + e.queue.shape[0] + e.campaign.shape[0] + a)


@helper
def contact_timer(e, s):
    """Return the timer of contact record s: its next event."""
    return np.int64(FIRST_STREAM + e.queue.shape[0] + e.campaign.shape[0] + e.advisor.shape[0] + s)


@helper
def end_contact(e, s):
    """End a contact that was counted in `n_active`: cancel its event and free its record."""
    e.n_active -= 1
    cancel_contact(e, s)
    free_contact(e, s)


@helper
def schedule_contact(e, s, t, kind):
    """Schedule the record's next event, END_EVENT or ARRIVAL_EVENT, at t; t >= `NEVER_S` means that there is none."""
    if t < NEVER_S:
        schedule(e, contact_timer(e, s), t, kind)
    else:
        cancel(e, contact_timer(e, s))


@helper
def schedule_end(e, s, t):
    """Schedule the end of an activity that keeps the day open; it ends at the next opening at the latest."""
    schedule_contact(e, s, min(t, e.night_over_t), END_EVENT)


@helper
def cancel_contact(e, s):
    """Cancel the record's next event, if there is one."""
    cancel(e, contact_timer(e, s))


@helper
def link(e, s, before, after):
    """Insert a record between two neighbours of a list (NIL at an end); the caller updates head and tail."""
    e.contact[s].previous = before
    e.contact[s].next = after
    if before != NIL:
        e.contact[before].next = s
    if after != NIL:
        e.contact[after].previous = s


@helper
def unlink(e, s):
    """Remove a record from its list. Returns its neighbours (before, after); the caller updates head and tail."""
    before = e.contact[s].previous
    after = e.contact[s].next
    if before != NIL:
        e.contact[before].next = after
    if after != NIL:
        e.contact[after].previous = before
    return before, after


@helper
def uncounted_waiting_s(e, q):
    """Return the waiting time [s] of queue q that the counter `waiting_s` lacks.

    Virtual contacts, deferrable work and chats whose customer has left without a sign do not count.
    """
    n = e.queue[q].length - e.queue[q].n_virtual + e.queue[q].alerting_on_line
    return n * (e.t - e.queue[q].since)


@helper
def _count_waiting_time(e, q):
    e.queue_count[q].waiting_s += uncounted_waiting_s(e, q)
    if e.queue[q].defers != 0:
        e.queue_count[q].backlog_s += e.queue[q].length * (e.t - e.queue[q].since)
        e.queue_count[q].backlog_time_s += e.t - e.queue[q].since
    e.queue[q].since = e.t


@helper
def sort_key(e, c, s):
    """Return the sort key [s] of a contact in line: its entry, or entry less credit, as the routing rule requires."""
    if c.order_total_wait != 0:
        return e.contact[s].entry_s - e.contact[s].credit_s
    return e.contact[s].entry_s


@helper
def join_queue(e, c, s, phase):
    """Insert a contact (`phase` WAITING, VIRTUAL, BACKLOG) in its queue, behind all whose sort key is not greater."""
    q = e.contact[s].index
    key = sort_key(e, c, s)
    before = e.queue[q].tail
    after = NIL
    while before != NIL and sort_key(e, c, before) > key:
        after = before
        before = e.contact[before].previous
    _insert(e, q, s, before, after, phase)


@helper
def rejoin_queue(e, c, s, phase):
    """Insert a contact that has rung at an advisor at its place again, before all with an equal or greater sort key."""
    q = e.contact[s].index
    key = sort_key(e, c, s)
    before = NIL
    after = e.queue[q].head
    while after != NIL and sort_key(e, c, after) < key:
        before = after
        after = e.contact[after].next
    _insert(e, q, s, before, after, phase)


@helper
def _insert(e, q, s, before, after, phase):
    link(e, s, before, after)
    if before == NIL:
        e.queue[q].head = s
    if after == NIL:
        e.queue[q].tail = s
    _count_waiting_time(e, q)
    e.queue[q].length += 1
    add(e.waiting_bits, q)
    add(e.waited_queues, q)
    e.contact[s].phase = phase
    if phase != WAITING:
        e.queue[q].n_virtual += 1
        if phase == VIRTUAL:
            e.n_virtual += 1


@helper
def leave_queue(e, s):
    """Remove a contact from its queue. If its patience is not drawn yet, it never will be."""
    if e.unarmed == s:
        e.unarmed = NIL
    q = e.contact[s].index
    before, after = unlink(e, s)
    if before == NIL:
        e.queue[q].head = after
    if after == NIL:
        e.queue[q].tail = before
    _count_waiting_time(e, q)
    e.queue[q].length -= 1
    if e.contact[s].phase != WAITING:
        e.queue[q].n_virtual -= 1
        if e.contact[s].phase == VIRTUAL:
            e.n_virtual -= 1
    if e.queue[q].length == 0:
        remove(e.waiting_bits, q)


@helper
def set_gone(e, s, gone):
    """Set whether the customer of a chat in line has left without a sign; the flag changes."""
    q = e.contact[s].index
    _count_waiting_time(e, q)
    e.queue[q].n_virtual += 1 if gone != 0 else -1
    e.contact[s].gone = gone


@helper
def alert(e, s, a):
    """Let a contact that has left its line ring at advisor a; its time on a line goes on counting as waiting."""
    q = e.contact[s].index
    e.contact[s].virtual = 1 if e.contact[s].phase == VIRTUAL else 0
    e.contact[s].phase = ALERTING
    e.contact[s].advisor = a
    e.contact[s].since = e.t
    _count_waiting_time(e, q)
    e.queue[q].alerting += 1
    add(e.news_queues, q)
    if e.contact[s].virtual == 0:
        e.queue[q].alerting_on_line += 1
        add(e.alerting_bits, q)


@helper
def alert_over(e, s):
    """End the ringing of a contact at its advisor; the caller sets its next phase."""
    q = e.contact[s].index
    e.contact[s].advisor = NIL
    _count_waiting_time(e, q)
    e.queue[q].alerting -= 1
    add(e.news_queues, q)
    if e.contact[s].virtual == 0:
        e.queue[q].alerting_on_line -= 1
        add(e.waited_queues, q)
        if e.queue[q].alerting_on_line == 0:
            remove(e.alerting_bits, q)


@helper
def settle_waiting_time(e, c):
    """Bring the counters of waiting time up to now."""
    for q in range(c.n_queues):
        _count_waiting_time(e, q)
