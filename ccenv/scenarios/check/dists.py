"""Checks of the distributions of time."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ccenv.scenarios.check.problem import SUM_TOLERANCE, Problem
from ccenv.scenarios.compile.times import times
from ccenv.scenarios.schema import Centre, Empirical, HyperExponential, Lognormal, Never, PiecewiseHazard, Time, Uniform

LOG_LONGEST = math.log(1e8)  # about three years; a larger mean suggests that `mu` was given in seconds
# times that may be infinite: the simulation does not wait for their end
ENDLESS = ("patience_s", "drop_after_s", "hang_up_s", "tolerance_s")


def dists(centre: Centre) -> Iterator[Problem]:
    """Parameters of each distribution are consistent, and only the times in `ENDLESS` may be infinite."""
    for key, time in times(centre):
        yield from _parameters(key, time)
        if key.endswith(ENDLESS):
            continue
        if isinstance(time, Never):
            yield Problem(f"{key}.dist", "never", f"only {', '.join(ENDLESS[:-1])} and {ENDLESS[-1]} may be endless")
        if isinstance(time, PiecewiseHazard) and time.hazard_per_s[-1] == 0.0:
            allowed = "the last hazard must be above 0, else the time may never end"
            yield Problem(f"{key}.hazard_per_s", time.hazard_per_s, allowed)


def _parameters(key: str, time: Time) -> Iterator[Problem]:
    match time:
        case Uniform(low_s=low, high_s=high) if low >= high:
            yield Problem(f"{key}.low_s", low, f"must be below high_s = {high:g}")
        case Lognormal(mu=mu, sigma=sigma) if mu + sigma**2 / 2.0 > LOG_LONGEST:
            yield Problem(f"{key}.mu", mu, "makes a mean above 1e8 s; mu and sigma are of the logarithm of seconds")
        case PiecewiseHazard():
            yield from _piecewise(key, time)
        case HyperExponential():
            yield from _branches(key, time)
        case Empirical(quantiles_s=quantiles):
            if any(b < a for a, b in zip(quantiles, quantiles[1:], strict=False)):
                yield Problem(f"{key}.quantiles_s", quantiles, "must not decrease")
            if quantiles[-1] == 0.0:
                yield Problem(f"{key}.quantiles_s", quantiles, "the last must be above 0")
            else:
                yield from _means(key, time)


def _means(key: str, dist: Empirical) -> Iterator[Problem]:
    """Means that a distribution with these quantiles can have."""
    quantiles, mean_s = dist.quantiles_s, dist.mean_s
    n = len(quantiles) - 1
    if isinstance(mean_s, list):
        if len(mean_s) != n:
            yield Problem(f"{key}.mean_s", mean_s, f"has {len(mean_s)} values; expected {n}, one between two quantiles")
            return
        for i, mean in enumerate(mean_s):
            if not quantiles[i] <= mean <= quantiles[i + 1]:
                allowed = f"must be between the quantiles {quantiles[i]:g} and {quantiles[i + 1]:g}"
                yield Problem(f"{key}.mean_s.{i}", mean, allowed)
    elif mean_s is not None:
        least, most = math.fsum(quantiles[:-1]) / n, math.fsum(quantiles[1:]) / n
        if not least <= mean_s <= most:
            allowed = f"with these quantiles the mean is at least {least:g} and at most {most:g}"
            yield Problem(f"{key}.mean_s", mean_s, allowed)


def _piecewise(key: str, dist: PiecewiseHazard) -> Iterator[Problem]:
    start, hazard = dist.from_s, dist.hazard_per_s
    if len(start) != len(hazard):
        allowed = f"has {len(hazard)} values; from_s has {len(start)}, they must be equal"
        yield Problem(f"{key}.hazard_per_s", hazard, allowed)
    if start[0] != 0.0 or any(b <= a for a, b in zip(start, start[1:], strict=False)):
        yield Problem(f"{key}.from_s", start, "must start with 0 and increase")


def _branches(key: str, dist: HyperExponential) -> Iterator[Problem]:
    if len(dist.p) != len(dist.mean_s):
        allowed = f"has {len(dist.mean_s)} values; p has {len(dist.p)}, they must be equal"
        yield Problem(f"{key}.mean_s", dist.mean_s, allowed)
    if abs(sum(dist.p) - 1.0) > SUM_TOLERANCE:
        yield Problem(f"{key}.p", dist.p, f"the probabilities sum to {sum(dist.p):.12g}; must sum to 1")
