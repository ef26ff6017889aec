"""Arrivals of a day by queue and slot: the forecast, and draws from it with all random levels of the scenario."""

from __future__ import annotations

import math

import numpy as np

from ccenv.scenarios.compile.dists import dist_values, survival
from ccenv.scenarios.compile.slots import n_slots
from ccenv.scenarios.offered import offered
from ccenv.scenarios.schema import Centre, Time

HOUR_S = 3600.0
DRAWS = 4_000  # days over which the effect of a surge is averaged
PIECES = 64  # halvings of an interval of time


def usual_day(centre: Centre) -> np.ndarray:
    """Return the expected first contacts by queue and slot of a day without a surge, (Q, slots)."""
    return offered(centre).forecast * _hours(centre)


def forecast(centre: Centre) -> np.ndarray:
    """Return the expected first contacts by queue and slot of a day, surges included, (Q, slots)."""
    factor = np.ones((len(centre.queues), n_slots(centre.clock)))
    if centre.surge is not None:
        rng = np.random.default_rng(0)
        factor = np.mean([_surged(centre, rng) for _ in range(DRAWS)], axis=0)
    return usual_day(centre) * factor


def drawn(centre: Centre, usual: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the number of first contacts by queue and slot of a random day, (Q, slots).

    Args:
        centre: The centre.
        usual: The expected ones of a day without a surge, as `usual_day` returns them.
        rng: Source of random numbers.
    """
    n = n_slots(centre.clock)
    level = _factor(centre.day_level_dist, centre.day_level_cv, rng)
    sigma, r = math.sqrt(math.log1p(centre.slot_level.cv**2)), centre.slot_level.correlation
    z, logs = 0.0, np.zeros(n)
    for k in range(n):
        x = rng.standard_normal()
        z = x if k == 0 else r * z + math.sqrt(1.0 - r * r) * x
        logs[k] = sigma * z - 0.5 * sigma * sigma
    return rng.poisson(usual * level * np.exp(logs) * _surged(centre, rng)).astype(float)


def _hours(centre: Centre) -> np.ndarray:
    """Return the opening time of each slot in hours, (slots,)."""
    clock = centre.clock
    starts = clock.slot_s * np.arange(n_slots(clock))
    length = clock.close_s - clock.open_s if clock.kind == "day" else math.inf
    return np.minimum(clock.slot_s, length - starts) / HOUR_S


def _factor(dist: str, cv: float, rng: np.random.Generator) -> float:
    if cv == 0.0:
        return 1.0
    if dist == "gamma":
        return float(rng.gamma(cv**-2, cv**2))
    variance = math.log1p(cv**2)
    return float(math.exp(math.sqrt(variance) * rng.standard_normal() - 0.5 * variance))


def _surged(centre: Centre, rng: np.random.Generator) -> np.ndarray:
    """Return the factors of the arrivals by a surge that may happen, (Q, slots)."""
    clock, surge = centre.clock, centre.surge
    factor = np.ones((len(centre.queues), n_slots(clock)))
    if surge is None or rng.uniform() >= surge.p:
        return factor
    begins = rng.uniform(surge.from_s, surge.until_s) - clock.open_s
    lasts = _lasts(surge.lasts_s, rng)
    starts = clock.slot_s * np.arange(n_slots(clock))
    within = np.clip(np.minimum(starts + clock.slot_s, begins + lasts) - np.maximum(starts, begins), 0.0, None)
    for q, name in enumerate(centre.queues):
        if not surge.queues or name in surge.queues:
            factor[q] += (surge.factor - 1.0) * within / clock.slot_s
    return factor


def _lasts(time: Time, rng: np.random.Generator) -> float:
    """Draw a distribution of time, by bisection of its survival function [s]."""
    dist, u = dist_values(time), rng.uniform()
    low, high = 0.0, 1.0
    while survival(dist, high) > u:
        high *= 2.0
    for _ in range(PIECES):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if survival(dist, middle) > u else (low, middle)
    return high
