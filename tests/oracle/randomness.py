"""The kernel's random numbers with plain Python types, and the schema's distributions of time."""

from __future__ import annotations

import hashlib
import math

import numpy as np

from ccenv.scenarios import schema
from ccenv.scenarios.compile.dists import dist_values
from ccenv.sim.kernel import dists as dists
from ccenv.sim.kernel import draws
from ccenv.sim.state import entities


def stream(name: str) -> int:
    """Id of a stream: the first 8 bytes, little endian, of the SHA-256 of its name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")


def root_key(seed: int) -> int:
    """Key of a run."""
    with np.errstate(over="ignore"):
        return int(draws.root_key(np.uint64(seed)))


def entity_key(root: int, stream_id: int, number: int) -> int:
    """Key of entity `number` of a stream."""
    with np.errstate(over="ignore"):
        return int(draws.entity_key(np.uint64(root), np.uint64(stream_id), number))


def child_key(parent: int, kind: int, ordinal: int) -> int:
    """Key of a descendant."""
    with np.errstate(over="ignore"):
        return int(draws.child_key(np.uint64(parent), kind, ordinal))


def uniform(key: int, purpose: int) -> float:
    """The uniform of a key for one purpose."""
    with np.errstate(over="ignore"):
        return float(draws.uniform(np.uint64(key), purpose))


def normal(key: int, purpose: int) -> float:
    """Minus the normal quantile of a uniform: small uniforms give large numbers."""
    with np.errstate(over="ignore"):
        return -float(draws.normal(uniform(key, purpose)))


def exponential(key: int, purpose: int) -> float:
    """An exponential number with mean 1."""
    return UNIT_EXPONENTIAL.draw(key, purpose)


def dist_record(time: schema.Time) -> np.record:
    """The record that `dists.draw` reads."""
    dist = np.zeros(1, entities.DIST).view(np.recarray)[0]
    values = dist_values(time)
    dist.kind, dist.a, dist.b, dist.n = values.kind, values.a, values.b, len(values.start)
    dist.start[: len(values.start)] = values.start
    dist.hazard[: len(values.hazard)] = values.hazard
    return dist


class Dist:
    """A distribution of time."""

    def __init__(self, time: schema.Time) -> None:
        self.record = dist_record(time)
        self.mean_s = mean_of(time)

    def draw(self, key: int, purpose: int) -> float:
        """The time in seconds of this key for this purpose; may be infinite."""
        with np.errstate(over="ignore"):
            return float(dists.draw(self.record, uniform(key, purpose)))


def mean_of(time: schema.Time) -> float:
    """Mean of a distribution of time, in seconds; may be infinite."""
    match time:
        case schema.Never():
            return math.inf
        case schema.Constant(value_s=value):
            return value
        case schema.Uniform(low_s=low, high_s=high):
            return (low + high) / 2
        case schema.Lognormal(mu=mu, sigma=sigma):
            return math.exp(mu + sigma**2 / 2)
        case schema.Weibull(shape=shape, scale_s=scale):
            return scale * math.gamma(1 + 1 / shape)
        case schema.HyperExponential(p=p, mean_s=means):
            return sum(p * mean for p, mean in zip(p, means, strict=True)) / sum(p)
        case schema.Empirical(mean_s=list(means)):
            return sum(means) / len(means)
        case schema.Empirical(mean_s=float(mean) | int(mean)):
            return mean
        case schema.Empirical(quantiles_s=quantiles):
            middles = [(a + b) / 2 for a, b in zip(quantiles, quantiles[1:], strict=False)]
            return sum(middles) / len(middles)
        case schema.PiecewiseHazard():
            return mean_of_piecewise(time)
        case schema.Exponential() | schema.Erlang() | schema.Gamma():
            return time.mean_s
        case _:
            return float(time)


def mean_of_piecewise(dist: schema.PiecewiseHazard) -> float:
    """Mean of a piecewise hazard: the integral of its survival function, piece by piece."""
    total, alive = 0.0, 1.0
    for start, end, hazard in zip(dist.from_s, [*dist.from_s[1:], math.inf], dist.hazard_per_s, strict=True):
        if hazard > 0:
            leaves = alive * -math.expm1(-hazard * (end - start))
            total += leaves / hazard
            alive -= leaves
        else:
            total += alive * (end - start) if alive > 0 else 0.0
    return total


UNIT_EXPONENTIAL = Dist(schema.Exponential(mean_s=1.0))


def level_of_mean_1(dist: str, cv: float, key: int, purpose: int) -> float:
    """A lognormal or gamma number with mean 1 and coefficient of variation `cv`."""
    if cv == 0.0:
        return 1.0
    if dist == "gamma":
        return Dist(schema.Gamma(shape=1 / cv**2, mean_s=1.0)).draw(key, purpose)
    variance = math.log1p(cv * cv)
    return Dist(schema.Lognormal(mu=-variance / 2, sigma=variance**0.5)).draw(key, purpose)
