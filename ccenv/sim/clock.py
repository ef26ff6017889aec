"""What the clock does: opening, slots, closing, the end of overtime, of the day, of the warm-up, and staffing."""

from ccenv.sim.advisors import idle_leave, idle_push, settle_advisor_time
from ccenv.sim.arrivals import draw_gap, schedule_arrival
from ccenv.sim.codes import (
    CLOCK_SLOT,
    CLOSED,
    DAY_LEVEL,
    DAY_S,
    IDLE,
    LOG_CLOSING,
    LOG_DAY_END,
    LOG_OPENING,
    LOG_OVERTIME_END,
    LOG_SLOT,
    LOG_WARM_UP_END,
    NIGHT,
    NIL,
    OFF,
    OPEN,
    OUTLASTS_NIGHT,
    OVERTIME_OVER,
    STAFF_SLOT,
    WARM_UP_SLOT,
)
from ccenv.sim.contacts import settle_waiting_time
from ccenv.sim.dialing import drop_waiting
from ccenv.sim.draws import entity_key, exp, normal, uniform
from ccenv.sim.heap import cancel, schedule
from ccenv.sim.jit import block, helper
from ccenv.sim.record import note_clock
from ccenv.sim.returns import forget_oldest_slot
from ccenv.sim.service import free_advisor
from ccenv.sim.waiting import unserve


@block
def on_opening(e, c, log):
    """The doors open: day level, clock events, arrivals, then the advisors of the first slot."""
    e.open_t = e.t
    e.close_t = e.t + (c.close_s - c.open_s)
    e.stage = OPEN
    e.slot = 0
    note_clock(e, log, LOG_OPENING, e.day)
    forget_oldest_slot(e, c)
    e.level = 1.0
    if c.level_sigma > 0.0:
        z = -normal(uniform(entity_key(e.root, c.day_stream, e.day), DAY_LEVEL))
        e.level = exp(c.level_sigma * z - 0.5 * c.level_sigma * c.level_sigma)
    schedule(e, CLOCK_SLOT, e.close_t)
    _schedule_slot(e, c)
    if c.steady != 0 and c.warm_up_s > 0.0:
        schedule(e, WARM_UP_SLOT, e.t + c.warm_up_s)
    for q in range(c.n_queues):
        if e.day == 0:
            draw_gap(e, c, q)
        e.queue[q].since = e.t
        schedule_arrival(e, c, q)
    for a in range(c.n_advisors):
        e.advisor[a].since = e.t
        if _on_duty(c, a, 0):
            idle_push(e, c, a)


@helper
def _on_duty(c, a, slot):
    g = c.advisor_group[a]
    return a - c.first_advisor[g] < c.staffing[g, slot]


@helper
def _schedule_slot(e, c):
    due = e.open_t + (e.slot + 1) * c.slot_s
    if e.slot + 1 < c.n_slots and due < e.close_t:
        schedule(e, STAFF_SLOT, due)
    else:
        cancel(e, STAFF_SLOT)


@block
def on_slot(e, c, log):
    """A new slot: advisors come and go."""
    e.slot += 1
    note_clock(e, log, LOG_SLOT, e.slot)
    forget_oldest_slot(e, c)
    _schedule_slot(e, c)
    for a in range(c.n_advisors):
        before = _on_duty(c, a, e.slot - 1)
        after = _on_duty(c, a, e.slot)
        if before and not after:
            if e.advisor[a].state == IDLE:
                idle_leave(e, c, a, OFF)
            else:
                e.advisor[a].leaving = 1
        elif after and not before:
            if e.advisor[a].state == OFF:
                free_advisor(e, c, log, a)
            else:
                e.advisor[a].leaving = 0


@block
def on_closing(e, c, log):
    """Nothing new starts; overtime begins."""
    e.stage = CLOSED
    note_clock(e, log, LOG_CLOSING, e.day)
    schedule(e, CLOCK_SLOT, e.t + c.overtime_s)


@block
def on_overtime_end(e, c, log):
    """Whoever still waits is not served; who is being served is."""
    e.stage = OVERTIME_OVER
    note_clock(e, log, LOG_OVERTIME_END, e.day)
    cancel(e, CLOCK_SLOT)
    for q in range(c.n_queues):
        unserve(e, c, log, q)
    for i in range(c.n_campaigns):
        drop_waiting(e, c, log, i)


@block
def end_day(e, c, log):
    """All advisors go home; True if it was the last day."""
    note_clock(e, log, LOG_DAY_END, e.day)
    e.stage = NIGHT
    for a in range(c.n_advisors):
        if e.advisor[a].state == IDLE:
            idle_leave(e, c, a, OFF)
        e.advisor[a].leaving = 0
    settle_waiting_time(e, c)
    if e.day + 1 >= c.days:
        return True
    e.day += 1
    opening = e.day * DAY_S + c.open_s
    if opening < e.t:
        e.failure = OUTLASTS_NIGHT
    schedule(e, CLOCK_SLOT, max(opening, e.t))
    return False


@helper
def settle_times(e, c):
    """Bring every time counter up to now."""
    settle_waiting_time(e, c)
    settle_advisor_time(e, c)


@block
def on_warm_up_end(e, c, log):
    """Counting starts: the counters of this moment become the base."""
    note_clock(e, log, LOG_WARM_UP_END, e.day)
    cancel(e, WARM_UP_SLOT)
    settle_times(e, c)
    e.counting = 1


@block
def clear(e, c):
    """The state before the first opening; the caller has set the seed and zeroed the record."""
    for i in range(e.place.shape[0]):
        e.place[i] = NIL
    for s in range(e.contact.shape[0]):
        e.contact[s].next = s + 1 if s + 1 < e.contact.shape[0] else NIL
    for q in range(c.n_queues):
        e.queue[q].head = NIL
        e.queue[q].tail = NIL
        e.queue[q].recent_t = c.open_s
    for g in range(c.n_groups):
        e.group[g].head = NIL
        e.group[g].tail = NIL
        e.group[g].n[OFF] = c.first_advisor[g + 1] - c.first_advisor[g]
    for i in range(c.n_campaigns):
        e.campaign[i].ring_head = NIL
        e.campaign[i].ring_tail = NIL
        e.campaign[i].wait_head = NIL
        e.campaign[i].wait_tail = NIL
        e.campaign[i].recent_t = c.open_s
    e.t = c.open_s
    e.last_decision_t = c.open_s
    e.stage = NIGHT
    e.counting = 0 if c.steady != 0 and c.warm_up_s > 0.0 else 1
    schedule(e, CLOCK_SLOT, c.open_s)
