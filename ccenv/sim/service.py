"""Talking and wrap-up, the same for inbound and outbound, and what an advisor does when free."""

from ccenv.sim.advisors import idle_push, set_state
from ccenv.sim.codes import (
    ADVISOR_TALKING,
    ADVISOR_WRAP_UP,
    CONNECT_WAITING,
    FRESH,
    HANDLE,
    LEAD,
    LOG_JOINED,
    LOG_TALK_END,
    LOG_WRAP_UP_END,
    NIL,
    OFF,
    REPEAT_P,
    SALE,
    TALKING,
    WRAP_UP,
    WRAPPING,
)
from ccenv.sim.contacts import cancel_contact, free_contact, schedule_contact
from ccenv.sim.draws import ONE, U, draw, uniform
from ccenv.sim.jit import block, helper
from ccenv.sim.record import note_contact
from ccenv.sim.returns import recent_slot, start_repeat


@helper
def pair_of(e, c, s):
    """Index of the compatible pair that a contact in service belongs to."""
    g = c.advisor_group[e.contact[s].advisor]
    if e.contact[s].kind == LEAD:
        return c.campaign_pair[e.contact[s].index, g]
    return c.queue_pair[e.contact[s].index, g]


@block
def start_talk(e, c, s, a, law):
    """Contact s talks to advisor a for a time of the given law."""
    e.contact[s].advisor = a
    e.contact[s].phase = TALKING
    e.contact[s].since = e.t
    e.advisor[a].contact = s
    set_state(e, c, a, ADVISOR_TALKING)
    e.in_service[pair_of(e, c, s)] += 1
    schedule_contact(e, s, e.t + draw(c.law[law], uniform(e.contact[s].key, HANDLE)))


@block
def join_connect(e, c, log, s, a):
    """Join a connect, or a machine passed for one, to advisor a, whom the caller has taken out of the idle line."""
    i = e.contact[s].index
    delay = e.t - e.contact[s].entry_s
    e.contact[s].advisor = a
    sale = 0
    if e.contact[s].machine != 0:
        e.campaign_count[i].mp_joined += 1
        law = c.campaign[i].handle_machine
    else:
        e.campaign_count[i].joined += 1
        e.campaign_count[i].joined_delay_s += delay
        law = c.campaign[i].handle
        p_sale = c.campaign[i].p_sale[e.contact[s].contact_number]
        e.campaign_count[i].expected_sale_value += p_sale * c.campaign[i].sale_value
        if uniform(e.contact[s].key, SALE) < p_sale:
            sale = 1
            law = c.campaign[i].handle_sale
    e.contact[s].flag = sale
    note_contact(e, c, log, LOG_JOINED, s, sale)
    start_talk(e, c, s, a, law)


@helper
def connect_leaves(e, s):
    """Take a waiting connect out of its campaign's line."""
    i = e.contact[s].index
    before = e.contact[s].previous
    after = e.contact[s].next
    if before == NIL:
        e.campaign[i].wait_head = after
    else:
        e.contact[before].next = after
    if after == NIL:
        e.campaign[i].wait_tail = before
    else:
        e.contact[after].previous = before
    e.campaign[i].waiting -= 1


@helper
def connect_waits(e, s):
    """Put a connect at the end of its campaign's line."""
    i = e.contact[s].index
    last = e.campaign[i].wait_tail
    e.contact[s].phase = CONNECT_WAITING
    e.contact[s].previous = last
    e.contact[s].next = NIL
    if last == NIL:
        e.campaign[i].wait_head = s
    else:
        e.contact[last].next = s
    e.campaign[i].wait_tail = s
    e.campaign[i].waiting += 1


@block
def free_advisor(e, c, log, a):
    """An advisor has finished: leave, take the connect that has waited longest, or become idle."""
    if e.advisor[a].leaving != 0:
        e.advisor[a].leaving = 0
        set_state(e, c, a, OFF)
        return
    skill = c.campaign_skill[c.advisor_group[a]]
    first = NIL
    for i in range(c.n_campaigns):
        s = e.campaign[i].wait_head
        if (
            s != NIL
            and (skill >> U(i)) & ONE != U(0)
            and (first == NIL or e.contact[s].entry_s < e.contact[first].entry_s)
        ):
            first = s
    if first == NIL:
        idle_push(e, c, a)
        return
    connect_leaves(e, first)
    join_connect(e, c, log, first, a)


@block
def on_talk_end(e, c, log, s):
    """The line is free; the advisor wraps up."""
    i = e.contact[s].index
    talk = e.t - e.contact[s].since
    e.lines -= 1
    e.in_service[pair_of(e, c, s)] -= 1
    if e.contact[s].kind == LEAD:
        e.campaign[i].lines -= 1
        law = c.campaign[i].wrap_up
        if e.contact[s].machine != 0:
            e.campaign_count[i].mp_talk_s += talk
        else:
            e.campaign_count[i].talk_s += talk
            if e.contact[s].flag != 0:
                e.campaign_count[i].sales += 1
                e.campaign_count[i].sale_value += c.campaign[i].sale_value
        note_contact(e, c, log, LOG_TALK_END, s, 0)
    else:
        law = c.queue[i].wrap_up
        e.queue_count[i].talk_s += talk
        _resolve(e, c, s, i)
        note_contact(e, c, log, LOG_TALK_END, s, e.contact[s].flag)
    wrap_up_s = draw(c.law[law], uniform(e.contact[s].key, WRAP_UP))
    e.contact[s].phase = WRAPPING
    e.contact[s].since = e.t
    set_state(e, c, e.contact[s].advisor, ADVISOR_WRAP_UP)
    if wrap_up_s > 0.0:
        schedule_contact(e, s, e.t + wrap_up_s)
    else:
        on_wrap_up_end(e, c, log, s)


@helper
def _resolve(e, c, s, q):
    """Is the contact resolved, or will it come again? Kept in `flag` until wrap-up is over."""
    again = 0
    if e.contact[s].n_repeats < c.queue[q].max_repeats and uniform(e.contact[s].key, REPEAT_P) < c.queue[q].p_repeat:
        again = 1
    e.contact[s].flag = again
    if again != 0:
        e.queue_count[q].unresolved += 1
    else:
        e.queue_count[q].resolved += 1
        if e.contact[s].kind == FRESH:
            e.queue_count[q].fresh_resolved += 1


@block
def on_wrap_up_end(e, c, log, s):
    """The contact's own end, then the advisor is free."""
    a = e.contact[s].advisor
    i = e.contact[s].index
    note_contact(e, c, log, LOG_WRAP_UP_END, s, 0)
    e.n_active -= 1
    e.contact[s].advisor = NIL
    if e.contact[s].kind == LEAD:
        e.campaign_count[i].wrap_up_s += e.t - e.contact[s].since
        cancel_contact(e, s)
        free_contact(e, s)
    else:
        e.queue_count[i].wrap_up_s += e.t - e.contact[s].since
        e.queue[i].n_finished[recent_slot(e, c, 0)] += 1
        if e.contact[s].flag != 0:
            start_repeat(e, c, s)
        else:
            cancel_contact(e, s)
            free_contact(e, s)
    free_advisor(e, c, log, a)
