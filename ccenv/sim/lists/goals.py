"""What a campaign is for: the probability that a person does it, and its value."""

from ccenv.sim.advisors.traits import p_sale_with
from ccenv.sim.kernel.draws import exp, normal
from ccenv.sim.kernel.jit import helper
from ccenv.sim.state.layout import CONTACT_NUMBERS


@helper
def plain_p_goal(e, c, s):
    """Probability of the goal before the advisor counts: of the segment and the number of the talk."""
    number = min(e.contact[s].contact_number + e.contact[s].joins, CONTACT_NUMBERS - 1)
    return min(1.0, c.segment[e.contact[s].segment].propensity * c.campaign[e.contact[s].index].p_sale[number])


@helper
def p_goal(e, c, s, a):
    """Probability that the person of contact s does with advisor a what the campaign is for."""
    return p_sale_with(e, c, a, plain_p_goal(e, c, s))


@helper
def expected_value(e, c, s):
    """Mean value of a goal, less what is not kept."""
    i = e.contact[s].index
    value = c.segment[e.contact[s].segment].sale_value
    return value * c.campaign[i].p_kept if c.campaign[i].follows_up != 0 else value


@helper
def goal_value(c, i, k, u_handle, u_value):
    """Value of a goal of campaign i, segment k; u_handle is the uniform of its handle time."""
    sigma = c.campaign[i].value_sigma
    if sigma == 0.0:
        return c.segment[k].sale_value
    r = c.campaign[i].value_handle
    z = -r * normal(u_handle) - (1.0 - r * r) ** 0.5 * normal(u_value)
    return c.segment[k].sale_value * exp(sigma * z - 0.5 * sigma * sigma)
