"""Outbound attempts: dialing, the end of ringing, connects that find nobody."""

from ccenv.sim.advisors import first_idle, idle_take
from ccenv.sim.codes import (
    ADVISOR_TALKING,
    BUSY,
    CONNECT,
    CONTACT_NUMBER,
    DROP_AFTER,
    FALSE_POSITIVE,
    INVALID,
    LEAD,
    LOG_CONNECT_WAITING,
    LOG_DIALED,
    LOG_DROP_DUE,
    LOG_DROPPED,
    LOG_RING_END,
    MACHINE,
    MACHINE_PASSED,
    NIL,
    NO_ANSWER,
    OUTCOME,
    OVERTIME_OVER,
    RESERVED,
    RING,
    RINGING,
)
from ccenv.sim.contacts import end_contact, link, schedule_contact, schedule_end, take_contact, unlink
from ccenv.sim.draws import ONE, U, entity_key, exp, uniform
from ccenv.sim.fields import RECENT_LONG_S, RECENT_S
from ccenv.sim.jit import block, helper
from ccenv.sim.joining import connect_leaves, connect_waits, free_advisor, join_connect
from ccenv.sim.laws import draw
from ccenv.sim.record import note_contact


@helper
def decay_answers(e, i):
    """Bring the decaying counts of ended and answered attempts up to now."""
    if e.campaign[i].recent_t < e.t:
        ago = e.campaign[i].recent_t - e.t
        short = exp(ago / RECENT_S)
        long = exp(ago / RECENT_LONG_S)
        e.campaign[i].ended[0] *= short
        e.campaign[i].ended[1] *= long
        e.campaign[i].answered[0] *= short
        e.campaign[i].answered[1] *= long
        e.campaign[i].recent_t = e.t


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


@block
def dial_lead(e, c, log, i, a):
    """Dial the next lead of campaign i, reserving advisor a (already out of the idle line) unless it is NIL."""
    s = take_contact(e)
    if s == NIL:
        return
    number = e.campaign[i].n_leads
    e.campaign[i].n_leads = number + 1
    key = entity_key(e.root, c.campaign[i].stream, number)
    e.contact[s].key = key
    e.contact[s].number = number
    e.contact[s].kind = LEAD
    e.contact[s].index = i
    e.contact[s].advisor = a
    e.contact[s].phase = RINGING
    e.contact[s].since = e.t
    v = uniform(key, CONTACT_NUMBER)
    k = 0
    while c.campaign[i].share[k] <= v:
        k += 1
    e.contact[s].contact_number = k
    e.lines += 1
    e.campaign[i].lines += 1
    e.campaign_count[i].attempts += 1
    e.campaign_count[i].touched += 1
    note_contact(e, c, log, LOG_DIALED, s, k)
    _ring_joins(e, i, s)
    ring_s = draw(c.law[c.campaign[i].ring], uniform(key, RING))
    if ring_s > 0.0:
        schedule_end(e, s, e.t + ring_s)
    else:
        on_ring_end(e, c, log, s)


@helper
def dial_reserved(e, c, log, i, g):
    """Dial one lead with the first idle advisor of group g reserved."""
    a = first_idle(e, c, g)
    idle_take(e, c, a, RESERVED)
    dial_lead(e, c, log, i, a)


@helper
def answer_probability(e, c, i):
    """Probability of a live answer in this slot and mode."""
    p = c.campaign[i].p_answer[e.slot]
    if c.switches != 0:
        others = c.campaign[i].p_machine + c.campaign[i].p_busy + c.campaign[i].p_invalid
        p = min(p * c.mode_answers[e.mode], 1.0 - others)
    return p


@helper
def _outcome(e, c, i, s):
    """Outcome of an attempt, from its uniform and the probabilities of this slot."""
    p = answer_probability(e, c, i)
    v = uniform(e.contact[s].key, OUTCOME)
    edge = p * (1.0 - c.campaign[i].p_false_positive)
    if v < edge:
        return CONNECT
    edge += p * c.campaign[i].p_false_positive
    if v < edge:
        return FALSE_POSITIVE
    edge += c.campaign[i].p_machine * c.campaign[i].p_machine_passed
    if v < edge:
        return MACHINE_PASSED
    edge += c.campaign[i].p_machine * (1.0 - c.campaign[i].p_machine_passed)
    if v < edge:
        return MACHINE
    edge += c.campaign[i].p_busy
    if v < edge:
        return BUSY
    edge += c.campaign[i].p_invalid
    if v < edge:
        return INVALID
    return NO_ANSWER


@helper
def _count_outcome(e, i, outcome):
    if outcome == CONNECT:
        e.campaign_count[i].connects += 1
    elif outcome == FALSE_POSITIVE:
        e.campaign_count[i].false_positive += 1
    elif outcome == MACHINE_PASSED:
        e.campaign_count[i].machine_passed += 1
    elif outcome == MACHINE:
        e.campaign_count[i].machine += 1
    elif outcome == BUSY:
        e.campaign_count[i].busy += 1
    elif outcome == INVALID:
        e.campaign_count[i].invalid += 1
    else:
        e.campaign_count[i].no_answer += 1


@helper
def _longest_idle(e, c, i):
    """The eligible idle advisor who has been idle longest; NIL if none."""
    best = NIL
    for g in range(c.n_groups):
        a = first_idle(e, c, g)
        if a != NIL and (c.campaign_skill[g] >> U(i)) & ONE != U(0):
            if best == NIL or e.advisor[a].idle_since < e.advisor[best].idle_since:
                best = a
    return best


@block
def on_ring_end(e, c, log, s):
    """The attempt ends, or somebody answers."""
    i = e.contact[s].index
    a = e.contact[s].advisor
    _ring_leaves(e, i, s)
    outcome = _outcome(e, c, i, s)
    note_contact(e, c, log, LOG_RING_END, s, outcome)
    _count_outcome(e, i, outcome)
    decay_answers(e, i)
    answered = outcome == CONNECT or outcome == MACHINE_PASSED
    for k in range(2):
        e.campaign[i].ended[k] += 1.0
        if answered:
            e.campaign[i].answered[k] += 1.0
    if not answered:
        e.lines -= 1
        e.campaign[i].lines -= 1
        end_contact(e, s)
        if a != NIL:
            free_advisor(e, c, log, a)
        return
    e.contact[s].entry_s = e.t
    if outcome == MACHINE_PASSED:
        e.contact[s].machine = 1
    if a == NIL:
        a = _longest_idle(e, c, i)
        if a != NIL:
            idle_take(e, c, a, ADVISOR_TALKING)
    if a != NIL:
        join_connect(e, c, log, s, a)
    else:
        _wait_or_drop(e, c, log, i, s)


@helper
def _wait_or_drop(e, c, log, i, s):
    patience = draw(c.law[c.campaign[i].drop_after], uniform(e.contact[s].key, DROP_AFTER))
    if patience > 0.0 and e.stage != OVERTIME_OVER:
        note_contact(e, c, log, LOG_CONNECT_WAITING, s, 0)
        connect_waits(e, s)
        schedule_contact(e, s, e.t + patience)
    else:
        _drop(e, c, log, i, s)


@block
def _drop(e, c, log, i, s):
    """Nobody took the connect in time."""
    note_contact(e, c, log, LOG_DROPPED, s, 0)
    if e.contact[s].machine != 0:
        e.campaign_count[i].mp_dropped += 1
    else:
        e.campaign_count[i].dropped += 1
        e.campaign_count[i].dropped_wait_s += e.t - e.contact[s].entry_s
    e.lines -= 1
    e.campaign[i].lines -= 1
    end_contact(e, s)


@block
def on_drop_due(e, c, log, s):
    """A connect has waited as long as it may."""
    note_contact(e, c, log, LOG_DROP_DUE, s, 0)
    connect_leaves(e, s)
    _drop(e, c, log, e.contact[s].index, s)


@block
def drop_waiting(e, c, log, i):
    """Overtime is over: all waiting connects of the campaign are dropped."""
    while e.campaign[i].wait_head != NIL:
        s = e.campaign[i].wait_head
        connect_leaves(e, s)
        _drop(e, c, log, i, s)
