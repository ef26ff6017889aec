"""Figures as text."""

from __future__ import annotations

import math

import numpy as np

THOUSAND = 1_000.0


def as_text(
    value: float | None, *, digits: int = 4, decimals: int | None = None, sign: bool = False, minus: str = "-"
) -> str:
    """Return a figure as text, without an exponent and with thousands separated.

    Args:
        value: The figure; None and nan give "n/a".
        digits: Significant digits below a thousand; from a thousand on the figure is rounded to a whole number.
        decimals: Decimals to show instead of significant digits.
        sign: Whether a positive figure has a plus sign.
        minus: The minus sign. Zero, also a figure that is rounded to zero, has none.
    """
    if value is None or math.isnan(value):
        return "n/a"
    if decimals is not None:
        rounded = round(value, decimals)
        text = f"{abs(rounded):,.{decimals}f}"
    else:
        rounded = float(f"{value:.{digits}g}") if abs(value) < THOUSAND else value
        size = abs(rounded)
        text = f"{size:,.0f}" if size >= THOUSAND else np.format_float_positional(size, trim="-")
    return (minus if rounded < 0.0 else "+" if sign and rounded > 0.0 else "") + text
