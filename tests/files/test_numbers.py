"""Checks of numbers: every kind of whole number gets one verdict and one message."""

from collections import deque
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction

import numpy as np
import pytest

from ccenv.files.numbers import (
    MOST_SEED,
    different,
    real,
    row_seeds,
    seconds,
    seed,
    seed_numbers,
    whole,
    whole_numbers,
)


class Place(IntEnum):
    THIRD = 3


THREE = [3, np.int64(3), np.uint8(3), np.array(3), np.array(3, np.uint64), Place.THIRD]
NO_NUMBER = [True, np.True_, np.array(True), 1.0, 1.7, np.float64(3), "3", b"3", None, float("nan"), [3], np.array([3])]


@pytest.mark.parametrize("value", THREE, ids=repr)
def test_a_whole_number_of_any_kind_is_taken(value):
    assert whole("n", value) == seed("seed", value) == 3
    assert type(whole("n", value)) is int


@pytest.mark.parametrize("value", [*NO_NUMBER, -1, 2**64, Decimal(3), Fraction(3)], ids=repr)
def test_any_other_value_is_refused_with_name_and_value(value):
    with pytest.raises(ValueError, match=r"^seed = .*; allowed: a whole number from 0 to 2\*\*64 - 1$") as caught:
        seed("seed", value)
    assert repr(value) in str(caught.value)


def test_the_limits_themselves_are_allowed():
    assert seed("seed", 2**63) == 2**63
    assert seed("seed", MOST_SEED) == 2**64 - 1
    assert seed("seed", MOST_SEED - 2, rows=3) == MOST_SEED - 2
    with pytest.raises(ValueError, match=r"from 0 to 2\*\*64 - 3"):
        seed("seed", MOST_SEED - 1, rows=3)
    with pytest.raises(ValueError, match="n = 0; allowed: a whole number from 1$"):
        whole("n", 0, 1)
    with pytest.raises(ValueError, match="days = 2; allowed: 1, because"):
        whole("days", 2, 1, 1, why=", because the scenario is steady")


SEQUENCES = [
    [1, 2, 3],
    (1, 2, 3),
    range(1, 4),
    deque([1, 2, 3]),
    np.array([1, 2, 3], np.uint8),
    np.array([1, 2, 3], np.int64),
    np.array([1, 2, 3], object),
    [np.int32(1), 2, np.array(3)],
    {1: "a", 2: "b", 3: "c"}.keys(),
]


@pytest.mark.parametrize("values", SEQUENCES, ids=repr)
def test_a_sequence_of_any_kind_is_taken(values):
    numbers = whole_numbers("seeds", values)
    assert numbers.dtype == np.uint64
    assert numbers.tolist() == [1, 2, 3]
    assert whole_numbers("seeds", (value for value in values)).tolist() == [1, 2, 3]
    assert whole_numbers("seeds", values, np.int64, n=3).dtype == np.int64


@pytest.mark.parametrize("value", [*NO_NUMBER, -1, 2**64], ids=repr)
def test_the_first_bad_number_of_a_sequence_is_named(value):
    with pytest.raises(ValueError, match=r"^seeds\[1\] = .*; allowed: a whole number from 0 to 2\*\*64 - 1$"):
        whole_numbers("seeds", [5, value, value])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.array([0.0, 1.5]), r"seeds\[0\] = 0.0"),
        (np.array([True]), r"seeds\[0\] = True"),
        (np.array([4, -1]), r"seeds\[1\] = -1"),
        (range(1, -2, -1), r"seeds\[2\] = -1"),
        (range(2**64 - 1, 2**64 + 1), r"seeds\[1\] = 18446744073709551616"),
        (np.zeros((2, 2), int), r"an array of shape \(2, 2\)"),
        (np.array(3), r"an array of shape \(\)"),
        (3, "seeds = 3; allowed: one or more whole numbers"),
        ("12", "seeds = '12'"),
        ({1: 2}, "seeds = {1: 2}"),
        (None, "seeds = None"),
        ([], "seeds: 0 given; allowed: one or more"),
        (np.array([]), "seeds: 0 given"),
    ],
)
def test_what_is_no_sequence_of_seeds_is_refused(values, words):
    with pytest.raises(ValueError, match=words):
        whole_numbers("seeds", values)


def test_the_number_of_values_is_checked():
    with pytest.raises(ValueError, match="actions: 2 given; allowed: 3 whole numbers from"):
        whole_numbers("actions", [1, 2], np.int64, n=3)


def test_seeds_are_signed_where_that_is_possible():
    assert seed_numbers("seeds", [0, 2**63 - 1]).dtype == np.int64
    large = seed_numbers("seeds", [1, 2**63, MOST_SEED])
    assert large.dtype == np.uint64
    assert large.tolist() == [1, 2**63, MOST_SEED]


def test_a_number_that_stands_twice_is_named_with_both_places():
    different("seeds", np.array([4, 1, 3], np.uint64))
    with pytest.raises(ValueError, match=r"^seeds\[3\] = 7; allowed: different numbers, and seeds\[1\] is the same$"):
        different("seeds", np.array([4, 7, 3, 7], np.uint64))


@pytest.mark.parametrize("value", [2, 2.5, np.float32(2.5), np.array(2.5), np.int8(2), Fraction(5, 2), Decimal("2.5")])
def test_a_real_number_of_any_kind_is_taken(value):
    assert real("weight", value) == float(value)
    assert type(real("weight", value)) is float


@pytest.mark.parametrize("value", [True, np.True_, "2", None, float("nan"), float("inf"), 1j, [2], Decimal("nan")])
def test_any_other_weight_is_refused(value):
    with pytest.raises(ValueError, match=r"^weight = .*; allowed: a finite number$"):
        real("weight", value)


@pytest.mark.parametrize("value", [0, -1.0, True, "60", None, float("nan"), float("inf")])
def test_a_length_of_time_is_above_0(value):
    assert seconds("interval_s", np.float32(0.5)) == 0.5
    with pytest.raises(ValueError, match=r"^interval_s = .*; allowed: a number of seconds above 0$"):
        seconds("interval_s", value)


def test_rows_have_seeds_from_one_number_or_one_each():
    assert row_seeds("seed", np.array(5), 3) == [5, 6, 7]
    assert row_seeds("seed", 2**64 - 3, 3) == [2**64 - 3, 2**64 - 2, 2**64 - 1]
    assert row_seeds("seed", (4, None, np.int64(2)), 3) == [4, None, 2]
    assert row_seeds("seed", np.array([4, 1]), 2) == [4, 1]
    assert row_seeds("seed", None, 2) == [None, None]
    for given, words in (
        (2**64 - 2, r"seed = 18446744073709551614; allowed: a whole number from 0 to 2\*\*64 - 3"),
        ([1, True, 2], r"seed\[1\] = True"),
        ([1, 2], "seed: a list of 2 seeds; allowed: one for each of the 3 rows"),
        ("123", "seed = '123'"),
    ):
        with pytest.raises(ValueError, match=words):
            row_seeds("seed", given, 3)
