"""Advisors: their states and the idle line of each group."""

from ccenv.sim.codes import ADVISOR_TALKING, IDLE, NIL, OFF, RESERVED
from ccenv.sim.jit import helper


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
    elif state != OFF:
        e.group_count[g].wrapping_s += spent


@helper
def set_state(e, c, a, state):
    """Change an advisor's state; its time in the old one is counted."""
    g = c.advisor_group[a]
    count_advisor_time(e, g, a)
    e.group[g].n[e.advisor[a].state] -= 1
    e.group[g].n[state] += 1
    e.advisor[a].state = state
    e.advisor[a].since = e.t


@helper
def settle_advisor_time(e, c):
    """Bring all advisor time counters up to now."""
    for a in range(c.n_advisors):
        count_advisor_time(e, c.advisor_group[a], a)
        e.advisor[a].since = e.t


@helper
def idle_push(e, c, a):
    """Make an advisor idle, the last in the group's line."""
    set_state(e, c, a, IDLE)
    e.advisor[a].idle_since = e.t
    g = c.advisor_group[a]
    last = e.group[g].tail
    e.advisor[a].previous = last
    e.advisor[a].next = NIL
    if last == NIL:
        e.group[g].head = a
    else:
        e.advisor[last].next = a
    e.group[g].tail = a


@helper
def idle_leave(e, c, a, state):
    """Take an idle advisor out of the line, into another state."""
    g = c.advisor_group[a]
    before = e.advisor[a].previous
    after = e.advisor[a].next
    if before == NIL:
        e.group[g].head = after
    else:
        e.advisor[before].next = after
    if after == NIL:
        e.group[g].tail = before
    else:
        e.advisor[after].previous = before
    set_state(e, c, a, state)
