"""The roster: advisors come on duty, go off duty and take breaks at declared times."""

from ccenv.sim.advisors.chat_levels import join_level, leave_level
from ccenv.sim.advisors.fairness import comes_today
from ccenv.sim.advisors.idle_list import idle_leave, leave_for_good
from ccenv.sim.advisors.traits import draw_absence
from ccenv.sim.handling.deferring import on_interruptible_work, put_back
from ccenv.sim.handling.joining import free_advisor, go_away
from ccenv.sim.kernel.contacts import advisor_timer
from ccenv.sim.kernel.heap import cancel, schedule
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.record import note_advisor, note_clock
from ccenv.sim.state.codes import (
    AWAY,
    BREAK,
    CLOCK_EVENT,
    GO_OFF,
    IDLE,
    LOG_BREAK_END,
    LOG_ROSTER,
    OFF,
    ON,
    ROSTER_TIMER,
)


@helper
def _come(e, c, log, a):
    e.advisor[a].worked = 1
    comes_today(e, c, c.advisor_group[a], a)
    if e.advisor[a].state == OFF:
        free_advisor(e, c, log, a)
    else:
        leave_level(e, c, a)
        e.advisor[a].leaving = 0
        join_level(e, c, a)


@helper
def _stops_work(e, c, log, a):
    """Put back the item of an advisor on interruptible work. Returns whether there was one."""
    stops = c.defers != 0 and on_interruptible_work(e, c, a)
    if stops:
        put_back(e, c, log, a)
    return stops


@helper
def _go(e, c, log, a):
    state = e.advisor[a].state
    if state == IDLE or state == AWAY or _stops_work(e, c, log, a):
        leave_for_good(e, c, a)
    elif state != OFF:
        leave_level(e, c, a)
        e.advisor[a].leaving = 1


@helper
def _take_break(e, c, log, a, length_s):
    state = e.advisor[a].state
    if state == IDLE:
        idle_leave(e, c, a, AWAY)
        go_away(e, c, log, a, length_s)
    elif _stops_work(e, c, log, a):
        go_away(e, c, log, a, length_s)
    elif state != OFF and state != AWAY and e.advisor[a].leaving == 0:
        leave_level(e, c, a)
        e.advisor[a].owed_s += length_s


@helper
def begin_roster(e, c):
    """Set the roster to its first entry that is not before now."""
    e.roster_at = 0
    while e.roster_at < c.n_roster and e.open_t + c.roster[e.roster_at].t < e.t:
        e.roster_at += 1


@block
def work_off_roster(e, c, log):
    """Work off all entries that are due; entries of absent advisors are skipped.

    Around the clock, absence is drawn at each `on`, and an absent advisor goes off instead.
    """
    while e.roster_at < c.n_roster and e.open_t + c.roster[e.roster_at].t <= e.t:
        i = e.roster_at
        e.roster_at = i + 1
        a = c.roster[i].advisor
        if c.roster[i].initial != 0 and e.day > 0:
            continue
        if c.continuous != 0:
            e.advisor[a].absent = 0
            if c.roster[i].what == ON:
                draw_absence(e, c, a)
        elif e.advisor[a].absent != 0:
            continue
        if c.roster[i].what == GO_OFF or e.advisor[a].absent != 0:
            _go(e, c, log, a)
        elif c.roster[i].what == BREAK:
            _take_break(e, c, log, a, c.roster[i].length)
        else:
            _come(e, c, log, a)


@helper
def schedule_roster(e, c):
    """Schedule the next entries that fall neither on the opening nor on a slot boundary."""
    i = e.roster_at
    while i < c.n_roster and c.roster[i].alone == 0:
        i += 1
    if i < c.n_roster:
        schedule(e, ROSTER_TIMER, e.open_t + c.roster[i].t, CLOCK_EVENT)
    else:
        cancel(e, ROSTER_TIMER)


@helper
def on_roster(e, c, log):
    """Work off the entries of a time that is neither the opening nor a slot boundary."""
    note_clock(e, log, LOG_ROSTER, e.day)
    work_off_roster(e, c, log)
    schedule_roster(e, c)


@block
def on_break_end(e, c, log, a):
    """End an advisor's break and free the advisor."""
    note_advisor(e, c, log, LOG_BREAK_END, a)
    cancel(e, advisor_timer(e, a))
    free_advisor(e, c, log, a)


@block
def stop_work(e, c, log):
    """At closing, put back all interruptible work; its advisors are freed."""
    for a in range(c.n_advisors):
        if _stops_work(e, c, log, a):
            free_advisor(e, c, log, a)


@helper
def send_home(e, c, a):
    """Set an advisor off duty at the end of the day."""
    if e.advisor[a].state != OFF:
        leave_for_good(e, c, a)
