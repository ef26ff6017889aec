"""Factors of handle times that hold for a slot of the day, or for a group on a day."""

from ccenv.sim.kernel.draws import child_key, entity_key, exp, normal, uniform
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.state.codes import BUSYNESS, GROUP_DAY, LEAD


@helper
def slot_factor(e, c, s):
    """Return the factor of the handle times of the contact's queue or campaign in the present slot."""
    i = e.contact[s].index
    return c.campaign[i].handle_factor[e.slot] if e.contact[s].kind == LEAD else c.queue[i].handle_factor[e.slot]


@helper
def note_scale(e, c, s, a):
    """Note the factor of the slot in which a talk begins, from which its end is expected."""
    if c.by_slot_handled != 0:
        e.talk_scale[a] = slot_factor(e, c, s)


@helper
def busy_factor(e, c, g, a):
    """Return the group's factor of the day, and note it for a fork of the talk that begins."""
    e.share[a].busy = e.group[g].busy
    return e.group[g].busy


@block
def draw_busyness(e, c):
    """Draw the factor of each group for the day: lognormal with mean 1."""
    key = entity_key(e.root, c.day_stream, e.day)
    for g in range(c.n_groups):
        sigma = c.group[g].busy_sigma
        if sigma > 0.0:
            z = -normal(uniform(child_key(key, GROUP_DAY, g), BUSYNESS))
            e.group[g].busy = exp(sigma * z - 0.5 * sigma * sigma)
