"""Redraw the hidden part of a visible inbound contact in a fork: pending times, sales, true types.

Pending times are drawn given that they exceed their age. A discrete outcome has its prior probability times the
probability (survival function) that its time is not over at this age. `talking` tells whether the contact is in talk.
"""

from ccenv.sim.advisors.traits import by_script, p_repeat_with, p_sale_with
from ccenv.sim.arriving.arrivals import draw_customer, draw_value_class, forecast
from ccenv.sim.kernel.contacts import schedule_contact, schedule_end
from ccenv.sim.kernel.dists import draw_beyond, survival
from ccenv.sim.kernel.draws import uniform
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.state.codes import (
    CALLBACK_RING,
    CALLBACK_RINGING,
    END_EVENT,
    HANDING_OVER,
    HANDLE,
    HANDOVER,
    IN_IVR,
    IVR_TIME,
    PATIENCE,
    PENDING_CALLBACK,
    REPEAT_P,
    ROUTE,
    SALE,
    TALKING,
    VALUE_CLASS,
    VIRTUAL,
    WAITING,
    WRAP_UP,
    WRAPPING,
)


@helper
def beyond(e, c, s, dist, since, u):
    """Schedule the end of an activity that began at `since` and is not over, from distribution `dist` given its age."""
    schedule_end(e, s, since + draw_beyond(c.dist[dist], e.t - since, u))


@helper
def _plain_age(e, c, s, dist):
    """Return the age [s] of a talk on the time scale of its distribution: factor and script are undone."""
    age = (e.t - e.talk_t[e.contact[s].advisor]) / e.contact[s].factor
    strength = c.group[c.advisor_group[e.contact[s].advisor]].script
    if strength == 0.0:
        return age
    if strength == 1.0:
        return 0.0 if age < c.dist[dist].mean_s else c.dist[dist].mean_s
    return max(0.0, c.dist[dist].mean_s + (age - c.dist[dist].mean_s) / (1.0 - strength))


@block
def alive(e, c, s, dist, talking):
    """Return the probability that a talk of this distribution is not over yet; 1 if the contact is not in talk."""
    return survival(c.dist[dist], _plain_age(e, c, s, dist)) if talking else 1.0


@helper
def talk_beyond(e, c, s, dist, u):
    """Schedule the end of a talk that is not over, with the advisor's script and the contact's factor."""
    g = c.advisor_group[e.contact[s].advisor]
    x = by_script(c, g, c.dist[dist], draw_beyond(c.dist[dist], _plain_age(e, c, s, dist), u))
    schedule_end(e, s, max(e.talk_t[e.contact[s].advisor] + x * e.contact[s].factor, e.t))


@helper
def _flow(e, c, r, q):
    """Return the forecast rate [1/h] at which contacts of true type r reach queue q."""
    if r == q:
        share = 1.0 - c.queue[r].route[c.n_queues - 1]
    else:
        share = c.queue[r].route[q] - (c.queue[r].route[q - 1] if q > 0 else 0.0)
    return forecast(c, r, e.slot) * (1.0 - c.queue[r].p_contained - c.queue[r].p_hangup) * share


@helper
def _type_weight(e, c, s, r, talking):
    """Return the unnormalised probability of a true type r other than the queue, given the age of the talk."""
    weight = _flow(e, c, r, e.contact[s].index)
    if talking and weight > 0.0:
        weight *= survival(c.dist[c.queue[r].detect], e.t - e.talk_t[e.contact[s].advisor])
    return weight


@block
def _redraw_true_type(e, c, s, own_alive, talking, u):
    """Redraw the true type of a contact: its queue, or another one if the IVR may have misrouted it.

    `own_alive`: probability that a talk of the queue's own type is not over. `u`: uniform.
    """
    q = e.contact[s].index
    e.contact[s].true_type = q
    total = 0.0
    for r in range(c.n_queues):
        if r != q:
            total += _type_weight(e, c, s, r, talking)
    if total == 0.0:
        return
    v = u * (total + _flow(e, c, q, q) * own_alive)
    for r in range(c.n_queues):
        if r != q:
            v -= _type_weight(e, c, s, r, talking)
            if v < 0.0:
                e.contact[s].true_type = r
                return


@block
def _redraw_talk(e, c, s, key):
    """Redraw an inbound talk, given its age: misrouted, transferred afterwards, a sale, or none of these."""
    q = e.contact[s].index
    handle = c.queue[q].handle[c.advisor_group[e.contact[s].advisor]]
    sale_dist = c.queue[q].handle_sale
    p_buys = (1.0 - c.queue[q].p_transfer) * p_sale_with(e, c, e.contact[s].advisor, c.queue[q].p_sale)
    plain = alive(e, c, s, handle, True)
    buys = p_buys * (plain if sale_dist < 0 else alive(e, c, s, sale_dist, True))
    transferred = c.queue[q].p_transfer * plain
    other = (1.0 - p_buys - c.queue[q].p_transfer) * plain
    if e.contact[s].n_transfers == 0:
        _redraw_true_type(e, c, s, buys + transferred + other, True, uniform(key, ROUTE))
    e.contact[s].transfers = 0
    e.contact[s].buys = 0
    if e.contact[s].true_type != q:
        e.contact[s].transfers = 1
        e.contact[s].factor = 1.0
        beyond(e, c, s, c.queue[e.contact[s].true_type].detect, e.talk_t[e.contact[s].advisor], uniform(key, HANDLE))
        return
    v = uniform(key, SALE) * (buys + transferred + other)
    dist = handle
    if v < buys:
        e.contact[s].buys = 1
        dist = handle if sale_dist < 0 else sale_dist
    elif v < buys + transferred:
        e.contact[s].transfers = 1
    talk_beyond(e, c, s, dist, uniform(key, HANDLE))


@block
def _redraw_in_ivr(e, c, s, key):
    """Redraw a contact in the IVR: origin (queues with an IVR, weighted by forecast and age), customer and time."""
    age = e.t - e.contact[s].since
    total = 0.0
    for q in range(c.n_queues):
        if c.queue[q].ivr_time >= 0:
            total += forecast(c, q, e.slot) * survival(c.dist[c.queue[q].ivr_time], age)
    v = uniform(key, ROUTE) * total
    for q in range(c.n_queues):
        if c.queue[q].ivr_time >= 0 and total > 0.0:
            v -= forecast(c, q, e.slot) * survival(c.dist[c.queue[q].ivr_time], age)
            if v < 0.0:
                e.contact[s].index = q
                e.contact[s].origin = q
                e.contact[s].true_type = q
                break
    draw_customer(e, c, s, key)
    beyond(e, c, s, c.queue[e.contact[s].index].ivr_time, e.contact[s].since, uniform(key, IVR_TIME))


@block
def redraw_inbound(e, c, s, key):
    """Redraw the hidden part of an inbound contact; `key` is its new key."""
    q = e.contact[s].index
    phase = e.contact[s].phase
    if e.contact[s].identified == 0:
        e.contact[s].value_class = draw_value_class(c, e.contact[s].origin, uniform(key, VALUE_CLASS))
    in_line = phase == WAITING or phase == VIRTUAL or phase == CALLBACK_RINGING or phase == PENDING_CALLBACK
    if in_line and e.contact[s].n_transfers == 0:
        _redraw_true_type(e, c, s, 1.0, False, uniform(key, ROUTE))
    if phase == WAITING:
        waited = (e.t - e.contact[s].entry_s) / e.contact[s].factor
        left = draw_beyond(c.dist[c.queue[q].patience], waited, uniform(key, PATIENCE)) * e.contact[s].factor
        schedule_contact(e, s, max(e.contact[s].entry_s + left, e.t), END_EVENT)
    elif phase == TALKING:
        _redraw_talk(e, c, s, key)
    elif phase == WRAPPING:
        p = p_repeat_with(e, c, e.contact[s].advisor, c.queue[q].p_repeat)
        again = e.contact[s].n_repeats < c.queue[q].max_repeats and uniform(key, REPEAT_P) < p
        e.contact[s].unresolved = 1 if again and e.contact[s].transfers == 0 else 0
        beyond(e, c, s, c.queue[q].wrap_up, e.contact[s].since, uniform(key, WRAP_UP))
    elif phase == CALLBACK_RINGING:
        beyond(e, c, s, c.queue[q].callback_ring, e.contact[s].since, uniform(key, CALLBACK_RING))
    elif phase == HANDING_OVER:
        first = e.contact[s].partner
        beyond(e, c, s, c.queue[e.contact[first].index].handover, e.contact[s].since, uniform(key, HANDOVER))
    elif phase == IN_IVR:
        _redraw_in_ivr(e, c, s, key)
