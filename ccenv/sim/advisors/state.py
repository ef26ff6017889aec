"""Advisor states, and the counters of the time spent in each."""

from ccenv.sim.kernel.bits import add, remove
from ccenv.sim.kernel.draws import exp
from ccenv.sim.kernel.jit import helper
from ccenv.sim.state.codes import ADVISOR_CHATTING, ADVISOR_TALKING, ADVISOR_WRAP_UP, AWAITING_ANSWER, AWAY, IDLE


@helper
def count_advisor_time(e, c, g, a):
    """Add the time since `since`, which advisor a spent in its current state, to the counters of group g."""
    spent = e.t - e.advisor[a].since
    state = e.advisor[a].state
    if c.beside != 0 and e.advisor[a].on_call != 0 and e.advisor[a].n_chats > 0:
        e.group_count[g].beside_s += spent
    if c.group[g].service != 0:
        if state == ADVISOR_TALKING or state == ADVISOR_WRAP_UP:
            e.group_count[g].service_s += spent
    elif state == IDLE:
        e.group_count[g].idle_s += spent
        e.share[a].ready_s += spent
    elif state == ADVISOR_TALKING:
        e.group_count[g].talking_s += spent
        e.share[a].work_s += spent
    elif state == AWAITING_ANSWER:
        e.group_count[g].reserved_s += spent
        e.share[a].ready_s += spent
    elif state == ADVISOR_WRAP_UP:
        e.group_count[g].wrapping_s += spent
        e.share[a].work_s += spent
    elif state == AWAY:
        e.group_count[g].away_s += spent
    elif state == ADVISOR_CHATTING:
        e.group_count[g].chatting_s += spent
        e.share[a].work_s += spent


@helper
def bring_load_up(e, c, g, a):
    """Update the advisor's decaying load to now.

    The load has its own time stamp `load_t`, because `since` is also reset when time counters are settled.
    """
    state = e.advisor[a].state
    at_work = 1.0 if state == ADVISOR_TALKING or state == ADVISOR_WRAP_UP or state == ADVISOR_CHATTING else 0.0
    old = exp((e.advisor[a].load_t - e.t) / c.group[g].fatigue_s)
    e.advisor[a].load = e.advisor[a].load * old + at_work * (1.0 - old)
    e.advisor[a].load_t = e.t


@helper
def _note_idle(e, g):
    """Update the bit sets after the number of idle advisors of a group has changed."""
    add(e.news_groups, g)
    if e.group[g].n[IDLE] > 0:
        add(e.idle_bits, g)
    else:
        remove(e.idle_bits, g)


@helper
def note_interruptible(e, c, a, change):
    """Add 1 or -1 to the advisors of a group that may be given a call though they are not idle."""
    g = c.advisor_group[a]
    e.group[g].n_interruptible += change
    add(e.news_groups, g)
    if e.group[g].n_interruptible > 0:
        add(e.interruptible_bits, g)
    else:
        remove(e.interruptible_bits, g)


@helper
def _note_talking(e, a, talks):
    """Set or clear the advisor's bit in `e.talking`."""
    if talks:
        add(e.talking, a)
    else:
        remove(e.talking, a)


@helper
def set_state(e, c, a, state):
    """Change an advisor's state, and count its time in the old state."""
    g = c.advisor_group[a]
    if c.group[g].fatigue > 0.0:
        bring_load_up(e, c, g, a)
    count_advisor_time(e, c, g, a)
    e.group[g].n[e.advisor[a].state] -= 1
    e.group[g].n[state] += 1
    if state == IDLE or e.advisor[a].state == IDLE:
        _note_idle(e, g)
    if state == ADVISOR_TALKING or e.advisor[a].state == ADVISOR_TALKING:
        _note_talking(e, a, state == ADVISOR_TALKING)
    add(e.news_advisors, g)
    e.advisor[a].state = state
    e.advisor[a].since = e.t


@helper
def settle_time_of(e, c, a):
    """Update the time counters of advisor a to now."""
    count_advisor_time(e, c, c.advisor_group[a], a)
    e.advisor[a].since = e.t


@helper
def settle_advisor_time(e, c):
    """Update the time counters of all advisors to now."""
    for a in range(c.n_advisors):
        settle_time_of(e, c, a)
