"""The goal of a campaign (sale, appointment, promise, survey): its probability and its value."""

from ccenv.sim.advisors.traits import p_sale_with
from ccenv.sim.kernel.draws import exp, normal
from ccenv.sim.kernel.jit import helper
from ccenv.sim.state.layout import CONTACT_NUMBERS


@helper
def plain_p_goal(e, c, s):
    """Return the probability of the goal without the advisor's effect: segment's propensity times `p_sale`.

    `p_sale` is that of the number of earlier contacts and joins, at most the last declared number.
    """
    number = min(e.contact[s].contact_number + e.contact[s].joins, CONTACT_NUMBERS - 1)
    return min(1.0, c.segment[e.contact[s].segment].propensity * c.campaign[e.contact[s].index].p_sale[number])


@helper
def p_goal(e, c, s, a):
    """Return the probability that the person of contact s reaches the goal with advisor a."""
    return p_sale_with(e, c, a, plain_p_goal(e, c, s))


@helper
def expected_value(e, c, s):
    """Return the mean value of a goal, times the probability that it is kept if the campaign follows up."""
    i = e.contact[s].index
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
