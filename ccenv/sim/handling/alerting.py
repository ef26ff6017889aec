"""Offering a contact to an advisor who may not pick up, and the time for which it then rings there.

An advisor picks up at once or not at all. In production systems this is ring-no-answer, a reject, or a reservation that
times out. The probability by group and the constant times are modelling choices.
"""

from ccenv.sim.kernel.contacts import advisor_timer
from ccenv.sim.kernel.dists import draw
from ccenv.sim.kernel.draws import child_key, uniform
from ccenv.sim.kernel.heap import cancel, schedule
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.state.codes import DROP_AFTER, END_EVENT, HANG_UP, NIL, OFFER, OVERTIME_OVER, PICK_UP


@helper
def picks_up(e, c, s, a):
    """Return whether advisor a picks up contact s, by the uniform of this offer."""
    return c.group[c.advisor_group[a]].p_no_pick_up == 0.0 or _picks_up(e, c, s, a)


@block
def _picks_up(e, c, s, a):
    key = child_key(e.contact[s].key, OFFER, e.contact[s].offers)
    e.contact[s].offers += 1
    return uniform(key, PICK_UP) >= c.group[c.advisor_group[a]].p_no_pick_up


@helper
def ring_at(e, c, s, a):
    """Schedule the end of the ringing of contact s at advisor a."""
    e.advisor[a].contact = s
    ends = e.t + c.group[c.advisor_group[a]].alert_s
    schedule(e, advisor_timer(e, a), min(ends, e.night_over_t), END_EVENT)


@helper
def stop_ringing(e, c, s, a):
    """Count the time for which contact s has rung at advisor a, and cancel the end of the ringing."""
    e.group_count[c.advisor_group[a]].alerting_s += e.t - e.contact[s].since
    cancel(e, advisor_timer(e, a))


@block
def connect_ends_t(e, c, s):
    """Draw until when a connect waits for an advisor; NIL: it is dropped at once.

    The end of the wait is drawn now: `hangs_up` is set if a person hangs up before the drop. A person's patience runs
    from the answer, the time until the drop from now. A connect is dropped at once if `drop_after` is 0 or overtime is
    over.
    """
    i = e.contact[s].index
    key = e.contact[s].key
    patience = draw(c.dist[c.campaign[i].drop_after], uniform(key, DROP_AFTER))
    if patience <= 0.0 or e.stage == OVERTIME_OVER:
        return 1.0 * NIL
    ends = e.t + patience
    if e.contact[s].machine == 0:
        hangs_up_after = draw(c.dist[c.campaign[i].hang_up], uniform(key, HANG_UP))
        if hangs_up_after - (e.t - e.contact[s].entry_s) < patience:
            ends = e.contact[s].entry_s + hangs_up_after
            e.contact[s].hangs_up = 1
    return ends
