"""What lies behind an episode: the night after some days under the scenario's own rules becomes the night before it.

Kept are who is due to come again, pending callbacks, leads touched and when they are due, the windows of the dropped
shares, the recent counts and what advisors have learned;
new are the clock, the counters, the key of the run, and with it who the advisors are.
"""

from ccenv.sim.advisors.traits import draw_traits_again
from ccenv.sim.kernel.draws import U, mix
from ccenv.sim.kernel.heap import schedule
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.lists.compliance import shift_hours
from ccenv.sim.lists.leads import order_again, shift_rows
from ccenv.sim.shown.marks import TO_NOBODY
from ccenv.sim.state.codes import CLOCK_TIMER, DAY_S, FREE


@helper
def choose_past(root, n):
    """Which of n stored states a run opens with."""
    return mix(root) % U(n)


@helper
def _shift_contacts(e, by):
    for s in range(e.contact.shape[0]):
        if e.contact[s].phase != FREE:
            e.contact[s].entry_s -= by
            e.contact[s].since -= by
            e.contact[s].accepted_s -= by


@block
def become_past(e, c):
    """The record, copied from a stored state, stands before the first opening; the caller has set the new root."""
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
    schedule(e, CLOCK_TIMER, c.open_s)
