"""Rules that hold a contact back although an advisor is idle: for a faster group, or for contacts worth more."""

from ccenv.rules.declared import ORDER
from ccenv.rules.helpers import next_member
from ccenv.rules.routing.choosing import (
    BY_IDLE_TIME,
    BY_SCORE,
    READS,
    READS_IF_LEGAL,
    SHARED,
    SHUT,
    by_score,
    by_score_after,
    pair_of,
)
from ccenv.rules.spec import Param, RuleSpec
from ccenv.sim.kernel.jit import helper
from ccenv.sim.state.codes import DAY_S, NIL
from ccenv.sim.state.fields import FINISH_HORIZONS_S

FIRST = 1e9  # above any wait [s]
STEP = 1e-6  # by which pairs of equal waits differ
HOUR_S = 3600.0
FAR_S = 1e12  # time [s] of what is not expected to happen
HORIZON, HORIZON_S = len(FINISH_HORIZONS_S) - 1, FINISH_HORIZONS_S[-1]
KEPT, CHANGED_S, BEGUN = range(3)  # memory of `adaptive_threshold`

MARGIN = Param("margin_s", 0.0, meaning="seconds by which another group must be earlier", settable=(0.0, 300.0))
STEP_OF_ORDER = Param("step", 0.0, meaning="idle advisors kept for each place in `order`", settable=(0.0, 5.0))
CALLBACK_RESERVE = Param(
    "callback_reserve", 0.0, meaning="idle advisors of a group kept from calling back", settable=(0.0, 10.0)
)
SERVICE_LEVEL = Param("service_level", 0.8, high=1.0, meaning="service level to keep to", settable=(0.5, 1.0))
EVERY = Param("every_s", 300.0, low=1.0, meaning="time [s] between two changes", settable=(30.0, 1800.0))


@helper
def _busy_finish_s(snap, c, params, q):
    """Return the earliest expected time [s] until a group without idle advisors has handled the first in line."""
    soonest = FAR_S
    g = next_member(c.queue_groups, q, NIL)
    while g != NIL:
        finishes, rate = snap.finishes[g, HORIZON], params.handle_rate[c.queue_pair[q, g]]
        if snap.idle[g] <= 0.0 and finishes > 0.0 and rate > 0.0 and c.group[g].service == 0:
            soonest = min(soonest, HORIZON_S / finishes + HOUR_S / rate)
        g = next_member(c.queue_groups, q, g)
    return soonest


@by_score
@helper
def shortest_expected_delay(snap, mask, c, params, state, a):
    """Assign the longest wait to the group that would end it first, or hold if a busy group is expected to be earlier.

    A busy group has its next advisor after 60 s over its expected finishes within 60 s. The end is that of the handle
    time at `handle_rate`. Source: shortest expected delay (Winston 1977); router EXPDELAY of
    the ContactCenters library.
    """
    q, rate = c.action[a].index, params.handle_rate[pair_of(c, a)]
    here_s = HOUR_S / rate if rate > 0.0 else FAR_S
    if _busy_finish_s(snap, c, params, q) + params.margin_s < here_s:
        return SHUT
    return snap.head_entry_wait_s[q] - STEP * here_s


@by_score
@helper
def idle_thresholds(snap, mask, c, params, state, a):
    """Assign by an order of queues, each only while its group has more idle advisors than its place times `step`.

    Source: threshold reservation for the more valuable class (Gans and Zhou 2003; Bhulai and Koole 2003).
    """
    q = c.action[a].index
    further = c.action[a].n > 1  # a further chat takes no idle advisor
    if not further and snap.idle[c.action[a].group] <= params.order[q] * params.step:
        return SHUT
    return snap.head_entry_wait_s[q] - FIRST * params.order[q]


@by_score
@helper
def callback_offer(snap, mask, c, params, state, a):
    """Assign contacts on a line by longest wait; call back only with more than `callback_reserve` advisors idle.

    A callback is offered from an announced wait of `callback_above_s`. Source: Legros, Jouini and Koole 2016.
    """
    q = c.action[a].index
    if snap.head_callback[q] <= 0.0:
        return snap.head_entry_wait_s[q]
    if snap.idle[c.action[a].group] <= params.callback_reserve:
        return SHUT
    return snap.head_entry_wait_s[q] - FIRST


@helper
def _adapt(snap, c, params, state):
    """Raise the number of kept advisors by 1 if a queue of contacts misses the service level, else lower it by 1."""
    if state[BEGUN] == 0.0:
        state[BEGUN] = 1.0
        state[CHANGED_S] = snap.time_of_day_s
        return
    passed_s = snap.time_of_day_s - state[CHANGED_S]
    if passed_s < 0.0:
        passed_s += DAY_S  # the next day
    if passed_s < params.every_s:
        return
    state[CHANGED_S] = snap.time_of_day_s
    most, missed = 0.0, False
    for g in range(c.n_groups):
        most = max(most, 1.0 * (c.first_advisor[g + 1] - c.first_advisor[g]))
    for q in range(c.n_queues):
        if c.queue[q].deferrable == 0 and snap.service_level_recent[q] < params.service_level:
            missed = True
    state[KEPT] = min(most, state[KEPT] + 1.0) if missed else max(0.0, state[KEPT] - 1.0)


@by_score_after(_adapt)
@helper
def adaptive_threshold(snap, mask, c, params, state, a):
    """Assign the longest wait; deferrable work only above a threshold of idle advisors that adapts to service levels.

    Each `every_s` the threshold rises by one advisor if the recent service level of a queue of contacts is below
    `service_level`, and falls by one if none is. Source: Legros, Jouini and Koole 2015.
    """
    q = c.action[a].index
    if c.queue[q].deferrable != 0 and snap.idle[c.action[a].group] <= state[KEPT]:
        return SHUT
    return snap.head_entry_wait_s[q]


RULES = (
    RuleSpec(
        "shortest_expected_delay",
        shortest_expected_delay,
        (MARGIN, BY_SCORE, *SHARED),
        (*READS, "finishes"),
        READS_IF_LEGAL,
    ),
    RuleSpec("idle_thresholds", idle_thresholds, (ORDER, STEP_OF_ORDER, BY_IDLE_TIME, *SHARED), READS, READS_IF_LEGAL),
    RuleSpec(
        "callback_offer",
        callback_offer,
        (CALLBACK_RESERVE, BY_IDLE_TIME, *SHARED),
        READS,
        (*READS_IF_LEGAL, "head_callback"),
        needs=("callbacks",),
    ),
    RuleSpec(
        "adaptive_threshold",
        adaptive_threshold,
        (SERVICE_LEVEL, EVERY, BY_IDLE_TIME, *SHARED),
        (*READS, "service_level_recent", "time_of_day_s"),
        READS_IF_LEGAL,
        state=3,
        state_term=True,
        needs=("deferrable",),
    ),
)
