"""The outcome of an attempt (person, machine, busy, ...), with the probabilities of the moment at which it is drawn."""

from ccenv.sim.kernel.draws import exp, uniform
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.state.codes import (
    AFTER_BUSY,
    AFTER_MACHINE,
    AFTER_NO_ANSWER,
    BUSY,
    CONNECT,
    FALSE_POSITIVE,
    INVALID,
    MACHINE,
    MACHINE_PASSED,
    NIL,
    NO_ANSWER,
    OUTCOME,
)
from ccenv.sim.state.fields import RECENT_LONG_S, RECENT_S
from ccenv.sim.state.layout import ATTEMPT_NUMBERS


@helper
def _decay_answers(e, i):
    """Update the exponentially decaying counts of ended and answered attempts to now."""
    if e.campaign[i].recent_t < e.t:
        ago = e.campaign[i].recent_t - e.t
        short = exp(ago / RECENT_S)
        long = exp(ago / RECENT_LONG_S)
        e.campaign[i].ended[0] *= short
        e.campaign[i].ended[1] *= long
        e.campaign[i].answered[0] *= short
        e.campaign[i].answered[1] *= long
        e.campaign[i].recent_t = e.t


@helper
def ring_dist_of(outcome):
    """Return the index in `RING_DISTS` of the ring distribution of an outcome.

    Connect and false_positive share `person`, both machine outcomes share `machine`.
    """
    return outcome // 2 if outcome < BUSY else outcome - 2


@block
def answer_probability(e, c, s, slot):
    """Return the probability that a person answers the attempt of contact s, in a slot and in the current mode."""
    i = e.contact[s].index
    k = e.contact[s].segment
    p = c.segment[k].p_answer[slot] * c.segment[k].by_attempt[min(e.contact[s].attempt, ATTEMPT_NUMBERS) - 1]
    if c.switches != 0:
        p *= c.mode_answers[e.mode]
    if e.contact[s].agreed != 0:
        p *= c.campaign[i].agree_factor
    return min(p, 1.0 - (c.campaign[i].p_machine + c.campaign[i].p_busy + c.campaign[i].p_invalid))


@block
def outcome_of(e, c, i, s):
    """Return the outcome of an attempt, from its uniform and the current probabilities."""
    p = answer_probability(e, c, s, e.slot)
    v = uniform(e.contact[s].key, OUTCOME)
    edge = p * (1.0 - c.campaign[i].p_false_positive)
    if v < edge:
        return CONNECT
    edge += p * c.campaign[i].p_false_positive
    if v < edge:
        return FALSE_POSITIVE
    edge += c.campaign[i].p_machine * c.campaign[i].p_machine_passed
    if v < edge:
        return MACHINE_PASSED
    edge += c.campaign[i].p_machine * (1.0 - c.campaign[i].p_machine_passed)
    if v < edge:
        return MACHINE
    edge += c.campaign[i].p_busy
    if v < edge:
        return BUSY
    edge += c.campaign[i].p_invalid
    if v < edge:
        return INVALID
    return NO_ANSWER


@helper
def after_outcome(outcome):
    """Return the AFTER_ code (the key of retries) of an outcome without a connect; NIL for an invalid number."""
    if outcome == NO_ANSWER:
        return AFTER_NO_ANSWER
    if outcome == BUSY:
        return AFTER_BUSY
    if outcome == INVALID:
        return NIL
    return AFTER_MACHINE


@helper
def count_outcome(e, i, outcome):
    """Count the outcome of an attempt of campaign i."""
    if outcome == CONNECT:
        e.campaign_count[i].connects += 1
    elif outcome == FALSE_POSITIVE:
        e.campaign_count[i].false_positive += 1
    elif outcome == MACHINE_PASSED:
        e.campaign_count[i].machine_passed += 1
    elif outcome == MACHINE:
        e.campaign_count[i].machine += 1
    elif outcome == BUSY:
        e.campaign_count[i].busy += 1
    elif outcome == INVALID:
        e.campaign_count[i].invalid += 1
    else:
        e.campaign_count[i].no_answer += 1


@helper
def count_recent(e, i, answered):
    """Count an attempt whose outcome is known in the decaying counts of campaign i."""
    _decay_answers(e, i)
    for k in range(2):
        e.campaign[i].ended[k] += 1.0
        if answered:
            e.campaign[i].answered[k] += 1.0
