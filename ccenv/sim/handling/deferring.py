"""Deferrable work: items that come in, wait as long as need be, are begun, interrupted and resumed.

An item is a contact record in the phase BACKLOG, TALKING or WRAPPING. It uses these fields in a way of its own:
`accepted_s`: time at which it is due; `value`: rest of its handle time while it waits after an interruption; `since`:
seconds worked on it while it waits; `tries`: times it was begun; `segment`: group that began it. `e.talk_t` of its
advisor is the time at which the work would have begun without interruptions.
"""

from ccenv.sim.advisors.idle_list import idle_take
from ccenv.sim.advisors.state import note_interruptible
from ccenv.sim.advisors.talking import enter_service, leave_service
from ccenv.sim.handling.service import begin_service
from ccenv.sim.handling.waiting import credit_of
from ccenv.sim.kernel.contacts import cancel_contact, contact_timer, join_queue, leave_queue, schedule_end
from ccenv.sim.kernel.dists import draw
from ccenv.sim.kernel.draws import uniform
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.recent import note_arrival
from ccenv.sim.kernel.record import note_contact
from ccenv.sim.state.codes import (
    ADVISOR_TALKING,
    BACKLOG,
    DUE,
    LEAD,
    LOG_ASSIGNED,
    LOG_INTERRUPTED,
    LOG_WAITING,
    NIL,
    REPEAT,
    TALKING,
)


@block
def come_in(e, c, log, s):
    """Let an item come in: it joins its queue, and does not keep the day open while it waits."""
    q = e.contact[s].index
    e.queue_count[q].items += 1
    if e.contact[s].kind == REPEAT:
        e.queue_count[q].items_again += 1
    e.contact[s].accepted_s = e.t + draw(c.dist[c.queue[q].due], uniform(e.contact[s].key, DUE))
    e.contact[s].factor = 1.0
    e.contact[s].entry_s = e.t
    e.contact[s].credit_s = credit_of(e, c, s)
    note_arrival(e, c, q)
    join_queue(e, c, s, BACKLOG)
    e.n_active -= 1
    note_contact(e, c, log, LOG_WAITING, s, 0)


@block
def begin_work(e, c, log, s, a):
    """Give the item at the head of its queue to idle advisor a: it is begun, or goes on with the rest of its time."""
    q = e.contact[s].index
    leave_queue(e, s)
    e.n_active += 1
    resumed = e.contact[s].tries > 0
    worked_s = e.contact[s].since
    e.contact[s].tries += 1
    e.contact[s].advisor = a
    note_contact(e, c, log, LOG_ASSIGNED, s, 1 if resumed else 0)
    idle_take(e, c, a, ADVISOR_TALKING)
    enter_service(e, c, s, a)
    if c.queue[q].interruptible != 0:
        note_interruptible(e, c, a, 1)
    if resumed:
        e.talk_t[a] = e.t - worked_s
        schedule_end(e, s, e.t + e.contact[s].value)
        return
    e.contact[s].segment = c.advisor_group[a]
    e.contact[s].waited_s += e.t - e.contact[s].entry_s
    e.queue_count[q].items_begun += 1
    begin_service(e, c, s)


@helper
def on_interruptible_work(e, c, a):
    """Return whether advisor a works on an item that may be interrupted."""
    if e.advisor[a].state != ADVISOR_TALKING:
        return False
    s = e.advisor[a].contact
    if e.contact[s].kind == LEAD or e.contact[s].phase != TALKING:
        return False
    return c.queue[e.contact[s].index].interruptible != 0


@block
def put_back(e, c, log, a):
    """Put the item of advisor a back to its old place in line; the caller sets the advisor's next state."""
    s = e.advisor[a].contact
    q = e.contact[s].index
    note_contact(e, c, log, LOG_INTERRUPTED, s, 0)
    end = e.heap[e.place[contact_timer(e, s)]].t
    cancel_contact(e, s)
    worked_s = e.t - e.talk_t[a]
    e.queue_count[q].item_work_s += leave_service(e, c, s)
    e.queue_count[q].interruptions += 1
    note_interruptible(e, c, a, -1)
    e.contact[s].value = end - e.t + c.queue[q].resume_s
    e.contact[s].since = worked_s
    e.contact[s].advisor = NIL
    join_queue(e, c, s, BACKLOG)
    e.n_active -= 1


@block
def interrupt(e, c, log, g):
    """Interrupt the item of group g on which least time was worked (equal: lowest advisor). Returns the advisor."""
    best = NIL
    for a in range(c.first_advisor[g], c.first_advisor[g + 1]):
        if on_interruptible_work(e, c, a) and (best == NIL or e.talk_t[a] > e.talk_t[best]):
            best = a
    put_back(e, c, log, best)
    return best
