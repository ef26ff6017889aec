"""The days behind an episode: it starts from a state stored in the night after some days under the scenario's rules.

Kept: pending redials, repeats and return calls, pending callbacks, deferrable work in line, touched leads and their due
times, the windows of the dropped shares, the recent counts and waits, and the advisors' tenure and loss of quality.
New: the clock, the counters and the key of the run, and with the key the traits of the advisors.
"""

from ccenv.sim.advisors.traits import draw_traits_again
from ccenv.sim.kernel.draws import U, mix
from ccenv.sim.kernel.heap import schedule
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.lists.compliance import shift_hours
from ccenv.sim.lists.leads import order_again, shift_rows
from ccenv.sim.shown.marks import TO_NOBODY
from ccenv.sim.state.codes import BACKLOG, CLOCK_EVENT, CLOCK_TIMER, DAY_S, FREE, PENDING_CALLBACK, RETURN_CALL


@helper
def choose_past(root, n):
    """Return the index of the stored state, out of n, that a run starts from."""
    return mix(root) % U(n)


@helper
def _shift_contacts(e, by):
    for s in range(e.contact.shape[0]):
        if e.contact[s].phase != FREE:
            e.contact[s].entry_s -= by
            if e.contact[s].phase != BACKLOG:  # there it is the time worked on the item
                e.contact[s].since -= by
            e.contact[s].accepted_s -= by
            if e.contact[s].kind == RETURN_CALL and e.contact[s].phase == PENDING_CALLBACK:
                e.lead_due[e.contact[s].lead] -= by  # its row is in no list


@block
def become_past(e, c):
    """Turn a record copied from a stored state into the state before the first opening of a run.

    The caller has set the new `e.root`. All times are moved back by the days behind, and `e.past_days` keeps their
    number.
    """
    by = e.day * DAY_S
    e.past_days = e.day
    e.day = 0
    e.t = c.open_s
    e.last_decision_t = c.open_s
    e.recent_t -= by
    e.n_events = 0
    e.event_number = 0
    e.n_decisions = 0
    e.n_modes = 0
    e.counting = 1
    e.shown = TO_NOBODY
    _shift_contacts(e, by)
    for i in range(e.heap_n):
        e.heap[i].t -= by
    for q in range(c.n_queues):
        e.queue[q].n_fresh = 0
        e.queue[q].since -= by
        e.queue[q].served_t -= by
    for i in range(c.n_campaigns):
        e.campaign[i].recent_t -= by
        shift_hours(e, i, e.past_days)
    for k in range(c.n_segments):
        shift_rows(e, c, k, by)
        order_again(e, c, k)
    for a in range(c.n_advisors):
        e.talk_t[a] -= by
        e.advisor[a].since -= by
        e.advisor[a].load_t -= by
        draw_traits_again(e, c, a)
    schedule(e, CLOCK_TIMER, c.open_s, CLOCK_EVENT)
