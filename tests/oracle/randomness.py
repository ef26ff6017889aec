"""The shared random numbers, with the types that the compiled functions need, and the records of the schema's laws."""

from __future__ import annotations

import hashlib

import numpy as np

from ccenv.scenarios import schema
from ccenv.sim import codes, draws, layout


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


def law_record(time: schema.Time) -> np.record:
    """The record that `draws.draw` reads. A plain number is the mean of an exponential law, 0 means at once."""
    law = np.zeros(1, layout.LAW).view(np.recarray)[0]
    if isinstance(time, (int, float)):
        time = schema.Exponential(mean_s=time) if time > 0 else schema.Constant(value_s=0.0)
    match time:
        case schema.Never():
            law.kind = codes.NEVER
        case schema.Constant(value_s=value):
            law.kind, law.a = codes.CONSTANT, value
        case schema.Exponential(mean_s=mean):
            law.kind, law.a = codes.EXPONENTIAL, mean
        case schema.Uniform(low_s=low, high_s=high):
            law.kind, law.a, law.b = codes.UNIFORM, low, high
        case schema.Lognormal(mu=mu, sigma=sigma):
            law.kind, law.a, law.b = codes.LOGNORMAL, mu, sigma
        case schema.PiecewiseHazard(from_s=start, hazard_per_s=hazard):
            law.kind, law.n = codes.PIECEWISE_HAZARD, len(start)
            law.start[: len(start)] = start
            law.hazard[: len(hazard)] = hazard
    return law


class Law:
    """A law of time."""

    def __init__(self, time: schema.Time) -> None:
        self.record = law_record(time)

    def draw(self, key: int, purpose: int) -> float:
        """The time in seconds that this key has for this purpose; may be infinite."""
        with np.errstate(over="ignore"):
            return float(draws.draw(self.record, uniform(key, purpose)))


UNIT_EXPONENTIAL = Law(schema.Exponential(mean_s=1.0))


def lognormal_of_mean_1(cv: float, key: int, purpose: int) -> float:
    """A lognormal number with mean 1 and coefficient of variation `cv`."""
    if cv == 0.0:
        return 1.0
    variance = float(np.log1p(cv * cv))
    return Law(schema.Lognormal(mu=-variance / 2, sigma=variance**0.5)).draw(key, purpose)
