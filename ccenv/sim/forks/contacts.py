"""Redraw the hidden part of a visible inbound contact in a fork: pending times, sales, true types.

Pending times are drawn given that they exceed their age. A discrete outcome has its prior probability times the
probability (survival function) that its time is not over at this age. `talking` tells whether the contact is in talk.
"""

from ccenv.sim.advisors.chat_levels import rate_of
from ccenv.sim.advisors.traits import by_script, p_repeat_with, p_sale_with
from ccenv.sim.arriving.arrivals import draw_customer, draw_value_class, forecast
from ccenv.sim.arriving.machine import threshold
from ccenv.sim.kernel.contacts import cancel_contact, schedule_contact, schedule_end, set_gone
from ccenv.sim.kernel.dists import draw_beyond, survival
from ccenv.sim.kernel.draws import uniform
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.state.codes import (
    ALERTING,
    BACKLOG,
    CALLBACK_RING,
    CALLBACK_RINGING,
    END_EVENT,
    HANDING_OVER,
    HANDLE,
    HANDOVER,
    IN_CHAT,
    IN_IVR,
    IVR_TIME,
    PATIENCE,
    PENDING_CALLBACK,
    REPEAT_P,
    ROUTE,
    SALE,
    SILENT,
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
def _age(e, c, s):
    """Return the age [s] of a talk; of a chat, the work done on it."""
    if e.contact[s].phase == IN_CHAT:
        return e.contact[s].chat_done + (e.t - e.contact[s].chat_t) * rate_of(e, c, s)
    return e.t - e.talk_t[e.contact[s].advisor]


@helper
def _end_after(e, c, s, whole):
    """Schedule the end of a talk that takes `whole` seconds in all; of a chat, seconds of work at rate 1."""
    if e.contact[s].phase == IN_CHAT:
        e.contact[s].chat_done = _age(e, c, s)
        e.contact[s].chat_t = e.t
        e.contact[s].chat_left = max(0.0, whole - e.contact[s].chat_done)
        schedule_end(e, s, e.t + e.contact[s].chat_left / rate_of(e, c, s))
    else:
        schedule_end(e, s, max(e.talk_t[e.contact[s].advisor] + whole, e.t))


@helper
def _plain_age(e, c, s, dist):
    """Return the age [s] of a talk on the time scale of its distribution: factor and script are undone."""
    age = _age(e, c, s) / e.contact[s].factor
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
    _end_after(e, c, s, x * e.contact[s].factor)


@helper
def _flow(e, c, r, q):
    """Return the forecast rate [1/h] at which contacts of true type r reach queue q."""
    if r == q:
        share = 1.0 - c.queue[r].route[c.n_queues - 1]
    else:
        share = c.queue[r].route[q] - (c.queue[r].route[q - 1] if q > 0 else 0.0)
    return forecast(c, r, e.slot) * max(0.0, 1.0 - threshold(e, c, r) - c.queue[r].p_hangup) * share


@helper
def _type_weight(e, c, s, r, talking):
    """Return the unnormalised probability of a true type r other than the queue, given the age of the talk."""
    weight = _flow(e, c, r, e.contact[s].index)
    if talking and weight > 0.0:
        weight *= survival(c.dist[c.queue[r].detect], _age(e, c, s))
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
        detect = c.queue[e.contact[s].true_type].detect
        _end_after(e, c, s, draw_beyond(c.dist[detect], _age(e, c, s), uniform(key, HANDLE)))
        return
    v = uniform(key, SALE) * (buys + transferred + other)
    dist = handle
    if v < buys:
        e.contact[s].buys = 1
        dist = handle if sale_dist < 0 else sale_dist
    elif v < buys + transferred:
        e.contact[s].transfers = 1
    talk_beyond(e, c, s, dist, uniform(key, HANDLE))


@helper
def _p_gone(e, c, s, waited):
    """Return the probability that the customer of a chat that has waited so long has left without a sign."""
    q = e.contact[s].index
    there = survival(c.dist[c.queue[q].patience], waited)
    gone = c.queue[q].p_silent * (1.0 - there)
    return gone / (gone + there) if gone > 0.0 else 0.0


@block
def _redraw_chat(e, c, s, key):
    """Redraw a chat in service, given the work done: nobody is there, or it goes on like a talk."""
    q = e.contact[s].index
    e.contact[s].gone = 0
    p = _p_gone(e, c, s, e.contact[s].since - e.contact[s].entry_s)
    if p > 0.0:
        detect = c.dist[c.queue[q].chat_detect]
        gone = p * survival(detect, _age(e, c, s))
        handle = c.queue[q].handle[c.advisor_group[e.contact[s].advisor]]
        there = (1.0 - p) * alive(e, c, s, handle, True)
        if uniform(key, SILENT) * (gone + there) < gone:
            e.contact[s].gone = 1
            e.contact[s].transfers = 0
            e.contact[s].factor = 1.0
            _end_after(e, c, s, draw_beyond(detect, _age(e, c, s), uniform(key, HANDLE)))
            return
    _redraw_talk(e, c, s, key)


@helper
def _redraw_wait(e, c, s, key):
    """Redraw the patience of a contact that waits, or whether the customer of a chat has left without a sign."""
    q = e.contact[s].index
    waited = (e.t - e.contact[s].entry_s) / e.contact[s].factor
    if c.queue[q].p_silent > 0.0:
        gone = 1 if uniform(key, SILENT) < _p_gone(e, c, s, waited) else 0
        if gone != e.contact[s].gone:
            set_gone(e, s, gone)
        if gone != 0:
            cancel_contact(e, s)
            return
    left = draw_beyond(c.dist[c.queue[q].patience], waited, uniform(key, PATIENCE)) * e.contact[s].factor
    schedule_contact(e, s, max(e.contact[s].entry_s + left, e.t), END_EVENT)


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


@helper
def _redraw_rest(e, c, s, key):
    """Redraw the rest of an item that was interrupted, given the time worked on it by the group that began it."""
    if e.contact[s].tries > 0:
        dist = c.queue[e.contact[s].index].handle[e.contact[s].segment]
        worked_s = e.contact[s].since
        x = draw_beyond(c.dist[dist], worked_s / e.contact[s].factor, uniform(key, HANDLE)) * e.contact[s].factor
        e.contact[s].value = max(x - worked_s, 0.0)


@block
def redraw_inbound(e, c, s, key):
    """Redraw the hidden part of an inbound contact; `key` is its new key."""
    q = e.contact[s].index
    phase = e.contact[s].phase
    if e.contact[s].identified == 0:
        e.contact[s].value_class = draw_value_class(c, e.contact[s].origin, uniform(key, VALUE_CLASS))
    rings = phase == ALERTING  # at an advisor who does not pick up
    in_line = rings or phase == WAITING or phase == VIRTUAL or phase == CALLBACK_RINGING or phase == PENDING_CALLBACK
    if in_line and e.contact[s].n_transfers == 0:
        _redraw_true_type(e, c, s, 1.0, False, uniform(key, ROUTE))
    if phase == BACKLOG:
        _redraw_rest(e, c, s, key)
    elif phase == WAITING or (rings and e.contact[s].virtual == 0):
        _redraw_wait(e, c, s, key)
    elif phase == IN_CHAT:
        _redraw_chat(e, c, s, key)
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
