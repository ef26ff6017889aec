"""Redraw the hidden part of an attempt in a fork: outcomes, pending times, who is at the line, goals.

Pending times are drawn given that they exceed their age. A discrete outcome has its prior probability times the
probability (survival function) that its time is not over at this age.
"""

import math

import numpy as np

from ccenv.sim.advisors.traits import p_sale_with
from ccenv.sim.forks.contacts import alive, beyond, talk_beyond
from ccenv.sim.kernel.contacts import schedule_contact, schedule_end
from ccenv.sim.kernel.dists import draw_beyond, survival
from ccenv.sim.kernel.draws import uniform
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.lists.goals import goal_value, plain_p_goal
from ccenv.sim.lists.outcomes import answer_probability, ring_dist_of
from ccenv.sim.state.codes import (
    ALERTING,
    BUSY,
    CONNECT,
    CONNECT_WAITING,
    DECIDE,
    DECIDING,
    DROP_AFTER,
    END_EVENT,
    FALSE_POSITIVE,
    HANDLE,
    HANG_UP,
    INVALID,
    MACHINE,
    MACHINE_PASSED,
    NO_ANSWER,
    OUTCOME,
    RING,
    RINGING,
    TALKING,
    VALUE,
    WRAP_UP,
    WRAPPING,
)


@helper
def _answer_slot(e, c, s):
    """Return the slot in which a connect answered."""
    slot = np.int64(math.floor((e.contact[s].entry_s - e.open_t) / c.slot_s))
    return slot % c.n_slots if c.continuous != 0 else min(max(slot, 0), c.n_slots - 1)


@helper
def _still_there(e, c, s, talking):
    """Return the probability that a person has not hung up while waiting for an advisor."""
    until = e.contact[s].since if talking else e.t
    return survival(c.dist[c.campaign[e.contact[s].index].hang_up], until - e.contact[s].entry_s)


@block
def _redraw_answered(e, c, s, talking):
    """Redraw person or machine, who it is, and sale or none, given the age of the talk.

    Returns the distribution of the talk.
    """
    i = e.contact[s].index
    p_answer = answer_probability(e, c, s, _answer_slot(e, c, s))
    p_person = p_answer * (1.0 - c.campaign[i].p_false_positive) * _still_there(e, c, s, talking)
    p_sale = plain_p_goal(e, c, s, i)
    if talking:
        p_sale = p_sale_with(e, c, e.contact[s].advisor, p_sale)
    p_right = c.segment[e.contact[s].segment].p_right
    sale = p_person * p_right * p_sale * alive(e, c, s, c.campaign[i].handle_sale, talking)
    other = p_person * p_right * (1.0 - p_sale) * alive(e, c, s, c.campaign[i].handle, talking)
    wrong = p_person * (1.0 - p_right) * alive(e, c, s, c.campaign[i].handle_wrong, talking)
    machine = c.campaign[i].p_machine * c.campaign[i].p_machine_passed
    machine *= alive(e, c, s, c.campaign[i].handle_machine, talking)
    v = uniform(e.contact[s].key, OUTCOME) * (sale + other + wrong + machine)
    e.contact[s].machine = 1 if v >= sale + other + wrong else 0
    e.contact[s].buys = 1 if v < sale else 0
    e.contact[s].wrong = 1 if talking and sale + other <= v < sale + other + wrong else 0
    if v < sale:
        u = uniform(e.contact[s].key, HANDLE) * alive(e, c, s, c.campaign[i].handle_sale, talking)
        e.contact[s].value = goal_value(c, i, e.contact[s].segment, u, uniform(e.contact[s].key, VALUE))
        return c.campaign[i].handle_sale
    if v < sale + other:
        return c.campaign[i].handle
    return c.campaign[i].handle_wrong if v < sale + other + wrong else c.campaign[i].handle_machine


@block
def _probability(e, c, s, outcome, slot):
    """Return the probability of an outcome of an attempt in a slot."""
    i = e.contact[s].index
    p = answer_probability(e, c, s, slot)
    others = p + c.campaign[i].p_machine + c.campaign[i].p_busy + c.campaign[i].p_invalid
    weight = 1.0 - others
    if outcome == CONNECT:
        weight = p * (1.0 - c.campaign[i].p_false_positive)
    elif outcome == FALSE_POSITIVE:
        weight = p * c.campaign[i].p_false_positive
    elif outcome == MACHINE_PASSED:
        weight = c.campaign[i].p_machine * c.campaign[i].p_machine_passed
    elif outcome == MACHINE:
        weight = c.campaign[i].p_machine * (1.0 - c.campaign[i].p_machine_passed)
    elif outcome == BUSY:
        weight = c.campaign[i].p_busy
    elif outcome == INVALID:
        weight = c.campaign[i].p_invalid
    return weight


@helper
def _outcome_weight(e, c, s, outcome):
    """Return the unnormalised probability of an outcome, given how long the attempt has rung."""
    ring = c.campaign[e.contact[s].index].ring_of[ring_dist_of(outcome)]
    return _probability(e, c, s, outcome, e.slot) * survival(c.dist[ring], e.t - e.contact[s].since)


@helper
def _answered_weight(e, c, s, outcome):
    """Return the unnormalised probability of an answered outcome, given that nobody has hung up yet."""
    weight = _probability(e, c, s, outcome, _answer_slot(e, c, s))
    if outcome == CONNECT or outcome == FALSE_POSITIVE:
        weight *= _still_there(e, c, s, False)
    return weight


@block
def _redraw_deciding(e, c, s, key):
    """Redraw who or what has answered, the detector's decision, and the hang-up of a person before it."""
    i = e.contact[s].index
    total = 0.0
    for outcome in range(BUSY):
        total += _answered_weight(e, c, s, outcome)
    v = uniform(key, OUTCOME) * total
    chosen = MACHINE
    for outcome in range(BUSY):
        v -= _answered_weight(e, c, s, outcome)
        if v < 0.0:
            chosen = outcome
            break
    age = e.t - e.contact[s].entry_s
    ends = draw_beyond(c.dist[c.campaign[i].decide], age, uniform(key, DECIDE))
    e.contact[s].outcome = chosen
    e.contact[s].hangs_up = 0
    if chosen == CONNECT or chosen == FALSE_POSITIVE:
        hangs_up_after = draw_beyond(c.dist[c.campaign[i].hang_up], age, uniform(key, HANG_UP))
        if hangs_up_after < ends:
            ends = hangs_up_after
            e.contact[s].hangs_up = 1
    schedule_end(e, s, max(e.contact[s].entry_s + ends, e.t))


@helper
def _redraw_waiting(e, c, s, key):
    """Redraw who or what waits, and the end of its wait: the hang-up of a person, or the drop."""
    i = e.contact[s].index
    _redraw_answered(e, c, s, False)
    queued = e.t - e.contact[s].accepted_s
    ends = e.contact[s].accepted_s - e.contact[s].entry_s
    ends += draw_beyond(c.dist[c.campaign[i].drop_after], queued, uniform(key, DROP_AFTER))
    e.contact[s].hangs_up = 0
    if e.contact[s].machine == 0:
        waited = e.t - e.contact[s].entry_s
        hangs_up_after = draw_beyond(c.dist[c.campaign[i].hang_up], waited, uniform(key, HANG_UP))
        if hangs_up_after < ends:
            ends = hangs_up_after
            e.contact[s].hangs_up = 1
    schedule_contact(e, s, max(e.contact[s].entry_s + ends, e.t), END_EVENT)


@block
def _redraw_outcome(e, c, s):
    """Redraw the outcome of an attempt whose ring time depends on it. Returns the distribution of the ring time."""
    total = 0.0
    for outcome in range(NO_ANSWER + 1):
        total += _outcome_weight(e, c, s, outcome)
    v = uniform(e.contact[s].key, OUTCOME) * total
    chosen = NO_ANSWER
    for outcome in range(NO_ANSWER + 1):
        v -= _outcome_weight(e, c, s, outcome)
        if v < 0.0:
            chosen = outcome
            break
    e.contact[s].outcome = chosen
    return c.campaign[e.contact[s].index].ring_of[ring_dist_of(chosen)]


@block
def redraw_attempt(e, c, s, key):
    """Redraw the hidden part of an attempt; `key` is its new key."""
    i = e.contact[s].index
    phase = e.contact[s].phase
    if phase == TALKING:
        talk_beyond(e, c, s, _redraw_answered(e, c, s, True), uniform(key, HANDLE))
    elif phase == WRAPPING:
        beyond(e, c, s, c.campaign[i].wrap_up, e.contact[s].since, uniform(key, WRAP_UP))
    elif phase == RINGING:
        dist = _redraw_outcome(e, c, s) if c.campaign[i].ring_differs != 0 else c.campaign[i].ring
        beyond(e, c, s, dist, e.contact[s].since, uniform(key, RING))
    elif phase == CONNECT_WAITING or phase == ALERTING:
        _redraw_waiting(e, c, s, key)
    elif phase == DECIDING:
        _redraw_deciding(e, c, s, key)
