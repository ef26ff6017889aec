"""Connects without an idle advisor: they wait, hang up, or are dropped."""

from ccenv.sim.advisors.idle_list import idle_take
from ccenv.sim.handling.alerting import connect_ends_t, stop_ringing
from ccenv.sim.handling.joining import (
    connect_alert_over,
    connect_leaves,
    connect_waits,
    connect_waits_again,
    free_advisor,
    longest_idle,
    offer_connect,
)
from ccenv.sim.kernel.contacts import end_contact, schedule_contact
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.record import note_contact
from ccenv.sim.lists.attempts import attempt_over
from ccenv.sim.lists.compliance import DROPPED, HUNG_UP, count_connect
from ccenv.sim.state.codes import (
    ADVISOR_TALKING,
    AFTER_DROPPED,
    AFTER_HUNG_UP,
    END_EVENT,
    LOG_CONNECT_WAITING,
    LOG_DROP_DUE,
    LOG_DROPPED,
    LOG_HANG_UP,
    NIL,
    OVERTIME_OVER,
)


@helper
def wait_or_drop(e, c, log, i, s):
    """Make a connect wait, and schedule its hang-up or drop; or drop it at once."""
    ends = connect_ends_t(e, c, s)
    if ends != NIL:
        note_contact(e, c, log, LOG_CONNECT_WAITING, s, 0)
        connect_waits(e, s)
        schedule_contact(e, s, ends, END_EVENT)
    else:
        _drop(e, c, log, i, s)


@helper
def _leave_the_line(e, c, log, i, s, after):
    """End the attempt of a connect that was dropped or hung up, and free its line."""
    e.lines -= 1
    e.campaign[i].lines -= 1
    attempt_over(e, c, log, s, after, False)
    end_contact(e, s)


@block
def _drop(e, c, log, i, s):
    """Drop a connect, and count it."""
    note_contact(e, c, log, LOG_DROPPED, s, 0)
    waited_s = e.t - e.contact[s].entry_s
    count_connect(e, c, s, DROPPED)
    if e.contact[s].machine != 0:
        e.campaign_count[i].mp_dropped += 1
    else:
        e.campaign_count[i].dropped += 1
        e.campaign_count[i].dropped_wait_s += waited_s
    _leave_the_line(e, c, log, i, s, AFTER_DROPPED)


@helper
def hang_up(e, c, log, i, s, end):
    """Count a person who hangs up, and end the attempt; `end`: HUNG_UP while waiting, HUNG_UP_EARLY before."""
    count_connect(e, c, s, end)
    e.campaign_count[i].hung_up += 1
    e.campaign_count[i].hung_up_wait_s += e.t - e.contact[s].entry_s
    _leave_the_line(e, c, log, i, s, AFTER_HUNG_UP)


@block
def on_waiting_over(e, c, log, s):
    """Handle the end of a connect's wait: the person hangs up, or the connect is dropped.

    An advisor at whom the connect rings is freed last.
    """
    i = e.contact[s].index
    a = e.contact[s].advisor
    hangs_up = e.contact[s].hangs_up != 0
    note_contact(e, c, log, LOG_HANG_UP if hangs_up else LOG_DROP_DUE, s, 0)
    if a == NIL:
        connect_leaves(e, s)
    else:
        stop_ringing(e, c, s, a)
        connect_alert_over(e, s)
    if hangs_up:
        hang_up(e, c, log, i, s, HUNG_UP)
    else:
        _drop(e, c, log, i, s)
    if a != NIL:
        free_advisor(e, c, log, a)


@helper
def connect_again(e, c, log, s):
    """Offer a connect that has rung in vain to the next advisor; without one it waits, or is dropped after overtime."""
    i = e.contact[s].index
    connect_alert_over(e, s)
    a = longest_idle(e, c, i)
    if a != NIL:
        idle_take(e, c, a, ADVISOR_TALKING)
        offer_connect(e, c, log, s, a)
    elif e.stage == OVERTIME_OVER:
        _drop(e, c, log, i, s)
    else:
        connect_waits_again(e, s)


@block
def drop_waiting(e, c, log, i):
    """At the end of overtime, drop all waiting connects of the campaign."""
    while e.campaign[i].wait_head != NIL:
        s = e.campaign[i].wait_head
        connect_leaves(e, s)
        _drop(e, c, log, i, s)
