"""Calling a rule by its code, inside compiled code: the places in `registry.py`, which a test holds to these."""

from ccenv.rules import pacing, routing
from ccenv.sim.kernel.draws import second
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.state.codes import HOLD, SAME_INSTANT
from ccenv.sim.state.layout import HELD, ROUTING_STATE


@helper
def _any(flags):
    """Is one of them set? It looks at all, many at a time."""
    found = False
    for flag in flags:
        found |= flag
    return found


@helper
def assign_legal(mask, c):
    """Is an assignment legal?"""
    return _any(mask[1 : c.first_assign[c.n_queues]])


@helper
def dial_legal(mask, c):
    """Is a dial legal?"""
    return _any(mask[c.first_assign[c.n_queues] : c.n_actions])


@block
def route(snap, mask, c, state, u):
    """The routing rule's action."""
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
    """The pacing rule's action; `u` is the decision's coin, of which pacing takes the second."""
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
    """At the first question of an epoch routing has held nothing yet."""
    if snap.epoch_kind != SAME_INSTANT:
        state[HELD] = 0.0


@helper
def choose(snap, mask, c, state, u):
    """Both halves as one policy: routing first, and when it holds, pacing."""
    new_epoch(snap, state)
    if state[HELD] == 0.0 and assign_legal(mask, c):
        a = route(snap, mask, c, state, u)
        if a != HOLD:
            return a
        state[HELD] = 1.0
    if dial_legal(mask, c):
        return pace(snap, mask, c, state, u)
    return HOLD
