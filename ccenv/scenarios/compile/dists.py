"""Distributions of time: records for the simulator, survival functions and means."""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import NamedTuple

from ccenv.scenarios import schema
from ccenv.scenarios.compile.gamma import upper_gamma
from ccenv.sim.state import codes

LEFT_OVER = 0.01  # of the width of a part: how near to its end its mean comes, if other parts can take up the rest
LEAST_SHARE = 1e-9  # of the width of a part: distance of its mean from its ends


class DistValues(NamedTuple):
    """The numbers of one distribution record; equal distributions are equal tuples."""

    kind: int
    a: float = 0.0
    b: float = 0.0
    start: tuple[float, ...] = ()
    hazard: tuple[float, ...] = ()


def dist_values(time: schema.Time) -> DistValues:
    """Return the numbers of a declared time. A plain number is the mean of an exponential [s]; 0 means no time."""
    match time:
        case schema.Never():
            return DistValues(codes.NEVER)
        case schema.Constant(value_s=value):
            return DistValues(codes.CONSTANT, value)
        case schema.Exponential(mean_s=mean):
            return DistValues(codes.EXPONENTIAL, mean)
        case schema.Uniform(low_s=low, high_s=high):
            return DistValues(codes.UNIFORM, low, high)
        case schema.Lognormal(mu=mu, sigma=sigma):
            return DistValues(codes.LOGNORMAL, mu, sigma)
        case schema.Erlang(k=shape, mean_s=mean) | schema.Gamma(shape=shape, mean_s=mean):
            return DistValues(codes.GAMMA, float(shape), mean / shape)
        case schema.Weibull(shape=shape, scale_s=scale):
            return DistValues(codes.WEIBULL, shape, scale)
        case schema.HyperExponential(p=p, mean_s=means):
            total = math.fsum(p)
            return DistValues(codes.HYPER_EXPONENTIAL, start=tuple(x / total for x in p), hazard=tuple(means))
        case schema.Empirical(quantiles_s=quantiles):
            parts = zip(quantiles, quantiles[1:], part_means(time), strict=False)
            return DistValues(codes.EMPIRICAL, start=tuple(quantiles), hazard=tuple(_power(*part) for part in parts))
        case schema.PiecewiseHazard(from_s=start, hazard_per_s=hazard):
            return DistValues(codes.PIECEWISE_HAZARD, start=tuple(start), hazard=tuple(hazard))
        case mean:
            return DistValues(codes.EXPONENTIAL, mean) if mean > 0.0 else DistValues(codes.CONSTANT, 0.0)


def level_values(dist: str, cv: float) -> DistValues:
    """Return a random level, `lognormal` or `gamma`, with mean 1 and coefficient of variation `cv` above 0."""
    if dist == "gamma":
        return DistValues(codes.GAMMA, cv**-2, cv**2)
    variance = math.log1p(cv**2)
    return DistValues(codes.LOGNORMAL, -variance / 2.0, math.sqrt(variance))


def survival(dist: DistValues, x: float) -> float:
    """Return P(T > x) for x >= 0 seconds: a plain-Python twin of `ccenv.sim.kernel.dists.survival`."""
    match dist.kind:
        case codes.EXPONENTIAL:
            return math.exp(-x / dist.a)
        case codes.LOGNORMAL:
            return 0.5 * math.erfc((math.log(x) - dist.a) / (dist.b * math.sqrt(2.0))) if x > 0.0 else 1.0
        case codes.CONSTANT:
            return 1.0 if x < dist.a else 0.0
        case codes.UNIFORM:
            return min(1.0, max(0.0, (dist.b - x) / (dist.b - dist.a)))
        case codes.PIECEWISE_HAZARD:
            ends = (*dist.start[1:], math.inf)
            pieces = zip(dist.start, ends, dist.hazard, strict=True)
            return math.exp(-sum(h * (min(x, end) - start) for start, end, h in pieces if x > start))
        case codes.GAMMA:
            return upper_gamma(dist.a, x / dist.b) if dist.b > 0.0 else 0.0
        case codes.WEIBULL:
            return math.exp(-math.exp(min(700.0, dist.a * math.log(x / dist.b)))) if x > 0.0 else 1.0
        case codes.HYPER_EXPONENTIAL:
            return sum(p * math.exp(-x / mean) for p, mean in zip(dist.start, dist.hazard, strict=True))
        case codes.EMPIRICAL:
            return _empirical_survival(dist.start, dist.hazard, x)
    return 1.0


def mean_of(dist: DistValues) -> float:
    """Return the mean [s] of a distribution; infinity if the event may never happen."""
    match dist.kind:
        case codes.CONSTANT | codes.EXPONENTIAL:
            return dist.a
        case codes.UNIFORM:
            return 0.5 * (dist.a + dist.b)
        case codes.LOGNORMAL:
            return math.exp(dist.a + 0.5 * dist.b**2)
        case codes.GAMMA:
            return dist.a * dist.b
        case codes.WEIBULL:
            return dist.b * math.gamma(1.0 + 1.0 / dist.a)
        case codes.HYPER_EXPONENTIAL:
            return sum(p * mean for p, mean in zip(dist.start, dist.hazard, strict=True))
        case codes.EMPIRICAL:
            pieces = zip(dist.start, dist.start[1:], dist.hazard, strict=False)
            return sum(low + (high - low) / (power + 1.0) for low, high, power in pieces) / (len(dist.start) - 1)
        case codes.PIECEWISE_HAZARD:
            return _piecewise_mean(dist)
    return math.inf


def least_of(dist: DistValues) -> float:
    """Return the greatest time [s] that no draw of a distribution falls below; infinity if the event never happens."""
    match dist.kind:
        case codes.CONSTANT | codes.UNIFORM:
            return dist.a
        case codes.EMPIRICAL:
            return dist.start[0]
        case codes.PIECEWISE_HAZARD:
            pieces = zip(dist.start, dist.hazard, strict=True)
            return next((start for start, hazard in pieces if hazard > 0.0), math.inf)
        case codes.NEVER:
            return math.inf
    return 0.0


def part_means(dist: schema.Empirical) -> list[float]:
    """Return the mean of each part of an empirical distribution; one is beyond its part if `mean_s` cannot be met."""
    quantiles = dist.quantiles_s
    if isinstance(dist.mean_s, list):
        return list(dist.mean_s)
    means = [0.5 * (low + high) for low, high in zip(quantiles, quantiles[1:], strict=False)]
    if dist.mean_s is None:
        return means
    missing = dist.mean_s * len(means) - math.fsum(means)
    for margin in (LEFT_OVER, 0.0):
        for i in reversed(range(len(means))):
            room = (0.5 - margin) * (quantiles[i + 1] - quantiles[i])
            middle = 0.5 * (quantiles[i] + quantiles[i + 1])
            moved = min(max(means[i] + missing, middle - room), middle + room)
            missing -= moved - means[i]
            means[i] = moved
    means[-1] += missing
    return means


def _power(low: float, high: float, mean: float) -> float:
    """Return the power p for which low + (high - low) v^p, v uniform in (0, 1), has this mean; 1 if low is high."""
    if high <= low:
        return 1.0
    share = min(max((mean - low) / (high - low), LEAST_SHARE), 1.0 - LEAST_SHARE)
    return 1.0 if abs(share - 0.5) < LEAST_SHARE else 1.0 / share - 1.0


def _empirical_survival(quantiles: tuple[float, ...], powers: tuple[float, ...], x: float) -> float:
    above = bisect_right(quantiles, x)  # quantiles equal to x count as ended; repeated quantiles are an atom
    if above in (0, len(quantiles)):
        return 1.0 if above == 0 else 0.0
    low, high = quantiles[above - 1], quantiles[above]
    part = ((x - low) / (high - low)) ** (1.0 / powers[above - 1])
    return 1.0 - (above - 1 + part) / (len(quantiles) - 1)


def _piecewise_mean(dist: DistValues) -> float:
    """Integrate the survival function piece by piece."""
    mean, alive = 0.0, 1.0
    ends = (*dist.start[1:], math.inf)
    for start, end, hazard in zip(dist.start, ends, dist.hazard, strict=True):
        if hazard == 0.0:
            mean += alive * (end - start)
            continue
        ended = -math.expm1(-hazard * (end - start))  # share of survivors whose time ends within this piece
        mean += alive * ended / hazard
        alive *= 1.0 - ended
        if alive == 0.0:
            break
    return mean
