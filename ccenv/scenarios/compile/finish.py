"""Probability that a contact in service finishes soon, given its age; from declared distributions alone."""

from __future__ import annotations

import functools

import numpy as np

from ccenv.scenarios.catalogue import Pair
from ccenv.scenarios.compile.campaigns import p_sale, wrong_party_s
from ccenv.scenarios.compile.detector import detector_of
from ccenv.scenarios.compile.dists import DistValues, dist_values, survival
from ccenv.scenarios.compile.segments import lead_shares, p_answer, p_right_party, segments
from ccenv.scenarios.schema import Campaign, Centre, Queue, Time
from ccenv.sim.state.fields import FINISH_HORIZONS_S
from ccenv.sim.state.layout import FINISH_BINS, FINISH_STEP_S, SURE

Mixture = tuple[tuple[float, DistValues], ...]


def finish_table(centre: Centre, pair: Pair) -> np.ndarray:
    """Return, for a pair, the probability that a contact in service for `i * FINISH_STEP_S` ends within each horizon.

    Returns:
        Array of shape (FINISH_BINS, number of horizons); 1 at ages that are impossible.
    """
    return _table(_mixture(centre, pair), _factor(centre, pair))


def hazard_table(centre: Centre, pair: Pair) -> np.ndarray:
    """Return, for a pair, minus the logarithm of the probability that a talk lasts longer than each age.

    Returns:
        Array of shape (FINISH_BINS + 1,): ages `i * FINISH_STEP_S`, and one more to go on from the last; at most SURE.
    """
    mixture = _mixture(centre, pair)
    total = sum(weight for weight, _ in mixture) or 1.0  # 0 if nobody answers: no talk lasts
    step = FINISH_STEP_S / _factor(centre, pair)
    alive = np.array([_mixed(mixture, i * step) / total for i in range(FINISH_BINS + 1)])
    return np.minimum(-np.log(np.maximum(alive, np.exp(-SURE))), SURE)


def _factor(centre: Centre, pair: Pair) -> float:
    return handoff_factor(list(centre.queues.values())[pair.index]) if pair.kind == "queue" else 1.0


def _mixture(centre: Centre, pair: Pair) -> Mixture:
    if pair.kind == "queue":
        name, queue = list(centre.queues.items())[pair.index]
        group = list(centre.groups.values())[pair.group]
        return served_mixture(queue, group.handle_s.get(name, queue.handle_s))
    return joined_mixture(list(centre.campaigns.values())[pair.index])


def handoff_factor(queue: Queue) -> float:
    """Return the factor of handle times after the queue's IVR; 1 without one. Transfers are ignored."""
    return 1.0 if queue.ivr is None else queue.ivr.handoff_factor


def served_mixture(queue: Queue, handle_s: Time) -> Mixture:
    """Return the handle times of an inbound contact without and with a sale, with their weights.

    Effects of the advisor and of the single contact are ignored, and so are contacts that the IVR misrouted.
    """
    handle, p = dist_values(handle_s), p_order(queue)
    if queue.sale.handle_s is None or p == 0.0:
        return ((1.0, handle),)
    return (1.0 - p, handle), (p, dist_values(queue.sale.handle_s))


def p_order(queue: Queue) -> float:
    """Return the probability that a contact orders or buys with an advisor of mean quality.

    A contact that is transferred does not order.
    """
    return (1.0 - queue.transfer.p) * queue.sale.p


def joined_mixture(campaign: Campaign) -> Mixture:
    """Return the handle times of joined attempts, with weights: no sale, a sale, a machine, or a wrong party.

    The weights are shares of first attempts: over all leads, with `p_answer` averaged over the slots and `p_sale` over
    the contact numbers.
    """
    by_number, detector = p_sale(campaign)[: len(campaign.contact_number)], detector_of(campaign)
    sale = no_sale = wrong = 0.0
    for share, segment in zip(lead_shares(campaign), segments(campaign), strict=True):
        answer = share * float(np.mean(p_answer(segment, campaign))) * (1.0 - detector.p_false_positive)
        p = float(np.dot(campaign.contact_number, np.minimum(1.0, segment.propensity * by_number)))
        right = answer * p_right_party(segment, campaign)
        sale, no_sale, wrong = sale + right * p, no_sale + right * (1.0 - p), wrong + answer - right
    machine = campaign.p_machine * detector.p_machine_passed
    sale_s = campaign.handle_s if campaign.handle_sale_s is None else campaign.handle_sale_s
    return (
        (no_sale, dist_values(campaign.handle_s)),
        (sale, dist_values(sale_s)),
        (machine, dist_values(campaign.handle_machine_s)),
        *([(wrong, dist_values(wrong_party_s(campaign)))] if wrong > 0.0 else []),
    )


@functools.lru_cache(maxsize=1024)
def _table(mixture: Mixture, factor: float = 1.0) -> np.ndarray:
    """Return the table of a mixture of times, each multiplied by a factor."""
    table = np.ones((FINISH_BINS, len(FINISH_HORIZONS_S)))
    for i in range(FINISH_BINS):
        age = i * FINISH_STEP_S
        alive = _mixed(mixture, age / factor)
        if alive > 0.0:
            ends = [(age + horizon) / factor for horizon in FINISH_HORIZONS_S]
            table[i] = [max(0.0, 1.0 - _mixed(mixture, end) / alive) for end in ends]
    table.flags.writeable = False
    return table


def _mixed(mixture: Mixture, x: float) -> float:
    return sum(weight * survival(dist, x) for weight, dist in mixture)
