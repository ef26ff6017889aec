"""Sets of bits against Python's own integers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from ccenv.sim.kernel.bits import (
    WORD,
    add,
    bit,
    clear,
    contains,
    count_bits,
    fill,
    has,
    is_empty,
    lowest,
    meet,
    n_words,
    remove,
    without_lowest,
    words_of,
)
from ccenv.sim.kernel.draws import U
from ccenv.sim.state.sizes import SIZES

RNG = np.random.default_rng(5)
SETS = [
    *(1 << i for i in range(64)),
    *((1 << 64) - (1 << i) for i in range(64)),
    *(int(x) for x in RNG.integers(2**64 - 1, size=200, dtype=np.uint64, endpoint=True)),
    *(int(x & y & z) for x, y, z in RNG.integers(2**64 - 1, size=(100, 3), dtype=np.uint64, endpoint=True)),
]


@pytest.fixture(autouse=True)
def modulo_2_64() -> Iterator[None]:
    """Called from Python, the helpers are interpreted, and NumPy warns of products beyond 64 bits."""
    with np.errstate(over="ignore"):
        yield


def test_the_members_of_a_set_come_in_order() -> None:
    for number in SETS:
        left, found = U(number), []
        while left != U(0):
            found.append(int(lowest(left)))
            left = without_lowest(left)
        assert found == [i for i in range(64) if number >> i & 1], hex(number)


def test_members_are_counted() -> None:
    for number in (0, *SETS):
        assert int(count_bits(U(number))) == number.bit_count(), hex(number)


def test_a_set_has_its_members_and_no_others() -> None:
    for number in SETS[::7]:
        assert [bool(has(U(number), i)) for i in range(64)] == [bool(number >> i & 1) for i in range(64)]
        assert [int(bit(i)) for i in range(64)] == [1 << i for i in range(64)]


def test_all_campaigns_have_a_bit_of_one_word() -> None:
    assert max(size.campaigns for size in SIZES.values()) <= WORD


def test_members_go_into_the_word_of_their_number() -> None:
    words = np.zeros(n_words(200), np.uint64)
    members = [0, 63, 64, 130, 199]
    for i in members:
        add(words, i)
    assert words.tolist() == words_of(members, 200).tolist()
    assert [i for i in range(200) if contains(words, i)] == members
    table = np.stack([words, words_of([5, 64], 200), words_of([6], 200)])
    assert [bool(meet(table, i, words_of([64], 200))) for i in range(3)] == [True, True, False]
    for i in members:
        remove(words, i)
    assert is_empty(words)


def test_a_set_is_filled_up_to_its_last_member() -> None:
    for n in (0, 1, 63, 64, 65, 128, 200):
        words = words_of([7, 199], 200)
        fill(words, n)
        assert words.tolist() == words_of(range(n), 200).tolist()
    clear(words)
    assert is_empty(words)
