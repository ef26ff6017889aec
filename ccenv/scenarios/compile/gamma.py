"""The incomplete gamma function, which the standard library lacks."""

from __future__ import annotations

import math

TERMS = 100_000  # far more than the largest allowed shape needs
PRECISION = 1e-15
TINY = 1e-300


def upper_gamma(a: float, x: float) -> float:
    """Return the regularised upper incomplete gamma function Q(a, x).

    For x below a + 1 it is one minus the series of P (DLMF 8.11.4); above, the continued fraction of Q (DLMF 8.9.2) by
    Lentz's method.
    """
    if x <= 0.0:
        return 1.0
    if x == math.inf:
        return 0.0
    factor = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1.0:
        term = total = 1.0 / a
        for n in range(1, TERMS):
            term *= x / (a + n)
            total += term
            if term < total * PRECISION:
                break
        return max(0.0, 1.0 - factor * total)
    return factor * _fraction(a, x)


def _fraction(a: float, x: float) -> float:
    """Return 1/(x + 1 - a - 1(1 - a)/(x + 3 - a - 2(2 - a)/(x + 5 - a - ...)))."""
    b = x + 1.0 - a
    c, d = 1.0 / TINY, 1.0 / b
    fraction = d
    for n in range(1, TERMS):
        numerator = -n * (n - a)
        b += 2.0
        d = 1.0 / (numerator * d + b or TINY)
        c = b + numerator / c or TINY
        fraction *= c * d
        if abs(c * d - 1.0) < PRECISION:
            break
    return fraction
