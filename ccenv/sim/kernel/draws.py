"""Random numbers as functions of (key, purpose), with log, exp and the normal quantile. `dists.py` draws times.

The generator is the splitmix64 finaliser (Steele, Lea & Flood 2014) on a counter. Logarithm and exponential are written
out, so that results do not depend on the machine's mathematical library. Their argument reductions are the classical
ones (Muller, Elementary Functions, 2016). The normal quantile is Wichura's AS241 (1988).
"""

import math

import numpy as np

from ccenv.sim.kernel.jit import helper

U = np.uint64
GOLD, MIX_1, MIX_2 = U(0x9E3779B97F4A7C15), U(0xBF58476D1CE4E5B9), U(0x94D049BB133111EB)
ONE, S11, S27, S30, S31, S52 = U(1), U(11), U(27), U(30), U(31), U(52)
MANTISSA, ONE_BITS, BIAS = U(0x000FFFFFFFFFFFFF), U(0x3FF0000000000000), 1023
TWO_53 = 2.0**-53
BELOW_ONE = 1.0 - TWO_53
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
INVERSE_LN2 = 1.44269504088896338700
SQRT_2 = 1.41421356237309504880
INFINITY = float("inf")


@helper
def mix(z):
    """Return the splitmix64 finaliser of a uint64."""
    z = (z ^ (z >> S30)) * MIX_1
    z = (z ^ (z >> S27)) * MIX_2
    return z ^ (z >> S31)


@helper
def root_key(seed):
    """Return the key of a run from its seed (uint64)."""
    return mix(U(seed) * GOLD + GOLD)


@helper
def stream_key(root, stream):
    """Return the key of a stream (by its id); `key_in` derives the keys of its entities."""
    return mix(root + stream)


@helper
def key_in(stream, number):
    """Return the key of entity `number` (0, 1, ...) of the stream with this key."""
    return mix(stream + (U(number) + ONE) * GOLD)


@helper
def entity_key(root, stream, number):
    """Return the key of entity `number` (0, 1, ...) of a stream (by its id)."""
    return key_in(stream_key(root, stream), number)


@helper
def child_key(parent, kind, ordinal):
    """Return the key of a descendant: `kind` is a code of `codes.py`, `ordinal` counts descendants of that kind."""
    return mix(mix(parent + (U(kind) + ONE) * GOLD) + (U(ordinal) + ONE) * GOLD)


@helper
def _unit(bits):
    """Return a number in (0, 1) from 64 random bits; the largest is clipped, because it would round to 1."""
    return min((np.float64(bits >> S11) + 0.5) * TWO_53, BELOW_ONE)


@helper
def uniform(key, purpose):
    """Return a number in (0, 1) that depends only on the key and the purpose (a code of `codes.py`)."""
    return _unit(mix(key + (U(purpose) + ONE) * GOLD))


@helper
def happens(p, key, purpose):
    """Return whether an event of probability p happens. The uniform is not computed for p = 0."""
    return p > 0.0 and uniform(key, purpose) < p


@helper
def second(u):
    """Return a second uniform from the bits of a uniform: the second coin of a decision."""
    return _unit(mix(np.float64(u).view(np.uint64)))


@helper
def log(x):
    """Return the natural logarithm of a positive normal float64.

    x = 2^k (1 + f) with 1 + f in [1/sqrt 2, sqrt 2), then log(1 + f) = f - f^2/2 + s (f^2/2 + R(s^2)), s = f/(2 + f),
    with fdlibm's minimax polynomial R (Sun Microsystems 1993). Odd and even powers are separate chains that run in
    parallel.
    """
    bits = np.float64(x).view(np.uint64)
    k = np.int64(bits >> S52) - BIAS
    m = U((bits & MANTISSA) | ONE_BITS).view(np.float64)
    if m > SQRT_2:
        m *= 0.5
        k += 1
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    one = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
    two = z * (
        6.666666666666735130e-01
        + w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01))
    )
    half = 0.5 * f * f
    return k * LN2_HIGH - ((half - (s * (half + (one + two)) + k * LN2_LOW)) - f)


@helper
def exp(x):
    """Return e to the power x; 0 below -708 and infinity above 709.

    x = k ln 2 + r with |r| <= ln(2)/2, then the Taylor series of exp(r) to degree 13 by Estrin's scheme.
    """
    if x > 709.0:
        return INFINITY
    if x < -708.0:
        return 0.0
    k = np.int64(math.floor(x * INVERSE_LN2 + 0.5))
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    v = r * r
    w = v * v
    p = (1.0 + r) + v * (0.5 + r * (1.0 / 6.0))
    p2 = (1.0 / 24.0 + r * (1.0 / 120.0)) + v * (1.0 / 720.0 + r * (1.0 / 5040.0))
    p3 = (1.0 / 40320.0 + r * (1.0 / 362880.0)) + v * (1.0 / 3628800.0 + r * (1.0 / 39916800.0))
    p4 = 1.0 / 479001600.0 + r * (1.0 / 6227020800.0)
    s = p + w * (p2 + w * (p3 + w * p4))
    return s * U(U(k + BIAS) << S52).view(np.float64)


@helper
def normal(u):
    """Return the standard normal quantile of u in (0, 1): Wichura's AS241 (PPND16), relative error about 1e-16."""
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        a = 2509.0809287301226727
        a = a * r + 33430.575583588128105
        a = a * r + 67265.770927008700853
        a = a * r + 45921.953931549871457
        a = a * r + 13731.693765509461125
        a = a * r + 1971.5909503065514427
        a = a * r + 133.14166789178437745
        a = a * r + 3.387132872796366608
        b = 5226.495278852545925
        b = b * r + 28729.085735721942674
        b = b * r + 39307.89580009271061
        b = b * r + 21213.794301586595867
        b = b * r + 5394.1960214247511077
        b = b * r + 687.1870074920579083
        b = b * r + 42.313330701600911252
        b = b * r + 1.0
        return q * a / b
    r = math.sqrt(-log(u if q < 0.0 else 1.0 - u))
    if r <= 5.0:
        r -= 1.6
        a = 7.7454501427834140764e-4
        a = a * r + 0.0227238449892691845833
        a = a * r + 0.24178072517745061177
        a = a * r + 1.27045825245236838258
        a = a * r + 3.64784832476320460504
        a = a * r + 5.7694972214606914055
        a = a * r + 4.6303378461565452959
        a = a * r + 1.42343711074968357734
        b = 1.05075007164441684324e-9
        b = b * r + 5.475938084995344946e-4
        b = b * r + 0.0151986665636164571966
        b = b * r + 0.14810397642748007459
        b = b * r + 0.68976733498510000455
        b = b * r + 1.6763848301838038494
        b = b * r + 2.05319162663775882187
        b = b * r + 1.0
    else:
        r -= 5.0
        a = 2.01033439929228813265e-7
        a = a * r + 2.71155556874348757815e-5
        a = a * r + 0.0012426609473880784386
        a = a * r + 0.026532189526576123093
        a = a * r + 0.29656057182850489123
        a = a * r + 1.7848265399172913358
        a = a * r + 5.4637849111641143699
        a = a * r + 6.6579046435011037772
        b = 2.04426310338993978564e-15
        b = b * r + 1.4215117583164458887e-7
        b = b * r + 1.8463183175100546818e-5
        b = b * r + 7.868691311456132591e-4
        b = b * r + 0.0148753612908506148525
        b = b * r + 0.13692988092273580531
        b = b * r + 0.59983220655588793769
        b = b * r + 1.0
    return -a / b if q < 0.0 else a / b
