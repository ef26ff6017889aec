"""Distributions of time."""

from __future__ import annotations

from typing import Annotated

import msgspec

from ccenv.scenarios.schema.base import Node, NonNegative, Positive, Probability
from ccenv.sim.state.entities import DIST_POINTS


class Never(Node, frozen=True, tag_field="dist", tag="never"):
    """The event never happens (unlimited patience)."""


class Constant(Node, frozen=True, tag_field="dist", tag="constant"):
    """Always `value_s` seconds."""

    value_s: NonNegative


class Exponential(Node, frozen=True, tag_field="dist", tag="exponential"):
    """Exponential with mean `mean_s` seconds."""

    mean_s: Positive


class Uniform(Node, frozen=True, tag_field="dist", tag="uniform"):
    """Uniform between `low_s` and `high_s` seconds."""

    low_s: NonNegative
    high_s: Positive


class Lognormal(Node, frozen=True, tag_field="dist", tag="lognormal"):
    """Lognormal: the logarithm of the time in seconds is normal with mean `mu` and standard deviation `sigma`."""

    mu: float
    sigma: Positive


class Erlang(Node, frozen=True, tag_field="dist", tag="erlang"):
    """Sum of `k` exponential phases with total mean `mean_s` seconds."""

    k: Annotated[int, msgspec.Meta(ge=1, le=100)]
    mean_s: Positive


class Gamma(Node, frozen=True, tag_field="dist", tag="gamma"):
    """Gamma with `shape` (1 is exponential) and mean `mean_s` seconds; the coefficient of variation is shape^-1/2."""

    shape: Annotated[float, msgspec.Meta(ge=0.05, le=1e4)]
    mean_s: Positive


class HyperExponential(Node, frozen=True, tag_field="dist", tag="hyper_exponential"):
    """Mixture of exponentials: with probability `p[i]` the mean is `mean_s[i]` seconds."""

    p: Annotated[list[Probability], msgspec.Meta(min_length=2, max_length=8)]
    mean_s: Annotated[list[Positive], msgspec.Meta(min_length=2, max_length=8)]


class Weibull(Node, frozen=True, tag_field="dist", tag="weibull"):
    """Weibull: survival exp(-(t / `scale_s`)^`shape`)."""

    shape: Annotated[float, msgspec.Meta(ge=0.1, le=100.0)]
    scale_s: Positive


class Empirical(Node, frozen=True, tag_field="dist", tag="empirical"):
    """Quantiles `quantiles_s` at equally spaced probabilities from 0 to 1.

    Without `mean_s` the quantile function is linear between them. A list `mean_s` gives the mean of each part between
    two quantiles: there the quantile function is a power of the probability that has this mean. A number `mean_s` is
    the mean of the whole distribution: the parts keep the means of straight lines, but from the last part backwards
    they take up the difference. `ccenv.empirical` makes a distribution from data, with the means of all parts.
    """

    quantiles_s: Annotated[list[NonNegative], msgspec.Meta(min_length=2, max_length=DIST_POINTS)]
    mean_s: NonNegative | Annotated[list[NonNegative], msgspec.Meta(min_length=1, max_length=DIST_POINTS)] | None = None


class PiecewiseHazard(Node, frozen=True, tag_field="dist", tag="piecewise_hazard"):
    """Hazard `hazard_per_s[i]` from `from_s[i]` to `from_s[i + 1]`; the last has no end. `from_s[0]` is 0."""

    from_s: Annotated[list[NonNegative], msgspec.Meta(min_length=1, max_length=16)]
    hazard_per_s: Annotated[list[NonNegative], msgspec.Meta(min_length=1, max_length=16)]


Dist = (
    Never
    | Constant
    | Exponential
    | Uniform
    | Lognormal
    | PiecewiseHazard
    | Erlang
    | Gamma
    | HyperExponential
    | Weibull
    | Empirical
)


Time = NonNegative | Dist
