"""Outbound attempts: dialing the next lead, and the end of ringing."""

import numpy as np

from ccenv.sim.advisors.idle_list import first_idle, idle_take
from ccenv.sim.handling.joining import free_advisor, longest_idle, offer_connect
from ccenv.sim.kernel.bits import bit
from ccenv.sim.kernel.contacts import end_contact, link, schedule_end, take_contact, unlink
from ccenv.sim.kernel.dists import draw
from ccenv.sim.kernel.draws import uniform
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.record import note_contact
from ccenv.sim.lines.connects import hang_up, wait_or_drop
from ccenv.sim.lists.attempts import attempt_over
from ccenv.sim.lists.compliance import HUNG_UP_EARLY
from ccenv.sim.lists.goals import earlier_contacts
from ccenv.sim.lists.leads import attempt_key, take_row
from ccenv.sim.lists.next_lead import next_lead
from ccenv.sim.lists.outcomes import after_outcome, count_outcome, count_recent, outcome_of, ring_dist_of
from ccenv.sim.lists.return_calls import cancel_return
from ccenv.sim.state.codes import (
    ADVISOR_TALKING,
    AGREED,
    AWAITING_ANSWER,
    BUSY,
    CONNECT,
    DECIDE,
    DECIDING,
    FALSE_POSITIVE,
    HANG_UP,
    LEAD,
    LOG_DECIDED,
    LOG_DIALED,
    LOG_HANG_UP,
    LOG_RING_END,
    MACHINE_PASSED,
    NIL,
    RETRYING,
    RING,
    RINGING,
)


@helper
def _ring_joins(e, i, s):
    last = e.campaign[i].ring_tail
    link(e, s, last, NIL)
    if last == NIL:
        e.campaign[i].ring_head = s
    e.campaign[i].ring_tail = s
    e.campaign[i].ringing += 1


@helper
def _ring_leaves(e, i, s):
    before, after = unlink(e, s)
    if before == NIL:
        e.campaign[i].ring_head = after
    if after == NIL:
        e.campaign[i].ring_tail = before
    e.campaign[i].ringing -= 1
    e.news_campaigns |= bit(i)


@helper
def _take_lead(e, c, log, s, i, k, r):
    """Make contact s the next attempt of a lead: of row r, or of the next fresh lead of segment k if r is NIL.

    A fresh lead gets a row if the campaign keeps leads. An agreed callback is counted as kept or late. A pending
    return call is cancelled.
    """
    if r == NIL:
        e.contact[s].number = e.segment[k].n_leads
        e.segment[k].n_leads += 1
        e.campaign[i].n_fresh += 1
        e.campaign[i].since_fresh = 0
        e.campaign[i].turn = (k - c.campaign[i].first_segment + 1) % c.campaign[i].n_segments
        e.campaign_count[i].touched += 1
        if c.campaign[i].keeps != 0:
            r = take_row(e, c, k)
            if r == NIL:
                return
            e.lead_number[r] = e.contact[s].number
            e.lead_attempts[r] = 0
            e.lead_joins[r] = 0
            e.lead_talk[r] = 0
            e.lead_return[r] = 0
            e.lead_after[r] = 0
            e.lead_state[r] = RETRYING
        e.contact[s].attempt = 1
        e.contact[s].joins = 0
    else:
        e.contact[s].number = e.lead_number[r]
        e.contact[s].attempt = e.lead_attempts[r] + 1
        e.contact[s].joins = e.lead_joins[r]
        if c.campaign[i].return_queue != NIL:
            cancel_return(e, c, log, r)
        if e.lead_state[r] == AGREED:
            e.segment[k].n_agreed -= 1
            e.contact[s].agreed = 1
            if e.t <= e.lead_due[r] + c.campaign[i].agree_window_s:
                e.campaign_count[i].agreed_kept += 1
            else:
                e.campaign_count[i].agreed_late += 1
        else:
            e.campaign[i].since_fresh += 1
    if r != NIL:
        e.lead_attempts[r] = e.contact[s].attempt
    e.contact[s].segment = k
    e.contact[s].lead = r


@helper
def _ring_s(e, c, s, i):
    """Draw the ring time in seconds; the outcome is drawn first if ring distributions differ by outcome."""
    dist = c.campaign[i].ring
    if c.campaign[i].ring_differs != 0:
        outcome = outcome_of(e, c, i, s)
        e.contact[s].outcome = outcome
        dist = c.campaign[i].ring_of[ring_dist_of(outcome)]
    return draw(c.dist[dist], uniform(e.contact[s].key, RING))


@block
def _ring(e, c, log, i, k, r, a):
    """Dial the lead of row r, or the next fresh lead of segment k if r is NIL; a is the reserved advisor or NIL."""
    s = take_contact(e)
    if s == NIL:
        return
    _take_lead(e, c, log, s, i, k, r)
    key = attempt_key(e, c, k, e.contact[s].number, np.int64(e.contact[s].attempt))
    e.contact[s].key = key
    e.contact[s].kind = LEAD
    e.contact[s].index = i
    e.contact[s].advisor = a
    e.contact[s].phase = RINGING
    e.contact[s].since = e.t
    e.contact[s].contact_number = earlier_contacts(e, c, k, e.contact[s].number)
    e.lines += 1
    e.campaign[i].lines += 1
    e.campaign_count[i].attempts += 1
    note_contact(e, c, log, LOG_DIALED, s, k - c.campaign[i].first_segment)
    _ring_joins(e, i, s)
    ring_s = _ring_s(e, c, s, i)
    if ring_s > 0.0:
        schedule_end(e, s, e.t + ring_s)
    else:
        on_ring_end(e, c, log, s)


@helper
def dial(e, c, log, i):
    """Dial the next lead of campaign i, if there is one."""
    k, r = next_lead(e, c, log, i)
    if k != NIL:
        _ring(e, c, log, i, k, r, NIL)


@helper
def dial_reserved(e, c, log, i, g):
    """Dial the next lead, if there is one, with the first idle advisor of group g reserved."""
    k, r = next_lead(e, c, log, i)
    if k != NIL:
        a = first_idle(e, c, g)
        idle_take(e, c, a, AWAITING_ANSWER)
        _ring(e, c, log, i, k, r, a)


@block
def on_ring_end(e, c, log, s):
    """Handle the end of ringing: the outcome is known now, or the detector begins to decide on what has answered."""
    i = e.contact[s].index
    e.campaign_count[i].ringing_s += e.t - e.contact[s].since
    outcome = np.int64(e.contact[s].outcome)
    if outcome == NIL:
        outcome = outcome_of(e, c, i, s)
    note_contact(e, c, log, LOG_RING_END, s, outcome)
    e.contact[s].entry_s = e.t
    if c.campaign[i].decide == NIL or outcome >= BUSY or not _decide_later(e, c, s, outcome):
        _outcome_known(e, c, log, s, outcome)


@helper
def _decide_later(e, c, s, outcome):
    """Let the detector decide on an answered attempt; False if it does so at once.

    The decision, or the hang-up of a person before it (`hangs_up`), is drawn now.
    """
    i = e.contact[s].index
    key = e.contact[s].key
    ends = draw(c.dist[c.campaign[i].decide], uniform(key, DECIDE))
    if ends <= 0.0:
        return False
    if outcome == CONNECT or outcome == FALSE_POSITIVE:
        hangs_up_after = draw(c.dist[c.campaign[i].hang_up], uniform(key, HANG_UP))
        if hangs_up_after < ends:
            ends = hangs_up_after
            e.contact[s].hangs_up = 1
    e.contact[s].outcome = outcome
    e.contact[s].phase = DECIDING
    e.campaign[i].deciding += 1
    e.news_campaigns |= bit(i)
    schedule_end(e, s, e.t + ends)
    return True


@block
def on_decided(e, c, log, s):
    """Handle the detector's decision, or the hang-up of a person before it."""
    i = e.contact[s].index
    outcome = np.int64(e.contact[s].outcome)
    e.campaign[i].deciding -= 1
    if e.contact[s].hangs_up != 0:
        _hang_up_early(e, c, log, i, s)
        return
    note_contact(e, c, log, LOG_DECIDED, s, outcome)
    if outcome != CONNECT:
        e.campaign_count[i].deciding_s += e.t - e.contact[s].entry_s
    _outcome_known(e, c, log, s, outcome)


@helper
def _hang_up_early(e, c, log, i, s):
    """Count a person who hangs up before the detector has decided as a connect that hung up."""
    a = e.contact[s].advisor
    _ring_leaves(e, i, s)
    e.contact[s].accepted_s = e.t
    e.campaign_count[i].connects += 1
    count_recent(e, i, True)
    note_contact(e, c, log, LOG_HANG_UP, s, 0)
    hang_up(e, c, log, i, s, HUNG_UP_EARLY)
    if a != NIL:
        free_advisor(e, c, log, a)


@block
def _outcome_known(e, c, log, s, outcome):
    """Join a connect or a passed machine, let it wait, or end the attempt."""
    i = e.contact[s].index
    a = e.contact[s].advisor
    _ring_leaves(e, i, s)
    count_outcome(e, i, outcome)
    answered = outcome == CONNECT or outcome == MACHINE_PASSED
    count_recent(e, i, answered)
    if not answered:
        e.lines -= 1
        e.campaign[i].lines -= 1
        attempt_over(e, c, log, s, after_outcome(outcome), False)
        end_contact(e, s)
        if a != NIL:
            free_advisor(e, c, log, a)
        return
    e.contact[s].accepted_s = e.t
    if outcome == MACHINE_PASSED:
        e.contact[s].machine = 1
    if a == NIL:
        a = longest_idle(e, c, i)
        if a != NIL:
            idle_take(e, c, a, ADVISOR_TALKING)
    if a != NIL:
        offer_connect(e, c, log, s, a)
    else:
        wait_or_drop(e, c, log, i, s)
