"""Helpers for rules: functions of compiled code that the rules of the package and those of users share."""

import math

import numpy as np

from ccenv.sim.kernel.bits import WORD, count_bits, lowest, without_lowest
from ccenv.sim.kernel.draws import U
from ccenv.sim.kernel.jit import helper
from ccenv.sim.state.codes import DIAL, HOLD, NIL

NO_QUEUE = -1
ADVISORS = ("longest_idle", "least_skilled", "most_skilled")  # words of the parameter `advisor`


@helper
def n_skills(c, g):
    """Return the number of queues and campaigns that a group handles."""
    n = count_bits(c.campaign_skill[g])
    for word in range(c.queue_skill.shape[1]):
        n += count_bits(c.queue_skill[g, word])
    return np.int64(n)


@helper
def _goes_before(snap, c, one, other, advisor):
    """Return whether group `one` is preferred to group `other`; `advisor`: index in `ADVISORS`.

    Own advisors are preferred to an answering service.
    """
    if c.group[one].service != c.group[other].service:
        return c.group[other].service != 0
    if advisor > 0.0:
        more = n_skills(c, one) - n_skills(c, other)
        if more != 0:
            return more < 0 if advisor == 1.0 else more > 0
    return snap.idle_longest_s[one] > snap.idle_longest_s[other]


@helper
def _preferred(snap, c, a, best, advisor):
    """Return assignment a or `best`: of the levels of a chat the lowest goes first, then the preferred group.

    `best` may be HOLD: then it is a.
    """
    if best == HOLD:
        return a
    more = c.action[a].n - c.action[best].n
    if more < 0 or (more == 0 and _goes_before(snap, c, c.action[a].group, c.action[best].group, advisor)):
        return a
    return best


@helper
def to_group(snap, mask, c, q, advisor):
    """Return the legal assignment of queue q to the preferred group; HOLD if q is NO_QUEUE.

    An answering service comes after all groups of own advisors. Of the levels of a chat the lowest legal one goes
    first, whatever the group.
    """
    best = HOLD
    if q == NO_QUEUE:
        return best
    for a in range(c.first_assign[q], c.first_assign[q + 1]):
        if mask[a]:
            best = _preferred(snap, c, a, best, advisor)
    return best


@helper
def may_take(snap, mask, c, a, kept):
    """Return whether assignment a is legal and its group has more than `kept[g]` idle advisors.

    Where `hold` is illegal, no advisor is kept: a rule must then assign. A further chat takes no idle advisor.
    """
    g = c.action[a].group
    free = kept[g] <= 0.0 or snap.idle[g] > kept[g] or c.action[a].n > 1
    return mask[a] and (free or not mask[HOLD])


@helper
def assignable(mask, c, q):
    """Return whether an assignment of queue q is legal."""
    for a in range(c.first_assign[q], c.first_assign[q + 1]):
        if mask[a]:
            return True
    return False


@helper
def is_due(snap, mask, c, a, after_s, reserve):
    """Return whether legal assignment a is due, as `route` says; an assignment is always due if holding is illegal."""
    q = c.action[a].index
    g = c.action[a].group
    if not mask[HOLD]:
        return True
    if c.queue[q].deferrable != 0:
        return snap.idle[g] > reserve
    return c.group[g].service == 0 or snap.head_entry_wait_s[q] >= after_s


@helper
def routable(snap, mask, c, q, after_s, reserve):
    """Return whether queue q has a legal assignment that is due, as `route` says."""
    for a in range(c.first_assign[q], c.first_assign[q + 1]):
        if mask[a] and is_due(snap, mask, c, a, after_s, reserve):
            return True
    return False


@helper
def route(snap, mask, c, q, advisor, after_s, reserve):
    """Return the assignment of queue q that is due, to the preferred group; HOLD if q is NO_QUEUE.

    A contact goes to an answering service if it has waited `after_s` seconds and no group of own advisors can take it.
    Deferrable work goes to a group with more than `reserve` idle advisors. Both hold only where holding is legal.
    """
    best = HOLD
    if q == NO_QUEUE:
        return best
    for a in range(c.first_assign[q], c.first_assign[q + 1]):
        if mask[a] and is_due(snap, mask, c, a, after_s, reserve):
            best = _preferred(snap, c, a, best, advisor)
    return best


@helper
def routable_above(snap, mask, c, q, after_s, reserve, kept):
    """Return whether `routable` holds with an assignment that leaves `kept[g]` idle advisors in its group."""
    for a in range(c.first_assign[q], c.first_assign[q + 1]):
        if may_take(snap, mask, c, a, kept) and is_due(snap, mask, c, a, after_s, reserve):
            return True
    return False


@helper
def route_above(snap, mask, c, q, advisor, after_s, reserve, kept):
    """Return the assignment of `route`, of those that leave `kept[g]` idle advisors in their group."""
    best = HOLD
    if q == NO_QUEUE:
        return best
    for a in range(c.first_assign[q], c.first_assign[q + 1]):
        if may_take(snap, mask, c, a, kept) and is_due(snap, mask, c, a, after_s, reserve):
            best = _preferred(snap, c, a, best, advisor)
    return best


@helper
def assign(mask, c, q, g):
    """Return the assignment of queue q to group g if it is legal, else HOLD."""
    for a in range(c.first_assign[q], c.first_assign[q + 1]):
        if mask[a] and c.action[a].group == g:
            return a
    return HOLD


@helper
def idle_advisors(snap, c, i):
    """Return the number of idle advisors eligible for campaign i."""
    total = 0.0
    for word in range(c.campaign_groups.shape[1]):
        left = c.campaign_groups[i, word]
        while left != U(0):
            total += snap.idle[WORD * word + lowest(left)]
            left = without_lowest(left)
    return total


@helper
def idle_above(snap, c, i, kept):
    """Return the number of idle advisors eligible for campaign i, less those that each group keeps for inbound."""
    total = 0.0
    for word in range(c.campaign_groups.shape[1]):
        left = c.campaign_groups[i, word]
        while left != U(0):
            g = WORD * word + lowest(left)
            total += max(0.0, snap.idle[g] - kept[g])
            left = without_lowest(left)
    return total


@helper
def next_member(sets, k, member):
    """Return the smallest member above `member` of row k of a table of sets, NIL if there is none; begin with NIL."""
    for j in range(member + 1, WORD * sets.shape[1]):
        if (sets[k, j // WORD] >> U(j % WORD)) & U(1) != U(0):
            return j
    return NIL


@helper
def all_idle(snap, c):
    """Return the number of idle advisors of all groups; lines of answering services do not count."""
    total = 0.0
    for g in range(c.n_groups):
        if c.group[g].service == 0:
            total += snap.idle[g]
    return total


@helper
def event_coin(snap, state, u):
    """Return this event's coin: taken from `u` at the first call after an event, then kept until the next event."""
    if state[0] != snap.event_number:
        state[0] = snap.event_number
        state[1] = u
    return state[1]


@helper
def dial_up_to(snap, mask, c, i, target):
    """Return the largest legal dial of the ladder that does not exceed `target` ringing lines, else HOLD."""
    need = target - snap.ringing[i]
    best = HOLD
    if need < 1.0:
        return best
    for a in range(c.first_dial[i], c.first_dial[i + 1]):
        if c.action[a].kind == DIAL and mask[a] and c.action[a].n <= need:
            best = a
    return best


@helper
def round_randomly(x, coin):
    """Return x rounded randomly: its floor, plus one with the probability of its fraction."""
    low = math.floor(x)
    return low + 1.0 if coin < x - low else low
