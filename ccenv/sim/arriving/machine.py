"""The machine before a queue (IVR or bot): which contacts it keeps, and which of these come again.

A contact's difficulty u is uniform in (0, 1). The machine keeps the contact if u is below the escalation threshold, and
resolves it with a probability that is linear in u (modelling choice).
"""

from ccenv.sim.handling.returns import leave, start_repeat
from ccenv.sim.kernel.contacts import end_contact
from ccenv.sim.kernel.draws import happens
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.slots import recent_slot
from ccenv.sim.state.codes import CONTAINED, HUNG_UP, NIL, RESOLVED, RETURN_CALL, ROUTED


@helper
def threshold(e, c, q):
    """Return the escalation threshold of queue q now: that of the routing rule if it has one, else the scenario's."""
    if c.contained_at == NIL:
        return c.queue[q].p_contained
    return c.routing_params[c.routing_row[e.slot % c.day_slots] + c.contained_at + q]


@helper
def outcome_of(e, c, q, u):
    """Return the outcome of the IVR for a contact of difficulty u."""
    kept = threshold(e, c, q)
    if u < kept:
        return CONTAINED
    if u < kept + c.queue[q].p_hangup:
        return HUNG_UP
    return ROUTED


@block
def contain(e, c, log, s, u):
    """Count a contact of difficulty u that the IVR keeps: it is over, or unresolved and comes again.

    A return call that the IVR keeps does not come again; its lead is given back.
    """
    q = e.contact[s].index
    e.queue_count[q].contained += 1
    if e.contact[s].kind == RETURN_CALL:
        leave(e, c, log, s)
        return
    e.queue[q].n_contained[recent_slot(e, c, 0)] += 1
    p = c.queue[q].p_resolved + c.queue[q].resolved_slope * u
    if e.contact[s].n_repeats < c.queue[q].max_repeats and not happens(p, e.contact[s].key, RESOLVED):
        e.queue_count[q].contained_unresolved += 1
        start_repeat(e, c, s)
    else:
        end_contact(e, s)


@helper
def p_unresolved(e, c, q):
    """Return the probability that a kept contact is not resolved: that at the mean difficulty of the kept."""
    return 1.0 - c.queue[q].p_resolved - 0.5 * c.queue[q].resolved_slope * threshold(e, c, q)
