"""Routing rules: which waiting contact goes to which group.

Rules are functions of (snapshot, mask, config, params, state, coin) and return an index of the catalogue. What they
read is declared in `RULES`, at the end. Without parameters all rules here assign whenever an assignment to
own advisors is legal.

All but `random` keep `kept_for_outbound[g]` advisors of a group idle for its campaigns: they do not assign to a group
that has no more idle advisors, unless `hold` is illegal. The parameter `callback_above_s[q]` is read by the simulator,
not by the rules: the announced wait from which a callback is offered.

All but `random` have three parameters. `advisor` chooses among the groups of own advisors with the skill and an idle
advisor: `longest_idle` takes the group whose first idle advisor has been idle longest; `least_skilled` and
`most_skilled` take the group with the fewest or most skills (queues and campaigns), among equals the one idle longest.
`overflow_after_s`: a contact that no own advisor can take goes to an answering service if it has waited so long in its
present queue, or if holding is illegal. `work_reserve`: deferrable work goes to a group only if more of its advisors
than this are idle, or if holding is illegal (the threshold of Bhulai and Koole 2003). A rule that holds for one of
these reasons is asked again at the next event or review. The wait of deferrable work counts as 0, so `fifo` and `lwt`
take contacts on a line first, and so does `longest_queue`.
"""

from ccenv.rules.declared import ADVISOR, CONTAINED, HEAD, IDLE, OF_ROUTING, ORDER, OVERFLOW, WORK_RESERVE
from ccenv.rules.helpers import NO_QUEUE, routable_above, route_above
from ccenv.rules.spec import RuleSpec
from ccenv.sim.kernel.bits import WORD, lowest, without_lowest
from ccenv.sim.kernel.draws import U
from ccenv.sim.kernel.jit import helper
from ccenv.sim.state.codes import HOLD

LONGER_THAN_ANY = 1e9  # contacts


@helper
def fifo(snap, mask, c, params, state, u):
    """Assign the eligible contact with the longest wait in its present queue, to the group that `advisor` selects."""
    best = NO_QUEUE
    for word in range(snap.ready.shape[0]):
        left = snap.ready[word]
        while left != U(0):
            q = WORD * word + lowest(left)
            left = without_lowest(left)
            if routable_above(
                snap, mask, c, q, params.overflow_after_s, params.work_reserve, params.kept_for_outbound
            ) and (best < 0 or snap.head_entry_wait_s[q] > snap.head_entry_wait_s[best]):
                best = q
    return route_above(
        snap, mask, c, best, params.advisor, params.overflow_after_s, params.work_reserve, params.kept_for_outbound
    )


@helper
def lwt(snap, mask, c, params, state, u):
    """Assign the eligible contact with the longest wait, credit included, to the group that `advisor` selects."""
    best = NO_QUEUE
    for word in range(snap.ready.shape[0]):
        left = snap.ready[word]
        while left != U(0):
            q = WORD * word + lowest(left)
            left = without_lowest(left)
            if routable_above(
                snap, mask, c, q, params.overflow_after_s, params.work_reserve, params.kept_for_outbound
            ) and (best < 0 or snap.head_total_wait_s[q] > snap.head_total_wait_s[best]):
                best = q
    return route_above(
        snap, mask, c, best, params.advisor, params.overflow_after_s, params.work_reserve, params.kept_for_outbound
    )


@helper
def priority(snap, mask, c, params, state, u):
    """Assign from the eligible queue of smallest rank (ties: longest wait), to the group that `advisor` selects.

    `params.order[q]` is the rank of queue q.
    """
    best = NO_QUEUE
    for word in range(snap.ready.shape[0]):
        left = snap.ready[word]
        while left != U(0):
            q = WORD * word + lowest(left)
            left = without_lowest(left)
            if routable_above(
                snap, mask, c, q, params.overflow_after_s, params.work_reserve, params.kept_for_outbound
            ) and (best < 0 or params.order[q] <= params.order[best]):
                first = best < 0 or params.order[q] < params.order[best]
                if first or snap.head_entry_wait_s[q] > snap.head_entry_wait_s[best]:
                    best = q
    return route_above(
        snap, mask, c, best, params.advisor, params.overflow_after_s, params.work_reserve, params.kept_for_outbound
    )


@helper
def _length(snap, c, q):
    """Return the length of a line; lines of deferrable work are compared with each other only, and come last."""
    return snap.queue_length[q] if c.queue[q].deferrable == 0 else snap.queue_length[q] - LONGER_THAN_ANY


@helper
def longest_queue(snap, mask, c, params, state, u):
    """Assign from the longest eligible queue (ties: longest wait), to the group that `advisor` selects."""
    best = NO_QUEUE
    for word in range(snap.ready.shape[0]):
        left = snap.ready[word]
        while left != U(0):
            q = WORD * word + lowest(left)
            left = without_lowest(left)
            if routable_above(
                snap, mask, c, q, params.overflow_after_s, params.work_reserve, params.kept_for_outbound
            ) and (best < 0 or _length(snap, c, q) >= _length(snap, c, best)):
                longer = best < 0 or _length(snap, c, q) > _length(snap, c, best)
                if longer or snap.head_entry_wait_s[q] > snap.head_entry_wait_s[best]:
                    best = q
    return route_above(
        snap, mask, c, best, params.advisor, params.overflow_after_s, params.work_reserve, params.kept_for_outbound
    )


@helper
def random(snap, mask, c, params, state, u):
    """Assign at random: all legal assignments are equally likely."""
    first, end = c.first_assign[0], c.first_assign[c.n_queues]
    n = 0
    for a in range(first, end):
        if mask[a]:
            n += 1
    k = int(u * n)
    for a in range(first, end):
        if mask[a]:
            if k == 0:
                return a
            k -= 1
    return HOLD


RULES = (
    RuleSpec("fifo", fifo, (ADVISOR, OVERFLOW, WORK_RESERVE, *OF_ROUTING), IDLE, reads_if_legal=HEAD),
    RuleSpec(
        "lwt",
        lwt,
        (ADVISOR, OVERFLOW, WORK_RESERVE, *OF_ROUTING),
        IDLE,
        reads_if_legal=(*HEAD, "head_total_wait_s"),
        order="total_wait",
    ),
    RuleSpec("priority", priority, (ADVISOR, ORDER, OVERFLOW, WORK_RESERVE, *OF_ROUTING), IDLE, reads_if_legal=HEAD),
    RuleSpec(
        "longest_queue",
        longest_queue,
        (ADVISOR, OVERFLOW, WORK_RESERVE, *OF_ROUTING),
        IDLE,
        reads_if_legal=(*HEAD, "queue_length"),
    ),
    RuleSpec("random", random, (CONTAINED,), tosses=True),
)
