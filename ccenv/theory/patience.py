"""Distributions of patience for the queue M/M/n+G: distribution functions and integrals of survival functions."""

import math
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from ccenv.theory._checks import positive

__all__ = ["NAMES", "Patience", "patience_dist"]

Array = npt.NDArray[np.float64]

NAMES = (
    "exp, det, unif, erlang<k> (k 1 to 1000), hyper2_scv<c> (c 1 to 1000), lognormal_scv<c> (c 0.001 to 1000) or "
    "weibull_shape<k> (k 0.1 to 100)"
)
_FORM = re.compile(r"(exp|det|unif|erlang|hyper2_scv|lognormal_scv|weibull_shape)(\d*\.?\d*)")


@dataclass(frozen=True, slots=True)
class Patience(ABC):
    """A distribution of patience.

    Attributes:
        mean_s: Mean [s].
    """

    mean_s: float

    @abstractmethod
    def cdf(self, t: Array) -> Array:
        """Probability that patience is at most ``t`` [s], without cancellation near 0."""

    @abstractmethod
    def survival(self, t: Array) -> Array:
        """Probability that patience exceeds ``t`` [s], without cancellation in the tail."""

    @abstractmethod
    def survived(self, t: Array) -> Array:
        """Mean time [s] survived up to ``t`` [s]: ``integral of survival(u) from 0 to t``."""

    def density_at_0(self) -> float:
        """Density [1/s] at 0. It alone determines abandonment in a large, well staffed centre."""
        return 0.0

    def marks_s(self) -> Array:
        """Times [s] near which the distribution function bends; used as panel edges of a quadrature."""
        return np.array([self.mean_s])


@dataclass(frozen=True, slots=True)
class _Mixture(Patience):
    """Exponential, or a mixture of two exponentials, with weights ``shares`` and means ``means_s`` [s]."""

    shares: tuple[float, ...]
    means_s: tuple[float, ...]

    def cdf(self, t: Array) -> Array:
        return -sum((p * np.expm1(-t / m) for p, m in self._parts()), np.zeros_like(t))

    def survival(self, t: Array) -> Array:
        return sum((p * np.exp(-t / m) for p, m in self._parts()), np.zeros_like(t))

    def survived(self, t: Array) -> Array:
        return -sum((p * m * np.expm1(-t / m) for p, m in self._parts()), np.zeros_like(t))

    def density_at_0(self) -> float:
        return sum(p / m for p, m in self._parts())

    def marks_s(self) -> Array:
        return np.outer(self.means_s, 2.0 ** np.arange(-4, 7)).ravel()

    def _parts(self) -> list[tuple[float, float]]:
        return list(zip(self.shares, self.means_s, strict=True))


@dataclass(frozen=True, slots=True)
class _Constant(Patience):
    """The same patience for every contact."""

    def cdf(self, t: Array) -> Array:
        return np.where(t >= self.mean_s, 1.0, 0.0)

    def survival(self, t: Array) -> Array:
        return np.where(t >= self.mean_s, 0.0, 1.0)

    def survived(self, t: Array) -> Array:
        return np.minimum(t, self.mean_s)


@dataclass(frozen=True, slots=True)
class _Uniform(Patience):
    """Uniform from 0 to twice the mean."""

    def cdf(self, t: Array) -> Array:
        return np.minimum(t / (2 * self.mean_s), 1.0)

    def survival(self, t: Array) -> Array:
        return np.maximum(1 - t / (2 * self.mean_s), 0.0)

    def survived(self, t: Array) -> Array:
        s = np.minimum(t, 2 * self.mean_s)
        return s * (1 - s / (4 * self.mean_s))

    def density_at_0(self) -> float:
        return 1 / (2 * self.mean_s)

    def marks_s(self) -> Array:
        return np.array([self.mean_s, 2 * self.mean_s])


@dataclass(frozen=True, slots=True)
class _Erlang(Patience):
    """Sum of ``shape`` exponential stages."""

    shape: float

    def cdf(self, t: Array) -> Array:
        return np.asarray(special.gammainc(self.shape, t * (self.shape / self.mean_s)))

    def survival(self, t: Array) -> Array:
        return np.asarray(special.gammaincc(self.shape, t * (self.shape / self.mean_s)))

    def survived(self, t: Array) -> Array:
        ended: Any = special.gammainc(self.shape + 1, t * (self.shape / self.mean_s))
        return t * self.survival(t) + self.mean_s * ended

    def density_at_0(self) -> float:
        return 1 / self.mean_s if self.shape == 1 else 0.0

    def marks_s(self) -> Array:
        return _around(self.mean_s, 1 / math.sqrt(self.shape))


@dataclass(frozen=True, slots=True)
class _Lognormal(Patience):
    """Lognormal; ``sigma`` is the standard deviation of the logarithm."""

    sigma: float

    def cdf(self, t: Array) -> Array:
        return np.asarray(special.ndtr(self._z(t)))

    def survival(self, t: Array) -> Array:
        return np.asarray(special.ndtr(-self._z(t)))

    def survived(self, t: Array) -> Array:
        ended: Any = special.ndtr(self._z(t) - self.sigma)
        return t * self.survival(t) + self.mean_s * ended

    def marks_s(self) -> Array:
        return _around(self.mean_s * math.exp(-(self.sigma**2) / 2), self.sigma)

    def _z(self, t: Array) -> Array:
        with np.errstate(divide="ignore"):
            return np.log(t / self.mean_s) / self.sigma + self.sigma / 2


@dataclass(frozen=True, slots=True)
class _Weibull(Patience):
    """Weibull. With ``shape`` < 1 the hazard falls: a contact that has waited longer is less likely to leave soon."""

    shape: float

    def cdf(self, t: Array) -> Array:
        return -np.expm1(-self._power(t))

    def survival(self, t: Array) -> Array:
        return np.exp(-self._power(t))

    def survived(self, t: Array) -> Array:
        ended: Any = special.gammainc(1 + 1 / self.shape, self._power(t))
        return t * self.survival(t) + self.mean_s * ended

    def density_at_0(self) -> float:
        if self.shape == 1:
            return 1 / self.mean_s
        return math.inf if self.shape < 1 else 0.0

    def marks_s(self) -> Array:
        return _around(self.mean_s / math.gamma(1 + 1 / self.shape), 1 / self.shape)

    def _power(self, t: Array) -> Array:
        end = 1000 ** (1 / self.shape)  # survival there is exp(-1000) = 0; larger powers could overflow
        return np.minimum(t * (math.gamma(1 + 1 / self.shape) / self.mean_s), end) ** self.shape


def patience_dist(patience: str, mean_patience_s: float) -> Patience:
    """Build a distribution of patience from its name in the reference table of M/M/n+G.

    Args:
        patience: ``exp``; ``det``, constant; ``unif``, from 0 to twice the mean; ``erlang2`` or any number of stages;
            ``hyper2_scv4``, two exponential distributions with balanced means and the squared coefficient of variation
            after ``scv``; ``lognormal_scv1``, with that squared coefficient of variation; ``weibull_shape0.7``, with
            that shape.
        mean_patience_s: Mean [s], finite, > 0.

    Returns:
        The distribution.

    Raises:
        ValueError: If the name has none of these forms, or an argument is out of range.
    """
    mean = positive("mean_patience_s", mean_patience_s)
    found = _FORM.fullmatch(patience) if isinstance(patience, str) else None
    if found is not None:
        dist = _simple(found[1], mean) if not found[2] else _shaped(found[1], found[2], mean)
        if dist is not None:
            return dist
    raise ValueError(f"patience={patience!r} is not allowed: it must be {NAMES}")


def _simple(family: str, mean: float) -> Patience | None:
    match family:
        case "exp":
            return _Mixture(mean, (1.0,), (mean,))
        case "det":
            return _Constant(mean)
        case "unif":
            return _Uniform(mean)
        case _:
            return None


def _shaped(family: str, digits: str, mean: float) -> Patience | None:
    shape = float(digits) if digits != "." else 0.0
    if family == "erlang" and shape in range(1, 1001):
        return _Erlang(mean, shape)
    if family == "hyper2_scv" and 1 <= shape <= 1000:
        tilt = math.sqrt((shape - 1) / (shape + 1))
        shares = ((1 + tilt) / 2, (1 - tilt) / 2)
        return _Mixture(mean, shares, (mean / (2 * shares[0]), mean / (2 * shares[1])))
    if family == "lognormal_scv" and 0.001 <= shape <= 1000:
        return _Lognormal(mean, math.sqrt(math.log1p(shape)))
    if family == "weibull_shape" and 0.1 <= shape <= 100:
        return _Weibull(mean, shape)
    return None


def _around(centre_s: float, spread: float) -> Array:
    """Times [s] around ``centre_s``, up to 12 spreads on the log scale to each side."""
    steps = np.clip(spread * np.arange(-12.0, 13.0), -600, 600)
    return centre_s * np.exp(steps)
