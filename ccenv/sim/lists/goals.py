"""The goal of a campaign (sale, appointment, promise, survey): its probability and its value."""

import numpy as np

from ccenv.sim.advisors.traits import p_sale_with
from ccenv.sim.kernel.draws import exp, normal, uniform
from ccenv.sim.kernel.jit import helper
from ccenv.sim.lists.leads import lead_key
from ccenv.sim.state.codes import CONTACT_NUMBER, HANDLE, SALE, VALUE
from ccenv.sim.state.layout import CONTACT_NUMBERS


@helper
def earlier_contacts(e, c, k, number):
    """Draw how often the person of lead `number` of segment k was talked to before the campaign."""
    i = c.segment[k].campaign
    v = uniform(lead_key(e, c, k, number), CONTACT_NUMBER)
    n = 0
    while c.campaign[i].share[n] <= v:
        n += 1
    return n


@helper
def plain_p_goal(e, c, s, i):
    """Return the probability of the goal without the advisor's effect: segment's propensity times `p_sale`.

    Contact s is an attempt or a return call.

    `p_sale` is that of the number of earlier contacts and joins, at most the last declared number.
    """
    number = min(e.contact[s].contact_number + e.contact[s].joins, CONTACT_NUMBERS - 1)
    return min(1.0, c.segment[e.contact[s].segment].propensity * c.campaign[i].p_sale[number])


@helper
def p_goal(e, c, s, i, a):
    """Return the probability that the person of contact s reaches the goal of campaign i with advisor a."""
    return p_sale_with(e, c, a, plain_p_goal(e, c, s, i))


@helper
def expected_value(e, c, s, i):
    """Return the mean value of a goal, times the probability that it is kept if the campaign follows up."""
    value = c.segment[e.contact[s].segment].sale_value
    return value * c.campaign[i].p_kept if c.campaign[i].follows_up != 0 else value


@helper
def goal_value(c, i, k, u_handle, u_value):
    """Return the value of a goal of campaign i, segment k: lognormal, correlated with the handle time.

    `u_handle` is the uniform of its handle time, `u_value` that of the value.
    """
    sigma = c.campaign[i].value_sigma
    if sigma == 0.0:
        return c.segment[k].sale_value
    r = c.campaign[i].value_handle
    z = -r * normal(u_handle) - (1.0 - r * r) ** 0.5 * normal(u_value)
    return c.segment[k].sale_value * exp(sigma * z - 0.5 * sigma * sigma)


@helper
def reach_goal(e, c, s, i, p_sale, key):
    """Draw whether the person of contact s reaches the goal of campaign i, with probability `p_sale`, and its value.

    `key`: of the attempt. Returns the distribution of the talk.
    """
    if uniform(key, SALE) < p_sale:
        e.contact[s].buys = 1
        e.contact[s].value = goal_value(c, i, e.contact[s].segment, uniform(key, HANDLE), uniform(key, VALUE))
        return np.int64(c.campaign[i].handle_sale)
    return np.int64(c.campaign[i].handle)


@helper
def count_goal(e, c, s, i):
    """Count the goal that contact s has reached, at the end of its talk."""
    e.campaign_count[i].sales += 1
    if e.contact[s].joins == 0:
        e.campaign_count[i].first_call_sales += 1
    if c.campaign[i].follows_up == 0:
        e.campaign_count[i].sale_value += e.contact[s].value
