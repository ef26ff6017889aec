"""The routers of published programs as compiled rules: lists of groups by queue and lists of queues by group."""

from __future__ import annotations

from ccenv.rules import Param, helper, routing_rule

FAR = 1e9
TOLERANCE_S = 1e-6


@helper
def at_random(snap, mask, c, q, u):  # type: ignore[no-untyped-def]
    """Return the assignment of queue q to a free advisor, all equally likely."""
    free = 0.0
    for a in range(c.first_assign[q], c.first_assign[q + 1]):
        if mask[a]:
            free += snap.idle[c.action[a].group]
    left, last = u * free, 0
    for a in range(c.first_assign[q], c.first_assign[q + 1]):
        if mask[a]:
            last = a
            left -= snap.idle[c.action[a].group]
            if left < 0.0:
                break
    return last


@routing_rule(
    params=(
        Param("queue_rank", 0.0, per="pair", meaning="place of the queue in the group's list; equal: longest wait"),
        Param("group_rank", 0.0, per="pair", meaning="place of the group in the queue's list"),
        Param("open_after_s", 0.0, per="pair", meaning="wait [s] from which the pair is open"),
        Param("uniform", 0.0, high=1.0, per="queue", meaning="1: a free advisor at random, whatever the lists say"),
    ),
    reads=("idle",),
    reads_if_legal=("head_entry_wait_s",),
    tosses=True,
)
def lists(snap, mask, c, params, state, u):  # type: ignore[no-untyped-def]
    """Assign the queue of smallest rank in the list of a group (ties: longest wait), to the group first in its list."""
    best, best_queue_rank, best_wait, best_group_rank = 0, FAR, -1.0, FAR
    for q in range(c.n_queues):
        for a in range(c.first_assign[q], c.first_assign[q + 1]):
            if not mask[a]:
                continue
            pair = c.queue_pair[q, c.action[a].group]
            wait = snap.head_entry_wait_s[q]
            if wait + TOLERANCE_S < params.open_after_s[pair]:
                continue
            rank, among = params.queue_rank[pair], params.group_rank[pair]
            if (
                rank < best_queue_rank
                or (rank == best_queue_rank and wait > best_wait)
                or (rank == best_queue_rank and wait == best_wait and among < best_group_rank)
            ):
                best, best_queue_rank, best_wait, best_group_rank = a, rank, wait, among
    if best != 0 and params.uniform[c.action[best].index] > 0.0:
        return at_random(snap, mask, c, c.action[best].index, u)
    return best
