"""The end of an attempt (closed, or put back for later), promises that are due, and the leads due event."""

import numpy as np

from ccenv.sim.kernel.bits import bit
from ccenv.sim.kernel.contacts import campaign_timer
from ccenv.sim.kernel.dists import draw
from ccenv.sim.kernel.draws import uniform
from ccenv.sim.kernel.heap import cancel, schedule
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.record import note_clock, note_contact, note_lead
from ccenv.sim.lists.goals import goal_value
from ccenv.sim.lists.lawful import drop_until, grid_now, lawful_from, next_hours, note_attempt, quiet_until
from ccenv.sim.lists.leads import (
    READY_ROWS,
    WAITING_ROWS,
    attempt_key,
    free_row,
    pop_row,
    push_row,
    top_row,
    wait_until,
    wake_by,
)
from ccenv.sim.lists.next_lead import close_lead
from ccenv.sim.lists.return_calls import expect_return, note_row, sells, will_return
from ccenv.sim.state.codes import (
    AFTER_DROPPED,
    AFTER_TALKED,
    AGREE,
    AGREE_DELAY,
    AGREED,
    CLOCK_EVENT,
    DROPPED_LAST,
    HANDLE,
    HELD,
    INFINITY,
    KEPT,
    KEPT_DELAY,
    LEAD,
    LOG_BROKEN,
    LOG_CLOSED,
    LOG_KEPT,
    LOG_LEADS_DUE,
    LOG_PUT_BACK,
    NIL,
    PROMISED,
    RETRY,
    RETRYING,
    STOP,
    VALUE,
)


@helper
def _note(e, c, log, code, s, detail):
    """Log what becomes of the lead of contact s: an attempt, or a return call."""
    if e.contact[s].kind == LEAD:
        note_contact(e, c, log, code, s, detail)
    else:
        note_row(e, c, log, code, s, detail)


@helper
def _wait(e, c, log, s, r, state, due):
    """Put the lead of contact s back until `due`; the campaign's leads due event moves to `due` if that is earlier."""
    k = e.contact[s].segment
    wait_until(e, c, k, r, state, due)
    _note(e, c, log, LOG_PUT_BACK, s, state)
    wake_by(e, c.segment[k].campaign, due)


@helper
def _close(e, c, log, s, r):
    free_row(e, e.contact[s].segment, r)
    close_lead(e, c, e.contact[s].segment)
    _note(e, c, log, LOG_CLOSED, s, 0)


@helper
def _lockouts_over(e, c, i, r, after, person):
    """Return the time at which the lockouts after this attempt and after an earlier talk are over.

    `after` is the outcome of the attempt, `person` tells whether a person was talked to.
    """
    if person:
        return max(e.t + c.campaign[i].quiet_s, drop_until(e, c, i, r))  # a return call may follow a drop
    t = quiet_until(e, c, i, r)
    return max(t, e.t + c.campaign[i].lockout_s) if after == AFTER_DROPPED else t


@block
def attempt_over(e, c, log, s, after, person):
    """End the attempt of contact s.

    `after`: AFTER_ code of the outcome, NIL for an invalid number. `person`: the lead's person was talked to.
    Without a row the lead is closed. With one it is put back for a promise, an agreed callback or a retry, or closed.
    """
    i = e.contact[s].index
    k = e.contact[s].segment
    r = e.contact[s].lead
    e.news_campaigns |= bit(i)
    if r == NIL:
        close_lead(e, c, k)
        return
    note_attempt(e, c, k, r)
    e.lead_after[r] = DROPPED_LAST if after == AFTER_DROPPED else 0
    if person:
        _talked(e, c, log, s, i, k, r, True)
    else:
        _after_vain(e, c, log, s, i, r, after)


@helper
def _retries(e, c, i, r, after):
    """Return whether the campaign dials the lead of row r again after this outcome."""
    return after != NIL and c.campaign[i].retry[after] != NIL and e.lead_attempts[r] < c.campaign[i].max_attempts


@helper
def _retry_from(e, c, s, i, r, after, person):
    """Return the due time of a retry."""
    due = e.t + draw(c.dist[c.campaign[i].retry[after]], uniform(e.contact[s].key, RETRY))
    return lawful_from(e, c, e.contact[s].segment, r, max(due, _lockouts_over(e, c, i, r, after, person)))


@block
def _after_vain(e, c, log, s, i, r, after):
    """Put the lead of an attempt without a talk back for a retry, hold it for a return call, or close it."""
    listed = _retries(e, c, i, r, after)
    comes = c.campaign[i].return_queue != NIL and after != NIL and will_return(e, c, s, after, listed)
    if listed:
        _wait(e, c, log, s, r, RETRYING, _retry_from(e, c, s, i, r, after, False))
    elif comes:
        e.lead_state[r] = HELD
    else:
        _close(e, c, log, s, r)
    if comes:
        expect_return(e, c, log, s)


@block
def _talked(e, c, log, s, i, k, r, joined):
    """Decide what follows a talk: a promise, no more calls, an agreed callback, a retry, or the end of the lead.

    `joined`: the advisor has the skill for the campaign.
    """
    key = e.contact[s].key
    e.lead_talk[r] = grid_now(e)
    if joined:
        e.lead_joins[r] = min(e.lead_joins[r] + 1, 255)
    if e.contact[s].buys != 0:
        if c.campaign[i].follows_up != 0:
            due = e.t + draw(c.dist[c.campaign[i].kept_after], uniform(key, KEPT_DELAY))
            _wait(e, c, log, s, r, PROMISED, due)
        else:
            _close(e, c, log, s, r)
    elif uniform(key, STOP) < c.campaign[i].p_stop:
        e.campaign_count[i].stopped += 1
        _close(e, c, log, s, r)
    elif e.lead_attempts[r] < c.campaign[i].max_attempts and uniform(key, AGREE) < c.campaign[i].p_agree:
        e.campaign_count[i].agreed += 1
        due = e.t + draw(c.dist[c.campaign[i].agree_after], uniform(key, AGREE_DELAY))
        _wait(e, c, log, s, r, AGREED, lawful_from(e, c, k, r, due))
    elif _retries(e, c, i, r, AFTER_TALKED):
        _wait(e, c, log, s, r, RETRYING, _retry_from(e, c, s, i, r, AFTER_TALKED, True))
    else:
        _close(e, c, log, s, r)


@block
def return_talked(e, c, log, s):
    """End the talk of return call s for its lead: what follows is that of a talk in an attempt."""
    k = e.contact[s].segment
    i = c.segment[k].campaign
    e.news_campaigns |= bit(i)
    _talked(e, c, log, s, i, k, np.int64(e.contact[s].lead), sells(e, c, s))
    e.contact[s].lead = NIL


@helper
def _lawful_after_break(e, c, i, k, r):
    """Return the time from which the lead of a broken promise may be dialed."""
    return lawful_from(e, c, k, r, max(e.t, quiet_until(e, c, i, r), drop_until(e, c, i, r)))


@block
def _settle_promise(e, c, log, k, r):
    """Settle a promise or an appointment that is due as kept or broken; its row is in no heap."""
    i = c.segment[k].campaign
    number = np.int64(e.lead_number[r])
    key = attempt_key(e, c, k, number, np.int64(e.lead_attempts[r]))
    local = k - c.campaign[i].first_segment
    e.segment[k].n_promised -= 1
    kept = uniform(key, KEPT) < c.campaign[i].p_kept
    note_lead(e, log, LOG_KEPT if kept else LOG_BROKEN, LEAD, i, number, key, local)
    if kept:
        e.campaign_count[i].kept += 1
        e.campaign_count[i].sale_value += goal_value(c, i, k, uniform(key, HANDLE), uniform(key, VALUE))
    else:
        e.campaign_count[i].broken += 1
    if not kept and c.campaign[i].retry_broken != 0 and e.lead_attempts[r] < c.campaign[i].max_attempts:
        wait_until(e, c, k, r, RETRYING, _lawful_after_break(e, c, i, k, r))
        note_lead(e, log, LOG_PUT_BACK, LEAD, i, number, key, RETRYING)
    else:
        free_row(e, k, r)
        close_lead(e, c, k)
        note_lead(e, log, LOG_CLOSED, LEAD, i, number, key, 0)


@block
def make_ready(e, c, log, i):
    """Make the due rows of a campaign ready, settle its due promises, and schedule its next leads due event."""
    wake = INFINITY
    e.news_campaigns |= bit(i)
    for k in range(c.campaign[i].first_segment, c.campaign[i].first_segment + c.campaign[i].n_segments):
        while e.segment[k].n_waiting > 0 and e.lead_due[top_row(e, c, k, WAITING_ROWS)] <= e.t:
            r = pop_row(e, c, k, WAITING_ROWS)
            if e.lead_state[r] == PROMISED:
                _settle_promise(e, c, log, k, r)
            else:
                if e.lead_state[r] == AGREED:
                    e.segment[k].n_agreed += 1
                push_row(e, c, k, READY_ROWS, r)
        if e.segment[k].n_waiting > 0:
            wake = min(wake, e.lead_due[top_row(e, c, k, WAITING_ROWS)])
        wake = min(wake, next_hours(c, k, e.t, e.close_t))
    if wake < e.close_t:
        schedule(e, campaign_timer(e, i), wake, CLOCK_EVENT)
    else:
        cancel(e, campaign_timer(e, i))


@block
def on_leads_due(e, c, log, i):
    """Handle a leads due event: a row is due, or the hours of a segment begin."""
    note_clock(e, log, LOG_LEADS_DUE, i)
    make_ready(e, c, log, i)
