"""Reserves by the forecast of the slot, by recent arrivals, by the size of the centre.

Each reserve has two rules: one dials with reserved advisors while more are idle than the reserve, the other, with the
suffix `_unreserved`, keeps k (idle - reserve)^+ - c lines ringing. Fractions are rounded randomly, by one coin for each
event. A reserve that is the same number in each slot of the day needs no rule of its own: `reserve` of `progressive` or
`max0` may be a list with one value for each slot.
"""

import math

from ccenv.rules.helpers import event_coin
from ccenv.rules.pacing.parts import (
    DUTY,
    INFINITY,
    at_rank,
    both_kinds,
    dial_above,
    dial_lines_above,
    number,
    on_duty,
    shares,
    waiting_beside,
)
from ccenv.rules.spec import Param
from ccenv.sim.kernel.draws import log
from ccenv.sim.kernel.jit import helper
from ccenv.sim.state.codes import HOLD


@helper
def _slot(snap, c, i, params):
    """Return r0 + beta sqrt(load), the load [erlang] of the shared queues by the forecast of the slot."""
    load = 0.0
    for q in range(c.n_queues):
        if c.queue[q].deferrable == 0 and shares(c, i, q):
            load += snap.forecast_per_hour[q] * params.handle_s[q] / 3600.0
    return params.r0[i] + params.beta[i] * math.sqrt(load)


@helper
def _load(snap, c, i, params):
    """Return r0 + b (recent / forecast arrivals - 1) + w (contacts in line), of the shared queues."""
    recent = 0.0
    forecast = 0.0
    for q in range(c.n_queues):
        if c.queue[q].deferrable == 0 and shares(c, i, q):
            recent += snap.arrivals_recent_per_hour[q]
            forecast += snap.forecast_per_hour[q]
    excess = recent / forecast - 1.0 if forecast > 0.0 else 0.0
    return params.r0[i] + params.b[i] * excess + params.w[i] * waiting_beside(snap, c, i)


@helper
def _log(snap, c, i, params):
    """Return scale ln(n), n the eligible advisors on duty."""
    return params.scale[i] * log(max(on_duty(snap, c, i), 1.0))


@helper
def slot_reserve(snap, mask, c, params, state, u):
    """Dial reserved while idle > r0 + beta sqrt(forecast load of the slot)."""
    coin = event_coin(snap, state, u)
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        a = dial_above(snap, mask, c, i, _slot(snap, c, i, params), params.kept_for_inbound, coin)
        if a != HOLD:
            return a
    return HOLD


@helper
def slot_reserve_unreserved(snap, mask, c, params, state, u):
    """Target = k (idle - reserve)^+ - c ringing lines, reserve = r0 + beta sqrt(forecast load of the slot)."""
    coin = event_coin(snap, state, u)
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        a = dial_lines_above(snap, mask, c, i, _slot(snap, c, i, params), params, coin)
        if a != HOLD:
            return a
    return HOLD


@helper
def load_reserve(snap, mask, c, params, state, u):
    """Dial reserved while idle > r0 + b (recent / forecast arrivals - 1) + w (contacts in line)."""
    coin = event_coin(snap, state, u)
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        a = dial_above(snap, mask, c, i, _load(snap, c, i, params), params.kept_for_inbound, coin)
        if a != HOLD:
            return a
    return HOLD


@helper
def load_reserve_unreserved(snap, mask, c, params, state, u):
    """Target = k (idle - reserve)^+ - c ringing lines, reserve = r0 + b (recent / forecast - 1) + w (in line)."""
    coin = event_coin(snap, state, u)
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        a = dial_lines_above(snap, mask, c, i, _load(snap, c, i, params), params, coin)
        if a != HOLD:
            return a
    return HOLD


@helper
def log_safety(snap, mask, c, params, state, u):
    """Dial reserved while idle > scale ln(n), n the eligible advisors on duty.

    Source: Pang and Perry 2015, "A logarithmic safety staffing rule for contact centers with call blending", Management
    Science 61(1): outbound work starts while more advisors are idle than a threshold that grows with the logarithm of
    the size of the centre. The scale is ours to tune.
    """
    coin = event_coin(snap, state, u)
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        a = dial_above(snap, mask, c, i, _log(snap, c, i, params), params.kept_for_inbound, coin)
        if a != HOLD:
            return a
    return HOLD


@helper
def log_safety_unreserved(snap, mask, c, params, state, u):
    """Target = k (idle - reserve)^+ - c ringing lines, reserve = scale ln(n), n the eligible advisors on duty."""
    coin = event_coin(snap, state, u)
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        a = dial_lines_above(snap, mask, c, i, _log(snap, c, i, params), params, coin)
        if a != HOLD:
            return a
    return HOLD


_ANY = -INFINITY
R0 = number("r0", 1.0, "reserve at the expected load", (0.0, 10.0), low=_ANY)
BY_SLOT = (
    R0,
    number("beta", 0.5, "advisors more for each root of an erlang of forecast load", (0.0, 3.0)),
    Param("handle_s", 180.0, per="queue", meaning="mean time [s] of a contact with an advisor"),
)
BY_LOAD = (
    R0,
    number("b", 1.0, "advisors more if arrivals are twice the forecast", (0.0, 5.0), low=_ANY),
    number("w", 0.0, "advisors more for each contact in line", (0.0, 2.0)),
)
BY_LOG = (number("scale", 1.0, "advisors for each unit of the natural logarithm of advisors on duty", (0.0, 3.0)),)
RECENT = ("arrivals_recent_per_hour", "forecast_per_hour")


RULES = (
    *both_kinds(slot_reserve, slot_reserve_unreserved, BY_SLOT, ("forecast_per_hour",), False),
    *both_kinds(load_reserve, load_reserve_unreserved, BY_LOAD, ("queue_length", *RECENT), True),
    *both_kinds(log_safety, log_safety_unreserved, BY_LOG, DUTY, False),
)
