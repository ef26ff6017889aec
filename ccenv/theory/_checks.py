"""Argument checks of the formulas. Each ValueError names the argument, its value and the allowed values."""

import math
from numbers import Real

__all__ = ["demand", "finite", "non_negative", "positive", "share", "whole"]


def finite(name: str, value: float) -> float:
    """Return ``value`` as a float; raise ValueError unless it is a finite number."""
    number = _real(name, value, "a finite number")
    if not math.isfinite(number):
        raise ValueError(f"{name}={value!r} is not allowed: it must be a finite number")
    return number


def non_negative(name: str, value: float) -> float:
    """Return ``value`` as a float; raise ValueError unless it is a finite number >= 0."""
    number = _real(name, value, "a finite number >= 0")
    if not 0.0 <= number < math.inf:
        raise ValueError(f"{name}={value!r} is not allowed: it must be a finite number >= 0")
    return number


def positive(name: str, value: float) -> float:
    """Return ``value`` as a float; raise ValueError unless it is a finite number > 0."""
    number = _real(name, value, "a finite number > 0")
    if not 0.0 < number < math.inf:
        raise ValueError(f"{name}={value!r} is not allowed: it must be a finite number > 0")
    return number


def share(name: str, value: float) -> float:
    """Return ``value`` as a float; raise ValueError unless it lies in [0, 1]."""
    number = _real(name, value, "a number between 0 and 1")
    if not 0.0 <= number <= 1.0:
        raise ValueError(f"{name}={value!r} is not allowed: it must be a number between 0 and 1")
    return number


def whole(name: str, value: int, least: int = 1) -> int:
    """Return ``value`` as an int; raise ValueError unless it is a whole number >= ``least`` (7.0 counts as whole)."""
    number = _real(name, value, f"a whole number >= {least}")
    if not (least <= number < math.inf and number == math.floor(number)):
        raise ValueError(f"{name}={value!r} is not allowed: it must be a whole number >= {least}")
    return int(value)


def demand(**rate_and_time: float) -> tuple[float, float, float]:
    """Check an arrival rate and a mean handle time, given by name in that order.

    Returns:
        Arrival rate [1/h], mean handle time [s] and offered load [erlang].

    Raises:
        ValueError: If an argument is out of range, or their product overflows.
    """
    (rate_name, rate), (time_name, time) = rate_and_time.items()
    rate, time = non_negative(rate_name, rate), positive(time_name, time)
    load = rate * time / 3600
    if not load < math.inf:
        raise ValueError(f"{rate_name}={rate!r} is not allowed: out of proportion to {time_name}={time!r}")
    return rate, time, load


def _real(name: str, value: float, allowed: str) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ValueError(f"{name}={value!r} is not allowed: it must be {allowed}")
    return float(value)
