"""Checks of numbers that a caller passes: one verdict and one message at every entry.

A whole number is an `int`, a NumPy integer, or anything else that Python takes as an index, such as an array without
dimensions. Booleans, text and numbers with a decimal point are none, even `1.0`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Mapping
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from ccenv.files.errors import shown

MOST_SEED = 2**64 - 1
"""Largest seed or key."""


def whole(name: str, value: Any, least: int = 0, most: int | None = None, *, why: str = "") -> int:
    """Return a whole number as an `int`; `why` ends the message that refuses another value.

    Raises:
        ValueError: If the value is no whole number, or is outside `least` to `most`.
    """
    number = _index(value)
    if number is None or number < least or (most is not None and number > most):
        raise ValueError(f"{name} = {shown(value)}; allowed: {_allowed('a whole number', least, most)}{why}")
    return number


def seed(name: str, value: Any, rows: int = 1) -> int:
    """Return a seed or key, 0 to 2**64 - 1; of several rows, the first row's, and the last row's must be allowed too.

    Raises:
        ValueError: If the value is no such number.
    """
    return whole(name, value, 0, MOST_SEED - (rows - 1))


def whole_numbers(
    name: str, values: Any, kind: type[np.integer[Any]] = np.uint64, *, n: int | None = None, least: int | None = None
) -> npt.NDArray[Any]:
    """Return whole numbers as an array, (n,), of an integer type.

    Args:
        name: Name of the argument, for messages.
        values: A list, tuple, range, array of any integer type, or anything else that yields whole numbers.
        kind: Type of the result; the values must lie in its range.
        n: Required number of values; None: one or more.
        least: Smallest allowed value; None: the smallest of `kind`.

    Raises:
        ValueError: If the values are no such sequence; the message names the first that is not allowed.
    """
    limits = np.iinfo(kind)
    low, high = int(limits.min) if least is None else least, int(limits.max)
    allowed = f"{'one or more' if n is None else n} {_allowed('whole numbers', low, high)}"
    array = np.asarray(values) if hasattr(values, "dtype") and hasattr(values, "shape") else None
    if array is None and (isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable)):
        raise ValueError(f"{name} = {shown(values)}; allowed: {allowed}")
    if array is not None and array.ndim != 1:
        raise ValueError(f"{name}: an array of shape {array.shape}; allowed: {allowed}")
    if array is None or array.dtype.kind not in "iu":
        given = _range(values) if isinstance(values, range) else None
        array = _each(name, values if array is None else array.tolist(), kind, low, high) if given is None else given
    if array.size == 0 or n not in (None, array.size):
        raise ValueError(f"{name}: {array.size} given; allowed: {allowed}")
    if not low <= int(array.min()) <= int(array.max()) <= high:
        array = _each(name, array.tolist(), kind, low, high)
    return array.astype(kind, copy=False)


def seed_numbers(name: str, values: Any, n: int | None = None) -> npt.NDArray[Any]:
    """Return seeds or keys, (n,): int64, or uint64 if one is 2**63 or larger.

    Raises:
        ValueError: As `whole_numbers`.
    """
    numbers = whole_numbers(name, values, np.uint64, n=n)
    return numbers if int(numbers.max()) >= 2**63 else numbers.astype(np.int64)


def _each(name: str, values: Iterable[Any], kind: type[np.integer[Any]], low: int, high: int) -> npt.NDArray[Any]:
    """Return values that are checked one by one."""
    checked = []
    for i, value in enumerate(values):
        number = _index(value)
        if number is None or not low <= number <= high:
            whole(f"{name}[{i}]", value, low, high)
        checked.append(number)
    return np.array(checked, kind)


def _range(values: range) -> npt.NDArray[np.int64] | None:
    """Return a range as an array; None if it has a number beyond 64 bits."""
    if values and max(abs(values[0]), abs(values[-1])) >= 2**63:
        return None
    return np.fromiter(values, np.int64, len(values))


def row_seeds(name: str, given: Any, rows: int) -> list[int | None]:
    """Return a seed for each row, or None for a row without one.

    Args:
        name: Name of the argument, for messages.
        given: A seed: row i has it plus i. Or one seed or None for each row. Or None: no row has a seed.
        rows: Number of rows.

    Raises:
        ValueError: If a seed is not allowed, or there is not one for each row.
    """
    if given is None:
        return [None] * rows
    if not is_sequence(given):
        first = seed(name, given, rows)
        return list(range(first, first + rows))
    each = [None if value is None else seed(f"{name}[{i}]", value) for i, value in enumerate(given)]
    if len(each) != rows:
        raise ValueError(f"{name}: a list of {len(each)} seeds; allowed: one for each of the {rows} rows")
    return each


def is_sequence(values: Any) -> bool:
    """Return whether a value has several values in order: no text, no mapping, no array without dimensions."""
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        return False
    return getattr(values, "shape", (0,)) != ()


def different(name: str, numbers: npt.NDArray[Any]) -> None:
    """Refuse a number that stands twice.

    Raises:
        ValueError: Names the number and its first two places.
    """
    order = np.argsort(numbers, kind="stable")
    twice = np.flatnonzero(numbers[order][1:] == numbers[order][:-1])
    if twice.size:
        first, second = sorted(order[twice[0] : twice[0] + 2].tolist())
        raise ValueError(
            f"{name}[{second}] = {numbers[second]}; allowed: different numbers, and {name}[{first}] is the same"
        )


def real(name: str, value: Any, allowed: str = "a finite number") -> float:
    """Return a finite number as a `float`. Booleans and text are no numbers.

    Raises:
        ValueError: If the value is no finite number; the message says what is `allowed`.
    """
    number = as_real(value)
    if number is None or not math.isfinite(number):
        raise ValueError(f"{name} = {shown(value)}; allowed: {allowed}")
    return float(number)


def seconds(name: str, value: Any) -> float:
    """Return a length of time as a `float`.

    Raises:
        ValueError: If the value is no finite number above 0.
    """
    allowed = "a number of seconds above 0"
    number = real(name, value, allowed)
    if number <= 0.0:
        raise ValueError(f"{name} = {shown(value)}; allowed: {allowed}")
    return number


def as_real(value: Any) -> int | float | None:
    """Return a number of any kind as an `int` or `float`; None if the value is no number, as booleans and text are."""
    if isinstance(value, float):
        return float(value)
    if isinstance(value, Real | Decimal) and not isinstance(value, int | np.integer | bool):
        try:
            return float(value)
        except (OverflowError, ValueError):
            return math.inf
    if isinstance(value, np.ndarray) and value.shape == () and value.dtype.kind == "f":
        return float(value)
    return _index(value)


def _index(value: Any) -> int | None:
    """Return the value as an `int`; None if it is no whole number."""
    if isinstance(value, bool) or str(getattr(value, "dtype", "")).endswith("bool"):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None


def _allowed(what: str, least: int, most: int | None) -> str:
    if most is None:
        return f"{what} from {least}"
    if least == most:
        return str(least)
    return f"{what} from {_power(least)} to {_power(most)}"


def _power(number: int) -> str:
    """Return a number in words; the limits of an integer type as powers of 2."""
    for bits in (63, 64):
        for limit, words in ((2**bits - 1, f"2**{bits} - 1"), (-(2**bits), f"-2**{bits}")):
            if number == limit:
                return words
        if 2**bits - 2**32 < number < 2**bits:
            return f"2**{bits} - {2**bits - number}"
    return str(number)


def rows_to_reset(options: Mapping[str, Any] | None, n: int) -> npt.NDArray[np.bool_]:
    """Return the rows that the options of a vector environment's `reset` name, (n,) bool; without `reset_mask` all.

    Raises:
        ValueError: If `reset_mask` is not a bool array of shape (n,) with at least one True.
    """
    if options is None or "reset_mask" not in options:
        return np.ones(n, np.bool_)
    mask = options["reset_mask"]
    if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_ or mask.shape != (n,) or not mask.any():
        raise ValueError(f"options['reset_mask']: allowed: a bool array of shape ({n},) with at least one True")
    return mask
