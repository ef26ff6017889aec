"""Return calls in service: the goal and the handle time of their campaign.

Goal, value and handle time are those that the attempt before the call would have had: they use its key. An advisor
without the skill for the campaign handles the call as a contact of the queue, and it reaches no goal.
"""

import numpy as np

from ccenv.sim.advisors.traits import handle_from, handle_s
from ccenv.sim.kernel.draws import uniform
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.lists.goals import count_goal, expected_value, p_goal, reach_goal
from ccenv.sim.lists.leads import attempt_key
from ccenv.sim.lists.return_calls import sells
from ccenv.sim.state.codes import HANDLE, NIL


@block
def return_handle_s(e, c, s, a):
    """Begin the service of a return call that is in its own queue. Returns its handle time in seconds."""
    k = e.contact[s].segment
    i = c.segment[k].campaign
    e.campaign_count[i].returns_answered += 1
    if not sells(e, c, s):
        dist = c.queue[e.contact[s].index].handle[c.advisor_group[a]]
        return handle_s(e, c, s, a, dist)
    e.campaign_count[i].returns_joined += 1
    key = attempt_key(e, c, k, e.contact[s].number, np.int64(e.contact[s].attempt))
    if e.contact[s].joins == 0:
        e.campaign_count[i].first_joined += 1
    p_sale = p_goal(e, c, s, i, a)
    e.campaign_count[i].expected_sale_value += p_sale * expected_value(e, c, s, i)
    dist = reach_goal(e, c, s, i, p_sale, key)
    return handle_from(e, c, s, a, dist, uniform(key, HANDLE))


@block
def count_return(e, c, s):
    """Count the end of the talk of a return call: it is resolved, and may have reached the goal."""
    e.contact[s].unresolved = 0
    e.queue_count[e.contact[s].index].resolved += 1
    if e.contact[s].buys != 0:
        i = c.segment[e.contact[s].segment].campaign
        e.campaign_count[i].return_sales += 1
        count_goal(e, c, s, i)


@helper
def pass_on_lead(e, s, leg):
    """Let the leg of a misrouted return call hold the row of its lead."""
    e.contact[leg].segment = e.contact[s].segment
    e.contact[leg].lead = e.contact[s].lead
    e.contact[leg].attempt = e.contact[s].attempt
    e.contact[leg].joins = e.contact[s].joins
    e.contact[leg].contact_number = e.contact[s].contact_number
    e.contact[s].lead = NIL
