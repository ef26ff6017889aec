"""The end of ringing at an advisor who has not picked up."""

from ccenv.sim.handling.alerting import stop_ringing
from ccenv.sim.handling.joining import free_advisor, go_away
from ccenv.sim.handling.waiting import back_in_line
from ccenv.sim.kernel.jit import block
from ccenv.sim.kernel.record import note_contact
from ccenv.sim.lines.connects import connect_again
from ccenv.sim.state.codes import LEAD, LOG_NOT_PICKED_UP


@block
def on_not_picked_up(e, c, log, a):
    """Put the contact back in its place, or offer a connect to another advisor; then the advisor is away or freed."""
    s = e.advisor[a].contact
    g = c.advisor_group[a]
    note_contact(e, c, log, LOG_NOT_PICKED_UP, s, 0)
    stop_ringing(e, c, s, a)
    e.group_count[g].not_picked_up += 1
    if e.contact[s].kind == LEAD:
        connect_again(e, c, log, s)
    else:
        back_in_line(e, c, log, s)
    if e.advisor[a].leaving == 0 and c.group[g].rest_s > 0.0:
        go_away(e, c, log, a, c.group[g].rest_s + e.advisor[a].owed_s)
    else:
        free_advisor(e, c, log, a)
