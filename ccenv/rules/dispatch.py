"""Call a rule by its code in compiled code.

A code is the index of the rule in `registry.py`; a test checks that the branches here agree with it.
"""

from ccenv.rules import pacing, routing
from ccenv.sim.kernel.draws import second
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.state.codes import HOLD, SAME_INSTANT
from ccenv.sim.state.layout import HELD, ROUTING_STATE


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


@block
def route(snap, mask, c, state, u):
    """Return the routing rule's action; `state`: the row's `rule_state`, `u`: the decision's coin."""
    own = state[:ROUTING_STATE]
    if c.routing == 0:
        return routing.fifo(snap, mask, c, c.routing_params, own, u)
    if c.routing == 1:
        return routing.lwt(snap, mask, c, c.routing_params, own, u)
    if c.routing == 2:
        return routing.priority(snap, mask, c, c.routing_params, own, u)
    if c.routing == 3:
        return routing.longest_queue(snap, mask, c, c.routing_params, own, u)
    return routing.random(snap, mask, c, c.routing_params, own, u)


@block
def pace(snap, mask, c, state, u):
    """Return the pacing rule's action; `u`: the decision's coin, from which pacing takes `second(u)`."""
    own = state[ROUTING_STATE:HELD]
    v = second(u)
    if c.pacing == 1:
        return pacing.progressive(snap, mask, c, c.pacing_params, own, v)
    if c.pacing == 2:
        return pacing.reserve_threshold(snap, mask, c, c.pacing_params, own, v)
    if c.pacing == 3:
        return pacing.progressive_unreserved(snap, mask, c, c.pacing_params, own, v)
    if c.pacing == 4:
        return pacing.fixed_ratio(snap, mask, c, c.pacing_params, own, v)
    if c.pacing == 5:
        return pacing.max0(snap, mask, c, c.pacing_params, own, v)
    if c.pacing == 6:
        return pacing.constant_lines(snap, mask, c, c.pacing_params, own, v)
    if c.pacing == 7:
        return pacing.dial_x_free(snap, mask, c, c.pacing_params, own, v)
    return pacing.no_dial(snap, mask, c, c.pacing_params, own, v)


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
    return HOLD
