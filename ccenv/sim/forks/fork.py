"""Turn a record into a fork: the same visible state under a new key, with everything hidden redrawn.

Hidden quantities are drawn from their distributions, given what is visible.

Visible, kept: contacts in line and their waits, the ages of talks and of ringing, priorities, CRM data, contact
numbers, due times of callbacks and leads, advisors and their traits, the mode if it is observed, counters.

Hidden, redrawn: patience, handle and ring times, outcomes, sales, true types, a hidden mode (from its stationary
distribution), and contacts that will return. The levels and surges of the day and a recorded trace are replaced by the
forecast, the busyness of groups by its mean. Returns are redrawn from the numbers of contacts lost, finished and kept
by the IVR in recent slots, each at a uniform time within its slot. The limits on redials and repeats treat each of them
as a first contact. `return_calls.py` draws return calls.
"""

from ccenv.sim.arriving.arrivals import draw_customer, draw_gap, schedule_arrival
from ccenv.sim.arriving.machine import p_unresolved
from ccenv.sim.clock.levels import factor_of, redraw_mode
from ccenv.sim.forks.attempts import redraw_attempt
from ccenv.sim.forks.contacts import redraw_inbound
from ccenv.sim.forks.return_calls import forget_return, redraw_return, redraw_returns_to_come
from ccenv.sim.kernel.contacts import cancel_contact, schedule_contact, take_contact
from ccenv.sim.kernel.dists import draw
from ccenv.sim.kernel.draws import U, entity_key, root_key, stream_key, uniform
from ccenv.sim.kernel.heap import cancel
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.slots import due_in_opening_time, recent_slot, slots_begun
from ccenv.sim.lists.leads import order_again
from ccenv.sim.shown.marks import TO_NOBODY
from ccenv.sim.state.codes import (
    ADVISOR_TALKING,
    ARRIVAL_EVENT,
    FREE,
    FRESH,
    GAP,
    LEAD,
    MODE_TIMER,
    NIL,
    OPEN,
    PENDING_REDIAL,
    PENDING_REPEAT,
    PENDING_RETURN,
    REDIAL_DELAY,
    REDIAL_P,
    REPEAT_DELAY,
    REPEAT_P,
    RETURN_CALL,
    SURGE_TIMER,
    TALKING,
)

# streams of a fork: keys of visible contacts, and of contacts lost, finished and kept by the IVR that may return
VISIBLE, LOST, FINISHED, KEPT_BY_IVR = U(1), U(2), U(3), U(4)


@block
def _redraw_contact(e, c, s):
    """Redraw the hidden part of visible contact s under its new key."""
    key = entity_key(e.root, VISIBLE, s)
    e.contact[s].key = key
    if e.contact[s].kind == LEAD:
        redraw_attempt(e, c, s, key)
    elif e.contact[s].kind == RETURN_CALL:
        redraw_return(e, c, s, key)
    else:
        redraw_inbound(e, c, s, key)


@helper
def _rebuild_free_records(e):
    """Remove pending returns; link the free records in ascending order, so that the list keeps no trace of the past."""
    e.free_head = NIL
    for k in range(e.contact.shape[0]):
        s = e.contact.shape[0] - 1 - k
        phase = e.contact[s].phase
        if phase == PENDING_REDIAL or phase == PENDING_REPEAT or phase == PENDING_RETURN:
            if e.contact[s].kind == RETURN_CALL:
                forget_return(e, s)
            cancel_contact(e, s)
            e.contact[s].phase = FREE
        if e.contact[s].phase == FREE:
            e.contact[s].next = e.free_head
            e.free_head = s


@block
def _maybe_return(e, c, q, key, phase, p, age):
    """Draw whether a contact that left queue q `age` seconds of opening time ago returns later than now; if so, add it.

    `phase`: PENDING_REDIAL or PENDING_REPEAT. `p`: probability that it returns at all. Without a free record the return
    is left out.
    """
    redial = phase == PENDING_REDIAL
    if uniform(key, REDIAL_P if redial else REPEAT_P) >= p:
        return
    if (c.queue[q].max_redials if redial else c.queue[q].max_repeats) == 0:
        return
    dist = c.queue[q].redial_delay if redial else c.queue[q].repeat_delay
    left = draw(c.dist[dist], uniform(key, REDIAL_DELAY if redial else REPEAT_DELAY)) - age
    if left <= 0.0 or e.free_head == NIL:
        return
    s = take_contact(e)
    e.n_active -= 1
    e.contact[s].key = key
    e.contact[s].number = NIL
    e.contact[s].kind = FRESH  # until it returns: `on_return` sets the kind
    e.contact[s].index = q
    e.contact[s].origin = q
    e.contact[s].true_type = q
    e.contact[s].phase = phase
    e.contact[s].since = e.t - age
    draw_customer(e, c, s, key)
    schedule_contact(e, s, due_in_opening_time(e, c, left), ARRIVAL_EVENT)


@block
def _redraw_returns(e, c, q):
    now = min(e.t, e.close_t) - e.open_t
    number = 0
    for ago in range(min(slots_begun(e, c), e.queue[q].n_lost.shape[0])):
        k = recent_slot(e, c, ago)
        since = now - (e.slot - ago) * c.slot_s  # opening time [s] since the slot began; `to`: since it ended
        to = max(0.0, since - c.slot_s)
        n_lost, n_finished = e.queue[q].n_lost[k], e.queue[q].n_finished[k]
        for j in range(n_lost + n_finished + e.queue[q].n_contained[k]):
            stream, phase, p = LOST, PENDING_REDIAL, c.queue[q].p_redial
            if j >= n_lost + n_finished:
                stream, phase, p = KEPT_BY_IVR, PENDING_REPEAT, p_unresolved(e, c, q)
            elif j >= n_lost:
                stream, phase, p = FINISHED, PENDING_REPEAT, c.queue[q].p_repeat
            key = entity_key(e.root ^ c.queue[q].stream, stream, number)
            number += 1
            age = to + (since - to) * uniform(key, GAP)
            _maybe_return(e, c, q, key, phase, p, age)


@helper
def _forget_busyness(e, c, a):
    g = c.advisor_group[a]
    if c.group[g].busy_sigma == 0.0:
        return
    e.group[g].busy = 1.0
    if e.advisor[a].state == ADVISOR_TALKING and e.contact[e.advisor[a].contact].phase == TALKING:
        e.contact[e.advisor[a].contact].factor /= e.share[a].busy
    e.share[a].busy = 1.0


@block
def _redraw_levels(e, c):
    """Set all levels to 1 (the forecast), end surges, and redraw the mode: kept if observed, else stationary."""
    e.level = 1.0
    for k in range(c.n_slots):
        e.slot_level[k] = 1.0
    for a in range(c.n_advisors):
        _forget_busyness(e, c, a)
    e.surging = 0
    cancel(e, SURGE_TIMER)
    cancel(e, MODE_TIMER)
    if e.stage == OPEN:
        redraw_mode(e, c)


@block
def redraw(e, c, key):
    """Turn the record into a fork under `key` (uint64)."""
    e.root = root_key(key)
    e.coin_key = stream_key(e.root, c.policy_stream)
    e.shown = TO_NOBODY
    _redraw_levels(e, c)
    for a in range(c.n_advisors):  # for coming absences; the traits stay
        e.advisor[a].key = entity_key(e.root, c.advisor_stream, a)
    _rebuild_free_records(e)
    for s in range(e.contact.shape[0]):
        if e.contact[s].phase != FREE:
            _redraw_contact(e, c, s)
    for k in range(c.n_segments):
        order_again(e, c, k)
    for q in range(c.n_queues):
        e.queue[q].replays = 0
        e.queue[q].factor = factor_of(e, c, q)
        draw_gap(e, c, q)
        if e.stage == OPEN:
            schedule_arrival(e, c, q)
        _redraw_returns(e, c, q)
    if c.calls_return != 0:
        redraw_returns_to_come(e, c)
