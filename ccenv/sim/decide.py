"""Epochs: whether an action is legal, the beginning and end of an epoch, and applying an action."""

from ccenv.sim.advisors.chat_levels import chat_may_go
from ccenv.sim.advisors.matching import assignable
from ccenv.sim.handling.assigning import assign
from ccenv.sim.handling.chats import assign_chat
from ccenv.sim.handling.waiting import arm
from ccenv.sim.kernel.bits import is_empty, meet
from ccenv.sim.kernel.draws import key_in, uniform
from ccenv.sim.kernel.heap import cancel, schedule
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.record import note_action
from ccenv.sim.lines.dialing import dial, dial_reserved
from ccenv.sim.lists.lawful import segment_open
from ccenv.sim.lists.next_lead import dialable
from ccenv.sim.shown.core import lines_free
from ccenv.sim.state.codes import (
    ASSIGN,
    COIN,
    DIAL,
    DIAL_RESERVED,
    HOLD,
    NIL,
    OPEN,
    RESERVED_DIALS,
    REVIEW_EVENT,
    REVIEW_TIMER,
    SAME_INSTANT,
    UNRESERVED_DIALS,
)


@helper
def _has_lead(e, c, i):
    """Return whether campaign i has a lead that it may dial now."""
    for k in range(c.campaign[i].first_segment, c.campaign[i].first_segment + c.campaign[i].n_segments):
        if dialable(e, c, k) > 0 and segment_open(e, c, k):
            return True
    return False


@helper
def _may_use_a_line(e, c, i):
    """Return whether campaign i has dials that need no idle advisor, or has dials that do and an advisor is idle."""
    dials = c.campaign[i].dials
    return dials & UNRESERVED_DIALS != 0 or (dials & RESERVED_DIALS != 0 and meet(c.campaign_groups, i, e.idle_bits))


@helper
def can_act(e, c):
    """Return whether an action other than `hold` is legal; a dial ladder starts with 1, so one lead is enough."""
    return (not is_empty(e.waiting_bits) or c.n_campaigns > 0) and _can_act(e, c)


@block
def _can_act(e, c):
    if assignable(e, c) or (c.chats != 0 and chat_may_go(e, c)):
        return True
    if e.stage != OPEN:
        return False
    for i in range(c.n_campaigns):
        if _may_use_a_line(e, c, i) and lines_free(e, c, i) > 0 and _has_lead(e, c, i):
            return True
    return False


@helper
def begin_epoch(e, kind):
    """Begin an epoch of this kind."""
    e.in_epoch = 1
    e.epoch_kind = kind


@helper
def end_epoch(e, c, more):
    """End the epoch. If `more` and `review_s` is above 0, schedule a review; otherwise cancel a pending one.

    `more`: another action than `hold` was possible.
    """
    e.in_epoch = 0
    arm(e, c)
    if e.stage != OPEN and e.n_active == 0:  # the last contact ended within the epoch: an unanswered ring of 0 s
        e.unsettled = 1
    if c.review_s > 0.0 and more:
        schedule(e, REVIEW_TIMER, e.t + c.review_s, REVIEW_EVENT)
    else:
        cancel(e, REVIEW_TIMER)


@helper
def coin(e):
    """Return the policy's uniform for the next decision."""
    return uniform(key_in(e.coin_key, e.n_decisions), COIN)


@block
def apply_action(e, c, log, a, number):
    """Apply legal action a; `number` is that of the decision, or NIL if the action was the only legal one."""
    note_action(e, log, number, a)
    e.epoch_kind = SAME_INSTANT
    if a != HOLD:
        e.paid_events = NIL  # an action may change counters without an event
    kind = c.action[a].kind
    i = c.action[a].index
    if kind == ASSIGN and c.queue[i].chat != 0:
        assign_chat(e, c, log, i, c.action[a].group, c.action[a].n)
    elif kind == ASSIGN:
        assign(e, c, log, i, c.action[a].group)
    elif kind == DIAL:
        for _ in range(c.action[a].n):
            dial(e, c, log, i)
    elif kind == DIAL_RESERVED:
        dial_reserved(e, c, log, i, c.action[a].group)
