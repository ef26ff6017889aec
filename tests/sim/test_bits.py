"""Sets of bits against Python's own integers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from ccenv.sim.kernel.bits import bit, count_bits, has, lowest, without_lowest
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


def test_all_queues_groups_and_campaigns_have_a_bit() -> None:
    assert max(max(size.queues, size.groups, size.campaigns) for size in SIZES.values()) == 64
