"""Routing rules: which waiting contact goes to which group.

Rules are functions of (snapshot, mask, config, params, state, coin) and return an index of the catalogue. A rule may
read only core fields of queues and groups with a legal action: `sim/shown/for_rules.py` writes no others. All rules
here assign whenever an assignment is legal.

All but `random` have the parameter `advisor`, which chooses among the groups with the skill and an idle advisor:
`longest_idle` takes the group whose first idle advisor has been idle longest; `least_skilled` and `most_skilled` take
the group with the fewest or most skills (queues and campaigns), among equals the one idle longest.
"""

import numpy as np

from ccenv.sim.kernel.bits import WORD, count_bits, lowest, without_lowest
from ccenv.sim.kernel.draws import U
from ccenv.sim.kernel.jit import helper
from ccenv.sim.state.codes import HOLD
from ccenv.sim.state.layout import RANKS

NO_QUEUE = -1
ADVISORS = ("longest_idle", "least_skilled", "most_skilled")  # words of `advisor`, which is params[0]


@helper
def _n_skills(c, g):
    """Return the number of queues and campaigns that a group handles."""
    n = count_bits(c.campaign_skill[g])
    for word in range(c.queue_skill.shape[1]):
        n += count_bits(c.queue_skill[g, word])
    return np.int64(n)


@helper
def _goes_before(snap, c, one, other, advisor):
    """Return whether group `one` is preferred to group `other`; `advisor`: index in `ADVISORS`."""
    if advisor > 0.0:
        more = _n_skills(c, one) - _n_skills(c, other)
        if more != 0:
            return more < 0 if advisor == 1.0 else more > 0
    return snap.idle_longest_s[one] > snap.idle_longest_s[other]


@helper
def _to_group(snap, mask, c, q, advisor):
    """Return the legal assignment of queue q to the preferred group; HOLD if q is NO_QUEUE."""
    best = HOLD
    if q == NO_QUEUE:
        return best
    for a in range(c.first_assign[q], c.first_assign[q + 1]):
        if mask[a]:
            if best == HOLD or _goes_before(snap, c, c.action[a].group, c.action[best].group, advisor):
                best = a
    return best


@helper
def _n_assignable(mask, c, q):
    n = 0
    for a in range(c.first_assign[q], c.first_assign[q + 1]):
        if mask[a]:
            n += 1
    return n


@helper
def _assignable(mask, c, q):
    return _n_assignable(mask, c, q) > 0


@helper
def fifo(snap, mask, c, params, state, u):
    """Assign the eligible contact with the longest wait in its present queue, to the group that `advisor` selects."""
    best = NO_QUEUE
    for word in range(snap.ready.shape[0]):
        left = snap.ready[word]
        while left != U(0):
            q = WORD * word + lowest(left)
            left = without_lowest(left)
            if _assignable(mask, c, q) and (best < 0 or snap.head_entry_wait_s[q] > snap.head_entry_wait_s[best]):
                best = q
    return _to_group(snap, mask, c, best, params[0])


@helper
def lwt(snap, mask, c, params, state, u):
    """Assign the eligible contact with the longest wait, credit included, to the group that `advisor` selects."""
    best = NO_QUEUE
    for word in range(snap.ready.shape[0]):
        left = snap.ready[word]
        while left != U(0):
            q = WORD * word + lowest(left)
            left = without_lowest(left)
            if _assignable(mask, c, q) and (best < 0 or snap.head_total_wait_s[q] > snap.head_total_wait_s[best]):
                best = q
    return _to_group(snap, mask, c, best, params[0])


@helper
def priority(snap, mask, c, params, state, u):
    """Assign from the eligible queue of smallest rank (ties: longest wait), to the group that `advisor` selects.

    `params[RANKS + q]` is the rank of queue q.
    """
    best = NO_QUEUE
    for word in range(snap.ready.shape[0]):
        left = snap.ready[word]
        while left != U(0):
            q = WORD * word + lowest(left)
            left = without_lowest(left)
            if _assignable(mask, c, q) and (best < 0 or params[RANKS + q] <= params[RANKS + best]):
                first = best < 0 or params[RANKS + q] < params[RANKS + best]
                if first or snap.head_entry_wait_s[q] > snap.head_entry_wait_s[best]:
                    best = q
    return _to_group(snap, mask, c, best, params[0])


@helper
def longest_queue(snap, mask, c, params, state, u):
    """Assign from the longest eligible queue (ties: longest wait), to the group that `advisor` selects."""
    best = NO_QUEUE
    for word in range(snap.ready.shape[0]):
        left = snap.ready[word]
        while left != U(0):
            q = WORD * word + lowest(left)
            left = without_lowest(left)
            if _assignable(mask, c, q) and (best < 0 or snap.queue_length[q] >= snap.queue_length[best]):
                longer = best < 0 or snap.queue_length[q] > snap.queue_length[best]
                if longer or snap.head_entry_wait_s[q] > snap.head_entry_wait_s[best]:
                    best = q
    return _to_group(snap, mask, c, best, params[0])


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
