"""Forks: the same visible state under a new key, everything hidden redrawn from its law given what was seen.

What is visible stays: who waits since when, who is in service or ringing for how long, priorities, contact numbers,
counts. What is hidden goes: patience, handle and ring times, outcomes, sales, the day level (the forecast takes its
place), and who will come again. Returns are redrawn from the numbers of contacts lost and finished in recent slots,
each at a uniform time within its slot; that they may have come back often before is not looked at.
"""

from ccenv.sim.arrivals import draw_gap, schedule_arrival
from ccenv.sim.codes import (
    CONNECT_WAITING,
    DROP_AFTER,
    FREE,
    GAP,
    HANDLE,
    LEAD,
    NIL,
    OPEN,
    OUTCOME,
    PATIENCE,
    PENDING_REDIAL,
    PENDING_REPEAT,
    PRIORITY,
    REDIAL_DELAY,
    REDIAL_P,
    REPEAT_DELAY,
    REPEAT_P,
    RING,
    RINGING,
    TALKING,
    WAITING,
    WRAP_UP,
    WRAPPING,
)
from ccenv.sim.contacts import cancel_contact, schedule_contact
from ccenv.sim.draws import U, draw, draw_beyond, entity_key, root_key, survival, uniform
from ccenv.sim.jit import block, helper
from ccenv.sim.returns import due_in_opening_time, recent_slot

VISIBLE, LOST, FINISHED = (
    U(1),
    U(2),
    U(3),
)  # streams of a fork: keys of the contacts in sight, and of those to come again


@helper
def _beyond(e, c, s, law, since, u):
    """Schedule the end of something that began at `since` and is not over."""
    schedule_contact(e, s, since + draw_beyond(c.law[law], e.t - since, u))


@helper
def _answer_slot(e, c, s):
    """The slot in which a connect answered."""
    return min(max(int((e.contact[s].entry_s - e.open_t) / c.slot_s), 0), c.n_slots - 1)


@block
def _redraw_answered(e, c, s, age):
    """Who answered, given the age of the talk (0 while waiting), and whether there will be a sale.

    Returns the law of the talk.
    """
    i = e.contact[s].index
    p_answer = c.campaign[i].p_answer[_answer_slot(e, c, s)]
    p_person = p_answer * (1.0 - c.campaign[i].p_false_positive)
    p_sale = c.campaign[i].p_sale[e.contact[s].contact_number]
    sale = p_person * p_sale * survival(c.law[c.campaign[i].handle_sale], age)
    other = p_person * (1.0 - p_sale) * survival(c.law[c.campaign[i].handle], age)
    machine = c.campaign[i].p_machine * c.campaign[i].p_machine_passed
    machine *= survival(c.law[c.campaign[i].handle_machine], age)
    v = uniform(e.contact[s].key, OUTCOME) * (sale + other + machine)
    e.contact[s].machine = 1 if v >= sale + other else 0
    e.contact[s].flag = 1 if v < sale else 0
    if v < sale:
        return c.campaign[i].handle_sale
    return c.campaign[i].handle if v < sale + other else c.campaign[i].handle_machine


@block
def _redraw_contact(e, c, s):
    """The hidden part of a contact in sight."""
    i = e.contact[s].index
    phase = e.contact[s].phase
    key = entity_key(e.root, VISIBLE, s)
    e.contact[s].key = key
    lead = e.contact[s].kind == LEAD
    if phase == WAITING:
        _beyond(e, c, s, c.queue[i].patience, e.contact[s].entry_s, uniform(key, PATIENCE))
    elif phase == TALKING:
        if lead:
            law = _redraw_answered(e, c, s, e.t - e.contact[s].since)
        else:
            law = c.queue[i].handle[c.advisor_group[e.contact[s].advisor]]
        _beyond(e, c, s, law, e.contact[s].since, uniform(key, HANDLE))
    elif phase == WRAPPING:
        if not lead:
            again = e.contact[s].n_repeats < c.queue[i].max_repeats and uniform(key, REPEAT_P) < c.queue[i].p_repeat
            e.contact[s].flag = 1 if again else 0
        law = c.campaign[i].wrap_up if lead else c.queue[i].wrap_up
        _beyond(e, c, s, law, e.contact[s].since, uniform(key, WRAP_UP))
    elif phase == RINGING:
        _beyond(e, c, s, c.campaign[i].ring, e.contact[s].since, uniform(key, RING))
    elif phase == CONNECT_WAITING:
        _redraw_answered(e, c, s, 0.0)
        _beyond(e, c, s, c.campaign[i].drop_after, e.contact[s].entry_s, uniform(key, DROP_AFTER))


@helper
def _rebuild_free_records(e):
    """Forget who will come again; free records in ascending order, so that nothing of the past is left in it."""
    e.free_head = NIL
    for k in range(e.contact.shape[0]):
        s = e.contact.shape[0] - 1 - k
        phase = e.contact[s].phase
        if phase == PENDING_REDIAL or phase == PENDING_REPEAT:
            cancel_contact(e, s)
            e.contact[s].phase = FREE
        if e.contact[s].phase == FREE:
            e.contact[s].next = e.free_head
            e.free_head = s


@block
def _maybe_return(e, c, q, key, phase, age):
    """One contact that left `age` seconds of opening time ago: will it come again, and not have come yet?"""
    redial = phase == PENDING_REDIAL
    if uniform(key, REDIAL_P if redial else REPEAT_P) >= (c.queue[q].p_redial if redial else c.queue[q].p_repeat):
        return
    if (c.queue[q].max_redials if redial else c.queue[q].max_repeats) == 0:
        return
    law = c.queue[q].redial_delay if redial else c.queue[q].repeat_delay
    left = draw(c.law[law], uniform(key, REDIAL_DELAY if redial else REPEAT_DELAY)) - age
    s = e.free_head
    if left <= 0.0 or s == NIL:
        return
    e.free_head = e.contact[s].next
    e.contact[s].key = key
    e.contact[s].number = NIL
    e.contact[s].index = q
    e.contact[s].advisor = NIL
    e.contact[s].phase = phase
    e.contact[s].since = e.t - age
    e.contact[s].n_redials = 0
    e.contact[s].n_repeats = 0
    e.contact[s].machine = 0
    e.contact[s].flag = 0
    e.contact[s].priority = 1 if uniform(key, PRIORITY) < c.queue[q].p_priority else 0
    schedule_contact(e, s, due_in_opening_time(e, c, left))


@block
def _redraw_returns(e, c, q):
    now = min(e.t, e.close_t) - e.open_t
    number = 0
    for ago in range(min(e.day * c.n_slots + e.slot + 1, e.queue[q].n_lost.shape[0])):
        k = recent_slot(e, c, ago)
        since = now - (e.slot - ago) * c.slot_s  # opening time since the slot began, and since it ended
        to = max(0.0, since - c.slot_s)
        for j in range(e.queue[q].n_lost[k] + e.queue[q].n_finished[k]):
            lost = j < e.queue[q].n_lost[k]
            key = entity_key(e.root ^ c.queue[q].stream, LOST if lost else FINISHED, number)
            number += 1
            age = to + (since - to) * uniform(key, GAP)
            _maybe_return(e, c, q, key, PENDING_REDIAL if lost else PENDING_REPEAT, age)


@block
def redraw(e, c, key):
    """Make the record a fork under `key`."""
    e.root = root_key(key)
    e.level = 1.0
    _rebuild_free_records(e)
    for s in range(e.contact.shape[0]):
        if e.contact[s].phase != FREE:
            _redraw_contact(e, c, s)
    for q in range(c.n_queues):
        draw_gap(e, c, q)
        if e.stage == OPEN:
            schedule_arrival(e, c, q)
        _redraw_returns(e, c, q)
