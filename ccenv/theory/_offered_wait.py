"""Fate of a contact that has to wait in an M/M/n+M queue, at full precision and any load.

The *offered wait* V is the wait of a contact of infinite patience. Time is counted in mean patiences. Let
``x = n mu / theta`` and ``y = lambda / theta``. V given V > 0 has a density proportional to ``exp(phi(v))``, with
``phi(v) = y (1 - exp(-v)) - x v`` (Baccelli and Hebuterne 1981; Zeltyn and Mandelbaum 2005). Palm's
``A = x e^y y^-x gamma(x, y)``, gamma the lower incomplete gamma function, is ``x`` times the integral of ``exp(phi)``.
Textbooks give the measures as differences of such functions, which overflow and cancel in large or overloaded
centres. Here each measure is an integral of a positive function against a log-concave density, scaled to 1 at its
mode. Nothing overflows and nothing cancels.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["OfferedWait", "offered_wait"]

Array = npt.NDArray[np.float64]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)  # (N,), (N,)
_DROPS = np.concatenate(([1 / 16, 1.0, 4.0, 9.0], np.arange(16.0, 753.0, 16.0)))  # of log density; exp(-752) is 0
_SCALES = 2.0 ** np.arange(7)  # panel edges on the scale on which exp(-v) bends [mean patiences]
_SERIES = [(-1.0) ** k / math.factorial(k) for k in range(17, 1, -1)] + [0.0, 0.0]


@dataclass(frozen=True, slots=True)
class OfferedWait:
    """Fate of a contact that has to wait; all fields but the first are probabilities given that it waits.

    Attributes:
        inverse_palm: ``1 / A`` in (0, 1]: share of the time with all advisors busy during which no contact waits.
        served: It is served.
        abandoned: It abandons.
        served_by_t: It is served within ``t``.
        abandoned_by_t: It abandons within ``t``.
        waiting_at_t: It still waits at ``t``.
    """

    inverse_palm: float
    served: float
    abandoned: float
    served_by_t: float
    abandoned_by_t: float
    waiting_at_t: float


def offered_wait(n: int, load: float, patience: float, t: float) -> OfferedWait:
    """Integrate over the offered wait, given that it is positive.

    Args:
        n: Number of advisors, at least 1.
        load: Offered load [erlang], at least 0.
        patience: Mean patience [mean handle times], above 0.
        t: Threshold [mean patiences], at least 0.

    Returns:
        The probabilities. Small ones have the same relative precision as large ones.
    """
    x = n * patience
    slope = max(n - load, 0.0) * patience
    bend = min(n, load) * patience
    mode = math.log1p((load - n) / n) if load > n else 0.0
    edges, cut = _panels(x, slope, mode, t)  # (P + 1,)

    half = np.diff(edges)[:, None] / 2
    s = edges[:-1, None] + half * (1 + _NODES)  # (P, N), measured from the mode
    mass = half * _WEIGHTS * np.exp(-slope * s - bend * _excess(s))
    total = float(mass.sum())
    leave = -np.expm1(-(mode + s)) * mass
    stay = np.exp(-(mode + s)) * mass
    early = edges[:-1] < cut  # (P,)
    late = float(mass[~early].sum()) / total

    log_palm = math.log(x) + math.log(total) + x * float(_excess(np.array(-mode)))
    return OfferedWait(
        inverse_palm=min(1.0, math.exp(-log_palm)),
        served=float(stay.sum()) / total,
        abandoned=float(leave.sum()) / total,
        served_by_t=float(stay[early].sum()) / total,
        abandoned_by_t=min(1.0, float(leave[early].sum()) / total - math.expm1(-t) * late),
        waiting_at_t=math.exp(-t) * late,
    )


def _excess(s: Array) -> Array:
    """``exp(-s) - 1 + s``, at least 0, without cancellation near 0."""
    small = np.abs(s) < 0.5
    near: Any = np.polyval(_SERIES, np.where(small, s, 0.0))
    return np.where(small, near, np.expm1(-s) + s)


def _panels(x: float, slope: float, mode: float, t: float) -> tuple[Array, float]:
    """Edges of the quadrature panels, measured from the mode: where the log density drops by ``_DROPS``, and ``t``.

    The drop to the right is ``slope * s + bend * excess(s)``. As ``excess(s)`` lies within 20 % above ``s^2 / (2 +
    s)``, a quadratic equation gives the edges there. The side to the left exists only in overload; there ``excess(-u) =
    c`` near ``u = log(1 + sqrt(2 c) + c)``.

    Returns:
        Edges of the panels, ascending, (P + 1,), and the one of them at ``t``.
    """
    c = _DROPS / x
    b = 2 * slope / x - c
    q = (np.abs(b) + np.hypot(b, np.sqrt(8 * c))) / 2
    right = np.where(b > 0, 2 * c / q, q)
    left = -np.log1p(np.sqrt(2 * c) + c)
    low, high = max(-mode, float(left[-1])), float(right[-1])
    cut = min(max(t - mode, low), high)
    edges = np.concatenate((left, -_SCALES, [-mode, 0.0, cut], _SCALES, right))
    return np.unique(np.clip(edges, low, high)), cut
