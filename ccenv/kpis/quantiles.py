"""Quantiles of Student's t, and exact intervals of a binomial share, without scipy."""

from __future__ import annotations

import functools
import math
from statistics import NormalDist

import numpy as np

HALVINGS = 60  # of an interval of width 1: below the spacing of floating-point numbers


def normal_quantile(p: float) -> float:
    """Return the quantile of the standard normal distribution."""
    return NormalDist().inv_cdf(p)


@functools.cache
def t_quantile(p: float, degrees: int) -> float:
    """Return the quantile of Student's t at a level above 1/2, found by bisection.

    Args:
        p: Level, above 1/2 and below 1.
        degrees: Degrees of freedom, a whole number of at least 1.
    """
    low, high = 0.0, math.pi / 2  # t = sqrt(degrees) x tan(angle)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, degrees) < 2 * p - 1 else (low, middle)
    return math.sqrt(degrees) * math.tan((low + high) / 2)


def _within(angle: float, degrees: int) -> float:
    """Probability of |t| < sqrt(degrees) x tan(angle): Abramowitz & Stegun 1964, 26.7.3 and 26.7.4."""
    cosine = math.cos(angle)
    odd = degrees % 2
    term = total = 0.0
    for power in range(odd, degrees - 1, 2):
        term = (cosine if odd else 1.0) if power == odd else term * cosine**2 * (power - 1) / power
        total += term
    return 2 / math.pi * (angle + math.sin(angle) * total) if odd else math.sin(angle) * total


@functools.lru_cache(maxsize=65_536)
def binomial_interval(k: int, n: int, confidence: float) -> tuple[float, float]:
    """Return the exact interval of a share of which k of n independent trials were seen (Clopper & Pearson 1934).

    Args:
        k: Number of successes, from 0 to n.
        n: Number of trials, at least 1.
        confidence: Confidence level.
    """
    if 2 * k > n:
        low, high = binomial_interval(n - k, n, confidence)
        return 1.0 - high, 1.0 - low
    tail = (1.0 - confidence) / 2
    low = 0.0 if k == 0 else _share_at(k - 1, n, 1.0 - tail)
    return low, 1.0 - tail ** (1.0 / n) if k == 0 else _share_at(k, n, tail)


def _share_at(k: int, n: int, probability: float) -> float:
    """Return the share under which at most k of n trials succeed with a given probability."""
    places = np.arange(k + 1)
    weights = np.concatenate([[0.0], np.cumsum(np.log((n - places[:-1]) / (places[:-1] + 1)))])  # log(n over place)
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        share = (low + high) / 2
        terms = weights + places * math.log(share) + (n - places) * math.log1p(-share)
        low, high = (share, high) if np.exp(terms).sum() > probability else (low, share)
    return (low + high) / 2


def rule_of_three(n: int, confidence: float) -> float:
    """Return the largest share compatible with n trials none of which succeeded: about 3 / n at 95 %.

    Source: Hanley & Lippman-Hand 1983, "If nothing goes wrong, is everything all right?".
    """
    return 1.0 - (1.0 - confidence) ** (1.0 / n)
