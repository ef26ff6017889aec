"""Connects without an idle advisor: they wait, hang up, or are dropped."""

from ccenv.sim.handling.joining import connect_leaves, connect_waits
from ccenv.sim.kernel.contacts import end_contact, schedule_contact
from ccenv.sim.kernel.dists import draw
from ccenv.sim.kernel.draws import uniform
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.record import note_contact
from ccenv.sim.lists.attempts import attempt_over
from ccenv.sim.lists.compliance import DROPPED, HUNG_UP, count_connect
from ccenv.sim.state.codes import (
    AFTER_DROPPED,
    AFTER_HUNG_UP,
    DROP_AFTER,
    END_EVENT,
    HANG_UP,
    LOG_CONNECT_WAITING,
    LOG_DROP_DUE,
    LOG_DROPPED,
    LOG_HANG_UP,
    NIL,
    OVERTIME_OVER,
)


@helper
def wait_or_drop(e, c, log, i, s):
    """Make a connect wait, and schedule its hang-up or drop; or drop it at once.

    The end of the wait is drawn now: `hangs_up` is set if a person hangs up before the drop. A person's patience runs
    from the answer, the time until the drop from now. A connect is dropped at once if `drop_after` is 0 or overtime is
    over.
    """
    key = e.contact[s].key
    patience = draw(c.dist[c.campaign[i].drop_after], uniform(key, DROP_AFTER))
    if patience > 0.0 and e.stage != OVERTIME_OVER:
        ends = e.t + patience
        if e.contact[s].machine == 0:
            hangs_up_after = draw(c.dist[c.campaign[i].hang_up], uniform(key, HANG_UP))
            if hangs_up_after - (e.t - e.contact[s].entry_s) < patience:
                ends = e.contact[s].entry_s + hangs_up_after
                e.contact[s].hangs_up = 1
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
    note_contact(e, c, log, LOG_HANG_UP, s, 0)
    count_connect(e, c, s, end)
    e.campaign_count[i].hung_up += 1
    e.campaign_count[i].hung_up_wait_s += e.t - e.contact[s].entry_s
    _leave_the_line(e, c, log, i, s, AFTER_HUNG_UP)


@block
def on_waiting_over(e, c, log, s):
    """Handle the end of a connect's wait: the person hangs up, or the connect is dropped."""
    i = e.contact[s].index
    connect_leaves(e, s)
    if e.contact[s].hangs_up != 0:
        hang_up(e, c, log, i, s, HUNG_UP)
    else:
        note_contact(e, c, log, LOG_DROP_DUE, s, 0)
        _drop(e, c, log, i, s)


@block
def drop_waiting(e, c, log, i):
    """At the end of overtime, drop all waiting connects of the campaign."""
    while e.campaign[i].wait_head != NIL:
        s = e.campaign[i].wait_head
        connect_leaves(e, s)
        _drop(e, c, log, i, s)
