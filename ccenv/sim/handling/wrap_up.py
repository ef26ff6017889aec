"""Wrap-up: it begins when the advisor's talk is over, and ends with the end of the contact."""

from ccenv.sim.advisors.chat_levels import end_call
from ccenv.sim.advisors.state import set_state
from ccenv.sim.advisors.talking import leave_service
from ccenv.sim.handling.joining import free_advisor
from ccenv.sim.handling.returns import start_repeat
from ccenv.sim.kernel.contacts import end_contact, schedule_end
from ccenv.sim.kernel.dists import draw
from ccenv.sim.kernel.draws import uniform
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.record import note_contact
from ccenv.sim.kernel.slots import recent_slot
from ccenv.sim.lists.return_calls import sells
from ccenv.sim.state.codes import ADVISOR_WRAP_UP, LEAD, LOG_WRAP_UP_END, NIL, RETURN_CALL, WRAP_UP, WRAPPING


@helper
def wrap_up_dist(e, c, s):
    """Return the distribution of the wrap-up of contact s: of its campaign or queue."""
    i = e.contact[s].index
    if e.contact[s].kind == LEAD:
        return c.campaign[i].wrap_up
    if e.contact[s].kind == RETURN_CALL and sells(e, c, s):
        return c.campaign[c.segment[e.contact[s].segment].campaign].wrap_up
    return c.queue[i].wrap_up


@helper
def start_wrap_up(e, c, log, s):
    """Start the wrap-up of contact s (also of a machine that was joined), or end it at once if it takes 0 s."""
    wrap_up_s = draw(c.dist[wrap_up_dist(e, c, s)], uniform(e.contact[s].key, WRAP_UP))
    e.contact[s].phase = WRAPPING
    e.contact[s].since = e.t
    set_state(e, c, e.contact[s].advisor, ADVISOR_WRAP_UP)
    if wrap_up_s > 0.0:
        schedule_end(e, s, e.t + wrap_up_s)
    else:
        _end_at_once(e, c, log, s)


@block
def _end_at_once(e, c, log, s):
    """End a wrap-up of 0 s: rare, so one copy serves all callers of `start_wrap_up`."""
    on_wrap_up_end(e, c, log, s)


@helper
def on_wrap_up_end(e, c, log, s):
    """End the contact or make it a pending repeat, then free the advisor, unless it has chats."""
    a = e.contact[s].advisor
    i = e.contact[s].index
    note_contact(e, c, log, LOG_WRAP_UP_END, s, 0)
    e.contact[s].advisor = NIL
    if e.contact[s].kind == LEAD:
        e.campaign_count[i].wrap_up_s += e.t - e.contact[s].since
        end_contact(e, s)
    else:
        if c.queue[i].deferrable != 0:
            e.queue_count[i].item_work_s += e.t - e.contact[s].since
        else:
            e.queue_count[i].wrap_up_s += e.t - e.contact[s].since
        if e.contact[s].transfers == 0 and e.contact[s].kind != RETURN_CALL:
            e.queue[e.contact[s].origin].n_finished[recent_slot(e, c, 0)] += 1
        if e.contact[s].unresolved != 0:
            start_repeat(e, c, s)
        else:
            end_contact(e, s)
    if c.beside == 0 or not end_call(e, c, a):
        free_advisor(e, c, log, a)


@helper
def release_partner(e, c, log, first):
    """Start the wrap-up of the first advisor of a warm transfer; `first` is the contact record, NIL if none."""
    if first != NIL:
        _release(e, c, log, first)


@block
def _release(e, c, log, first):
    e.contact[first].partner = NIL
    e.queue_count[e.contact[first].index].talk_s += leave_service(e, c, first)
    start_wrap_up(e, c, log, first)
