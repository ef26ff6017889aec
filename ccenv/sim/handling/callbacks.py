"""Callbacks: ringing a virtual contact, and the end of that ring.

The offer is in `arriving/entering.py`, the waiting of virtual contacts in `handling/waiting.py`.
"""

from ccenv.sim.advisors.state import set_state
from ccenv.sim.advisors.talking import count_answered, enter_service
from ccenv.sim.handling.joining import free_advisor
from ccenv.sim.handling.returns import come_back_after, leave
from ccenv.sim.handling.service import begin_service
from ccenv.sim.kernel.bits import add
from ccenv.sim.kernel.contacts import schedule_end
from ccenv.sim.kernel.dists import draw
from ccenv.sim.kernel.draws import child_key, uniform
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.record import note_contact
from ccenv.sim.state.codes import (
    ADVISOR_TALKING,
    CALLBACK,
    CALLBACK_ANSWER,
    CALLBACK_RING,
    LOG_ASSIGNED,
    LOG_CALLBACK_LOST,
    LOG_CALLBACK_RING_END,
    LOG_CALLBACK_RINGING,
    NIL,
    PENDING_CALLBACK,
    RETRY,
)


@helper
def _try_key(e, s):
    """Return the key of the current try."""
    return child_key(e.contact[s].key, CALLBACK, e.contact[s].tries - 1)


@helper
def ring_back(e, c, log, s):
    """Call a virtual contact back; the caller has reserved its advisor."""
    q = e.contact[s].index
    e.lines += 1
    e.contact[s].tries += 1
    e.contact[s].since = e.t
    e.queue_count[q].callback_tries += 1
    note_contact(e, c, log, LOG_CALLBACK_RINGING, s, 0)
    ring_s = draw(c.dist[c.queue[q].callback_ring], uniform(_try_key(e, s), CALLBACK_RING))
    if ring_s > 0.0:
        schedule_end(e, s, e.t + ring_s)
    else:
        on_callback_ring_end(e, c, log, s)


@block
def on_callback_ring_end(e, c, log, s):
    """Handle the end of a callback's ring: begin service, wait for the next try, or lose the callback."""
    q = e.contact[s].index
    answers = uniform(_try_key(e, s), CALLBACK_ANSWER) < c.queue[q].p_callback_answer
    note_contact(e, c, log, LOG_CALLBACK_RING_END, s, 1 if answers else 0)
    if answers:
        _answered(e, c, log, s)
    else:
        _not_answered(e, c, log, s)


@helper
def _answered(e, c, log, s):
    q = e.contact[s].index
    a = e.contact[s].advisor
    wait = e.t - e.contact[s].accepted_s
    e.queue[q].n_callbacks -= 1
    add(e.news_queues, q)
    e.queue_count[q].callback_answered += 1
    e.queue_count[q].callback_wait_s += wait
    count_answered(e, c, s, wait)
    e.contact[s].waited_s += e.t - e.contact[s].entry_s
    note_contact(e, c, log, LOG_ASSIGNED, s, 0)
    set_state(e, c, a, ADVISOR_TALKING)
    enter_service(e, c, s, a)
    begin_service(e, c, s)


@helper
def _not_answered(e, c, log, s):
    q = e.contact[s].index
    a = e.contact[s].advisor
    e.lines -= 1
    e.contact[s].advisor = NIL
    if e.contact[s].tries >= c.queue[q].max_tries:
        e.queue[q].n_callbacks -= 1
        add(e.news_queues, q)
        e.queue_count[q].callback_lost += 1
        note_contact(e, c, log, LOG_CALLBACK_LOST, s, 0)
        leave(e, c, log, s)
    else:
        delay = draw(c.dist[c.queue[q].callback_retry], uniform(_try_key(e, s), RETRY))
        come_back_after(e, c, s, PENDING_CALLBACK, delay)
    free_advisor(e, c, log, a)
