"""Pacing rules: how many lines to dial. Functions of (snapshot, mask, config, params, state, coin) to an action.

Most rules have a target of ringing lines and dial the difference. Connected lines do not count. `idle` is the number of
idle advisors eligible for the campaign. A rule may read core fields of the centre and of campaigns, `idle`, and
`idle_longest_s` of groups with a legal action, but no queue fields: `sim/shown/for_rules.py` writes only these. Random
rounding takes one coin per event: it is drawn at the first decision after the event and kept in `state`. A new coin at
every decision (reviews may be seconds apart) would be a different policy.
"""

import math

from ccenv.sim.kernel.bits import WORD, lowest, without_lowest
from ccenv.sim.kernel.draws import U
from ccenv.sim.kernel.jit import helper
from ccenv.sim.state.codes import DIAL, DIAL_RESERVED, HOLD


@helper
def _idle(snap, c, i):
    """Return the number of idle advisors eligible for campaign i."""
    total = 0.0
    for word in range(c.campaign_groups.shape[1]):
        left = c.campaign_groups[i, word]
        while left != U(0):
            total += snap.idle[WORD * word + lowest(left)]
            left = without_lowest(left)
    return total


@helper
def _coin(snap, state, u):
    """Return this event's coin: taken from `u` at the first call after an event, then kept until the next event."""
    if state[0] != snap.event_number:
        state[0] = snap.event_number
        state[1] = u
    return state[1]


@helper
def _dial_up_to(snap, mask, c, i, target):
    """Return the largest legal dial of the ladder that does not exceed `target` ringing lines, else HOLD."""
    need = target - snap.ringing[i]
    best = HOLD
    if need < 1.0:
        return best
    for a in range(c.first_dial[i], c.first_dial[i + 1]):
        if c.action[a].kind == DIAL and mask[a] and c.action[a].n <= need:
            best = a
    return best


@helper
def _round(x, coin):
    """Return x rounded randomly: its floor, plus one with the probability of its fraction."""
    low = math.floor(x)
    return low + 1.0 if coin < x - low else low


@helper
def _dial_while_idle_above(snap, mask, c, reserve):
    """Return a dial with one reserved advisor while more than `reserve` eligible advisors are idle, else HOLD.

    The group is the one whose first idle advisor has been idle longest.
    """
    for i in range(c.n_campaigns):
        if _idle(snap, c, i) > reserve:
            best = HOLD
            for a in range(c.first_dial[i], c.first_dial[i + 1]):
                if c.action[a].kind == DIAL_RESERVED and mask[a]:
                    if (
                        best == HOLD
                        or snap.idle_longest_s[c.action[a].group] > snap.idle_longest_s[c.action[best].group]
                    ):
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
    return _dial_while_idle_above(snap, mask, c, params[0])


@helper
def reserve_threshold(snap, mask, c, params, state, u):
    """Dial reserved while idle > reserve; at idle == reserve, dial one more with probability p_next.

    Params: reserve, p_next.
    """
    reserve = params[0]
    if _coin(snap, state, u) < params[1]:
        reserve -= 1.0
    return _dial_while_idle_above(snap, mask, c, max(reserve, 0.0))


@helper
def progressive_unreserved(snap, mask, c, params, state, u):
    """Target = max(0, idle - reserve) ringing lines. Params: reserve."""
    for i in range(c.n_campaigns):
        a = _dial_up_to(snap, mask, c, i, _idle(snap, c, i) - params[0])
        if a != HOLD:
            return a
    return HOLD


@helper
def fixed_ratio(snap, mask, c, params, state, u):
    """Target = ratio * max(0, idle - reserve) ringing lines, rounded down or randomly.

    Params: ratio, rounding (1 random), reserve.
    """
    coin = _coin(snap, state, u) if params[1] > 0.0 else 1.0
    for i in range(c.n_campaigns):
        target = params[0] * max(0.0, _idle(snap, c, i) - params[2])
        a = _dial_up_to(snap, mask, c, i, _round(target, coin))
        if a != HOLD:
            return a
    return HOLD


@helper
def max0(snap, mask, c, params, state, u):
    """Target = max(0, k * max(0, idle - reserve) - c) ringing lines, rounded randomly. Params: k, c, reserve."""
    coin = _coin(snap, state, u)
    for i in range(c.n_campaigns):
        target = params[0] * max(0.0, _idle(snap, c, i) - params[2]) - params[1]
        a = _dial_up_to(snap, mask, c, i, _round(max(0.0, target), coin))
        if a != HOLD:
            return a
    return HOLD


@helper
def constant_lines(snap, mask, c, params, state, u):
    """Target = n ringing lines, rounded randomly. Params: n."""
    coin = _coin(snap, state, u)
    for i in range(c.n_campaigns):
        a = _dial_up_to(snap, mask, c, i, _round(params[0], coin))
        if a != HOLD:
            return a
    return HOLD


@helper
def _all_idle(snap, c):
    """Return the number of idle advisors of all groups."""
    total = 0.0
    for g in range(c.n_groups):
        total += snap.idle[g]
    return total


@helper
def _begins(snap, c, params, state):
    """Return whether this is the first decision after an event at which `dial_x_free` starts to dial.

    `state`: number of the last event, campaign it is at, lines still due for it, idle advisors at the last decision.
    """
    idle = _all_idle(snap, c)
    freed = idle > state[3]
    state[3] = idle
    if state[0] == snap.event_number:
        return False
    state[0] = snap.event_number
    state[1] = c.n_campaigns
    return (freed or params[4] > 0.0) and idle >= params[2]


@helper
def _due(snap, c, i, params):
    """Return the number of lines that `dial_x_free` starts for campaign i."""
    idle = _idle(snap, c, i)
    if idle < params[3]:
        return 0.0
    return math.floor(params[0] * idle + 0.5) + params[1] - snap.ringing[i]


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
    while state[1] < c.n_campaigns:
        i = int(state[1])
        a = _dial_up_to(snap, mask, c, i, state[2] + snap.ringing[i])
        if a != HOLD:
            state[2] -= c.action[a].n
            return a
        state[1] += 1.0
        if state[1] < c.n_campaigns:
            state[2] = _due(snap, c, i + 1, params)
    return HOLD
