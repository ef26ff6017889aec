"""Handle times of all groups and queues at once: a mapping, a matrix or a CSV file beside the scenario file.

`handle_times` is a shorthand of scenario files. It is spread over `groups.*.handle_s` before the schema sees the data,
so everything behind it knows one place for a handle time. Its forms:

- a mapping from groups to mappings from queues to times;
- a matrix: `{groups: [...], queues: [...], mean_s: [[...], ...]}`, one row per group, null for the queue's own time;
- the path of a CSV file, relative to the scenario file: the header names the queues, the first column the groups, a
  cell is a mean in seconds or empty.

A number is the mean of an exponential distribution in seconds, as everywhere in a scenario.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ccenv.files.errors import ScenarioError, closest, names
from ccenv.files.reading import plain

KEY = "handle_times"
MATRIX = {"groups", "queues", "mean_s"}
LARGEST_BYTES = 16_000_000  # far above a table of 128 groups and 512 queues


def spread_handle_times(data: dict[str, Any], file: str, folder: Path | None = None) -> None:
    """Move the handle times of `handle_times` to the groups, in place; without that key change nothing.

    Args:
        data: Plain data of a scenario.
        file: What messages call it.
        folder: Where a CSV file is looked for; None: the working folder.

    Raises:
        ScenarioError: The key, its file or one of its entries is wrong, or a group gives the same time itself.
    """
    if KEY not in data:
        return
    groups = data.get("groups")
    queues = data.get("queues")
    if not isinstance(groups, dict) or not isinstance(queues, dict):
        return  # the schema says what is wrong with them
    for group, queue, time in _entries(data.pop(KEY), file, folder):
        key = f"{KEY}.{group}.{queue}"
        for kind, name, known in (("groups", group, groups), ("queues", queue, queues)):
            if name not in known:
                raise ScenarioError(file, key, name, f"not one of the {kind}: {names(known)}{closest(name, known)}")
        own = groups[group].setdefault("handle_s", {}) if isinstance(groups[group], dict) else {}
        if not isinstance(own, dict):
            return
        if queue in own:
            raise ScenarioError(
                file,
                key,
                time,
                f"the pair has a time already, here or in groups.{group}.handle_s.{queue}; give one of them",
            )
        own[queue] = time


def _entries(given: Any, file: str, folder: Path | None) -> Iterator[tuple[str, str, Any]]:
    """The triples of group, queue and time."""
    if isinstance(given, str):
        yield from _from_csv((folder or Path()) / Path(given).expanduser(), file, given)
    elif isinstance(given, Mapping) and set(given) >= MATRIX:
        yield from _from_matrix(given, file)
    elif isinstance(given, Mapping):
        for group, times in given.items():
            if not isinstance(times, Mapping):
                raise ScenarioError(file, f"{KEY}.{group}", times, "must be a mapping from queues to times")
            for queue, time in times.items():
                yield group, queue, time
    else:
        allowed = (
            "must be a mapping by group and queue, a matrix with groups, queues and mean_s, or the path of a CSV file"
        )
        raise ScenarioError(file, KEY, given, allowed)


def _from_matrix(given: Mapping[str, Any], file: str) -> Iterator[tuple[str, str, Any]]:
    unknown = sorted(set(given) - MATRIX)
    if unknown:
        allowed = f"unknown key; allowed here: {names(sorted(MATRIX))}"
        raise ScenarioError(file, f"{KEY}.{unknown[0]}", given[unknown[0]], allowed)
    for part in sorted(MATRIX):
        if not isinstance(given[part], list):
            raise ScenarioError(file, f"{KEY}.{part}", given[part], "must be a list")
    for part in ("groups", "queues"):
        for k, name in enumerate(given[part]):
            if not isinstance(name, str):
                raise ScenarioError(file, f"{KEY}.{part}.{k}", name, "must be a name")
    rows, n_rows, n_columns = given["mean_s"], len(given["groups"]), len(given["queues"])
    if len(rows) != n_rows:
        raise ScenarioError(file, f"{KEY}.mean_s", rows, f"has {len(rows)} rows; expected {n_rows}, one for each group")
    for k, (group, row) in enumerate(zip(given["groups"], rows, strict=True)):
        if not isinstance(row, list) or len(row) != n_columns:
            allowed = f"must be a list of {n_columns} numbers, one for each queue, or null"
            raise ScenarioError(file, f"{KEY}.mean_s.{k}", row, allowed)
        for queue, time in zip(given["queues"], row, strict=True):
            if time is not None:
                yield group, queue, time


def _from_csv(path: Path, file: str, given: str) -> Iterator[tuple[str, str, float]]:
    try:
        if not path.is_file():
            raise ScenarioError(file, KEY, given, "there is no such file")
        if path.stat().st_size > LARGEST_BYTES:
            raise ScenarioError(file, KEY, given, f"is larger than {LARGEST_BYTES:,} bytes")
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
        if isinstance(error, ScenarioError):
            raise
        raise ScenarioError(file, KEY, given, f"cannot be read as a CSV file: {error}") from error
    if not rows or len(rows[0]) < 2:
        raise ScenarioError(file, KEY, given, "must begin with a header of queue names behind one empty cell")
    header = [name.strip() for name in rows[0][1:]]
    for number, row in enumerate(rows[1:], 2):
        if not row:
            continue
        if len(row) != len(rows[0]):
            allowed = f"line {number} has {len(row)} cells; expected {len(rows[0])}, as in the header"
            raise ScenarioError(file, KEY, given, allowed)
        for queue, cell in zip(header, row[1:], strict=True):
            if cell.strip():
                yield row[0].strip(), queue, _seconds(cell, file, f"{KEY}.{row[0].strip()}.{queue}")


def _seconds(cell: str, file: str, key: str) -> float:
    try:
        seconds = float(cell)
    except ValueError as error:
        raise ScenarioError(file, key, cell, "must be a number of seconds, or an empty cell") from error
    checked: float = plain(seconds, file, key)  # within the bounds of every number of a scenario
    return checked
