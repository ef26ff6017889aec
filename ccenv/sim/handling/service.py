"""Service: decisions at its beginning, the end of the talk (inbound and outbound), and transfers."""

from ccenv.sim.advisors.state import note_interruptible
from ccenv.sim.advisors.talking import leave_service, talk_for
from ccenv.sim.advisors.traits import handle_s, maybe_sample, p_repeat_with, p_sale_with, points_above
from ccenv.sim.handling.return_calls import count_return, pass_on_lead, return_handle_s
from ccenv.sim.handling.waiting import offer
from ccenv.sim.handling.wrap_up import release_partner, start_wrap_up
from ccenv.sim.kernel.contacts import cancel_contact, schedule_end, take_contact
from ccenv.sim.kernel.dists import draw
from ccenv.sim.kernel.draws import child_key, happens, uniform
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.record import note_contact
from ccenv.sim.lists.attempts import attempt_over, return_talked
from ccenv.sim.lists.goals import count_goal
from ccenv.sim.state.codes import (
    AFTER_MACHINE,
    AFTER_TALKED,
    AFTER_WRONG_PARTY,
    FRESH,
    HANDLE,
    HANDOVER,
    HOLDING,
    LEAD,
    LOG_HANDOVER_END,
    LOG_TALK_END,
    LOG_TRANSFERRED,
    NIL,
    REPEAT_P,
    RETURN_CALL,
    SALE,
    TALKING,
    TRANSFER,
    TRANSFER_P,
)

BEST_SCORE = 100.0


@helper
def misrouted(e, s):
    """Return whether an inbound contact is in a queue other than that of its true type."""
    return e.contact[s].true_type != e.contact[s].index


@helper
def _decide_sale(e, c, s, a):
    """Draw whether the contact buys, and count the expected value of the order."""
    q = e.contact[s].index
    if c.queue[q].p_sale == 0.0:
        return
    p = p_sale_with(e, c, a, c.queue[q].p_sale)
    e.queue_count[q].expected_order_value += p * _order_value(e, c, s)
    e.contact[s].buys = 1 if happens(p, e.contact[s].key, SALE) else 0


@helper
def _order_value(e, c, s):
    return c.queue[e.contact[s].index].sale_value * c.queue[e.contact[s].origin].class_value[e.contact[s].value_class]


@helper
def _after_machine(e, c, s):
    """Return the factor of the handle time after the IVR (1 after a transfer); the record's factor is multiplied."""
    factor = c.queue[e.contact[s].origin].handoff_factor if e.contact[s].n_transfers == 0 else 1.0
    e.contact[s].factor *= factor
    return factor


@helper
def decide_service(e, c, s):
    """Draw transfer and sale of an inbound contact whose service begins. Returns its handle time in seconds."""
    q = e.contact[s].index
    a = e.contact[s].advisor
    key = e.contact[s].key
    if misrouted(e, s):
        e.contact[s].transfers = 1
        e.contact[s].factor = 1.0
        e.share[a].busy = 1.0
        return draw(c.dist[c.queue[e.contact[s].true_type].detect], uniform(key, HANDLE))
    if e.contact[s].kind == RETURN_CALL:
        return return_handle_s(e, c, s, a)
    dist = c.queue[q].handle[c.advisor_group[a]]
    if happens(c.queue[q].p_transfer, key, TRANSFER_P):
        e.contact[s].transfers = 1
    else:
        _decide_sale(e, c, s, a)
        if e.contact[s].buys != 0 and c.queue[q].handle_sale != NIL:
            dist = c.queue[q].handle_sale
    return handle_s(e, c, s, a, dist) * _after_machine(e, c, s)


@helper
def begin_service(e, c, s):
    """Begin the service of an inbound contact, and schedule the talk's end."""
    talk_for(e, c, s, decide_service(e, c, s))


@helper
def _score(e, c, s, a):
    """Count the contact's satisfaction."""
    q = e.contact[s].index
    if c.queue[q].scores == 0:
        return
    score = c.queue[q].score_base
    score -= c.queue[q].score_wait * e.contact[s].waited_s / 60.0
    score -= c.queue[q].score_transfer * e.contact[s].n_transfers
    score -= c.queue[q].score_repeat * e.contact[s].n_repeats
    score += c.queue[q].score_quality * points_above(e, c, a)
    e.queue_count[q].scored += 1
    e.queue_count[q].score += min(max(score, 0.0), BEST_SCORE)


@helper
def resolve(e, c, s, a):
    """Count sale, resolution and satisfaction of a contact that is not transferred."""
    q = e.contact[s].index
    if e.contact[s].kind == RETURN_CALL:
        count_return(e, c, s)
        _score(e, c, s, a)
        return
    if e.contact[s].buys != 0:
        e.queue_count[q].orders += 1
        e.queue_count[q].order_value += _order_value(e, c, s)
    again = 0
    if e.contact[s].n_repeats < c.queue[q].max_repeats:
        if happens(p_repeat_with(e, c, a, c.queue[q].p_repeat), e.contact[s].key, REPEAT_P):
            again = 1
    e.contact[s].unresolved = again
    if again != 0:
        e.queue_count[q].unresolved += 1
    else:
        e.queue_count[q].resolved += 1
        if e.contact[s].kind == FRESH and c.queue[q].deferrable == 0:
            e.queue_count[e.contact[s].origin].fresh_resolved += 1
    _score(e, c, s, a)


@block
def start_leg(e, c, log, s, to, warm):
    """Start the leg of a transfer: a new contact in queue `to` that takes over the telephone line."""
    leg = take_contact(e)
    if leg == NIL:
        return
    e.contact[leg].key = child_key(e.contact[s].key, TRANSFER, e.contact[s].n_transfers)
    e.contact[leg].number = e.contact[s].number
    e.contact[leg].kind = e.contact[s].kind
    e.contact[leg].index = to
    e.contact[leg].true_type = to
    e.contact[leg].origin = e.contact[s].origin
    e.contact[leg].waited_s = e.contact[s].waited_s
    e.contact[leg].factor = 1.0
    e.contact[leg].n_repeats = e.contact[s].n_repeats
    e.contact[leg].n_redials = e.contact[s].n_redials
    e.contact[leg].n_transfers = e.contact[s].n_transfers + 1
    e.contact[leg].priority = e.contact[s].priority
    e.contact[leg].identified = e.contact[s].identified
    e.contact[leg].returning = e.contact[s].returning
    e.contact[leg].value_class = e.contact[s].value_class
    e.contact[leg].preferred = e.contact[s].preferred
    if e.contact[s].kind == RETURN_CALL:
        pass_on_lead(e, s, leg)
    if warm:
        e.contact[leg].partner = s
        e.contact[s].partner = leg
    e.queue_count[to].transfers_in += 1
    note_contact(e, c, log, LOG_TRANSFERRED, leg, 0)
    offer(e, c, log, leg)


@helper
def _transfer(e, c, log, s):
    """End a talk with a transfer.

    Cold, or misrouted: the advisor wraps up. Warm: the advisor holds until the leg is handed over, abandons or goes
    unserved.
    """
    q = e.contact[s].index
    e.queue_count[q].transferred_out += 1
    if misrouted(e, s) or c.queue[q].warm == 0:
        to = e.contact[s].true_type if misrouted(e, s) else c.queue[q].transfer_to
        e.queue_count[q].talk_s += leave_service(e, c, s)
        start_leg(e, c, log, s, to, False)
        start_wrap_up(e, c, log, s)
    else:
        cancel_contact(e, s)
        e.contact[s].phase = HOLDING
        start_leg(e, c, log, s, c.queue[q].transfer_to, True)


@helper
def _end_attempt(e, c, s, talk):
    """Count the talk of a joined connect or machine, and its goal; `talk` is in seconds."""
    i = e.contact[s].index
    e.campaign[i].lines -= 1
    if e.contact[s].machine != 0:
        e.campaign_count[i].mp_talk_s += talk
    else:
        e.campaign_count[i].talk_s += talk
        if e.contact[s].wrong != 0:
            e.campaign_count[i].wrong_party += 1
        else:
            e.campaign_count[i].right_party += 1
        if e.contact[s].buys != 0:
            count_goal(e, c, s, i)


@block
def _finish_work(e, c, log, s, a):
    """Finish an item of deferrable work, and start its wrap-up."""
    q = e.contact[s].index
    e.queue_count[q].item_work_s += leave_service(e, c, s)
    e.queue_count[q].items_done += 1
    e.queue_count[q].item_age_s += e.t - e.contact[s].entry_s
    if e.t <= e.contact[s].accepted_s:
        e.queue_count[q].items_done_in_time += 1
    if c.queue[q].interruptible != 0:
        note_interruptible(e, c, a, -1)
    resolve(e, c, s, a)
    note_contact(e, c, log, LOG_TALK_END, s, e.contact[s].unresolved)
    start_wrap_up(e, c, log, s)


@block
def on_talk_end(e, c, log, s):
    """Handle the end of a talk: start a transfer, or free the line, count the result and start the wrap-up."""
    a = e.contact[s].advisor
    inbound = e.contact[s].kind != LEAD
    maybe_sample(e, c, s, a)
    if inbound and c.queue[e.contact[s].index].deferrable != 0:
        _finish_work(e, c, log, s, a)
        return
    if inbound and e.contact[s].transfers != 0:
        note_contact(e, c, log, LOG_TALK_END, s, 0)
        _transfer(e, c, log, s)
        return
    talk = leave_service(e, c, s)
    e.lines -= 1
    if inbound:
        e.queue_count[e.contact[s].index].talk_s += talk
        resolve(e, c, s, a)
    else:
        _end_attempt(e, c, s, talk)
    note_contact(e, c, log, LOG_TALK_END, s, e.contact[s].unresolved if inbound else e.contact[s].wrong)
    if not inbound:
        after = AFTER_TALKED
        if e.contact[s].machine != 0:
            after = AFTER_MACHINE
        elif e.contact[s].wrong != 0:
            after = AFTER_WRONG_PARTY
        attempt_over(e, c, log, s, after, after == AFTER_TALKED)
    elif e.contact[s].kind == RETURN_CALL:
        return_talked(e, c, log, s)
    start_wrap_up(e, c, log, s)


@helper
def hand_over(e, c, log, s):
    """Start the handover of an assigned leg, during which both advisors talk."""
    first = e.contact[s].partner
    q = e.contact[first].index
    time = draw(c.dist[c.queue[q].handover], uniform(e.contact[s].key, HANDOVER))
    if time > 0.0:
        schedule_end(e, s, e.t + time)
    else:
        on_handover_end(e, c, log, s)


@block
def on_handover_end(e, c, log, s):
    """End a handover: the leg's service begins, then the first advisor wraps up."""
    note_contact(e, c, log, LOG_HANDOVER_END, s, 0)
    first = e.contact[s].partner
    e.contact[s].partner = NIL
    e.contact[s].phase = TALKING
    begin_service(e, c, s)
    release_partner(e, c, log, first)
