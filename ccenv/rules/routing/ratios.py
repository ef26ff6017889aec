"""Rules that keep lines, and idle advisors, in fixed ratios."""

from ccenv.rules.declared import LENGTH
from ccenv.rules.routing.choosing import BY_IDLE_TIME, BY_SCORE, READS, READS_IF_LEGAL, SHARED, by_score
from ccenv.rules.spec import Param, RuleSpec
from ccenv.sim.kernel.jit import helper

STEP = 1e-6  # weight of idleness: it decides between groups of one queue

QUEUE_SHARE = Param(
    "queue_share",
    per="queue",
    high=1.0,
    computed="queue_share",
    meaning="share of the contacts in line; default: that of waits in the ratio of their targets",
)
IDLE_SHARE = Param(
    "idle_share",
    per="group",
    high=1.0,
    computed="group_share",
    meaning="share of the idle advisors; default: that of the planned advisors",
)


@helper
def _line_excess(snap, c, params, q):
    """Return the contacts in line above the queue's share of all, deferrable work apart."""
    total = 0.0
    for k in range(c.n_queues):
        if c.queue[k].deferrable == 0:
            total += snap.queue_length[k]
    return snap.queue_length[q] - params.queue_share[q] * total


@helper
def _idle_excess(snap, c, params, g):
    """Return the idle advisors above the group's share of all, answering services apart."""
    total = 0.0
    for k in range(c.n_groups):
        if c.group[k].service == 0:
            total += snap.idle[k]
    return snap.idle[g] - params.idle_share[g] * total


@by_score
@helper
def fixed_queue_ratio(snap, mask, c, params, state, a):
    """Assign from the queue with most contacts in line above its share of all contacts in line.

    Source: fixed-queue-ratio routing of Gurvich and Whitt 2009.
    """
    return _line_excess(snap, c, params, c.action[a].index)


@by_score
@helper
def queue_and_idleness_ratio(snap, mask, c, params, state, a):
    """Assign from the queue furthest above its share of the lines, to the group furthest above its share of the idle.

    Source: queue-and-idleness-ratio routing of Gurvich and Whitt 2009, with constant ratios.
    """
    excess = _idle_excess(snap, c, params, c.action[a].group)
    return _line_excess(snap, c, params, c.action[a].index) + STEP * excess


RULES = (
    RuleSpec(
        "fixed_queue_ratio",
        fixed_queue_ratio,
        (QUEUE_SHARE, BY_IDLE_TIME, *SHARED),
        (*READS, LENGTH),
        READS_IF_LEGAL,
    ),
    RuleSpec(
        "queue_and_idleness_ratio",
        queue_and_idleness_ratio,
        (QUEUE_SHARE, IDLE_SHARE, BY_SCORE, *SHARED),
        (*READS, LENGTH),
        READS_IF_LEGAL,
    ),
)
