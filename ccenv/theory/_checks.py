"""Checks of the arguments of the formulas: each refusal names the argument, its value and what is allowed."""

import math
from numbers import Real

__all__ = ["non_negative", "positive", "whole"]


def non_negative(name: str, value: float) -> float:
    """``value`` as a float; a ValueError unless it is a finite number >= 0."""
    number = _real(name, value, "a finite number >= 0")
    if not 0.0 <= number < math.inf:
        raise ValueError(f"{name}={value!r} is not allowed: it must be a finite number >= 0")
    return number


def positive(name: str, value: float) -> float:
    """``value`` as a float; a ValueError unless it is a finite number > 0."""
    number = _real(name, value, "a finite number > 0")
    if not 0.0 < number < math.inf:
        raise ValueError(f"{name}={value!r} is not allowed: it must be a finite number > 0")
    return number


def whole(name: str, value: int, least: int = 1) -> int:
    """``value`` as an int; a ValueError unless it is a whole number >= ``least`` (7.0 counts as whole)."""
    number = _real(name, value, f"a whole number >= {least}")
    if not (least <= number < math.inf and number == math.floor(number)):
        raise ValueError(f"{name}={value!r} is not allowed: it must be a whole number >= {least}")
    return int(value)


def _real(name: str, value: float, allowed: str) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ValueError(f"{name}={value!r} is not allowed: it must be {allowed}")
    return float(value)
