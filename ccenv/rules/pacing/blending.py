"""Rules that switch dialing by what inbound contacts meet: stop and go, no dialing while they wait, moved advisors."""

from ccenv.rules.helpers import all_idle, dial_up_to, event_coin, idle_above, round_randomly
from ccenv.rules.pacing.parts import (
    ALL,
    COIN_STATE,
    KEPT,
    OF_DIALS,
    RESERVED_READS,
    UNRESERVED_READS,
    at_rank,
    dial_above,
    dial_lines_above,
    number,
    on_duty,
    reserved_dial,
    seconds_since,
    shares,
    talking,
    waiting_beside,
)
from ccenv.rules.spec import Param, RuleSpec
from ccenv.sim.kernel.jit import helper
from ccenv.sim.state.codes import HOLD

MEASURES = ("wait", "service_level")
SCOPES = ("shared", "all")
OFF, DIALING, STOPPED = 0.0, 1.0, 2.0  # `OFF`: not yet asked
TRIGGER_STATE = {"rule": COIN_STATE, "campaign": 2}  # stage, and the time at which it began
MOVE_STATE = {"rule": COIN_STATE, "campaign": 3}  # started, advisors on the outbound side, time of the last move


@helper
def _longest_wait(snap, c, i):
    """Return the longest expected wait [s] of the shared queues.

    It is 0 for an empty line while an advisor is idle, else the wait of the last contact that left the line, or that of
    the first in line if it is longer.
    """
    longest = 0.0
    for q in range(c.n_queues):
        if c.queue[q].deferrable == 0 and shares(c, i, q):
            if snap.queue_length[q] > 0.0:
                longest = max(longest, snap.head_entry_wait_s[q], snap.estimated_wait_s[q])
            elif all_idle(snap, c) == 0.0:
                longest = max(longest, snap.estimated_wait_s[q])
    return longest


@helper
def _least_level(snap, c, i):
    """Return the lowest recent service level of the shared queues; 1 if there is none."""
    least = 1.0
    for q in range(c.n_queues):
        if c.queue[q].deferrable == 0 and shares(c, i, q):
            least = min(least, snap.service_level_recent[q])
    return least


@helper
def _dials(snap, c, i, params, state):
    """Return whether campaign i dials; it stays in a stage for at least `dwell_s`."""
    at = COIN_STATE + 2 * i
    if params.measure == 0.0:
        wait = _longest_wait(snap, c, i)
        stop = wait > params.stop_wait_s[i]
        go = wait < params.resume_wait_s[i]
    else:
        level = _least_level(snap, c, i)
        stop = level < params.stop_level[i]
        go = level > params.resume_level[i]
    if state[at] == OFF:
        state[at] = STOPPED if stop else DIALING
        state[at + 1] = snap.time_of_day_s
    elif seconds_since(snap, state[at + 1]) >= params.dwell_s[i]:
        if (stop and state[at] == DIALING) or (go and state[at] == STOPPED):
            state[at] = STOPPED if state[at] == DIALING else DIALING
            state[at + 1] = snap.time_of_day_s
    return state[at] == DIALING


@helper
def blend_trigger(snap, mask, c, params, state, u):
    """Dial reserved while idle > reserve; stop and resume at limits of the wait or the service level of inbound.

    Dialing stops above `stop_wait_s` (below `stop_level`) and resumes below `resume_wait_s` (above `resume_level`).
    Each stage lasts `dwell_s` at least. Source: call blending of Google CCAI by conditions on the queues; hysteresis
    and dwell are ours.
    """
    coin = event_coin(snap, state, u)
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        if _dials(snap, c, i, params, state):
            a = dial_above(snap, mask, c, i, params.reserve[i], params.kept_for_inbound, coin)
            if a != HOLD:
                return a
    return HOLD


@helper
def blend_trigger_unreserved(snap, mask, c, params, state, u):
    """Target = k (idle - reserve)^+ - c lines; stop and resume at limits of inbound wait or service level."""
    coin = event_coin(snap, state, u)
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        if _dials(snap, c, i, params, state):
            a = dial_lines_above(snap, mask, c, i, params.reserve[i], params, coin)
            if a != HOLD:
                return a
    return HOLD


@helper
def _free_to_dial(snap, c, i, params):
    """Return whether few enough contacts wait, and enough eligible advisors are idle."""
    waiting = waiting_beside(snap, c, i)
    if params.scope == 1.0:
        waiting = 0.0
        for q in range(c.n_queues):
            if c.queue[q].deferrable == 0:
                waiting += snap.queue_length[q]
    return waiting <= params.above[i] and idle_above(snap, c, i, params.kept_for_inbound) >= params.least_idle[i]


@helper
def no_dial_while_waiting(snap, mask, c, params, state, u):
    """Dial reserved while idle > reserve and no more than `above` inbound contacts wait.

    Source: ViciDial, `inbound_queue_no_dial` (contacts of the shared queues, or of all) and
    `inbound_no_agents_no_dial_threshold` (fewest idle advisors).
    """
    coin = event_coin(snap, state, u)
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        if _free_to_dial(snap, c, i, params):
            a = dial_above(snap, mask, c, i, params.reserve[i], params.kept_for_inbound, coin)
            if a != HOLD:
                return a
    return HOLD


@helper
def no_dial_while_waiting_unreserved(snap, mask, c, params, state, u):
    """Target = k (idle - reserve)^+ - c ringing lines while no more than `above` inbound contacts wait."""
    coin = event_coin(snap, state, u)
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        if _free_to_dial(snap, c, i, params):
            a = dial_lines_above(snap, mask, c, i, params.reserve[i], params, coin)
            if a != HOLD:
                return a
    return HOLD


@helper
def _on_outbound(snap, c, i, params, state):
    """Return the advisors on the outbound side of campaign i, after a move that is due."""
    at = COIN_STATE + 3 * i
    if state[at] == 0.0:
        state[at] = 1.0
        state[at + 1] = params.start[i]
        state[at + 2] = snap.time_of_day_s
    elif seconds_since(snap, state[at + 2]) >= params.move_s[i]:
        level = _least_level(snap, c, i)
        moved = 0.0
        if level < params.s1[i]:
            moved = -1.0
        elif level > params.s2[i] and idle_above(snap, c, i, params.kept_for_inbound) >= params.least_idle[i]:
            moved = 1.0
        n = min(max(state[at + 1] + moved, 0.0), params.most[i])
        if n < state[at + 1] or (n > state[at + 1] and n <= on_duty(snap, c, i)):
            state[at + 1] = n
            state[at + 2] = snap.time_of_day_s
    return state[at + 1]


@helper
def advisors_move(snap, mask, c, params, state, u):
    """Dial reserved for advisors on the outbound side; one moves when the service level crosses s1 or s2.

    An advisor moves to inbound if the lowest recent service level of the shared queues is below `s1`, to outbound if it
    is above `s2` and `least_idle` eligible advisors are idle; moves are `move_s` apart. Advisors who talk to the
    campaign, and ringing lines with their reserved advisors, count for the outbound side. Source: AGENTSMOVE of the
    ContactCenters library.
    """
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        busy = talking(snap, c, i) + snap.ringing[i] + snap.connects_waiting[i]
        if busy < _on_outbound(snap, c, i, params, state):
            a = reserved_dial(snap, mask, c, i, params.kept_for_inbound)
            if a != HOLD:
                return a
    return HOLD


@helper
def advisors_move_unreserved(snap, mask, c, params, state, u):
    """Target = ratio lines for each idle advisor on the outbound side; one moves at service levels s1, s2."""
    coin = event_coin(snap, state, u)
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        side = _on_outbound(snap, c, i, params, state) - talking(snap, c, i) - snap.connects_waiting[i]
        idle = idle_above(snap, c, i, params.kept_for_inbound)
        target = params.ratio[i] * max(0.0, min(idle, side))
        a = dial_up_to(snap, mask, c, i, round_randomly(target, coin))
        if a != HOLD:
            return a
    return HOLD


TRIGGER = (
    KEPT,
    Param("measure", MEASURES[0], words=MEASURES, meaning="what decides: expected wait, or recent service level"),
    number("stop_wait_s", 30.0, "expected wait [s] above which dialing stops", (0.0, 300.0)),
    number("resume_wait_s", 10.0, "expected wait [s] below which dialing resumes", (0.0, 300.0)),
    number("stop_level", 0.75, "service level below which dialing stops", (0.0, 1.0), high=1.0),
    number("resume_level", 0.85, "service level above which dialing resumes", (0.0, 1.0), high=1.0),
    number("dwell_s", 60.0, "least time [s] of a stage", (0.0, 900.0)),
)
TRIGGER_READS = ("queue_length", "head_entry_wait_s", "estimated_wait_s", "service_level_recent", "time_of_day_s")
WAITING = (
    KEPT,
    Param("scope", SCOPES[0], words=SCOPES, meaning="queues that count: those of eligible groups, or all"),
    number("above", 0.0, "waiting contacts up to which the campaign dials", (0.0, 20.0)),
    number("least_idle", 0.0, "fewest idle eligible advisors", (0.0, 10.0)),
)
MOVE = (
    number("start", 1.0, "advisors on the outbound side at the start", (0.0, 20.0)),
    number("most", 1000.0, "most advisors on the outbound side", (0.0, 100.0)),
    number("s1", 0.7, "service level below which an advisor moves to inbound", (0.0, 1.0), high=1.0),
    number("s2", 0.85, "service level above which an advisor moves to outbound", (0.0, 1.0), high=1.0),
    number("least_idle", 1.0, "idle eligible advisors that a move to outbound needs", (0.0, 10.0)),
    number("move_s", 300.0, "least time [s] between two moves", (0.0, 1800.0)),
)
MOVE_READS = ("in_service", "connects_waiting", "service_level_recent", "time_of_day_s", "staffed", "away")
RATIO = number("ratio", 1.0, "ringing lines for each idle advisor on the outbound side", (0.0, 4.0))
RULES = (
    RuleSpec("blend_trigger", blend_trigger, (*ALL, *TRIGGER), (*RESERVED_READS, *TRIGGER_READS),
             state=TRIGGER_STATE, reserves=True, state_term=True, tosses=True),
    RuleSpec("blend_trigger_unreserved", blend_trigger_unreserved, (*ALL, *TRIGGER, *OF_DIALS[False]),
             (*UNRESERVED_READS, *TRIGGER_READS), state=TRIGGER_STATE, reserves=False, state_term=True, tosses=True),
    RuleSpec("no_dial_while_waiting", no_dial_while_waiting, (*ALL, *WAITING), (*RESERVED_READS, "queue_length"),
             state=COIN_STATE, reserves=True, state_term=True, tosses=True),
    RuleSpec("no_dial_while_waiting_unreserved", no_dial_while_waiting_unreserved,
             (*ALL, *WAITING, *OF_DIALS[False]), (*UNRESERVED_READS, "queue_length"),
             state=COIN_STATE, reserves=False, state_term=True, tosses=True),
    RuleSpec("advisors_move", advisors_move, (*ALL, *MOVE), ("idle", "idle_longest_s", "ringing", *MOVE_READS),
             state=MOVE_STATE, reserves=True, state_term=True),
    RuleSpec("advisors_move_unreserved", advisors_move_unreserved, (*ALL, *MOVE, RATIO),
             (*UNRESERVED_READS, *MOVE_READS), state=MOVE_STATE, reserves=False, state_term=True, tosses=True),
)  # fmt: skip
