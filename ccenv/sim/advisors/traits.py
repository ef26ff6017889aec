"""Traits of advisors (speed, quality, learning, fatigue) and their effect on handle times.

Sources: individual speed and learning, Gans, Liu, Mandelbaum, Shen & Ye (2010); an exponential learning curve, Mazur &
Hastie (1978); handle times that grow with the load carried, Delasay, Ingolfsson, Kolfal & Schultz (2019). The forms
chosen here, and those of quality, scripts and monitoring, are modelling choices.
"""

from ccenv.sim.advisors.day_factors import busy_factor, slot_factor
from ccenv.sim.advisors.state import bring_load_up
from ccenv.sim.kernel.dists import draw
from ccenv.sim.kernel.draws import child_key, entity_key, exp, happens, normal, uniform
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.state.codes import ABSENT, DAY_STEP, HANDLE, MONITOR, NIL, QUALITY, SPEED

BEST = 100.0  # points of quality


@block
def draw_traits(e, c, a):
    """Draw speed and quality of an advisor for the run, and set its initial tenure."""
    g = c.advisor_group[a]
    key = entity_key(e.root, c.advisor_stream, a)
    e.advisor[a].key = key
    e.advisor[a].speed = 1.0
    e.share[a].busy = 1.0
    if c.group[g].speed_sigma > 0.0:
        sigma = c.group[g].speed_sigma
        e.advisor[a].speed = exp(-sigma * normal(uniform(key, SPEED)) - 0.5 * sigma * sigma)
    quality = c.group[g].quality
    if c.group[g].quality_sd > 0.0:
        quality -= c.group[g].quality_sd * normal(uniform(key, QUALITY))
    e.advisor[a].quality = min(max(quality, 0.0), BEST)
    e.advisor[a].quality_0 = e.advisor[a].quality
    e.advisor[a].tenure_days = c.group[g].tenure_days


@helper
def draw_traits_again(e, c, a):
    """Replace an advisor by a newly drawn one that keeps the tenure and the loss of quality so far."""
    tenure_days = e.advisor[a].tenure_days
    lost = e.advisor[a].quality_0 - e.advisor[a].quality
    draw_traits(e, c, a)
    e.advisor[a].tenure_days = tenure_days
    e.advisor[a].quality = max(e.advisor[a].quality_0 - lost, 0.0)


@helper
def draw_absence(e, c, a):
    """Draw whether the advisor is absent today."""
    p = c.group[c.advisor_group[a]].shrinkage
    e.advisor[a].absent = 0
    if happens(p, child_key(e.advisor[a].key, DAY_STEP, e.day), ABSENT):
        e.advisor[a].absent = 1


@helper
def live_through_day(e, c, a):
    """At the end of a day, add a day of tenure and subtract the quality drift if the advisor was on duty."""
    g = c.advisor_group[a]
    if e.advisor[a].worked != 0:
        e.advisor[a].tenure_days += 1.0
        e.advisor[a].quality = max(e.advisor[a].quality - c.group[g].drift, 0.0)
        e.advisor[a].worked = 0


@helper
def quality_heard(e, c, a):
    """Return the quality that counts: the advisor's own less the script's cost, not below 0."""
    return max(e.advisor[a].quality - c.group[c.advisor_group[a]].script_cost, 0.0)


@helper
def points_above(e, c, a):
    """Return the points of quality (after the script's cost) above those for which the queues' probabilities hold."""
    return quality_heard(e, c, a) - c.group[c.advisor_group[a]].own_quality


@helper
def p_sale_with(e, c, a, p):
    """Return the probability of a sale with advisor a; `p` is that with an advisor of mean quality."""
    weight = c.group[c.advisor_group[a]].on_sale
    return p if weight == 0.0 else min(1.0, p * exp(weight * points_above(e, c, a)))


@helper
def p_repeat_with(e, c, a, p):
    """Return the probability that a contact is unresolved; `p` is that with an advisor of mean quality."""
    weight = c.group[c.advisor_group[a]].on_repeat
    return p if weight == 0.0 else min(1.0, p * exp(-weight * points_above(e, c, a)))


@block
def _advisor_factor(e, c, g, a):
    """Return the advisor's current factor of handle times: speed, learning and fatigue."""
    factor = e.advisor[a].speed
    if c.group[g].excess > 0.0:
        factor *= 1.0 + c.group[g].excess * exp(-e.advisor[a].tenure_days / c.group[g].learning_days)
    if c.group[g].fatigue > 0.0:
        bring_load_up(e, c, g, a)
        factor *= 1.0 + c.group[g].fatigue * max(0.0, e.advisor[a].load - c.group[g].fatigue_above)
    return factor


@helper
def _contact_factor(e, c, s, a):
    """Return the factor of handle times for a returning contact and a preferred advisor; 1 for an attempt."""
    factor = 1.0
    if e.contact[s].identified != 0:
        q = e.contact[s].origin
        if e.contact[s].returning != 0:
            factor *= c.queue[q].returning_factor
        if e.contact[s].preferred == a and a != NIL:
            factor *= c.queue[q].preferred_factor
    return factor


@helper
def by_script(c, g, dist, x):
    """Return handle time x after the group's script has shrunk its distance from the distribution's mean."""
    strength = c.group[g].script
    return x if strength == 0.0 else dist.mean_s + (1.0 - strength) * (x - dist.mean_s)


@helper
def handle_s(e, c, s, a, dist):
    """Return the handle time of contact s with advisor a, in seconds; the factor is stored in the record."""
    return handle_from(e, c, s, a, dist, uniform(e.contact[s].key, HANDLE))


@helper
def handle_from(e, c, s, a, dist, u):
    """Return the handle time as `handle_s` does, from uniform u."""
    g = c.advisor_group[a]
    x = draw(c.dist[dist], u)
    factor = _contact_factor(e, c, s, a)
    if c.group[g].varied != 0:
        factor *= _advisor_factor(e, c, g, a)
        x = by_script(c, g, c.dist[dist], x)
    if c.by_slot_handled != 0:
        factor *= slot_factor(e, c, s)
    if c.group[g].busy_sigma > 0.0:
        factor *= busy_factor(e, c, g, a)
    e.contact[s].factor = factor
    return x * factor


@helper
def maybe_sample(e, c, s, a):
    """Draw whether the contact that ends is sampled; a sample is counted and the advisor is coached."""
    g = c.advisor_group[a]
    if happens(c.group[g].sampled, e.contact[s].key, MONITOR):
        e.group_count[g].sampled += 1
        e.group_count[g].sampled_quality += quality_heard(e, c, a)
        e.group_count[g].coaching_cost += c.group[g].sample_cost
        lost = e.advisor[a].quality_0 - e.advisor[a].quality
        e.advisor[a].quality += c.group[g].gain * lost
