"""Over-dispersed counts: Poisson given the day's busyness, a gamma factor of mean 1."""

import math
from dataclasses import dataclass

from scipy import special

from ccenv.theory._checks import non_negative, positive

__all__ = ["PoissonGammaCounts", "poisson_gamma_counts"]


@dataclass(frozen=True, slots=True)
class PoissonGammaCounts:
    """Distribution of the number of contacts in an interval, whose rate is multiplied by a random factor of the day.

    Attributes:
        mean: Mean number.
        cv_busyness: Standard deviation of the factor, whose mean is 1.
        var_formula: Variance, from ``mean + (mean * cv_busyness)^2``.
        var_negbinomial: Variance, from the parameters of the negative binomial distribution; equals ``var_formula``.
        index_of_dispersion: Variance / mean; 1 for Poisson counts.
        p_exceed_120pct: Probability of more than 1.2 times the mean.
        poisson_p_exceed_120pct: The same probability for a Poisson number of that mean, without the factor.
    """

    mean: float
    cv_busyness: float
    var_formula: float
    var_negbinomial: float
    index_of_dispersion: float
    p_exceed_120pct: float
    poisson_p_exceed_120pct: float


def poisson_gamma_counts(mean: float, cv_busyness: float) -> PoissonGammaCounts:
    """Variance and upper tail of Poisson counts whose rate carries a gamma factor: a negative binomial distribution.

    Args:
        mean: Mean number, finite, > 0.
        cv_busyness: Standard deviation of the gamma factor of mean 1, finite, >= 0; 0 is the Poisson distribution.

    Returns:
        Variance and tail.

    Raises:
        ValueError: If an argument is out of range.

    References:
        Jongbloed and Koole (2001), "Managing uncertainty in call centres using Poisson mixtures", Applied Stochastic
        Models in Business and Industry 17(4).

    Example:
        >>> answer = poisson_gamma_counts(mean=200, cv_busyness=0.1)
        >>> round(answer.index_of_dispersion, 6), round(answer.p_exceed_120pct, 4)
        (3.0, 0.0546)
    """
    mean = positive("mean", mean)
    cv_busyness = non_negative("cv_busyness", cv_busyness)
    extra = mean * cv_busyness * cv_busyness  # scale of the gamma distribution of the rate
    limit = math.floor(6 * mean / 5)  # exact if 1.2 * mean is whole; 1.2 itself is rounded
    variance = mean * (1 + extra)
    if not variance < math.inf:
        raise ValueError(f"cv_busyness={cv_busyness!r} is not allowed: out of proportion to mean={mean!r}")
    poisson_tail = float(special.gammainc(limit + 1, mean))
    mixed_tail, var_negbinomial = poisson_tail, mean
    if extra > 1e-16:  # below that the factor vanishes in rounding
        shape, success = mean / extra, 1 / (1 + extra)
        mixed_tail = _tail(limit + 1, shape, extra)
        var_negbinomial = shape * (extra / (1 + extra)) / success**2
    return PoissonGammaCounts(
        mean=mean,
        cv_busyness=cv_busyness,
        var_formula=mean + (mean * cv_busyness) ** 2,
        var_negbinomial=var_negbinomial,
        index_of_dispersion=variance / mean,
        p_exceed_120pct=mixed_tail,
        poisson_p_exceed_120pct=poisson_tail,
    )


def _tail(least: int, shape: float, odds: float) -> float:
    """Negative binomial probability of ``least`` or more, by whichever of two equal forms is numerically exact."""
    if odds > 1:
        return float(special.betaincc(shape, least, 1 / (1 + odds)))
    return float(special.betainc(least, shape, odds / (1 + odds)))
