"""Sets of queues, groups or campaigns as bits of a uint64; no size class has more than 64 of a kind.

while left != U(0):
    i = lowest(left)
    left = without_lowest(left)
"""

import numpy as np

from ccenv.sim.kernel.draws import ONE, U
from ccenv.sim.kernel.jit import helper

PAIRS, FOURS, BYTES = U(0x5555555555555555), U(0x3333333333333333), U(0x0F0F0F0F0F0F0F0F)
SUM_OF_BYTES = U(0x0101010101010101)
S1, S2, S4, S56 = U(1), U(2), U(4), U(56)


@helper
def bit(i):
    """The set of one."""
    return ONE << U(i)


@helper
def has(bits, i):
    """Is i in the set?"""
    return (bits >> U(i)) & ONE != U(0)


@helper
def count_bits(x):
    """How many are in the set: by pairs of bits, by fours, by bytes. Compilers know this way of writing it."""
    x = x - ((x >> S1) & PAIRS)
    x = (x & FOURS) + ((x >> S2) & FOURS)
    x = (x + (x >> S4)) & BYTES
    return (x * SUM_OF_BYTES) >> S56


@helper
def lowest(bits):
    """The first in a set that is not empty."""
    return np.int64(count_bits(~bits & (bits - ONE)))


@helper
def without_lowest(bits):
    """The set without its first."""
    return bits & (bits - ONE)
