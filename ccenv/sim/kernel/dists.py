"""Times as functions of (distribution record, uniform): the inverse of each distribution's survival function.

Small uniforms give long times. Gamma: the series and the continued fraction of the incomplete gamma function
(Abramowitz & Stegun 6.5.29, 6.5.31), inverted by Newton's method on the logarithm of the nearer tail. The starting
point is Wilson and Hilferty's cube (1931) or the first term of the series. Hyper-exponential: Newton's method on the
logarithm of the survival function. This function is convex, so the iteration rises to the root and cannot overshoot.
"""

import math

from ccenv.sim.kernel.draws import BELOW_ONE, INFINITY, SQRT_2, exp, log, normal
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.state.codes import (
    CONSTANT,
    EMPIRICAL,
    EXPONENTIAL,
    GAMMA,
    HYPER_EXPONENTIAL,
    LOGNORMAL,
    NEVER,
    PIECEWISE_HAZARD,
    UNIFORM,
    WEIBULL,
)

HALF_LOG_2PI = 0.91893853320467274178
LARGE = 12.0  # from here on Stirling's series (5 terms) is exact to a few units in the last place
MOST_STEPS = 60  # limit of Newton steps
CLOSE = 1e-15  # relative step at which Newton's method stops
LEAST_U = 1e-300  # lower bound of probabilities, so that logarithms and quotients stay finite


@helper
def log_gamma(a):
    """Return the logarithm of the gamma function at a > 0: recurrence up to `LARGE`, then Stirling's series."""
    product = 1.0
    while a < LARGE:
        product *= a
        a += 1.0
    w = 1.0 / (a * a)
    series = (1.0 / 12.0 - w * (1.0 / 360.0 - w * (1.0 / 1260.0 - w * (1.0 / 1680.0 - w / 1188.0)))) / a
    return (a - 0.5) * log(a) - a + HALF_LOG_2PI + series - log(product)


@block
def gamma_tails(a, x):
    """Return (lower tail, upper tail, x * density) at x > 0 of the gamma distribution with shape a and scale 1."""
    density = exp(a * log(x) - x - log_gamma(a))
    if x < a + 1.0:
        term = 1.0 / a
        total = term
        n = a
        while term > total * 1e-17:
            n += 1.0
            term *= x / n
            total += term
        lower = density * total
        return lower, 1.0 - lower, density
    b = x + 1.0 - a
    c = 1e300
    d = 1.0 / b
    h = d
    i = 0.0
    step = 0.0
    while abs(step - 1.0) > 1e-16 and i < 10_000.0:
        i += 1.0
        numerator = -i * (i - a)
        b += 2.0
        d = 1.0 / (numerator * d + b)
        c = b + numerator / c
        step = d * c
        h *= step
    upper = density * h
    return 1.0 - upper, upper, density


@block
def draw_gamma(a, u):
    """Return the x at which the upper tail of the gamma distribution with shape a and scale 1 equals u."""
    z = -normal(u)
    cube = 1.0 - 1.0 / (9.0 * a) + z / (3.0 * math.sqrt(a))
    x = a * cube * cube * cube
    if cube < 0.3 or a < 1.0:
        x = exp((log(1.0 - u) + log_gamma(a + 1.0)) / a)
        if u < 0.5:
            x = max(x, -log(u) * 0.5)
    x = max(x, 1e-290)
    for _ in range(MOST_STEPS):
        lower, upper, density = gamma_tails(a, x)
        if u > 0.5:  # Newton step in log x: the logarithm of the lower tail is nearly linear in it
            step = (log(1.0 - u) - log(max(lower, LEAST_U))) * lower / max(density, LEAST_U)
            following = x * exp(min(max(step, -2.0), 2.0))
        else:
            step = (log(max(upper, LEAST_U)) - log(u)) * upper * x / max(density, LEAST_U)
            following = min(max(x + step, 0.2 * x), 5.0 * x)
        moved = abs(following - x)
        x = following
        if moved <= CLOSE * x or x < 1e-290:
            break
    return x


@block
def draw_hyper_exponential(dist, u):
    """Return the time [s] at which the survival function of a mixture of exponentials equals u."""
    target = log(u)
    x = 0.0
    for _ in range(MOST_STEPS):
        alive = 0.0
        slope = 0.0
        for i in range(dist.n):
            part = dist.start[i] * exp(-x / dist.hazard[i])
            alive += part
            slope += part / dist.hazard[i]
        step = (log(alive) - target) * alive / slope
        x += max(step, 0.0)
        if step <= CLOSE * x:
            break
    return x


@helper
def _draw_piecewise(dist, u):
    need = -log(u)
    for i in range(dist.n - 1):
        room = dist.hazard[i] * (dist.start[i + 1] - dist.start[i])
        if need < room:
            return dist.start[i] + need / dist.hazard[i]
        need -= room
    last = dist.n - 1
    return dist.start[last] + need / dist.hazard[last] if dist.hazard[last] > 0.0 else INFINITY


@helper
def power(x, p):
    """Return x to the power p > 0, for x in [0, 1]."""
    return x if p == 1.0 or x <= 0.0 else exp(p * log(x))


@helper
def _draw_empirical(dist, u):
    place = (1.0 - u) * (dist.n - 1)
    i = min(int(place), dist.n - 2)
    return dist.start[i] + power(place - i, dist.hazard[i]) * (dist.start[i + 1] - dist.start[i])


@block
def draw(dist, u):
    """Return the time [s] at which the survival function of a distribution equals u; infinity if it stays above u."""
    if dist.kind == EXPONENTIAL:
        return -log(u) * dist.a
    if dist.kind == LOGNORMAL:
        return exp(dist.a - dist.b * normal(u))
    if dist.kind == CONSTANT:
        return dist.a
    if dist.kind == UNIFORM:
        return dist.b - u * (dist.b - dist.a)
    if dist.kind == PIECEWISE_HAZARD:
        return _draw_piecewise(dist, u)
    if dist.kind == GAMMA:
        return draw_gamma(dist.a, u) * dist.b
    if dist.kind == HYPER_EXPONENTIAL:
        return draw_hyper_exponential(dist, u)
    if dist.kind == WEIBULL:
        return exp(log(-log(u)) / dist.a) * dist.b
    if dist.kind == EMPIRICAL:
        return _draw_empirical(dist, u)
    return INFINITY


@helper
def _piecewise_survival(dist, x):
    used = 0.0
    for i in range(dist.n):
        if x <= dist.start[i]:
            break
        end = dist.start[i + 1] if i + 1 < dist.n else x
        used += dist.hazard[i] * (min(x, end) - dist.start[i])
    return exp(-used)


@helper
def _hyper_exponential_survival(dist, x):
    alive = 0.0
    for i in range(dist.n):
        alive += dist.start[i] * exp(-x / dist.hazard[i])
    return alive


@helper
def _empirical_survival(dist, x):
    if x < dist.start[0]:
        return 1.0
    for i in range(dist.n - 1):
        if x < dist.start[i + 1]:
            part = power((x - dist.start[i]) / (dist.start[i + 1] - dist.start[i]), 1.0 / dist.hazard[i])
            return 1.0 - (i + part) / (dist.n - 1)
    return 0.0


@block
def survival(dist, x):
    """Return the probability that a time of this distribution exceeds x >= 0 seconds."""
    if dist.kind == EXPONENTIAL:
        return exp(-x / dist.a)
    if dist.kind == LOGNORMAL:
        return 0.5 * math.erfc((log(x) - dist.a) / (dist.b * SQRT_2)) if x > 0.0 else 1.0
    if dist.kind == CONSTANT:
        return 1.0 if x < dist.a else 0.0
    if dist.kind == UNIFORM:
        return min(1.0, max(0.0, (dist.b - x) / (dist.b - dist.a)))
    if dist.kind == PIECEWISE_HAZARD:
        return _piecewise_survival(dist, x)
    if dist.kind == GAMMA:
        return gamma_tails(dist.a, x / dist.b)[1] if x > 0.0 else 1.0
    if dist.kind == HYPER_EXPONENTIAL:
        return _hyper_exponential_survival(dist, x)
    if dist.kind == WEIBULL:
        return exp(-exp(dist.a * log(x / dist.b))) if x > 0.0 else 1.0
    if dist.kind == EMPIRICAL:
        return _empirical_survival(dist, x)
    return 1.0 if dist.kind == NEVER else 0.0


@helper
def draw_beyond(dist, age, u):
    """Return a time [s] of this distribution, given that it exceeds `age` seconds; a constant stays as it is."""
    if dist.kind == CONSTANT:
        return dist.a
    return max(age, draw(dist, min(max(u * survival(dist, age), LEAST_U), BELOW_ONE)))
