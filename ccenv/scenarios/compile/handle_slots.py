"""Factors of handle times by slot, and the table from which the ends of scaled talks are expected."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ccenv.scenarios.catalogue import Pair
from ccenv.scenarios.compile.slots import n_slots
from ccenv.scenarios.schema import Campaign, Centre, Queue


def queue_factors(queue: Queue, centre: Centre) -> np.ndarray:
    """Return the factor of a queue's handle times in each slot, (slots,); its mean over the forecast is 1."""
    n = n_slots(centre.clock)
    rate = np.broadcast_to(np.asarray(queue.arrivals_per_hour, np.float64), (n,))
    if queue.interpolation == "linear":
        last = rate[:1] if centre.clock.kind == "continuous" else rate[-1:]
        rate = 0.5 * (rate + np.concatenate([rate[1:], last]))
    return _factors(queue.handle_by_slot, rate if rate.any() else np.ones(n))


def campaign_factors(campaign: Campaign, centre: Centre) -> np.ndarray:
    """Return the factor of a campaign's handle times in each slot, (slots,); their mean is 1."""
    return _factors(campaign.handle_by_slot, np.ones(n_slots(centre.clock)))


def varies_by_slot(centre: Centre) -> bool:
    """Return whether some handle times depend on the slot."""
    return any(q.handle_by_slot for q in centre.queues.values()) or any(
        c.handle_by_slot for c in centre.campaigns.values()
    )


def handled_by_slot(centre: Centre, pair: Pair) -> bool:
    """Return whether the handle times of a pair depend on the slot."""
    if pair.kind == "queue":
        return bool(list(centre.queues.values())[pair.index].handle_by_slot)
    return bool(list(centre.campaigns.values())[pair.index].handle_by_slot)


def _factors(given: Sequence[float], weights: np.ndarray) -> np.ndarray:
    if not given:
        return np.ones(len(weights))
    factors = np.asarray(given, np.float64)
    return factors / (float(factors @ weights) / float(weights.sum()))
