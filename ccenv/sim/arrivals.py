"""Fresh contacts: the next one of a stream is found by inverting the integrated rate."""

from ccenv.sim.codes import FIRST_STREAM, FRESH, GAP, LOG_FRESH, NIL, PRIORITY
from ccenv.sim.contacts import take_contact
from ccenv.sim.draws import entity_key, log, uniform
from ccenv.sim.heap import cancel, schedule
from ccenv.sim.jit import block, helper
from ccenv.sim.record import note_contact
from ccenv.sim.waiting import enter


@block
def schedule_arrival(e, c, q):
    """Spend the stream's residual exponential on the rate from now on; what closing cuts off is carried over."""
    need = e.queue[q].residual
    t = e.t
    slot = e.slot
    while t < e.close_t:
        end = e.close_t if slot + 1 >= c.n_slots else min(e.close_t, e.open_t + (slot + 1) * c.slot_s)
        rate = c.queue[q].rate[slot] * e.level / 3600.0
        room = rate * (end - t)
        if need < room:
            due = t + need / rate
            if due < e.close_t:  # rounding may reach it
                e.queue[q].residual = 0.0
                schedule(e, FIRST_STREAM + q, due)
                return
        need -= room
        t = end
        slot += 1
    e.queue[q].residual = max(need, 0.0)
    cancel(e, FIRST_STREAM + q)


@helper
def draw_gap(e, c, q):
    """The integrated rate between the last fresh contact and the next, an exponential of mean 1."""
    key = entity_key(e.root, c.queue[q].stream, e.queue[q].n_fresh)
    e.queue[q].residual = -log(uniform(key, GAP))


@block
def on_fresh(e, c, events, q):
    """A fresh contact arrives; its stream's next one is scheduled before it enters."""
    number = e.queue[q].n_fresh
    key = entity_key(e.root, c.queue[q].stream, number)
    e.queue[q].n_fresh = number + 1
    draw_gap(e, c, q)
    schedule_arrival(e, c, q)
    e.queue_count[q].fresh += 1
    s = take_contact(e)
    if s == NIL:
        return
    e.contact[s].key = key
    e.contact[s].number = number
    e.contact[s].kind = FRESH
    e.contact[s].index = q
    if uniform(key, PRIORITY) < c.queue[q].p_priority:
        e.contact[s].priority = 1
    note_contact(e, c, events, LOG_FRESH, s, 0)
    enter(e, c, events, s)
