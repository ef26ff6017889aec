"""The event loop: take the next event, call its handler, and stop when a decision is due."""

from ccenv.sim.advisors.fairness import end_shares
from ccenv.sim.arriving.arrivals import on_fresh
from ccenv.sim.arriving.entering import on_ivr_end, on_return
from ccenv.sim.clock.clock import (
    end_at_midnight,
    end_day,
    on_closing,
    on_midnight,
    on_opening,
    on_overtime_end,
    on_slot,
    on_warm_up_end,
    settle_times,
)
from ccenv.sim.clock.levels import on_mode, on_surge
from ccenv.sim.clock.roster import on_break_end, on_roster
from ccenv.sim.decide import begin_epoch, can_act
from ccenv.sim.handling.callbacks import on_callback_ring_end
from ccenv.sim.handling.chats import on_chat_end
from ccenv.sim.handling.service import on_handover_end, on_talk_end
from ccenv.sim.handling.waiting import arm, on_abandoned, on_callback_due
from ccenv.sim.handling.wrap_up import on_wrap_up_end
from ccenv.sim.kernel.contacts import advisor_timer, campaign_timer, contact_timer
from ccenv.sim.kernel.heap import cancel, first_timer
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.record import note_clock
from ccenv.sim.lines.connects import on_waiting_over
from ccenv.sim.lines.dialing import on_decided, on_ring_end
from ccenv.sim.lines.not_picked_up import on_not_picked_up
from ccenv.sim.lists.attempts import on_leads_due
from ccenv.sim.state.codes import (
    ALERTING,
    AWAITING_ANSWER,
    CALLBACK_RINGING,
    CLOCK_TIMER,
    CLOSED,
    CONNECT_WAITING,
    COUNTING,
    DECIDING,
    EPOCH,
    EVENT_EPOCH,
    FAILED,
    FIRST_STREAM,
    HANDING_OVER,
    IN_CHAT,
    IN_IVR,
    INTERVAL,
    LEAD,
    LOG_END,
    LOG_REVIEW,
    MODE_TIMER,
    NIGHT,
    NIL,
    OK,
    OPEN,
    OPENING_EPOCH,
    OVERTIME_OVER,
    PAUSED,
    PENDING_CALLBACK,
    REVIEW_EPOCH,
    REVIEW_TIMER,
    RINGING,
    ROSTER_TIMER,
    SLOT_TIMER,
    SURGE_TIMER,
    TALKING,
    TERMINATED,
    TRUNCATED,
    WAITING,
    WARM_UP_TIMER,
    WRAPPING,
)


@helper
def _on_contact(e, c, log, s):
    phase = e.contact[s].phase
    if phase == WAITING:
        on_abandoned(e, c, log, s)
    elif phase == TALKING:
        on_talk_end(e, c, log, s)
    elif phase == WRAPPING:
        on_wrap_up_end(e, c, log, s)
    elif phase == RINGING:
        on_ring_end(e, c, log, s)
    elif phase == CONNECT_WAITING:
        on_waiting_over(e, c, log, s)
    elif phase == IN_IVR:
        on_ivr_end(e, c, log, s)
    elif phase == CALLBACK_RINGING:
        on_callback_ring_end(e, c, log, s)
    elif phase == PENDING_CALLBACK:
        on_callback_due(e, c, log, s)
    elif phase == HANDING_OVER:
        on_handover_end(e, c, log, s)
    elif phase == DECIDING:
        on_decided(e, c, log, s)
    elif phase == IN_CHAT:
        on_chat_end(e, c, log, s)
    elif phase == ALERTING and e.contact[s].kind == LEAD:
        on_waiting_over(e, c, log, s)
    elif phase == ALERTING:
        on_abandoned(e, c, log, s)
    else:
        on_return(e, c, log, s)


@helper
def _on_advisor(e, c, log, a):
    """Handle the timer of an advisor: the end of a break, or of ringing in vain."""
    if e.advisor[a].state == AWAITING_ANSWER:
        on_not_picked_up(e, c, log, a)
    else:
        on_break_end(e, c, log, a)


@block
def _on_clock(e, c, log, timer):
    if timer == SLOT_TIMER:
        on_slot(e, c, log)
    elif timer == WARM_UP_TIMER:
        on_warm_up_end(e, c, log)
    elif timer == REVIEW_TIMER:
        cancel(e, REVIEW_TIMER)
        note_clock(e, log, LOG_REVIEW, e.day)
    elif timer == ROSTER_TIMER:
        on_roster(e, c, log)
    elif timer == MODE_TIMER:
        on_mode(e, c, log)
    elif timer == SURGE_TIMER:
        on_surge(e, c, log)
    elif e.stage == NIGHT:
        on_opening(e, c, log)
    elif e.stage == OPEN and c.continuous != 0:
        on_midnight(e, c, log)
    elif e.stage == OPEN:
        on_closing(e, c, log)
    else:
        on_overtime_end(e, c, log)


@helper
def _stops_before(e, c, timer):
    """Return whether an interval of the counters ends at this event: a slot boundary, or the start of a later day.

    Only if `stop_at_slots` is set. `stopped` prevents a second stop at the same event.
    """
    if e.stop_at_slots == 0 or e.stopped != 0:
        return False
    if timer == CLOCK_TIMER:
        return (e.stage == NIGHT and e.day > 0) or (c.continuous != 0 and e.stage == OPEN and e.day + 1 < c.days)
    return timer == SLOT_TIMER


@helper
def _is_last(e, c):
    """Return whether the clock's next event in the stage OPEN is the end of the run: the horizon, or a midnight."""
    return c.steady != 0 or (c.continuous != 0 and e.day + 1 >= c.days)


@helper
def _settled(e, c, log, kind):
    """Settle an event: end the day, begin an epoch, or neither. Returns the stop code, or -1 to continue the loop."""
    e.unsettled = 0
    if (e.stage == CLOSED or e.stage == OVERTIME_OVER) and e.n_active == 0:
        cancel(e, REVIEW_TIMER)
        return TERMINATED if end_day(e, c, log) else -1
    if e.stage != NIGHT and can_act(e, c):
        begin_epoch(e, kind)
        return EPOCH
    arm(e, c)
    cancel(e, REVIEW_TIMER)
    return -1


@helper
def advance(e, c, log):
    """Run to the next epoch, stop of the counters, or end.

    Returns the reason: EPOCH, TERMINATED, TRUNCATED, INTERVAL, COUNTING or FAILED. It fails with PAUSED once
    `pause_at` events have been handled. A review does not raise `event_number`, so rules keep their coin.
    """
    first_campaign = campaign_timer(e, 0)
    first_advisor = advisor_timer(e, 0)
    first_contact = contact_timer(e, 0)
    while True:
        if e.unsettled != 0:
            stop = _settled(e, c, log, EVENT_EPOCH)
            if stop >= 0:
                return stop
        if e.n_events >= e.pause_at:
            e.failure = PAUSED
            return FAILED
        if e.heap[0].t >= e.stop_t:
            e.t = max(e.t, e.stop_t)
            e.shown_events = NIL  # time has passed without an event
            return INTERVAL
        timer = first_timer(e)
        e.t = e.heap[0].t
        if _stops_before(e, c, timer):
            settle_times(e, c)
            e.stopped = 1
            return INTERVAL
        e.stopped = 0
        e.n_events += 1
        if timer == CLOCK_TIMER and e.stage == OPEN and _is_last(e, c):
            settle_times(e, c)
            if c.continuous != 0:
                end_at_midnight(e, c, log)
            else:
                end_shares(e, c)
            e.paid_events = NIL  # the end counts the shares of the day, and is no event of its own
            note_clock(e, log, LOG_END, e.day)
            return TRUNCATED
        kind = EVENT_EPOCH
        if timer == REVIEW_TIMER:
            kind = REVIEW_EPOCH
        else:
            e.event_number += 1
            if timer == CLOCK_TIMER and e.stage == NIGHT:
                kind = OPENING_EPOCH
        if timer >= first_contact:
            _on_contact(e, c, log, timer - first_contact)
        elif timer >= first_advisor:
            _on_advisor(e, c, log, timer - first_advisor)
        elif timer >= first_campaign:
            on_leads_due(e, c, log, timer - first_campaign)
        elif timer >= FIRST_STREAM:
            on_fresh(e, c, log, timer - FIRST_STREAM)
        else:
            _on_clock(e, c, log, timer)
        if e.failure != OK:
            return FAILED
        if timer == WARM_UP_TIMER:
            e.unsettled = 1
            return COUNTING
        if e.unseen != 0:
            # An epoch, or a gap in the event numbers, would tell a policy that something hidden has happened.
            e.unseen = 0
            e.event_number -= 1
            continue
        stop = _settled(e, c, log, kind)
        if e.failure != OK:
            return FAILED
        if stop >= 0:
            return stop
