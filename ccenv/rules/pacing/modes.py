"""Reserves by the mode of a switching load: the observed mode, or the belief about it by a filter on counts.

As in `reserves.py`, each reserve has a rule for reserved dials and one for ringing lines, `_unreserved`.
"""

from ccenv.rules.helpers import event_coin
from ccenv.rules.pacing.parts import (
    COIN_STATE,
    at_rank,
    both_kinds,
    dial_above,
    dial_lines_above,
    number,
    seconds_since,
)
from ccenv.rules.spec import Param
from ccenv.sim.kernel.draws import exp, log
from ccenv.sim.kernel.jit import helper
from ccenv.sim.state.codes import HOLD
from ccenv.sim.state.fields import RECENT_S

MOST_LOG = 30.0  # bound of the log-likelihood ratio of one step
SURE = 1e-9  # the belief stays this far from 0 and 1
STARTED, LAST_S, LAST_COUNT, BELIEF = range(COIN_STATE, COIN_STATE + 4)  # numbers that the filter keeps
FILTER_STATE = COIN_STATE + 4


@helper
def _filtered(snap, c, params, state):
    """Return P(mode 1), from the recent arrivals of all queues since the last decision.

    The recent rate is a sum of weights exp(-age / tau). What it has gained since the last decision counts as a Poisson
    number whose mean has the exposure tau (1 - exp(-dt / tau)) instead of dt.
    """
    total = 0.0
    expected = 0.0
    for q in range(c.n_queues):
        if c.queue[q].deferrable == 0:
            total += snap.arrivals_recent_per_hour[q] * RECENT_S / 3600.0
            expected += snap.forecast_per_hour[q] * params.scale / 3600.0
    given = params.known == 0.0 or c.switches == 0
    low = params.factor_0 if given else max(c.mode_arrivals[0], 0.01)
    high = params.factor_1 if given else max(c.mode_arrivals[1], 0.01)
    out_0 = 1.0 / (params.mean_s_0 if given else c.mode_mean_s[0])
    out_1 = 1.0 / (params.mean_s_1 if given else c.mode_mean_s[1])
    rest = out_0 / (out_0 + out_1)
    if state[STARTED] == 0.0:
        state[STARTED] = 1.0
        state[BELIEF] = rest
    else:
        dt = seconds_since(snap, state[LAST_S])
        fade = exp(-dt / RECENT_S)
        belief = rest + (state[BELIEF] - rest) * exp(-dt * (out_0 + out_1))
        n = max(total - state[LAST_COUNT] * fade, 0.0)
        ratio = n * log(high / low) - expected * (high - low) * RECENT_S * (1.0 - fade)
        odds = belief / (1.0 - belief) * exp(min(max(ratio, -MOST_LOG), MOST_LOG))
        state[BELIEF] = min(max(odds / (1.0 + odds), SURE), 1.0 - SURE)
    state[LAST_S] = snap.time_of_day_s
    state[LAST_COUNT] = total
    return state[BELIEF]


@helper
def mode_reserve(snap, mask, c, params, state, u):
    """Dial reserved while idle > r_0 in mode 0, r_1 in mode 1 of a switching load that is observed."""
    coin = event_coin(snap, state, u)
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        reserve = params.r_0[i] if snap.mode == 0.0 else params.r_1[i]
        a = dial_above(snap, mask, c, i, reserve, params.kept_for_inbound, coin)
        if a != HOLD:
            return a
    return HOLD


@helper
def mode_reserve_unreserved(snap, mask, c, params, state, u):
    """Target = k (idle - reserve)^+ - c ringing lines, reserve = r_0 or r_1 by the observed mode."""
    coin = event_coin(snap, state, u)
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        reserve = params.r_0[i] if snap.mode == 0.0 else params.r_1[i]
        a = dial_lines_above(snap, mask, c, i, reserve, params, coin)
        if a != HOLD:
            return a
    return HOLD


@helper
def belief_reserve(snap, mask, c, params, state, u):
    """Dial reserved while idle > r_0 + (r_1 - r_0) P(mode 1), by a filter on counts of arrivals.

    The filter knows two modes that multiply the forecast arrivals by `factor_0` and `factor_1` and last `mean_s_0` and
    `mean_s_1` on average: given or estimated numbers (`known` = given), or those of the centre, where its load switches
    (`known` = centre).
    """
    coin = event_coin(snap, state, u)
    belief = _filtered(snap, c, params, state)
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        reserve = params.r_0[i] + (params.r_1[i] - params.r_0[i]) * belief
        a = dial_above(snap, mask, c, i, reserve, params.kept_for_inbound, coin)
        if a != HOLD:
            return a
    return HOLD


@helper
def belief_reserve_unreserved(snap, mask, c, params, state, u):
    """Target = k (idle - reserve)^+ - c ringing lines, reserve = r_0 + (r_1 - r_0) P(mode 1) by a filter on counts."""
    coin = event_coin(snap, state, u)
    belief = _filtered(snap, c, params, state)
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        reserve = params.r_0[i] + (params.r_1[i] - params.r_0[i]) * belief
        a = dial_lines_above(snap, mask, c, i, reserve, params, coin)
        if a != HOLD:
            return a
    return HOLD


BY_MODE = (
    number("r_0", 1.0, "reserve in mode 0", (0.0, 10.0)),
    number("r_1", 3.0, "reserve in mode 1", (0.0, 10.0)),
)
BY_BELIEF = (
    *BY_MODE,
    Param("known", "given", words=("given", "centre"), meaning="numbers of the filter: the given ones, the centre's"),
    Param("factor_0", 0.7, 0.01, meaning="arrivals for each one forecast in mode 0"),
    Param("factor_1", 1.6, 0.01, meaning="arrivals for each one forecast in mode 1"),
    Param("mean_s_0", 3600.0, 1.0, meaning="mean duration [s] of mode 0"),
    Param("mean_s_1", 1800.0, 1.0, meaning="mean duration [s] of mode 1"),
    Param("scale", 1.0, 0.01, meaning="arrivals, returns included, for each one forecast, over both modes"),
)

RULES = (
    *both_kinds(mode_reserve, mode_reserve_unreserved, BY_MODE, ("mode",), True, needs=("observed_mode",)),
    *both_kinds(
        belief_reserve,
        belief_reserve_unreserved,
        BY_BELIEF,
        ("time_of_day_s", "arrivals_recent_per_hour", "forecast_per_hour"),
        True,
        FILTER_STATE,
    ),
)
