"""Routing rules: which waiting contact goes to which group. Functions of (snapshot, mask, config, params, state, coin).

A rule reads core fields only and returns an index of the catalogue. All of these assign whenever an assignment is
legal.
"""

from ccenv.sim.codes import ASSIGN, HOLD
from ccenv.sim.jit import helper

NO_QUEUE = -1


@helper
def _longest_idle(snap, mask, c, q):
    """The legal assignment of queue q to the group whose first advisor has been idle longest."""
    best = HOLD
    for a in range(1, c.n_actions):
        if c.action[a].kind == ASSIGN and c.action[a].index == q and mask[a]:
            if best == HOLD or snap.idle_longest_s[c.action[a].group] > snap.idle_longest_s[c.action[best].group]:
                best = a
    return best


@helper
def _assignable(mask, c, q):
    for a in range(1, c.n_actions):
        if c.action[a].kind == ASSIGN and c.action[a].index == q and mask[a]:
            return True
    return False


@helper
def fifo(snap, mask, c, params, state, u):
    """The eligible contact that entered its queue first, to the advisor idle longest."""
    best = NO_QUEUE
    for q in range(c.n_queues):
        if _assignable(mask, c, q) and (best < 0 or snap.head_entry_wait_s[q] > snap.head_entry_wait_s[best]):
            best = q
    return _longest_idle(snap, mask, c, best)


@helper
def lwt(snap, mask, c, params, state, u):
    """The eligible contact with the longest wait, credit included, to the advisor idle longest."""
    best = NO_QUEUE
    for q in range(c.n_queues):
        if _assignable(mask, c, q) and (best < 0 or snap.head_total_wait_s[q] > snap.head_total_wait_s[best]):
            best = q
    return _longest_idle(snap, mask, c, best)


@helper
def priority(snap, mask, c, params, state, u):
    """The eligible queue of smallest rank, the longest wait among equals, to the advisor idle longest.

    `params[q]` is the rank of queue q.
    """
    best = NO_QUEUE
    for q in range(c.n_queues):
        if _assignable(mask, c, q) and (best < 0 or params[q] <= params[best]):
            if best < 0 or params[q] < params[best] or snap.head_entry_wait_s[q] > snap.head_entry_wait_s[best]:
                best = q
    return _longest_idle(snap, mask, c, best)


@helper
def longest_queue(snap, mask, c, params, state, u):
    """The eligible queue with the most waiting, the longest wait among equals, to the advisor idle longest."""
    best = NO_QUEUE
    for q in range(c.n_queues):
        if _assignable(mask, c, q) and (best < 0 or snap.queue_length[q] >= snap.queue_length[best]):
            longer = best < 0 or snap.queue_length[q] > snap.queue_length[best]
            if longer or snap.head_entry_wait_s[q] > snap.head_entry_wait_s[best]:
                best = q
    return _longest_idle(snap, mask, c, best)


@helper
def random(snap, mask, c, params, state, u):
    """Any legal assignment, all equally likely."""
    n = 0
    for a in range(1, c.n_actions):
        if c.action[a].kind == ASSIGN and mask[a]:
            n += 1
    k = int(u * n)
    for a in range(1, c.n_actions):
        if c.action[a].kind == ASSIGN and mask[a]:
            if k == 0:
                return a
            k -= 1
    return HOLD
