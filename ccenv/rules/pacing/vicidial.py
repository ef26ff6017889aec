"""ViciDial's pacing: a fixed ratio, and a level that adapts every 15 s with three ways to obey the drop limit.

Source: the documentation of ViciDial (`PREDICTIVE.txt`, help of `dial_method`, `adaptive_*`), restated from the
definitions in the project's list of production rules.
"""

import math

from ccenv.rules.helpers import dial_up_to, idle_above
from ccenv.rules.pacing.parts import (
    ALL,
    DUTY,
    at_rank,
    nearest,
    number,
    on_duty,
    seconds_since,
    talking,
    waiting_beside,
)
from ccenv.rules.spec import Param, RuleSpec
from ccenv.sim.kernel.jit import helper
from ccenv.sim.state.codes import HOLD
from ccenv.sim.state.definitions import NAMES

TODAY = NAMES.index("vicidial_today")  # drops today / answers today
TALLIES = ("all", "available")
TARGETS = ("calc_only", "calls_placed")
COUNTED = ("unless_ready", "always", "never")
HALF, NOTHING = 0.5, 0.0  # factors of the level over the limit; the level stays at 1 or above
MINUTE = 4  # adaptations in a minute
# numbers of a campaign: started, times of the last sample and adaptation, sums over time of waiting advisors, waiting
# calls, advisors and time, the level, drops and answers at the last four adaptations
STARTED, SAMPLE_S, ADAPTED_S, IDLE, CALLS, AGENTS, TIME, LEVEL, DROPS, ANSWERS = (*range(9), 8 + MINUTE)
WIDTH = 8 + 2 * MINUTE


@helper
def _inbound_talks(snap, c, i):
    """Return the inbound contacts that talk to advisors of groups eligible for campaign i."""
    total = 0.0
    for g in range(c.n_groups):
        if c.campaign_pair[i, g] >= 0:
            for q in range(c.n_queues):
                if c.queue_pair[q, g] >= 0 and c.queue[q].deferrable == 0:
                    total += snap.in_service[c.queue_pair[q, g]]
    return total


@helper
def _lines(snap, c, i, level, params):
    """Return the ringing lines of a dial level: round(level advisors) less the other calls in progress."""
    idle = idle_above(snap, c, i, params.kept_for_inbound)
    more = params.diff_target[i] if params.target_enters == 1.0 else 0.0
    if params.tally == 1.0:  # calls with advisors are added to the goal, and count as in progress
        return nearest(level * max(idle + more, 0.0)) - snap.connects_waiting[i]
    goal = nearest(level * max(on_duty(snap, c, i) + more, 0.0))
    others = talking(snap, c, i) + snap.connects_waiting[i]
    if params.inbound == 1.0 or (params.inbound == 0.0 and idle == 0.0):
        others += _inbound_talks(snap, c, i)
    return goal - others


@helper
def _as_hhmm(time_s):
    """Return a time of day in hours and minutes as one number, 100 hours + minutes."""
    minutes = math.floor(time_s / 60.0)
    return 100.0 * math.floor(minutes / 60.0) + minutes % 60.0


@helper
def _tapered(snap, c, latest):
    """Return min(1, (latest - now) / 1000), times as HHMM, 0 after `latest`; 0 for `latest`: closing, 2400 if never."""
    end = latest
    if latest == 0.0:
        end = 2400.0 if c.steady != 0 or c.continuous != 0 else _as_hhmm(c.close_s)
    return min(max((end - _as_hhmm(snap.time_of_day_s)) / 1000.0, 0.0), 1.0)


@helper
def _adapted(snap, i, at, params, state, factor):
    """Return the level after one adaptation, from the means since the last one; `factor`: see `_adaptive`."""
    time = state[at + TIME]
    if time <= 0.0:
        return state[at + LEVEL]
    d = (state[at + IDLE] - state[at + CALLS]) / time + params.diff_target[i]
    m = d / max(state[at + AGENTS] / time, 1.0)
    m *= abs(params.intensity[i] / 100.0 - 1.0) if m < 0.0 else 1.0 + params.intensity[i] / 100.0
    level = min(max(state[at + LEVEL] * (1.0 + m), 1.0), params.most_level[i])
    drops = snap.compliance_over[i, TODAY]
    answers = snap.compliance_base[i, TODAY]
    calls = answers - state[at + ANSWERS]
    if calls > 20.0 and drops - state[at + DROPS] > 0.5 * calls:
        level *= 0.5
    if answers > 50.0 and drops > params.limit[i] * answers:
        level *= factor
    for k in range(MINUTE - 1):
        state[at + DROPS + k] = state[at + DROPS + k + 1]
        state[at + ANSWERS + k] = state[at + ANSWERS + k + 1]
    state[at + DROPS + MINUTE - 1] = drops
    state[at + ANSWERS + MINUTE - 1] = answers
    return max(level, 1.0)


@helper
def _level(snap, c, i, params, state, factor):
    """Return the level of campaign i: sample, and adapt if it is time."""
    at = WIDTH * i
    if state[at + STARTED] == 0.0:
        state[at + STARTED] = 1.0
        state[at + ADAPTED_S] = snap.time_of_day_s
        state[at + LEVEL] = 1.0
    else:
        dt = seconds_since(snap, state[at + SAMPLE_S])
        state[at + IDLE] += dt * idle_above(snap, c, i, params.kept_for_inbound)
        state[at + CALLS] += dt * (waiting_beside(snap, c, i) + snap.connects_waiting[i])
        state[at + AGENTS] += dt * on_duty(snap, c, i)
        state[at + TIME] += dt
        if seconds_since(snap, state[at + ADAPTED_S]) >= params.every_s[i]:
            state[at + LEVEL] = _adapted(snap, i, at, params, state, factor)
            state[at + ADAPTED_S] = snap.time_of_day_s
            for k in range(IDLE, TIME + 1):
                state[at + k] = 0.0
    state[at + SAMPLE_S] = snap.time_of_day_s
    return 1.0 if on_duty(snap, c, i) < params.least_advisors[i] else state[at + LEVEL]


@helper
def _adaptive(snap, mask, c, i, params, state, factor):
    """Return the dial of campaign i under an adaptive method; `factor`: that of the level over the limit."""
    return dial_up_to(snap, mask, c, i, _lines(snap, c, i, _level(snap, c, i, params, state, factor), params))


@helper
def vicidial_hard_limit(snap, mask, c, params, state, u):
    """Dial by ViciDial's adaptive level, which is 1 while the drops of the day exceed the limit (ADAPT_HARD_LIMIT).

    Every `every_s`: d = mean waiting advisors - mean waiting calls + `diff_target`; m = d / mean advisors, times
    |intensity / 100 - 1| if negative, else 1 + intensity / 100; level <- level (1 + m) within [1, most_level]; half of
    it after more than 20 calls with over 50 % drops in the last four adaptations; then the limit, from 51 answers on.
    Lines = round(level advisors) less other calls in progress: own calls, and inbound ones unless an advisor is ready.
    """
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        a = _adaptive(snap, mask, c, i, params, state, NOTHING)
        if a != HOLD:
            return a
    return HOLD


@helper
def vicidial_tapered(snap, mask, c, params, state, u):
    """Dial by ViciDial's adaptive level; over the limit it shrinks towards the end of the day (ADAPT_TAPERED).

    As `vicidial_hard_limit`, but over the limit level <- level min(1, (latest - now) / 1000) with times as HHMM.
    """
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        a = _adaptive(snap, mask, c, i, params, state, _tapered(snap, c, params.latest[i]))
        if a != HOLD:
            return a
    return HOLD


@helper
def vicidial_average(snap, mask, c, params, state, u):
    """Dial by ViciDial's adaptive level, which is halved while the drops of the day exceed the limit (ADAPT_AVERAGE).

    As `vicidial_hard_limit`, but over the limit level <- level / 2 at each adaptation.
    """
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        a = _adaptive(snap, mask, c, i, params, state, HALF)
        if a != HOLD:
            return a
    return HOLD


@helper
def power(snap, mask, c, params, state, u):
    """Dial up to round(ratio advisors) calls in progress, of all advisors on duty or the idle ones (ViciDial RATIO)."""
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        a = dial_up_to(snap, mask, c, i, _lines(snap, c, i, params.ratio[i], params))
        if a != HOLD:
            return a
    return HOLD


OF_LINES = (
    Param("tally", TALLIES[0], words=TALLIES, meaning="advisors that count: all on duty, or the idle ones"),
    Param("inbound", COUNTED[0], words=COUNTED, meaning="when inbound talks of eligible groups are calls in progress"),
    Param("target_enters", TARGETS[0], words=TARGETS, meaning="whether `diff_target` is added to the advisors"),
    number("diff_target", 0.0, "advisors that shall wait; below 0: calls that shall", (-5.0, 5.0), low=-float("inf")),
)
ADAPTIVE = (
    number("limit", 0.03, "dropped share of the day that is obeyed", (0.0, 0.1), high=1.0),
    number("most_level", 3.0, "largest level", (1.0, 18.0), low=1.0),
    number("intensity", 0.0, "change of the steps [%]: above 0 quicker up, below 0 quicker down", (-100.0, 100.0),
           low=-float("inf")),
    number("every_s", 15.0, "time [s] between two adaptations", low=1.0),
    number("least_advisors", 0.0, "advisors on duty below which the level is 1"),
)  # fmt: skip
LATEST = number("latest", 0.0, "end of dialing as HHMM; 0: the closing of the day", (0.0, 2400.0))
READS = ("idle", "ringing", "connects_waiting", "in_service", *DUTY)
ADAPTIVE_READS = (*READS, "queue_length", "time_of_day_s", "compliance_over", "compliance_base")
RATIO = number("ratio", 1.0, "calls in progress for each advisor that counts", (0.0, 6.0))


def _rule(function, params):
    """Return the declaration of an adaptive rule."""
    every = (*ALL, *params, *OF_LINES, *ADAPTIVE)
    return RuleSpec(
        function.__name__, function, every, ADAPTIVE_READS, state={"campaign": WIDTH}, reserves=False, state_term=True
    )


RULES = (
    _rule(vicidial_hard_limit, ()),
    _rule(vicidial_tapered, (LATEST,)),
    _rule(vicidial_average, ()),
    RuleSpec("power", power, (*ALL, *OF_LINES, RATIO), READS, reserves=False),
)
