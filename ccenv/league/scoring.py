"""Score entries on a suite."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from ccenv.league.declared import EITHER, Cell, Suite, suite_of
from ccenv.league.entries import Entry, entries_of, who_plays
from ccenv.league.errors import LeagueError
from ccenv.league.running import ILLEGAL, definition_in, opponent_days, policy_days
from ccenv.league.score_file import (
    FORMAT,
    CellScore,
    Confirmation,
    ScoreFile,
    Source,
    SuiteVersion,
    kernel_digest,
    read_scores,
    versions,
    write_scores,
)
from ccenv.league.seat import ANSWER_S, Seat
from ccenv.seeds import RANGE, seeds
from ccenv.serving.interface import interface_of

DEVELOPMENT, CONFIRMING = "evaluation", "confirmation"
POLICY, LEADER = "policy", "leader"
ACTION_SETS = {EITHER: EITHER, True: "reserved", False: "unreserved", None: "none"}

Told = Callable[[str], object]


@dataclass(frozen=True)
class Job:
    """One submission on one suite: the entries, which of them plays each cell, and how long an answer may take."""

    suite: Suite
    entries: list[Entry]
    players: dict[str, int]
    answer_s: float = ANSWER_S

    def cell(self, name: str, keys: np.ndarray, leader: Job | None = None) -> CellScore | None:
        """Return the score of a cell; None if the entry, a Python policy, does not play it."""
        cell, k = self.suite.cell(name), self.players[name]
        centre, entry = cell.centre(), self.entries[k]
        with Seat(entry, centre, self.answer_s, cell.asked) as seat:
            if not seat.plays:
                return None
            days, table = policy_days(cell, centre, seat, keys)
            actors = {POLICY: days, **opponent_days(cell, centre, self.suite.opponents_of(cell), keys)}
            if leader is not None and name in leader.players:
                actors[LEADER] = leader.actor(name, keys)
            flagged = entry.flagged(centre)
            return CellScore(
                entry=k,
                scenario_digest=centre.digest,
                interface_digest=interface_of(flagged).digest,
                opponents_version=self.suite.opponents_of(cell).version,
                action_set=ACTION_SETS[flagged.reserves] if flagged.campaigns else "none",
                owns=seat.owns,
                definition=definition_in(centre, table),
                actors=actors,
                illegal_share=_mean(table[ILLEGAL]),
                ms_a_decision=1e3 * seat.asked_s / seat.n_rows if seat.n_rows else None,
            )

    def actor(self, name: str, keys: np.ndarray) -> Any:
        """Return the days of the entry that plays a cell."""
        cell = self.suite.cell(name)
        centre = cell.centre()
        with Seat(self.entries[self.players[name]], centre, self.answer_s, cell.asked) as seat:
            return policy_days(cell, centre, seat, keys)[0]


def _mean(values: np.ndarray) -> float | None:
    known = np.asarray(values, np.float64)
    known = known[~np.isnan(known)]
    return float(known.mean()) if known.size else None


def score(
    sources: str | Path | Sequence[str | Path],
    suite: str = "headline",
    *,
    name: str | None = None,
    cells: Sequence[str] | None = None,
    confirm: bool = False,
    leader: Sequence[str | Path] = (),
    kept: Path | str | None = None,
    told: Told = lambda _: None,
    answer_s: float = ANSWER_S,
) -> ScoreFile:
    """Run entries on a suite, each in a process of its own, beside the frozen opponents on the same days.

    Args:
        sources: Entries, as `ccenv.league.entries` describes them. A cell is played by the entry that names it, else by
            the first that fits its interface.
        suite: Name of the suite.
        name: Name of the submission; None: the text of the first entry.
        cells: Cells to run; None: all that an entry fits.
        confirm: Whether to run the cells once more on days that the digest of the entries draws.
        leader: Entries that lead; they run on the confirmation days, too.
        kept: File that holds the finished cells while others run; an interrupted score goes on from it. None: none.
        told: Function that is told each cell that begins.
        answer_s: Longest wait for an answer of a policy, in seconds.

    Raises:
        LeagueError: If an argument is not allowed, no entry fits a cell, or a policy fails.
        BundleError: If a bundle or graph cannot be used.
    """
    given = [sources] if isinstance(sources, str | Path) else list(sources)
    if leader and not confirm:
        raise LeagueError("leader is given and confirm = False; allowed: a leader runs on confirmation days")
    job = _job(given, suite_of(suite), cells, answer_s)
    first = Job(job.suite, *_entered(list(leader), job.suite), answer_s) if leader else None
    keep = _Kept(None if kept is None else Path(kept), empty_file(job, name or str(given[0])), confirm, first)
    for cell in job.players:
        if cell not in keep.scores.cells:
            told(f"{cell}: {job.suite.cell(cell).days} days")
            keep.add(cell, job.cell(cell, development_days(job.suite.cell(cell))))
        if confirm and cell in keep.scores.cells and not keep.is_confirmed(cell):
            told(f"{cell}: confirmation")
            keep.confirm(cell, job.cell(cell, confirmation_days(job.suite.cell(cell), keep.skip), first))
    if not keep.scores.cells:
        raise LeagueError(f"{given[0]} plays no cell of the suite {suite}; allowed: an entry that plays one or more")
    return keep.finish()


def _entered(given: Sequence[str | Path], suite: Suite) -> tuple[list[Entry], dict[str, int]]:
    entries = entries_of(given, suite)
    return entries, who_plays(entries, suite)


def _job(given: Sequence[str | Path], suite: Suite, cells: Sequence[str] | None, answer_s: float) -> Job:
    wanted = list(suite.cells) if cells is None else [suite.cell(cell).name for cell in cells]
    entries, players = _entered(given, suite)
    unplayed = [cell for cell in wanted if cells is not None and cell not in players]
    if unplayed:
        first = suite.cell(unplayed[0])
        why = entries[0].misfit(first.centre(), first.asked)
        raise LeagueError(f"no source fits the cell {unplayed[0]}: {entries[0].source}: {why}")
    return Job(suite, entries, {cell: players[cell] for cell in wanted if cell in players}, answer_s)


def empty_file(job: Job, name: str) -> ScoreFile:
    """Return a score file without cells."""
    suite = SuiteVersion(job.suite.name, job.suite.version, job.suite.digest)
    return ScoreFile(
        FORMAT, name, suite, kernel_digest(), versions(), DEVELOPMENT, sources_of(job.entries), {}, None
    )  # fmt: skip


def sources_of(entries: Sequence[Entry]) -> list[Source]:
    """Return entries as a score file names them."""
    return [
        Source(
            entry.source, entry.kind, entry.digest,
            None if entry.bundle is None else msgspec.to_builtins(entry.bundle.manifest.provenance),
        )
        for entry in entries
    ]  # fmt: skip


def development_days(cell: Cell) -> np.ndarray:
    """Return the seeds of a cell's days."""
    return seeds(DEVELOPMENT, cell.days)


def confirmation_days(cell: Cell, skip: int) -> np.ndarray:
    """Return the seeds of a cell's confirmation days."""
    return seeds(CONFIRMING, cell.days, skip=skip)


def drawn_skip(suite: SuiteVersion, entries: Sequence[Source]) -> int:
    """Return how many confirmation seeds the digests of suite and entries leave out."""
    text = " ".join([suite.digest, *(entry.digest for entry in entries)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % (RANGE // 2)


class _Kept:
    """The score so far; written after each cell, and taken up again if suite, code and entries are the same."""

    def __init__(self, path: Path | None, empty: ScoreFile, confirm: bool, leader: Job | None) -> None:
        self.path = path
        self.skip = drawn_skip(empty.suite, empty.entries)
        blank = Confirmation(self.skip, [] if leader is None else sources_of(leader.entries), {}) if confirm else None
        self.scores = msgspec.structs.replace(empty, confirmation=blank)
        if path is not None and path.is_file():
            with contextlib.suppress(LeagueError):
                found = read_scores(path)
                if _without_cells(found) == self.scores:
                    self.scores = found

    def add(self, cell: str, found: CellScore | None) -> None:
        """Add a cell that was played."""
        if found is not None:
            self.scores.cells[cell] = found
            self._write()

    def is_confirmed(self, cell: str) -> bool:
        """Return whether a cell has run on confirmation days."""
        return self.scores.confirmation is not None and cell in self.scores.confirmation.cells

    def confirm(self, cell: str, found: CellScore | None) -> None:
        """Add a cell on confirmation days."""
        if found is not None and self.scores.confirmation is not None:
            self.scores.confirmation.cells[cell] = found
            self._write()

    def _write(self) -> None:
        if self.path is not None:
            write_scores(self.path, self.scores)

    def finish(self) -> ScoreFile:
        """Remove the file and return the score."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)
        return self.scores


def _without_cells(scores: ScoreFile) -> ScoreFile:
    blank = scores.confirmation and msgspec.structs.replace(scores.confirmation, cells={})
    return msgspec.structs.replace(scores, cells={}, confirmation=blank)
