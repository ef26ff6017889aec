"""Verify a score file: what it was measured on, and some of its days once more, to the bit."""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ccenv.files.errors import shown
from ccenv.league.declared import RUNGS, Suite, suite_of
from ccenv.league.entries import entries_of, who_plays
from ccenv.league.errors import LeagueError
from ccenv.league.running import opponent_days, policy_days
from ccenv.league.score_file import CellScore, Days, ScoreFile, kernel_digest, read_scores, versions
from ccenv.league.scoring import (
    ACTION_SETS,
    DEVELOPMENT,
    POLICY,
    Job,
    Told,
    confirmation_days,
    development_days,
    drawn_skip,
    sources_of,
)
from ccenv.league.seat import ANSWER_S, Seat
from ccenv.scenarios import Scenario
from ccenv.serving.interface import interface_of

SHARE = 0.05


class Difference(NamedTuple):
    """A figure that a score file has otherwise than it is found now: its place, both values."""

    where: str
    written: Any
    found: Any

    def __str__(self) -> str:
        return f"{self.where}: the file has {shown(self.written)}, here it is {shown(self.found)}"


class Verified(NamedTuple):
    """The result of a verification.

    Attributes:
        first: The first difference; None if there is none.
        n_days: Days that were run again.
        draw: Number from which the days were drawn; the same number draws the same days.
        other_versions: Libraries that have another version here, as differences; they are no fault by themselves.
    """

    first: Difference | None
    n_days: int
    draw: int
    other_versions: list[Difference]


def verify(
    scores: Path | str,
    sources: Sequence[str | Path] | None = None,
    *,
    share: float = SHARE,
    draw: int | None = None,
    told: Told = lambda _: None,
    answer_s: float = ANSWER_S,
) -> Verified:
    """Check what a score file was measured on, and run a share of the days of each cell again.

    Suite, kernel, entries, centre, interface and opponents are compared before anything runs. Then at least one day of
    each cell is run under the policy and the opponents, on confirmation days too, and each value must be equal to the
    bit.

    Args:
        scores: The score file.
        sources: Its entries; None: by the texts in the file.
        share: Share of the days, above 0 and at most 1.
        draw: Whole number from which the days are drawn; None: an unforeseeable one.
        told: Function that is told each cell that begins.
        answer_s: Longest wait for an answer of a policy, in seconds.

    Raises:
        LeagueError: If the file is no score file, an entry is not there, or an argument is not allowed.
    """
    if not 0.0 < share <= 1.0:
        raise LeagueError(f"share = {shown(share)}; allowed: above 0, at most 1")
    written = read_scores(scores)
    if not written.entries or not written.cells:
        raise LeagueError(f"{scores}: no cell was played; allowed: one or more cells")
    chosen = secrets.randbits(32) if draw is None else draw
    other = [
        Difference(f"versions.{name}", written.versions.get(name), here)
        for name, here in versions().items()
        if written.versions.get(name) != here
    ]
    suite = suite_of(written.suite.name)
    head = next(_of_head(written, suite), None)
    if head is not None:
        return Verified(head, 0, chosen, other)
    entries = entries_of([entry.source for entry in written.entries] if sources is None else sources, suite)
    first = next(_of_entries(written, entries), None)
    if first is not None:
        return Verified(first, 0, chosen, other)
    job = Job(suite, entries, who_plays(entries, suite), answer_s)
    n_days = 0
    rng = np.random.default_rng(chosen)
    for where, name, cell, keys in _days(written, suite):
        told(f"{where}.{name}")
        days = drawn_days(len(keys), share, rng)
        n_days += days.size
        first = next(_of_cell(f"{where}.{name}", job, suite, name, cell, keys, days), None)
        if first is not None:
            break
    return Verified(first, n_days, chosen, other)


def drawn_days(n: int, share: float, rng: np.random.Generator) -> np.ndarray:
    """Return the places of the days that are run again: a share of n, at least one, in order."""
    return np.sort(rng.choice(n, max(1, math.ceil(share * n)), replace=False))


def _of_head(written: ScoreFile, suite: Suite) -> Iterator[Difference]:
    here = {"version": suite.version, "digest": suite.digest}
    for key, value in here.items():
        if getattr(written.suite, key) != value:
            yield Difference(f"suite.{key} of {suite.name}", getattr(written.suite, key), value)
    if written.kernel != kernel_digest():
        yield Difference("kernel", written.kernel, kernel_digest())
    if written.seeds != DEVELOPMENT:
        yield Difference("seeds", written.seeds, DEVELOPMENT)


def _of_entries(written: ScoreFile, entries: Sequence[Any]) -> Iterator[Difference]:
    if len(written.entries) != len(entries):
        yield Difference("entries", len(written.entries), len(entries))
    for k, (then, now) in enumerate(zip(written.entries, sources_of(entries), strict=False)):
        for key in ("kind", "digest", "provenance"):
            if getattr(then, key) != getattr(now, key):
                yield Difference(f"entries.{k}.{key} of {now.source}", getattr(then, key), getattr(now, key))
    if written.confirmation is not None:
        skip = drawn_skip(written.suite, sources_of(entries))
        if written.confirmation.skip != skip:
            yield Difference("confirmation.skip", written.confirmation.skip, skip)


def _days(written: ScoreFile, suite: Suite) -> Iterator[tuple[str, str, CellScore, np.ndarray]]:
    for name, cell in written.cells.items():
        yield "cells", name, cell, development_days(suite.cell(name))
    if written.confirmation is not None:
        for name, cell in written.confirmation.cells.items():
            yield "confirmation.cells", name, cell, confirmation_days(suite.cell(name), written.confirmation.skip)


def _of_cell(
    at: str, job: Job, suite: Suite, name: str, written: CellScore, keys: np.ndarray, days: np.ndarray
) -> Iterator[Difference]:
    """Yield the differences of a cell: first of what it was measured on, then of the days run again."""
    cell = suite.cell(name)
    centre, entry = cell.centre(), job.entries[written.entry]
    flagged = entry.flagged(centre)
    found = {
        "entry": job.players.get(name),
        "scenario_digest": centre.digest,
        "interface_digest": interface_of(flagged).digest,
        "opponents_version": suite.opponents_of(cell).version,
        "action_set": ACTION_SETS[flagged.reserves] if flagged.campaigns else "none",
    }
    for key, value in found.items():
        if getattr(written, key) != value:
            yield Difference(f"{at}.{key}", getattr(written, key), value)
    expected = [POLICY, *RUNGS]
    if [actor for actor in written.actors if actor in expected] != expected:
        yield Difference(f"{at}.actors", list(written.actors), expected)
        return
    if len(written.actors[POLICY].value) != len(keys):
        yield Difference(f"{at}: number of days", len(written.actors[POLICY].value), len(keys))
        return
    yield from _of_days(at, job, centre, suite, name, written, keys, days)


def _of_days(
    at: str, job: Job, centre: Scenario, suite: Suite, name: str, written: CellScore, keys: np.ndarray, days: np.ndarray
) -> Iterator[Difference]:
    cell = suite.cell(name)
    with Seat(job.entries[written.entry], centre, job.answer_s, cell.asked) as seat:
        if seat.owns != written.owns:
            yield Difference(f"{at}.owns", written.owns, seat.owns)
            return
        again = {POLICY: policy_days(cell, centre, seat, keys[days])[0]}
    again |= opponent_days(cell, centre, suite.opponents_of(cell), keys[days])
    for actor, now in again.items():
        yield from _of_actor(f"{at}.actors.{actor}", written.actors[actor], now, days)


def _of_actor(at: str, written: Days, now: Days, days: np.ndarray) -> Iterator[Difference]:
    """Yield the differences of an actor on days that were run again; its figures, too, if these are all."""
    lists: list[tuple[str, Any, Any]] = [("value", written.value, now.value)]
    for name in ("dropped", "abandoned"):
        then, here = getattr(written, name), getattr(now, name)
        if (then is None) != (here is None):
            yield Difference(f"{at}.{name}", then, here)
        elif then is not None:
            lists += [(f"{name}.{part}", getattr(then, part), getattr(here, part)) for part in ("above", "below")]
    for name, numbers, again in lists:
        for day, value in zip(days.tolist(), again, strict=True):
            if numbers[day] != value:
                yield Difference(f"{at}.{name}.{day}", numbers[day], value)
    if days.size == len(written.value):
        for column, value in now.figures.items():
            if written.figures.get(column) != value:
                yield Difference(f"{at}.figures.{column}", written.figures.get(column), value)
