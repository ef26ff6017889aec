"""Square-root staffing: the staffing rule, its approximations, and the exact values that they approximate."""

import math
from dataclasses import dataclass

from scipy import special

from ccenv.theory._checks import finite, positive
from ccenv.theory.erlang import erlang_a, erlang_c

__all__ = ["SqrtStaffing", "sqrt_staffing"]

HOUR_S = 3600.0  # with this mean handle time the arrival rate per hour equals the offered load


@dataclass(frozen=True, slots=True)
class SqrtStaffing:
    """Number of advisors by the square-root rule, the exact measures at that number, and the rule's approximations.

    The reference table carries the last four fields once for each ``theta``, as ``<field>_theta<theta>``.

    Attributes:
        offered_load: Arrival rate times mean handle time [erlang].
        beta_target: Requested safety factor.
        theta: Abandonment rate / service rate, i.e. mean handle time / mean patience.
        n: Number of advisors: ``offered_load + beta_target * sqrt(offered_load)``, rounded up, at least 1.
        beta_effective: Safety factor of the rounded number.
        erlangC_p_wait_exact: Probability of waiting without abandonment; nan unless ``n`` exceeds the load.
        halfin_whitt_approx: Approximation of ``erlangC_p_wait_exact``; nan likewise.
        erlangA_p_wait_exact: Probability of waiting with exponential patience.
        garnett_approx: Approximation of ``erlangA_p_wait_exact``.
        erlangA_p_ab_exact: Probability of abandoning.
        garnett_p_ab_approx: Approximation of ``erlangA_p_ab_exact``.
    """

    offered_load: float
    beta_target: float
    theta: float
    n: int
    beta_effective: float
    erlangC_p_wait_exact: float
    halfin_whitt_approx: float
    erlangA_p_wait_exact: float
    garnett_approx: float
    erlangA_p_ab_exact: float
    garnett_p_ab_approx: float


def sqrt_staffing(offered_load: float, beta_target: float, theta: float) -> SqrtStaffing:
    """Staff by the square-root rule and compare its approximations with the exact values.

    Without abandonment ``P(W > 0)`` is near ``1 / (1 + beta Phi(beta) / phi(beta))`` (Halfin and Whitt). With
    abandonment it is near ``1 / (1 + sqrt(theta) h(b) / h(-beta))``, ``b = beta / sqrt(theta)``, and ``P(Ab)`` is near
    ``sqrt(theta) (h(b) - b) P(W > 0) / sqrt(n)`` (Garnett, Mandelbaum and Reiman). ``h`` is the hazard of the normal
    distribution. The approximations are evaluated at ``beta_effective``.

    Args:
        offered_load: Arrival rate times mean handle time [erlang], finite, > 0.
        beta_target: Safety factor, finite; a negative one accepts abandonment.
        theta: Mean handle time / mean patience, finite, > 0.

    Returns:
        The number of advisors, the exact values and the approximations.

    Raises:
        ValueError: If an argument is out of range.

    References:
        Halfin and Whitt (1981), "Heavy-traffic limits for queues with many exponential servers", Operations Research
        29(3); Garnett, Mandelbaum and Reiman (2002), "Designing a call center with impatient customers", M&SOM 4(3).

    Example:
        >>> answer = sqrt_staffing(offered_load=100, beta_target=0.5, theta=1)
        >>> answer.n, round(answer.erlangC_p_wait_exact, 4), round(answer.halfin_whitt_approx, 4)
        (105, 0.5157, 0.5045)
    """
    load = positive("offered_load", offered_load)
    beta_target, theta = finite("beta_target", beta_target), positive("theta", theta)
    wanted = load + beta_target * math.sqrt(load)
    if not wanted <= 1e7:  # Erlang B takes time in proportion to n
        raise ValueError(f"beta_target={beta_target!r} is not allowed: it asks for {wanted:.3g} advisors, at most 1e7")
    n = max(1, math.ceil(wanted * (1 - 1e-14)))  # a whole number is not rounded up to the next
    beta = (n - load) / math.sqrt(load)
    stable = n > load
    exact = erlang_a(load, HOUR_S, HOUR_S / theta, n, 0.0)
    root = math.sqrt(theta)
    ease = _hazard(-beta)
    p_wait = ease / (ease + root * _hazard(beta / root))
    return SqrtStaffing(
        offered_load=load,
        beta_target=beta_target,
        theta=theta,
        n=n,
        beta_effective=beta,
        erlangC_p_wait_exact=erlang_c(load, HOUR_S, n, 0.0).p_wait if stable else math.nan,
        halfin_whitt_approx=ease / (ease + beta) if stable else math.nan,
        erlangA_p_wait_exact=exact.p_wait,
        garnett_approx=p_wait,
        erlangA_p_ab_exact=exact.p_abandon,
        garnett_p_ab_approx=root * _hazard_excess(beta / root) * p_wait / math.sqrt(n),
    )


def _hazard(x: float) -> float:
    """Hazard of the standard normal distribution: its density over its upper tail."""
    return math.sqrt(2 / math.pi) / float(special.erfcx(x / math.sqrt(2)))


def _hazard_excess(x: float) -> float:
    """``h(x) - x``, at least 0; by its asymptotic series from 100 on, where the difference cancels."""
    if x < 100:
        return _hazard(x) - x
    return 1 / x - 2 / x**3 + 10 / x**5
