"""Returning contacts: redials after abandoning or being blocked, repeats after an unresolved contact.

A return call is a contact of its queue like any other. When it is over without a talk, its lead goes back to its list.
"""

from ccenv.sim.kernel.contacts import end_contact, schedule_contact
from ccenv.sim.kernel.dists import draw
from ccenv.sim.kernel.draws import happens, uniform
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.slots import due_in_opening_time, recent_slot
from ccenv.sim.lists.return_calls import note_pending, return_lost, will_call
from ccenv.sim.state.codes import (
    ARRIVAL_EVENT,
    NIL,
    PENDING_REDIAL,
    PENDING_REPEAT,
    REDIAL_DELAY,
    REDIAL_P,
    REPEAT_DELAY,
    RETURN_CALL,
)


@helper
def come_back_after(e, c, s, phase, delay):
    """Make a contact pending (redial, repeat or callback) for `delay` seconds of opening time."""
    e.n_active -= 1
    e.contact[s].phase = phase
    e.contact[s].since = e.t
    schedule_contact(e, s, due_in_opening_time(e, c, delay), ARRIVAL_EVENT)


@helper
def _redials(e, c, q, s):
    """Return whether an abandoned or blocked contact of true type q tries again."""
    return e.contact[s].n_redials < c.queue[q].max_redials and happens(c.queue[q].p_redial, e.contact[s].key, REDIAL_P)


@block
def redial_or_leave(e, c, log, s):
    """Schedule the redial of an abandoned or blocked contact, or end the contact.

    The lead of a return call goes back to its list, and may be dialed before the redial comes.
    """
    q = e.contact[s].true_type
    e.queue[e.contact[s].origin].n_lost[recent_slot(e, c, 0)] += 1
    returns = e.contact[s].kind == RETURN_CALL
    again = _redials(e, c, q, s)
    delay = draw(c.dist[c.queue[q].redial_delay], uniform(e.contact[s].key, REDIAL_DELAY)) if again else 0.0
    if returns:
        again = again and will_call(e, c, c.segment[e.contact[s].segment].campaign, delay)
        return_lost(e, c, log, s, again)
    if again:
        e.contact[s].partner = NIL
        come_back_after(e, c, s, PENDING_REDIAL, delay)
        if returns:
            note_pending(e, c, log, s)
    else:
        end_contact(e, s)


@helper
def leave(e, c, log, s):
    """End a contact that leaves without a talk and does not come again; the lead of a return call is given back."""
    if e.contact[s].kind == RETURN_CALL:
        return_lost(e, c, log, s, False)
    end_contact(e, s)


@block
def start_repeat(e, c, s):
    """Make an unresolved contact a pending repeat."""
    q = e.contact[s].index
    delay = draw(c.dist[c.queue[q].repeat_delay], uniform(e.contact[s].key, REPEAT_DELAY))
    come_back_after(e, c, s, PENDING_REPEAT, delay)
