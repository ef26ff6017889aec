"""Events of the clock: opening, slots, closing, and the ends of overtime, of the day and of the warm-up.

Around the clock (`c.continuous`), `open_t` is the midnight at which the profile last began, `close_t` is the next
midnight, and a day ends and the next one begins in one event at midnight, while everything else goes on.
"""

from ccenv.sim.advisors.day_factors import draw_busyness
from ccenv.sim.advisors.fairness import begin_shares, end_shares
from ccenv.sim.advisors.state import settle_advisor_time
from ccenv.sim.advisors.traits import draw_absence, draw_traits, live_through_day
from ccenv.sim.arriving.arrivals import carry_over, draw_gap, schedule_arrival
from ccenv.sim.clock.levels import begin_modes, begin_surge, draw_levels, factor_of
from ccenv.sim.clock.roster import begin_roster, schedule_roster, send_home, stop_work, work_off_roster
from ccenv.sim.handling.waiting import send_away
from ccenv.sim.kernel.contacts import settle_waiting_time
from ccenv.sim.kernel.heap import cancel, clear_heap, schedule
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.record import note_clock
from ccenv.sim.kernel.slots import forget_oldest_slot
from ccenv.sim.lines.connects import drop_waiting
from ccenv.sim.lists.attempts import make_ready
from ccenv.sim.lists.compliance import end_windows
from ccenv.sim.state.codes import (
    BACKLOG,
    CLOCK_EVENT,
    CLOCK_TIMER,
    CLOSED,
    DAY_S,
    INFINITY,
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
    OVERTIME_OVER,
    PENDING_CALLBACK,
    RETURN_CALL,
    SLOT_TIMER,
    WARM_UP_TIMER,
)


@block
def on_opening(e, c, log):
    """Open the centre: draw levels, schedule clock events and arrivals, start the roster, make leads ready."""
    e.open_t = e.t
    e.close_t = e.t + (c.close_s - c.open_s)
    e.night_over_t = (e.day + 1) * DAY_S + c.open_s
    if c.steady != 0 or c.continuous != 0:
        e.night_over_t = INFINITY
    e.stage = OPEN
    e.slot = 0
    if c.continuous != 0:
        e.slot = c.first_slot
        e.open_t = e.t - c.first_slot // c.day_slots * DAY_S
    begin_roster(e, c)
    for q in range(c.n_queues):
        e.queue[q].since = e.t
        if e.day == 0:
            draw_gap(e, c, q)
    for a in range(c.n_advisors):
        e.advisor[a].since = e.t
        draw_absence(e, c, a)
    if c.warm_up_s > 0.0:
        schedule(e, WARM_UP_TIMER, e.t + c.warm_up_s, CLOCK_EVENT)
    begin_modes(e, c)
    _begin_day(e, c, log)


@block
def _begin_day(e, c, log):
    """Begin a day: draw its levels, schedule its events and arrivals, work off the roster, make leads ready."""
    note_clock(e, log, LOG_OPENING, e.day)
    forget_oldest_slot(e, c)
    draw_levels(e, c)
    draw_busyness(e, c)
    begin_shares(e, c)
    schedule(e, CLOCK_TIMER, e.close_t, CLOCK_EVENT)
    _schedule_slot(e, c)
    schedule_roster(e, c)
    begin_surge(e, c)
    for q in range(c.n_queues):
        e.queue[q].factor = factor_of(e, c, q)
        schedule_arrival(e, c, q)
    work_off_roster(e, c, log)
    for i in range(c.n_campaigns):
        make_ready(e, c, log, i)


@helper
def _schedule_slot(e, c):
    due = e.open_t + (e.slot + 1) * c.slot_s
    if (e.slot + 1) % c.day_slots != 0 and due < e.close_t:
        schedule(e, SLOT_TIMER, due, CLOCK_EVENT)
    else:
        cancel(e, SLOT_TIMER)


@block
def on_slot(e, c, log):
    """Begin a slot: schedule the next boundary and work off the roster entries of this time."""
    e.slot += 1
    note_clock(e, log, LOG_SLOT, e.slot)
    forget_oldest_slot(e, c)
    _schedule_slot(e, c)
    work_off_roster(e, c, log)


@helper
def _count_backlogs(e, c):
    """Count the deferrable work in line at closing."""
    for q in range(c.n_queues):
        if c.queue[q].deferrable != 0:
            e.queue_count[q].backlog_closing += e.queue[q].length
            e.queue_count[q].closings += 1


@block
def on_closing(e, c, log):
    """Close the centre: no arrival, no dial and no deferrable work starts any more, and overtime begins."""
    e.stage = CLOSED
    note_clock(e, log, LOG_CLOSING, e.day)
    for q in range(c.n_queues):
        carry_over(e, c, q)
    schedule(e, CLOCK_TIMER, e.t + c.overtime_s, CLOCK_EVENT)
    if c.defers != 0:
        stop_work(e, c, log)
        _count_backlogs(e, c)


@block
def on_overtime_end(e, c, log):
    """End overtime: waiting contacts go unserved and waiting connects are dropped; contacts in service go on."""
    e.stage = OVERTIME_OVER
    note_clock(e, log, LOG_OVERTIME_END, e.day)
    cancel(e, CLOCK_TIMER)
    for q in range(c.n_queues):
        if c.queue[q].deferrable == 0:
            send_away(e, c, log, q)
    for i in range(c.n_campaigns):
        drop_waiting(e, c, log, i)


@block
def _live_through_day(e, c):
    for a in range(c.n_advisors):
        live_through_day(e, c, a)
    for i in range(c.n_campaigns):
        end_windows(e, c, i)


@block
def end_at_midnight(e, c, log):
    """End a day around the clock: its windows end and advisors live through it; nobody goes home."""
    note_clock(e, log, LOG_DAY_END, e.day)
    for q in range(c.n_queues):
        carry_over(e, c, q)
    if c.defers != 0:
        _count_backlogs(e, c)
    end_shares(e, c)
    _live_through_day(e, c)


@block
def on_midnight(e, c, log):
    """End a day around the clock and begin the next one; the caller handles the last midnight."""
    end_at_midnight(e, c, log)
    e.day += 1
    e.slot += 1
    if e.slot >= c.n_slots:
        e.slot = 0
        e.open_t = e.t
        e.roster_at = 0
    e.close_t = e.t + DAY_S
    _begin_day(e, c, log)


@helper
def _carry_out(e, c):
    """After the last day, count what is left: pending callbacks are carried out, and so is deferrable work in line."""
    for s in range(e.contact.shape[0]):
        if e.contact[s].phase == PENDING_CALLBACK:
            e.queue_count[e.contact[s].index].carried_out += 1
            if e.contact[s].kind == RETURN_CALL:
                e.campaign_count[c.segment[e.contact[s].segment].campaign].returns_lost += 1
        elif e.contact[s].phase == BACKLOG:
            e.queue_count[e.contact[s].index].items_left += 1


@block
def end_day(e, c, log):
    """End the day: advisors go off, windows end, the next opening is scheduled. True if it was the last day."""
    note_clock(e, log, LOG_DAY_END, e.day)
    e.stage = NIGHT
    for a in range(c.n_advisors):
        send_home(e, c, a)
    end_shares(e, c)
    _live_through_day(e, c)
    settle_waiting_time(e, c)
    if e.day + 1 >= c.days:
        _carry_out(e, c)
        return True
    e.day += 1
    schedule(e, CLOCK_TIMER, e.day * DAY_S + c.open_s, CLOCK_EVENT)
    return False


@helper
def settle_times(e, c):
    """Update every time counter to now."""
    settle_waiting_time(e, c)
    settle_advisor_time(e, c)


@block
def on_warm_up_end(e, c, log):
    """End the warm-up: settle the time counters and start counting.

    `advance` then returns COUNTING, and the caller copies the counters to `e.counts_before`, the base of all KPIs.
    """
    note_clock(e, log, LOG_WARM_UP_END, e.day)
    cancel(e, WARM_UP_TIMER)
    settle_times(e, c)
    begin_shares(e, c)
    e.counting = 1


@block
def clear(e, c):
    """Set the state before the first opening; the caller has zeroed the record and set the key of the run."""
    e.unarmed = NIL
    clear_heap(e)
    for s in range(e.contact.shape[0]):
        e.contact[s].next = s + 1 if s + 1 < e.contact.shape[0] else NIL
    for q in range(c.n_queues):
        e.queue[q].head = NIL
        e.queue[q].tail = NIL
        e.queue[q].defers = c.queue[q].deferrable
        e.queue[q].replays = 1 if c.queue[q].first_recorded != NIL else 0
    for g in range(c.n_groups):
        e.group[g].n[OFF] = c.first_advisor[g + 1] - c.first_advisor[g]
    for i in range(c.n_campaigns):
        e.campaign[i].ring_head = NIL
        e.campaign[i].ring_tail = NIL
        e.campaign[i].wait_head = NIL
        e.campaign[i].wait_tail = NIL
        e.campaign[i].recent_t = c.open_s
    for a in range(c.n_advisors):
        e.advisor[a].load_t = c.open_s
        draw_traits(e, c, a)
    e.t = c.open_s
    e.last_decision_t = c.open_s
    e.recent_t = c.open_s
    e.stage = NIGHT
    e.counting = 0 if c.warm_up_s > 0.0 else 1
    schedule(e, CLOCK_TIMER, c.open_s, CLOCK_EVENT)
