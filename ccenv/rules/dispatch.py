"""Call the rules of a run from compiled code, at the addresses in the configuration record.

Rule memory: the flag "routing has held" (`HELD`), the routing rule's numbers, the pacing rule's numbers.
"""

from ccenv.sim.kernel.draws import second
from ccenv.sim.kernel.jit import helper
from ccenv.sim.kernel.pointers import call
from ccenv.sim.kernel.record import WHOLE
from ccenv.sim.kernel.slots import slot_at
from ccenv.sim.state.codes import HOLD, NIL, SAME_INSTANT
from ccenv.sim.state.layout import HELD

FIRST = HELD + 1  # index of the routing rule's first number
# in place of an action: a rule has returned an action that is not legal, or not of its half
BAD_ROUTING, BAD_PACING = NIL - 1, NIL - 2


@helper
def _any(flags):
    """Return whether a flag is set. No early exit, so that the loop is vectorised."""
    found = False
    for flag in flags:
        found |= flag
    return found


@helper
def assign_legal(mask, c):
    """Return whether an assignment is legal."""
    return _any(mask[1 : c.first_assign[c.n_queues]])


@helper
def dial_legal(mask, c):
    """Return whether a dial is legal."""
    return _any(mask[c.first_assign[c.n_queues] : c.n_actions])


@helper
def slot_of(snap, c):
    """Return the slot of the day for parameters by slot, the same on all days; 0 if no parameter differs by slot."""
    return slot_at(c, snap.time_of_day_s)


@helper
def route(snap, mask, c, state, u):
    """Return the routing rule's action; `state`: the row's rule memory, `u`: the decision's coin."""
    first = c.routing_row[slot_of(snap, c)]
    own = state[FIRST : FIRST + c.routing_state]
    a = call(c.routing_at, snap, mask, c, c.routing_params[first:], own, u)
    if a == HOLD or (0 < a < c.first_assign[c.n_queues] and mask[a]):
        return a
    return WHOLE(BAD_ROUTING)


@helper
def pace(snap, mask, c, state, u):
    """Return the pacing rule's action; `u`: the decision's coin, from which pacing takes `second(u)`."""
    first = c.pacing_row[slot_of(snap, c)]
    own = state[FIRST + c.routing_state : FIRST + c.routing_state + c.pacing_state]
    a = call(c.pacing_at, snap, mask, c, c.pacing_params[first:], own, second(u))
    if a == HOLD or (c.first_assign[c.n_queues] <= a < c.n_actions and mask[a]):
        return a
    return WHOLE(BAD_PACING)


@helper
def new_epoch(snap, state):
    """Clear the flag "routing has held" at the first decision of an epoch."""
    if snap.epoch_kind != SAME_INSTANT:
        state[HELD] = 0.0


@helper
def choose(snap, mask, c, state, u):
    """Return the action of both rules as one policy: routing first, then, once it holds, pacing."""
    new_epoch(snap, state)
    if state[HELD] == 0.0 and assign_legal(mask, c):
        a = route(snap, mask, c, state, u)
        if a != HOLD:
            return a
        state[HELD] = 1.0
    if dial_legal(mask, c):
        return pace(snap, mask, c, state, u)
    return WHOLE(HOLD)
