"""Snapshots from JSON and to JSON: fields by name, values by the scenario's names."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from msgspec import UNSET

from ccenv.files.errors import SHOWN, clipped
from ccenv.scenarios import Scenario
from ccenv.serving.errors import RequestError
from ccenv.sim.state.fields import FIELDS
from ccenv.spaces.observation import entities

LARGEST = 1e15  # integers are exact up to here, and no rule overflows
BOUNDED = (
    "code",
    "flag",
    "share",
)  # units whose `high` is a bound of the snapshot; numbers of other units are clipped at it in the observation
WHOLE = ("code", "flag")
LONGEST_LIST = 400  # characters of a list of names in a message


class _Entry(NamedTuple):
    """A field, its axes (names, or a plain length), and the bound and kind of its numbers."""

    name: str
    axes: tuple[tuple[str, ...] | int, ...]
    high: float
    whole: bool


def _entries(scenario: Scenario) -> list[_Entry]:
    names = entities(scenario)
    found = []
    for f in FIELDS:
        axes: tuple[tuple[str, ...] | int, ...] = () if f.axis == "" else (names[f.axis],)
        axes += () if f.width == 1 else (f.width,)
        found.append(_Entry(f.name, axes, f.highest(scenario.size) if f.unit in BOUNDED else LARGEST, f.unit in WHOLE))
    return [entry for entry in found if () not in entry.axes]


class SnapshotReader:
    """Reader of the snapshots of one scenario.

    Each field of `ccenv.sim.state.fields` that has a number in the scenario is required. A field without an axis is a
    number. A field of queues, groups, campaigns or pairs is a list in the scenario's order, or a mapping from all their
    names. If a field has a `width` above 1, each of its numbers is a list of `width` numbers.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.entries = _entries(scenario)
        self.names = {entry.name: None for entry in self.entries}
        sizes = [math.prod(axis if isinstance(axis, int) else len(axis) for axis in e.axes) for e in self.entries]
        self._high = np.repeat([entry.high for entry in self.entries], sizes)
        self._whole = np.repeat([entry.whole for entry in self.entries], sizes)

    def read(self, given: Any) -> np.ndarray:
        """All numbers of a snapshot, in the order of the public snapshot.

        Raises:
            RequestError: If a field is missing, unknown, or not a finite number of at least 0; it names the first one.
        """
        if not isinstance(given, dict):
            raise RequestError("snapshot", given, "a mapping from field names to values")
        numbers = self._quick(given)
        return self._checked(given) if numbers is None else numbers

    def _quick(self, given: dict[str, Any]) -> np.ndarray | None:
        """All numbers of a snapshot in which nothing is wrong, checked at once; None if something is."""
        if given.keys() != self.names.keys():
            return None
        flat: list[Any] = []
        try:
            for entry in self.entries:
                flat += _flat(given[entry.name], entry.axes)
            if not set(map(type, flat)) <= {int, float}:
                return None
            numbers = np.array(flat, np.float64)
        except (_OtherShapeError, OverflowError):
            return None
        allowed = (numbers >= 0.0) & (numbers <= self._high) & (~self._whole | (numbers == np.floor(numbers)))
        return numbers if allowed.all() else None

    def _checked(self, given: dict[str, Any]) -> np.ndarray:
        """All numbers of a snapshot, checked one by one, so that the first one that is not allowed is named."""
        for name in given:
            if name not in self.names:
                known = ", ".join(self.names)
                raise RequestError(f"snapshot.{name}", given[name], f"no such field; the fields are {known}")
        numbers: list[float] = []
        for entry in self.entries:
            if entry.name not in given:
                raise RequestError(f"snapshot.{entry.name}", UNSET, _shape(entry.axes))
            numbers += _numbers(f"snapshot.{entry.name}", given[entry.name], entry.axes, entry)
        return np.array(numbers)


class _OtherShapeError(ValueError):
    pass


def _flat(value: Any, axes: tuple[tuple[str, ...] | int, ...]) -> list[Any]:
    """The values of a field, in one list."""
    if not axes:
        return [value]
    names = axes[0]
    if isinstance(names, int):
        if type(value) is not list or len(value) != names:
            raise _OtherShapeError
        return value
    if type(value) is dict and len(value) == len(names):
        try:
            value = [value[name] for name in names]
        except KeyError:
            raise _OtherShapeError from None
    elif type(value) is not list or len(value) != len(names):
        raise _OtherShapeError
    if len(axes) == 1:
        return list(value)
    return [number for inner in value for number in _flat(inner, axes[1:])]


def _numbers(at: str, value: Any, axes: tuple[tuple[str, ...] | int, ...], entry: _Entry) -> Iterator[float]:
    if not axes:
        yield _number(at, value, entry)
        return
    names = axes[0]
    if isinstance(value, dict) and isinstance(names, tuple):
        unknown = value.keys() - set(names)
        for name in value:
            if name in unknown:
                raise RequestError(f"{at}.{name}", value[name], f"one of {clipped(', '.join(names), LONGEST_LIST)}")
        for name in names:
            if name not in value:
                raise RequestError(f"{at}.{name}", UNSET, _shape(axes[1:]))
            yield from _numbers(f"{at}.{name}", value[name], axes[1:], entry)
        return
    size = names if isinstance(names, int) else len(names)
    if not isinstance(value, list) or len(value) != size:
        raise RequestError(at, value, _shape(axes))
    for k, inner in enumerate(value):
        yield from _numbers(f"{at}.{k}", inner, axes[1:], entry)


def _number(at: str, value: Any, entry: _Entry) -> float:
    try:
        number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    except OverflowError:
        number = math.inf
    if not 0.0 <= number <= entry.high or (entry.whole and number != int(number)):
        kind = "a whole number" if entry.whole else "a finite number"
        raise RequestError(at, value, f"{kind} from 0 to {entry.high:g}")
    return number


def _shape(axes: tuple[tuple[str, ...] | int, ...]) -> str:
    if not axes:
        return "a number"
    if isinstance(axes[0], int):
        return f"a list of {axes[0]} numbers"
    each = "a number" if len(axes) == 1 else f"a list of {axes[1]} numbers"
    return f"{each} for each of {clipped(', '.join(axes[0]), SHOWN)}"


def snapshot_values(scenario: Scenario, snapshot: np.ndarray | np.void) -> dict[str, Any]:
    """One row of `Batch.snapshot` in the form that the service reads: by field names and the scenario's names.

    Args:
        scenario: The batch's scenario.
        snapshot: One structured record.

    Returns:
        Plain numbers, lists and mappings.
    """
    values: dict[str, Any] = {}
    for entry in _entries(scenario):
        value = snapshot[entry.name].tolist()
        first = entry.axes[0] if entry.axes else 0
        values[entry.name] = dict(zip(first, value, strict=True)) if isinstance(first, tuple) else value
    return values
