"""Advisors: states, the time spent in each, and the idle line of each group.

The idle advisors of a group form a binary heap in the group's part of `e.idle`, by the order that the group declares;
who became idle first comes first among equals.
"""

from ccenv.sim.bits import bit
from ccenv.sim.codes import (
    ADVISOR_TALKING,
    ADVISOR_WRAP_UP,
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
    RESERVED,
    ROUND_ROBIN,
)
from ccenv.sim.contacts import advisor_slot
from ccenv.sim.draws import child_key, exp, uniform
from ccenv.sim.heap import cancel
from ccenv.sim.jit import block, helper


@helper
def count_advisor_time(e, g, a):
    """Add an advisor's time in the present state, up to now, to the group's counters."""
    spent = e.t - e.advisor[a].since
    state = e.advisor[a].state
    if state == IDLE:
        e.group_count[g].idle_s += spent
    elif state == ADVISOR_TALKING:
        e.group_count[g].talking_s += spent
    elif state == RESERVED:
        e.group_count[g].reserved_s += spent
    elif state == ADVISOR_WRAP_UP:
        e.group_count[g].wrapping_s += spent
    elif state == AWAY:
        e.group_count[g].away_s += spent


@helper
def bring_load_up(e, c, g, a):
    """Bring the advisor's average load up to now; it has a clock of its own, so that counting cannot change it."""
    state = e.advisor[a].state
    at_work = 1.0 if state == ADVISOR_TALKING or state == ADVISOR_WRAP_UP else 0.0
    old = exp((e.advisor[a].load_t - e.t) / c.group[g].fatigue_s)
    e.advisor[a].load = e.advisor[a].load * old + at_work * (1.0 - old)
    e.advisor[a].load_t = e.t


@helper
def _note_idle(e, g):
    """The number of idle advisors of a group has changed."""
    e.news_groups |= bit(g)
    if e.group[g].n[IDLE] > 0:
        e.idle_bits |= bit(g)
    else:
        e.idle_bits &= ~bit(g)


@helper
def set_state(e, c, a, state):
    """Change an advisor's state; its time in the old one is counted."""
    g = c.advisor_group[a]
    if c.group[g].fatigue > 0.0:
        bring_load_up(e, c, g, a)
    count_advisor_time(e, g, a)
    e.group[g].n[e.advisor[a].state] -= 1
    e.group[g].n[state] += 1
    if state == IDLE or e.advisor[a].state == IDLE:
        _note_idle(e, g)
    e.advisor[a].state = state
    e.advisor[a].since = e.t


@helper
def settle_advisor_time(e, c):
    """Bring all advisor time counters up to now."""
    for a in range(c.n_advisors):
        count_advisor_time(e, c.advisor_group[a], a)
        e.advisor[a].since = e.t


@helper
def first_idle(e, c, g):
    """The first idle advisor of a group; NIL if there is none."""
    return e.idle[c.first_advisor[g]] if e.group[g].n[IDLE] > 0 else NIL


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
    """The next turn of an advisor that goes round robin: turns are numbered for ever, n to a round."""
    n = c.first_advisor[g + 1] - c.first_advisor[g]
    following = e.group[g].turn
    return following + (a - c.first_advisor[g] - following) % n


@block
def _idle_order(e, c, g, a):
    """What the group's idle line is ordered by."""
    order = c.group[g].order
    if order == LONGEST_IDLE:
        return e.t
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
def idle_push(e, c, a):
    """Make an advisor idle, at its place in the group's line."""
    g = c.advisor_group[a]
    set_state(e, c, a, IDLE)
    e.advisor[a].idle_since = e.t
    e.advisor[a].order = _idle_order(e, c, g, a)
    e.advisor[a].idle_number = e.idle_count
    e.idle_count += 1
    e.advisor[a].n_idle += 1
    _up(e, c.first_advisor[g], e.group[g].n[IDLE] - 1, a)


@block
def idle_leave(e, c, a, state):
    """Take an idle advisor out of the line, into another state."""
    g = c.advisor_group[a]
    first = c.first_advisor[g]
    n = e.group[g].n[IDLE] - 1
    i = e.advisor[a].place
    moved = e.idle[first + n]
    if i < n:
        if i > 0 and _comes_first(e, moved, e.idle[first + (i - 1) // 2]):
            _up(e, first, i, moved)
        else:
            _down(e, first, n, i, moved)
    set_state(e, c, a, state)


@helper
def idle_take(e, c, a, state):
    """Take an idle advisor for work; if it was the first in line, round robin goes on from it."""
    g = c.advisor_group[a]
    if c.group[g].order == ROUND_ROBIN and e.advisor[a].place == 0:
        e.group[g].turn = int(e.advisor[a].order) + 1
    idle_leave(e, c, a, state)


@helper
def leave_for_good(e, c, a):
    """An advisor goes off duty; a break is over."""
    e.advisor[a].leaving = 0
    e.advisor[a].owed_s = 0.0
    if e.advisor[a].state == AWAY:
        cancel(e, advisor_slot(e, a))
    if e.advisor[a].state == IDLE:
        idle_leave(e, c, a, OFF)
    else:
        set_state(e, c, a, OFF)
