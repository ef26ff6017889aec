"""Means of the laws of time that a scenario may declare, in closed form."""

from __future__ import annotations

import math

from ccenv.scenarios.schema import Constant, Exponential, Law, Lognormal, PiecewiseHazard, Uniform


def mean_s(law: float | Law) -> float:
    """Mean [s] of a law of time; infinity where the event may never happen.

    Args:
        law: A law of the scenario schema, or a plain number, which is the mean of an exponential law (0: at once).
    """
    match law:
        case Constant():
            return law.value_s
        case Exponential():
            return law.mean_s
        case Uniform():
            return 0.5 * (law.low_s + law.high_s)
        case Lognormal():
            return math.exp(law.mu + 0.5 * law.sigma**2)
        case PiecewiseHazard():
            return _piecewise_mean_s(law)
        case float() | int():
            return float(law)
        case _:
            return math.inf


def _piecewise_mean_s(law: PiecewiseHazard) -> float:
    """The integral of the survival function, piece by piece."""
    mean, survival = 0.0, 1.0
    ends = [*law.from_s[1:], math.inf]
    for start, end, hazard in zip(law.from_s, ends, law.hazard_per_s, strict=True):
        if hazard == 0.0:
            mean += survival * (end - start)
            continue
        ended = -math.expm1(-hazard * (end - start))  # share of the survivors whose time ends within this piece
        mean += survival * ended / hazard
        survival *= 1.0 - ended
        if survival == 0.0:
            break
    return mean
