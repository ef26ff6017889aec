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

from ccenv.files.errors import Problem, ScenarioError, closest, names
from ccenv.files.reading import plain

KEY = "handle_times"
MATRIX = {"groups", "queues", "mean_s"}
LARGEST_BYTES = 16_000_000  # far above a table of 128 groups and 512 queues


Entry = tuple[str, str, Any]  # group, queue, time


def spread_handle_times(data: dict[str, Any], file: str, folder: Path | None = None) -> list[Problem]:
    """Move the handle times of `handle_times` to the groups, in place; without that key change nothing.

    Args:
        data: Plain data of a scenario.
        file: What messages call it.
        folder: Where a CSV file is looked for; None: the working folder.

    Returns:
        The problems of the key, its file and its entries; a group that gives the same time itself is one.
    """
    groups, queues = data.get("groups"), data.get("queues")
    if KEY not in data or not isinstance(groups, dict) or not isinstance(queues, dict):
        return []  # the schema says what is wrong with groups and queues
    problems: list[Problem] = []
    for entry in _entries(data.pop(KEY), file, folder):
        problem = entry if isinstance(entry, Problem) else _move(entry, groups, queues)
        if problem is not None:
            problems.append(problem)
    return problems


def _move(entry: Entry, groups: dict[str, Any], queues: dict[str, Any]) -> Problem | None:
    """Give a time to its group, or return why not."""
    group, queue, time = entry
    key = f"{KEY}.{group}.{queue}"
    for kind, name, known in (("groups", group, groups), ("queues", queue, queues)):
        if name not in known:
            return Problem(key, name, f"not one of the {kind}: {names(known)}{closest(name, known)}")
    own = groups[group].setdefault("handle_s", {}) if isinstance(groups[group], dict) else None
    if not isinstance(own, dict):
        return None  # the schema says what is wrong with the group
    if queue in own:
        twice = f"the pair has a time already, here or in groups.{group}.handle_s.{queue}; give one of them"
        return Problem(key, time, twice)
    own[queue] = time
    return None


def _entries(given: Any, file: str, folder: Path | None) -> Iterator[Entry | Problem]:
    """Yield groups, queues and times, and problems of the rest."""
    if isinstance(given, str):
        yield from _from_csv((folder or Path()) / Path(given).expanduser(), file, given)
    elif isinstance(given, Mapping) and set(given) >= MATRIX:
        yield from _from_matrix(given)
    elif isinstance(given, Mapping):
        for group, times in given.items():
            if isinstance(times, Mapping):
                yield from ((group, queue, time) for queue, time in times.items())
            else:
                yield Problem(f"{KEY}.{group}", times, "must be a mapping from queues to times")
    else:
        allowed = (
            "must be a mapping by group and queue, a matrix with groups, queues and mean_s, or the path of a CSV file"
        )
        yield Problem(KEY, given, allowed)


def _from_matrix(given: Mapping[str, Any]) -> Iterator[Entry | Problem]:
    for key in sorted(set(given) - MATRIX):
        yield Problem(f"{KEY}.{key}", given[key], f"unknown key; allowed here: {names(sorted(MATRIX))}")
    wrong = [
        Problem(f"{KEY}.{part}", given[part], "must be a list")
        for part in sorted(MATRIX)
        if not isinstance(given[part], list)
    ]
    yield from wrong
    if wrong:
        return
    groups, queues, rows = given["groups"], given["queues"], given["mean_s"]
    for part in ("groups", "queues"):
        for k, name in enumerate(given[part]):
            if not isinstance(name, str):
                yield Problem(f"{KEY}.{part}.{k}", name, "must be a name")
    if len(rows) != len(groups):
        yield Problem(f"{KEY}.mean_s", rows, f"has {len(rows)} rows; expected {len(groups)}, one for each group")
        return
    for k, (group, row) in enumerate(zip(groups, rows, strict=True)):
        if not isinstance(row, list) or len(row) != len(queues):
            allowed = f"must be a list of {len(queues)} numbers, one for each queue, or null"
            yield Problem(f"{KEY}.mean_s.{k}", row, allowed)
            continue
        for queue, time in zip(queues, row, strict=True):
            if time is not None and isinstance(group, str) and isinstance(queue, str):
                yield group, queue, time


def _from_csv(path: Path, file: str, given: str) -> Iterator[Entry | Problem]:
    rows = _rows_of(path)
    if isinstance(rows, str):
        yield Problem(KEY, given, rows)
        return
    header = [name.strip() for name in rows[0][1:]]
    for number, row in enumerate(rows[1:], 2):
        if row and len(row) != len(rows[0]):
            allowed = f"line {number} has {len(row)} cells; expected {len(rows[0])}, as in the header"
            yield Problem(KEY, given, allowed)
        elif row:
            group = row[0].strip()
            for queue, cell in zip(header, row[1:], strict=True):
                if cell.strip():
                    yield from _seconds(cell, group, queue, file)


def _rows_of(path: Path) -> list[list[str]] | str:
    """Return the rows of a CSV file with a header, or what is wrong with it."""
    try:
        if not path.is_file():
            return "there is no such file"
        if path.stat().st_size > LARGEST_BYTES:
            return f"is larger than {LARGEST_BYTES:,} bytes"
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
        return f"cannot be read as a CSV file: {error}"
    if not rows or len(rows[0]) < 2:
        return "must begin with a header of queue names behind one empty cell"
    return rows


def _seconds(cell: str, group: str, queue: str, file: str) -> Iterator[Entry | Problem]:
    key = f"{KEY}.{group}.{queue}"
    try:
        yield group, queue, plain(float(cell), file, key)  # within the bounds of every number of a scenario
    except ScenarioError as error:
        yield from error.problems
    except ValueError:
        yield Problem(key, cell, "must be a number of seconds, or an empty cell")
