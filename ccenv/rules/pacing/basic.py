"""Pacing rules: how many lines to dial. Functions of (snapshot, mask, config, params, state, coin) to an action.

Most rules have a target of ringing lines and dial the difference. Connected lines do not count. `idle` is the number of
idle advisors eligible for the campaign, less those that groups keep for inbound (`kept_for_inbound`). What the rules
read is declared in `RULES`, at the end. Random rounding takes one coin per event: it is drawn at the first decision
after the event and kept in `state`. A new coin at every decision (reviews may be seconds apart) would be a different
policy.
"""

import math

from ccenv.rules.declared import COIN, FOR_INBOUND, GROUP, LINES, RESERVE
from ccenv.rules.helpers import all_idle, dial_up_to, event_coin, idle_above, idle_advisors, round_randomly
from ccenv.rules.spec import Param, RuleSpec
from ccenv.sim.kernel.jit import helper
from ccenv.sim.state.codes import DIAL_RESERVED, HOLD

COIN_STATE = 2  # numbers that `event_coin` keeps


@helper
def _dial_while_idle_above(snap, mask, c, reserve, kept):
    """Return a dial with one reserved advisor while more than `reserve` eligible advisors are idle, else HOLD.

    The group is the one whose first idle advisor has been idle longest, of those with more than `kept` idle advisors.
    """
    for i in range(c.n_campaigns):
        if idle_above(snap, c, i, kept) > reserve:
            best = HOLD
            for a in range(c.first_dial[i], c.first_dial[i + 1]):
                g = c.action[a].group
                if c.action[a].kind == DIAL_RESERVED and mask[a] and snap.idle[g] > kept[g]:
                    if best == HOLD or snap.idle_longest_s[g] > snap.idle_longest_s[c.action[best].group]:
                        best = a
            if best != HOLD:
                return best
    return HOLD


@helper
def no_dial(snap, mask, c, params, state, u):
    """Never dial."""
    return HOLD


@helper
def progressive(snap, mask, c, params, state, u):
    """Dial with one reserved advisor per attempt while idle > reserve. Params: reserve."""
    return _dial_while_idle_above(snap, mask, c, params.reserve, params.kept_for_inbound)


@helper
def reserve_threshold(snap, mask, c, params, state, u):
    """Dial reserved while idle > reserve; at idle == reserve, dial one more with probability p_next.

    Params: reserve, p_next.
    """
    reserve = params.reserve
    if event_coin(snap, state, u) < params.p_next:
        reserve -= 1.0
    return _dial_while_idle_above(snap, mask, c, max(reserve, 0.0), params.kept_for_inbound)


@helper
def progressive_unreserved(snap, mask, c, params, state, u):
    """Target = max(0, idle - reserve) ringing lines. Params: reserve."""
    for i in range(c.n_campaigns):
        a = dial_up_to(snap, mask, c, i, idle_above(snap, c, i, params.kept_for_inbound) - params.reserve)
        if a != HOLD:
            return a
    return HOLD


@helper
def fixed_ratio(snap, mask, c, params, state, u):
    """Target = ratio * max(0, idle - reserve) ringing lines, rounded down or randomly.

    Params: ratio, rounding (1 random), reserve.
    """
    coin = event_coin(snap, state, u) if params.rounding > 0.0 else 1.0
    for i in range(c.n_campaigns):
        target = params.ratio * max(0.0, idle_above(snap, c, i, params.kept_for_inbound) - params.reserve)
        a = dial_up_to(snap, mask, c, i, round_randomly(target, coin))
        if a != HOLD:
            return a
    return HOLD


@helper
def max0(snap, mask, c, params, state, u):
    """Target = max(0, k * max(0, idle - reserve) - c) ringing lines, rounded randomly. Params: k, c, reserve."""
    coin = event_coin(snap, state, u)
    for i in range(c.n_campaigns):
        target = params.k * max(0.0, idle_above(snap, c, i, params.kept_for_inbound) - params.reserve) - params.c
        a = dial_up_to(snap, mask, c, i, round_randomly(max(0.0, target), coin))
        if a != HOLD:
            return a
    return HOLD


@helper
def constant_lines(snap, mask, c, params, state, u):
    """Target = n ringing lines, rounded randomly. Params: n."""
    coin = event_coin(snap, state, u)
    for i in range(c.n_campaigns):
        a = dial_up_to(snap, mask, c, i, round_randomly(params.n, coin))
        if a != HOLD:
            return a
    return HOLD


@helper
def _begins(snap, c, params, state):
    """Return whether this is the first decision after an event at which `dial_x_free` starts to dial.

    `state`: number of the last event, campaign it is at, lines still due for it, idle advisors at the last decision.
    """
    idle = all_idle(snap, c)
    freed = idle > state[3]
    state[3] = idle
    if state[0] == snap.event_number:
        return False
    state[0] = snap.event_number
    state[1] = c.n_campaigns
    return (freed or params.when > 0.0) and idle >= params.s_t


@helper
def _due(snap, c, i, params):
    """Return the number of lines that `dial_x_free` starts for campaign i."""
    idle = idle_advisors(snap, c, i)
    if idle < params.s_d:
        return 0.0
    return math.floor(params.kappa * idle + 0.5) + params.c - snap.ringing[i]


@helper
def dial_x_free(snap, mask, c, params, state, u):
    """When an advisor is freed, target = round(kappa * idle) + c ringing lines, if at least s_d are idle (s_t in all).

    `idle` and s_d count eligible advisors, s_t advisors of all groups. The missing lines are dialed once. The rule does
    not dial again until the next advisor is freed (or the next event, by `when`), even if the attempts fail at once.
    Params: kappa, c, s_t, s_d, when (1: after each event).

    Source: DIALXFREE of the ContactCenters library; its dialer is triggered by ends of service.
    """
    if _begins(snap, c, params, state):
        state[1] = 0.0
        state[2] = _due(snap, c, 0, params)
    state[1] = max(state[1], 0.0)  # a caller of the service may send any number
    while state[1] < c.n_campaigns:
        i = int(state[1])
        a = dial_up_to(snap, mask, c, i, state[2] + snap.ringing[i])
        if a != HOLD:
            state[2] -= c.action[a].n
            return a
        state[1] += 1.0
        if state[1] < c.n_campaigns:
            state[2] = _due(snap, c, i + 1, params)
    return HOLD


RULES = (
    RuleSpec("no_dial", no_dial),
    RuleSpec("progressive", progressive, (RESERVE, FOR_INBOUND), ("idle",), GROUP, reserves=True),
    RuleSpec(
        "reserve_threshold",
        reserve_threshold,
        (
            RESERVE,
            FOR_INBOUND,
            Param("p_next", 0.0, high=1.0, meaning="probability of one more at the threshold", settable=(0.0, 1.0)),
        ),
        (*COIN, "idle"),
        GROUP,
        state=COIN_STATE,
        reserves=True,
        tosses=True,
    ),
    RuleSpec("progressive_unreserved", progressive_unreserved, (RESERVE, FOR_INBOUND), LINES, reserves=False),
    RuleSpec(
        "fixed_ratio",
        fixed_ratio,
        (
            Param("ratio", 1.0, meaning="ringing lines for each idle advisor", settable=(0.0, 4.0)),
            Param("rounding", "floor", words=("floor", "random"), meaning="how a target is made whole"),
            RESERVE,
            FOR_INBOUND,
        ),
        (*COIN, *LINES),
        state=COIN_STATE,
        reserves=False,
        tosses=True,
    ),
    RuleSpec(
        "max0",
        max0,
        (
            Param("k", 1.0, meaning="ringing lines for each idle advisor", settable=(0.0, 4.0)),
            Param("c", 0.0, meaning="lines held back", settable=(0.0, 10.0)),
            RESERVE,
            FOR_INBOUND,
        ),
        (*COIN, *LINES),
        state=COIN_STATE,
        reserves=False,
        tosses=True,
    ),
    RuleSpec(
        "constant_lines",
        constant_lines,
        (Param("n", 1.0, meaning="ringing lines", settable=(0.0, 20.0)),),
        (*COIN, "ringing"),
        state=COIN_STATE,
        reserves=False,
        tosses=True,
    ),
    RuleSpec(
        "dial_x_free",
        dial_x_free,
        (
            Param("kappa", 1.0, meaning="ringing lines for each idle eligible advisor", settable=(0.0, 4.0)),
            Param("c", 0.0, low=-float("inf"), meaning="lines more", settable=(-10.0, 10.0)),
            Param("s_t", 1.0, meaning="fewest idle advisors of all groups"),
            Param("s_d", 1.0, meaning="fewest idle eligible advisors", settable=(0.0, 10.0)),
            Param(
                "when",
                "freed",
                words=("freed", "event"),
                meaning="it dials when an advisor is freed, or after each event",
            ),
        ),
        (*COIN, *LINES),
        state=4,
        reserves=False,
        once=True,
    ),
)
