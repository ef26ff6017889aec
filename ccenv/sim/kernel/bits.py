"""Sets as bits of uint64 words.

A set of queues, groups or advisors is an array of words, because some size classes have more than 64 of a kind: member
i is bit i % 64 of word i // 64. A set of campaigns is a single word in every size class. The elements of a word:

    left = words[k]
    while left != U(0):
        i = WORD * k + lowest(left)
        left = without_lowest(left)

The number of words is part of the array's type. With one word the compiler removes the loop over words.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ccenv.sim.kernel.draws import ONE, U
from ccenv.sim.kernel.jit import helper
from ccenv.sim.state.sizes import WORD as WORD
from ccenv.sim.state.sizes import n_words

PAIRS, FOURS, BYTES = U(0x5555555555555555), U(0x3333333333333333), U(0x0F0F0F0F0F0F0F0F)
SUM_OF_BYTES = U(0x0101010101010101)
S1, S2, S4, S56 = U(1), U(2), U(4), U(56)
WORD_BITS = 6  # log2(WORD)
EVERYTHING = ~U(0)


def words_of(members: Iterable[int], n: int) -> np.ndarray:
    """The words of a set of up to n members, uint64 of shape (n_words(n),)."""
    words = np.zeros(n_words(n), np.uint64)
    for i in members:
        words[i // WORD] |= np.uint64(1 << i % WORD)
    return words


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


@helper
def add(words, i):
    """Put member i into a set."""
    words[i >> WORD_BITS] |= bit(i & (WORD - 1))


@helper
def remove(words, i):
    """Take member i out of a set."""
    words[i >> WORD_BITS] &= ~bit(i & (WORD - 1))


@helper
def contains(words, i):
    """Is i a member of the set?"""
    return has(words[i >> WORD_BITS], i & (WORD - 1))


@helper
def is_empty(words):
    """Has the set no member?"""
    some = U(0)
    for k in range(words.shape[0]):
        some |= words[k]
    return some == U(0)


@helper
def meet(sets, i, words):
    """Do set i of a table of sets and another set have a member in common?"""
    some = U(0)
    for k in range(words.shape[0]):
        some |= sets[i, k] & words[k]
    return some != U(0)


@helper
def clear(words):
    """Make a set empty."""
    for k in range(words.shape[0]):
        words[k] = U(0)


@helper
def fill(words, n):
    """Make a set hold the first n of a kind, and nothing else."""
    for k in range(words.shape[0]):
        words[k] = first_bits(n - WORD * k)


@helper
def first_bits(n):
    """The word with its first n bits set; none for n <= 0, all for n >= 64."""
    if n <= 0:
        return U(0)
    return EVERYTHING >> U(WORD - min(n, WORD))
