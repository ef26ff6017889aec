"""Laws of time: from the schema to the numbers of a law record, and their survival functions."""

from __future__ import annotations

import math
from typing import NamedTuple

from ccenv.scenarios import schema
from ccenv.sim import codes


class LawValues(NamedTuple):
    """The numbers of one law record; equal laws are equal tuples."""

    kind: int
    a: float = 0.0
    b: float = 0.0
    start: tuple[float, ...] = ()
    hazard: tuple[float, ...] = ()


def law_values(time: schema.Time) -> LawValues:
    """The numbers of a declared time; a plain number is an exponential mean in seconds, 0 means at once."""
    match time:
        case schema.Never():
            return LawValues(codes.NEVER)
        case schema.Constant(value_s=value):
            return LawValues(codes.CONSTANT, value)
        case schema.Exponential(mean_s=mean):
            return LawValues(codes.EXPONENTIAL, mean)
        case schema.Uniform(low_s=low, high_s=high):
            return LawValues(codes.UNIFORM, low, high)
        case schema.Lognormal(mu=mu, sigma=sigma):
            return LawValues(codes.LOGNORMAL, mu, sigma)
        case schema.PiecewiseHazard(from_s=start, hazard_per_s=hazard):
            return LawValues(codes.PIECEWISE_HAZARD, start=tuple(start), hazard=tuple(hazard))
        case mean:
            return LawValues(codes.EXPONENTIAL, mean) if mean > 0.0 else LawValues(codes.CONSTANT, 0.0)


def survival(law: LawValues, x: float) -> float:
    """Probability that a time of this law exceeds x >= 0 seconds; `ccenv.sim.draws.survival` in plain Python."""
    if law.kind == codes.EXPONENTIAL:
        return math.exp(-x / law.a)
    if law.kind == codes.LOGNORMAL:
        return 0.5 * math.erfc((math.log(x) - law.a) / (law.b * math.sqrt(2.0))) if x > 0.0 else 1.0
    if law.kind == codes.CONSTANT:
        return 1.0 if x < law.a else 0.0
    if law.kind == codes.UNIFORM:
        return min(1.0, max(0.0, (law.b - x) / (law.b - law.a)))
    if law.kind == codes.PIECEWISE_HAZARD:
        ends = (*law.start[1:], math.inf)
        pieces = zip(law.start, ends, law.hazard, strict=True)
        return math.exp(-sum(h * (min(x, end) - start) for start, end, h in pieces if x > start))
    return 1.0
