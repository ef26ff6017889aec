"""Rules by the wait of the first in line, weighted, over its target, or with the idle time of the group."""

from ccenv.rules.routing.choosing import BY_IDLE_TIME, BY_SCORE, READS, READS_IF_LEGAL, SHARED, SHUT, by_score, pair_of
from ccenv.rules.spec import Param, RuleSpec
from ccenv.sim.kernel.jit import helper

LEAST_TARGET_S = 1.0  # in place of a target of 0

WEIGHT = Param("weight", 1.0, per="queue", meaning="weight of a second of waiting", settable=(0.0, 10.0))
TARGET = Param(
    "target_wait_s",
    per="queue",
    computed="target_wait_s",
    meaning="wait [s] to keep to; default: `service_level_s`",
    settable=(1.0, 600.0),
)
WAIT_WEIGHT = Param("wait_weight", 1.0, per="pair", meaning="weight a of a second of waiting", settable=(0.0, 10.0))
IDLE_WEIGHT = Param("idle_weight", 1.0, per="pair", meaning="weight b of a second of idleness", settable=(0.0, 10.0))
BONUS = Param("bonus", 0.0, low=-float("inf"), per="pair", meaning="constant q of the pair [s]")
DELAY = Param("delay_s", 0.0, per="pair", meaning="wait [s] from which the pair is open", settable=(0.0, 300.0))


@by_score
@helper
def weighted_wait(snap, mask, c, params, state, a):
    """Assign from the queue with the longest weighted wait, weight times the wait of the first in line.

    Source: router LONGESTWEIGHTEDWAITINGTIME of the ContactCenters library; accumulating priority (Kleinrock 1964).
    """
    q = c.action[a].index
    return params.weight[q] * snap.head_entry_wait_s[q]


@by_score
@helper
def wait_over_target(snap, mask, c, params, state, a):
    """Assign from the queue whose first in line has the longest wait for its target, the wait over `target_wait_s`.

    Source: the largest-delay rules with deadlines of Stolyar and Ramanan 2001; in trade: service-level routing.
    """
    q = c.action[a].index
    return snap.head_entry_wait_s[q] / max(params.target_wait_s[q], LEAST_TARGET_S)


@by_score
@helper
def wait_and_idle_weights(snap, mask, c, params, state, a):
    """Assign the pair with the highest q + a wait + b idle time, of the pairs whose delay is over.

    The wait is that of the first in line, the idle time that of the first advisor of the group. A pair is open from a
    wait of `delay_s` on. Source: Chan, Koole and L'Ecuyer 2014, weight-based routing with delays.
    """
    p = pair_of(c, a)
    wait_s, idle_s = snap.head_entry_wait_s[c.action[a].index], snap.idle_longest_s[c.action[a].group]
    if wait_s < params.delay_s[p]:
        return SHUT
    return params.bonus[p] + params.wait_weight[p] * wait_s + params.idle_weight[p] * idle_s


RULES = (
    RuleSpec("weighted_wait", weighted_wait, (WEIGHT, BY_IDLE_TIME, *SHARED), READS, READS_IF_LEGAL),
    RuleSpec("wait_over_target", wait_over_target, (TARGET, BY_IDLE_TIME, *SHARED), READS, READS_IF_LEGAL),
    RuleSpec(
        "wait_and_idle_weights",
        wait_and_idle_weights,
        (WAIT_WEIGHT, IDLE_WEIGHT, BONUS, DELAY, BY_SCORE, *SHARED),
        READS,
        READS_IF_LEGAL,
    ),
)
