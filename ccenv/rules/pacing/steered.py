"""Rules whose number of lines is steered by the dropped share: a PI controller, a set-point, Cisco's parameters."""

import math

from ccenv.rules.helpers import dial_up_to, event_coin, idle_above, round_randomly
from ccenv.rules.pacing.parts import (
    ALL,
    ANSWERS,
    COIN_STATE,
    DEFINITION,
    INFINITY,
    KEPT,
    LIMIT,
    P_START,
    RATE,
    SHARE,
    UNRESERVED_READS,
    answer_rate,
    at_rank,
    dropped_share,
    number,
    seconds_since,
    share_base,
)
from ccenv.rules.spec import RuleSpec
from ccenv.sim.kernel.jit import helper
from ccenv.sim.state.codes import HOLD

STARTING, STARTED = 1.0, 2.0  # stages of the PI controller; 0: not yet asked
PI_STATE = {
    "rule": COIN_STATE,
    "campaign": 5,
}  # started, time of that, time of the last step, adjustment, sum of errors
SETPOINT_STATE = {"rule": COIN_STATE, "campaign": 3}  # started, time of the last step, level
CISCO_STATE = {"campaign": 4}  # started, level, denominator and drops at the last step


@helper
def _pi_adjustment(snap, i, params, state):
    """Return the adjustment [%] of the controller after a step that is due."""
    at = COIN_STATE + 5 * i
    if state[at] == 0.0:
        state[at] = STARTING
        state[at + 1] = snap.time_of_day_s
        state[at + 2] = snap.time_of_day_s
        state[at + 3] = params.start[i]
    elif seconds_since(snap, state[at + 2]) >= params.every_s[i]:
        error = 100.0 * (params.target[i] - dropped_share(snap, i, params.definition))
        bound = params.most[i] / max(params.integral[i], 1e-9)
        state[at + 4] = min(max(state[at + 4] + error, -bound), bound)
        step = params.proportional[i] * error + params.integral[i] * state[at + 4]
        state[at + 3] = min(max(state[at + 3] + step, 0.0), params.most[i])
        state[at + 2] = snap.time_of_day_s
    return state[at + 3]


@helper
def _pi_target(snap, i, idle, params, state):
    """Return the lines of the controller."""
    adjustment = _pi_adjustment(snap, i, params, state)
    at = COIN_STATE + 5 * i
    if state[at] == STARTING and seconds_since(snap, state[at + 1]) >= params.start_s[i]:
        state[at] = STARTED
    if state[at] == STARTING or snap.joined_or_dropped[i] < params.least_answers[i]:
        return idle
    if idle < params.least_idle[i]:
        return 0.0
    if dropped_share(snap, i, params.definition) > params.limit[i]:
        return idle
    rate = answer_rate(snap, i, params.rate, params.p_start[i])
    return idle + (idle / rate - idle) * adjustment / 100.0


@helper
def pi_controller(snap, mask, c, params, state, u):
    """Target = idle + (idle / answer rate - idle) adjustment / 100 lines; a PI controller moves the adjustment.

    Each `every_s` seconds: e = 100 (target - dropped share), adjustment += proportional e + integral (sum of e), within
    [0, most]. The rule is progressive for `start_s` seconds and until `least_answers` connects, and while the dropped
    share exceeds `limit`; it dials none while fewer than `least_idle` advisors are idle. Source: a PI dialer in open
    source, known without the name of its project; time between steps and bound of the sum are ours.
    """
    coin = event_coin(snap, state, u)
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        idle = max(idle_above(snap, c, i, params.kept_for_inbound) - params.reserve[i], 0.0)
        a = dial_up_to(snap, mask, c, i, round_randomly(max(_pi_target(snap, i, idle, params, state), 0.0), coin))
        if a != HOLD:
            return a
    return HOLD


@helper
def abandon_target(snap, mask, c, params, state, u):
    """Target = level (idle - reserve)^+ lines; the level moves so that the share in a window meets its set-point.

    Each `every_s` seconds with at least `least_base` connects in the window, level <- level (1 + gain (target - share)
    / target), within [1, most]. Source: Amazon Connect, AbandonmentRatePacingConfig (target rate, connection threshold,
    evaluation window; here `definition`); its arithmetic is not published, and this one is ours.
    """
    coin = event_coin(snap, state, u)
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        at = COIN_STATE + 3 * i
        if state[at] == 0.0:
            state[at] = 1.0
            state[at + 1] = snap.time_of_day_s
            state[at + 2] = min(max(params.start[i], 1.0), params.most[i])
        elif seconds_since(snap, state[at + 1]) >= params.every_s[i]:
            state[at + 1] = snap.time_of_day_s
            if share_base(snap, i, params.definition) >= params.least_base[i]:
                error = (params.target[i] - dropped_share(snap, i, params.definition)) / params.target[i]
                state[at + 2] = min(max(state[at + 2] * (1.0 + params.gain[i] * error), 1.0), params.most[i])
        idle = max(idle_above(snap, c, i, params.kept_for_inbound) - params.reserve[i], 0.0)
        a = dial_up_to(snap, mask, c, i, round_randomly(state[at + 2] * idle, coin))
        if a != HOLD:
            return a
    return HOLD


@helper
def cisco_predictive(snap, mask, c, params, state, u):
    """Target = floor(level (idle - reserve)^+) lines; the level moves after each `correction` answered calls.

    level <- level + gain (limit - share of the iteration) / limit, within [1, most_lines]. Source: Cisco Unified CCX,
    predictive dialer (`maxLinesPerAgent`, `predictiveCorrection`, `predictiveGain`, `callAbandonLimit`, with the
    defaults 3, 100, 1, 3 %); its arithmetic is not published, and this one is ours.
    """
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        at = 4 * i
        base = snap.joined_or_dropped[i]
        if state[at] == 0.0:
            state[at] = 1.0
            state[at + 1] = 1.0
            state[at + 2] = base
            state[at + 3] = snap.dropped[i]
        elif base - state[at + 2] >= params.correction[i]:
            share = (snap.dropped[i] - state[at + 3]) / (base - state[at + 2])
            level = state[at + 1] + params.gain[i] * (params.limit[i] - share) / params.limit[i]
            state[at + 1] = min(max(level, 1.0), params.most_lines[i])
            state[at + 2] = base
            state[at + 3] = snap.dropped[i]
        idle = max(idle_above(snap, c, i, params.kept_for_inbound) - params.reserve[i], 0.0)
        a = dial_up_to(snap, mask, c, i, math.floor(state[at + 1] * idle))
        if a != HOLD:
            return a
    return HOLD


PI = (
    KEPT,
    number("target", 0.025, "dropped share that the controller aims at", (0.0, 0.1), low=0.0, high=1.0),
    LIMIT,
    number("proportional", 2.0, "change of the adjustment [%] for each percent of error", (0.0, 10.0)),
    number("integral", 0.05, "change of the adjustment [%] for each percent of summed error", (0.0, 1.0)),
    number("every_s", 60.0, "time [s] between two steps", low=1.0),
    number("start", 150.0, "adjustment [%] at the start", (0.0, 400.0)),
    number("most", 400.0, "largest adjustment [%]", (0.0, 1000.0)),
    number("start_s", 300.0, "time [s] for which the rule is progressive at first"),
    number("least_answers", 10.0, "connects until which the rule is progressive"),
    number("least_idle", 3.0, "idle advisors below which no line is dialed", (0.0, 10.0)),
    RATE,
    P_START,
    DEFINITION,
)
SETPOINT = (
    KEPT,
    number("target", 0.03, "dropped share that the window shall meet", (0.001, 0.1), low=0.001, high=1.0),
    number("gain", 0.1, "relative change of the level at a relative error of 1", (0.0, 1.0), high=1.0),
    number("every_s", 60.0, "time [s] between two steps", low=1.0),
    number("least_base", 20.0, "connects in the window from which the level moves"),
    number("start", 1.0, "level at the start", (1.0, 10.0), low=1.0),
    number("most", 10.0, "largest level", (1.0, 20.0), low=1.0),
    DEFINITION._replace(default="connect_rolling_24h"),
)
CISCO = (
    KEPT,
    number("most_lines", 3.0, "most lines for each idle advisor", (1.0, 3.0), low=1.0, high=INFINITY),
    number("correction", 100.0, "answered calls between two steps", (10.0, 1000.0), low=1.0),
    number("gain", 1.0, "change of the level where no call is dropped", (0.0, 1.0), high=1.0),
    LIMIT,
)
RULES = (
    RuleSpec("pi_controller", pi_controller, (*ALL, *PI), (*UNRESERVED_READS, *ANSWERS, *SHARE, "time_of_day_s"),
             state=PI_STATE, reserves=False, state_term=True, tosses=True),
    RuleSpec("abandon_target", abandon_target, (*ALL, *SETPOINT), (*UNRESERVED_READS, *SHARE, "time_of_day_s"),
             state=SETPOINT_STATE, reserves=False, state_term=True, tosses=True),
    RuleSpec("cisco_predictive", cisco_predictive, (*ALL, *CISCO), ("idle", "ringing", "dropped", "joined_or_dropped"),
             state=CISCO_STATE, reserves=False, state_term=True),
)  # fmt: skip
