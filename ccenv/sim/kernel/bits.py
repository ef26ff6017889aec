"""Sets of queues, groups or campaigns as bits of a uint64; every size class has at most 64 of each.

The idiom for a loop over a set, in ascending order:

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
    """Return the set that holds only i."""
    return ONE << U(i)


@helper
def has(bits, i):
    """Return whether the set holds i."""
    return (bits >> U(i)) & ONE != U(0)


@helper
def count_bits(x):
    """Return the size of the set. Counts by pairs, fours and bytes; LLVM recognises this form of a population count."""
    x = x - ((x >> S1) & PAIRS)
    x = (x & FOURS) + ((x >> S2) & FOURS)
    x = (x + (x >> S4)) & BYTES
    return (x * SUM_OF_BYTES) >> S56


@helper
def lowest(bits):
    """Return the smallest element of a non-empty set."""
    return np.int64(count_bits(~bits & (bits - ONE)))


@helper
def without_lowest(bits):
    """Return the set without its smallest element."""
    return bits & (bits - ONE)
