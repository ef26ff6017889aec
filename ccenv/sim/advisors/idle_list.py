"""The idle list of each group, in the group's `advisor_order`; ties go to the advisor who became idle first.

The order `longest_idle` uses a linked list, joined at its end. All other orders use a binary heap in the group's part
of `e.idle`. In both cases the first element of that part holds the first advisor.
"""

import numpy as np

from ccenv.sim.advisors.state import set_state
from ccenv.sim.kernel.contacts import advisor_timer
from ccenv.sim.kernel.draws import child_key, uniform
from ccenv.sim.kernel.heap import cancel
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.state.codes import (
    AWAY,
    FASTEST,
    FEWEST_CONTACTS,
    IDLE,
    IDLE_ORDER,
    IDLE_STEP,
    LEAST_TALK,
    LINEAR,
    LONGEST_IDLE,
    NIL,
    OFF,
    ROUND_ROBIN,
)


@helper
def first_idle(e, c, g):
    """Return the first idle advisor of a group; NIL if there is none."""
    return e.idle[c.first_advisor[g]] if e.group[g].n[IDLE] > 0 else NIL


@helper
def first_idle_s(e, g):
    """Return the seconds for which the first idle advisor of a group has been idle; 0 if there is none.

    Branch-free: the branch would be mispredicted.
    """
    return (e.t - e.group[g].idle_since) * np.float64(min(e.group[g].n[IDLE], 1))


@helper
def _note_first(e, first, g):
    """Update `idle_since` of the group after its idle list has changed."""
    if e.group[g].n[IDLE] > 0:
        e.group[g].idle_since = e.advisor[e.idle[first]].idle_since


@helper
def _append(e, first, g, a):
    """Append an advisor to the linked list; the group's count of idle advisors already includes this one."""
    ahead = e.group[g].last_idle if e.group[g].n[IDLE] > 1 else NIL
    e.advisor[a].ahead = ahead
    e.advisor[a].behind = NIL
    e.group[g].last_idle = a
    if ahead == NIL:
        e.idle[first] = a
    else:
        e.advisor[ahead].behind = a


@helper
def _unlink(e, first, g, a):
    """Remove an advisor from the linked list."""
    ahead = e.advisor[a].ahead
    behind = e.advisor[a].behind
    if ahead == NIL:
        e.idle[first] = behind
    else:
        e.advisor[ahead].behind = behind
    if behind == NIL:
        e.group[g].last_idle = ahead
    else:
        e.advisor[behind].ahead = ahead


@helper
def _comes_first(e, a, b):
    order = e.advisor[a].order
    other = e.advisor[b].order
    return order < other or (order == other and e.advisor[a].idle_number < e.advisor[b].idle_number)


@helper
def _put(e, first, i, a):
    e.idle[first + i] = a
    e.advisor[a].place = i


@helper
def _up(e, first, i, a):
    while i > 0:
        j = (i - 1) // 2
        b = e.idle[first + j]
        if _comes_first(e, b, a):
            break
        _put(e, first, i, b)
        i = j
    _put(e, first, i, a)


@helper
def _down(e, first, n, i, a):
    while 2 * i + 1 < n:
        j = 2 * i + 1
        if j + 1 < n and _comes_first(e, e.idle[first + j + 1], e.idle[first + j]):
            j += 1
        if _comes_first(e, a, e.idle[first + j]):
            break
        _put(e, first, i, e.idle[first + j])
        i = j
    _put(e, first, i, a)


@helper
def _turn(e, c, g, a):
    """Return the next turn of an advisor in round robin; turns are numbered through the run, n to a round."""
    n = c.first_advisor[g + 1] - c.first_advisor[g]
    following = e.group[g].turn
    return following + (a - c.first_advisor[g] - following) % n


@block
def _idle_order(e, c, g, a):
    """Return the value by which the group's heap sorts this advisor; the smallest comes first."""
    order = c.group[g].order
    if order == FEWEST_CONTACTS:
        return e.advisor[a].n_contacts
    if order == LEAST_TALK:
        return e.advisor[a].talk_s
    if order == ROUND_ROBIN:
        return 1.0 * _turn(e, c, g, a)
    if order == LINEAR:
        return 1.0 * a
    if order == FASTEST:
        return e.advisor[a].speed
    return uniform(child_key(e.advisor[a].key, IDLE_STEP, e.advisor[a].n_idle), IDLE_ORDER)


@block
def _join_heap(e, c, first, g, a):
    e.advisor[a].order = _idle_order(e, c, g, a)
    e.advisor[a].idle_number = e.idle_count
    e.idle_count += 1
    _up(e, first, e.group[g].n[IDLE] - 1, a)


@block
def _leave_heap(e, first, g, a):
    n = e.group[g].n[IDLE] - 1
    i = e.advisor[a].place
    moved = e.idle[first + n]
    if i < n:
        if i > 0 and _comes_first(e, moved, e.idle[first + (i - 1) // 2]):
            _up(e, first, i, moved)
        else:
            _down(e, first, n, i, moved)


@helper
def idle_push(e, c, a):
    """Make an advisor idle and insert it into the group's idle list."""
    g = c.advisor_group[a]
    first = c.first_advisor[g]
    set_state(e, c, a, IDLE)
    e.advisor[a].idle_since = e.t
    if c.group[g].order == LONGEST_IDLE:
        _append(e, first, g, a)
    else:
        _join_heap(e, c, first, g, a)
    e.advisor[a].n_idle += 1
    _note_first(e, first, g)


@helper
def idle_leave(e, c, a, state):
    """Remove an idle advisor from the idle list and set another state."""
    g = c.advisor_group[a]
    first = c.first_advisor[g]
    if c.group[g].order == LONGEST_IDLE:
        _unlink(e, first, g, a)
    else:
        _leave_heap(e, first, g, a)
    set_state(e, c, a, state)
    _note_first(e, first, g)


@helper
def idle_take(e, c, a, state):
    """Remove an idle advisor from the idle list for work; round robin advances if it was the first."""
    g = c.advisor_group[a]
    if c.group[g].order == ROUND_ROBIN and e.advisor[a].place == 0:
        e.group[g].turn = int(e.advisor[a].order) + 1
    idle_leave(e, c, a, state)


@helper
def leave_for_good(e, c, a):
    """Set an advisor off duty; a current or owed break is cancelled."""
    e.advisor[a].leaving = 0
    e.advisor[a].owed_s = 0.0
    if e.advisor[a].state == AWAY:
        cancel(e, advisor_timer(e, a))
    if e.advisor[a].state == IDLE:
        idle_leave(e, c, a, OFF)
    else:
        set_state(e, c, a, OFF)
