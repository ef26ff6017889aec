"""The score file: what a score was measured on, and the values of each day."""

from __future__ import annotations

import hashlib
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import msgspec

import ccenv
from ccenv.files.errors import names
from ccenv.files.writing import write_atomic
from ccenv.league.errors import LeagueError

FORMAT = 1
MOST_BYTES = 64 * 2**20
LIBRARIES = ("numpy", "numba", "onnxruntime")
CODE = ("sim", "rules", "loops")  # rooms of ccenv whose sources the kernel's digest covers


class _Node(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class SuiteVersion(_Node, frozen=True):
    """A suite with its version and digest."""

    name: str
    version: int
    digest: str


class Source(_Node, frozen=True):
    """An entry: the text that named it, its kind, and the SHA-256 of its files; `provenance` is a bundle's own."""

    source: str
    kind: str
    digest: str
    provenance: dict[str, Any] | None = None


class Parts(_Node, frozen=True):
    """Numerator and denominator of a share in each run."""

    above: list[float]
    below: list[float]


class Days(_Node, frozen=True):
    """One actor on the days of a cell.

    Attributes:
        value: Reward of each run.
        dropped: The dropped share in each run; None without a campaign.
        abandoned: The abandoned share in each run; None without a queue.
        figures: KPIs over all runs, by column; None for a ratio without a denominator.
    """

    value: list[float]
    dropped: Parts | None
    abandoned: Parts | None
    figures: dict[str, float | None]


class CellScore(_Node, frozen=True):
    """A cell of a score file.

    Attributes:
        entry: Index of the entry that played it.
        scenario_digest: Digest of the centre under the action set.
        interface_digest: Digest of the layout of observation and actions under which the entry decided.
        opponents_version: Version of the frozen opponents.
        action_set: Flag of the campaigns under which the entry decided: `either`, `reserved` or `unreserved`; `none`
            without a campaign.
        owns: Decisions that the entry took; rules took the others.
        definition: Column of the dropped share; empty without a campaign.
        actors: By name, `policy`, the rungs, and on confirmation days `leader`.
        illegal_share: Share of the policy's actions that the mask forbade.
        ms_a_decision: Mean wall time of an answer by row; not compared by `verify`.
    """

    entry: int
    scenario_digest: str
    interface_digest: str
    opponents_version: int
    action_set: str
    owns: str
    definition: str
    actors: dict[str, Days]
    illegal_share: float | None
    ms_a_decision: float | None


class Confirmation(_Node, frozen=True):
    """Cells on days that the digest of the entries draws.

    Attributes:
        skip: Number of seeds left out at the start of the range `confirmation`.
        leader: The entries that led when this was run; empty for none.
        cells: The cells, by name.
    """

    skip: int
    leader: list[Source]
    cells: dict[str, CellScore]


class ScoreFile(_Node, frozen=True):
    """A score file.

    Attributes:
        format: Version of this format.
        name: Name of the submission.
        suite: The suite.
        kernel: Digest of the code of simulator, rules and loops.
        versions: Versions of Python and of the libraries.
        seeds: Purpose of the seeds of `cells`; the first ones of its range are used.
        entries: The entries.
        cells: The cells that an entry played, by name.
        confirmation: The same on fresh days; None if it was not asked for.
    """

    format: int
    name: str
    suite: SuiteVersion
    kernel: str
    versions: dict[str, str]
    seeds: str
    entries: list[Source]
    cells: dict[str, CellScore]
    confirmation: Confirmation | None


class _Version(msgspec.Struct):
    format: int


def kernel_digest() -> str:
    """Return the SHA-256 of the sources of simulator, rules and loops, hexadecimal."""
    package = Path(ccenv.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(path for room in CODE for path in (package / room).rglob("*.py")):
        digest.update(f"{path.relative_to(package).as_posix()}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of ccenv, Python and the libraries that can change a number."""
    import platform

    found = {"ccenv": ccenv.__version__, "python": platform.python_version()}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def encoded(scores: ScoreFile) -> bytes:
    """Return a score file as JSON; each list of numbers is on one line."""
    text = msgspec.json.format(msgspec.json.encode(scores), indent=2).decode()
    flat = re.compile(r"\[\s+[-+.\deE,\s]+\]")
    return (
        flat.sub(lambda found: re.sub(r"\s+", " ", found[0]).replace("[ ", "[").replace(" ]", "]"), text).encode()
        + b"\n"
    )


def write_scores(path: Path | str, scores: ScoreFile) -> Path:
    """Write a score file, whole or not at all."""
    write_atomic(Path(path), encoded(scores))
    return Path(path)


def read_scores(path: Path | str) -> ScoreFile:
    """Read a score file and check that its parts fit together.

    Raises:
        LeagueError: If it cannot be read, is no score file of this format, or its days differ in number.
    """
    file = Path(path)
    try:
        if not file.is_file():
            raise LeagueError(f"{file}: there is no such file; allowed: a file that `ccenv league score` wrote")
        if file.stat().st_size > MOST_BYTES:
            raise LeagueError(f"{file}: {file.stat().st_size} bytes; allowed: at most {MOST_BYTES}")
        content = file.read_bytes()
        found = msgspec.json.decode(content, type=_Version).format
        if found != FORMAT:
            raise LeagueError(f"{file}: format = {found}; allowed: {FORMAT}")
        scores = msgspec.json.decode(content, type=ScoreFile)
    except OSError as error:
        raise LeagueError(f"{file}: cannot be read: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise LeagueError(
            f"{file}: is no score file: {error}; allowed: a file that `ccenv league score` wrote"
        ) from error
    more = set() if scores.confirmation is None else set(scores.confirmation.cells) - set(scores.cells)
    if more:
        raise LeagueError(f"{file}: confirmation.cells.{min(more)}; allowed: {names(scores.cells)}, those in cells")
    for at, cell in _cells(scores):
        _check_cell(file, at, cell, len(scores.entries))
    return scores


def _cells(scores: ScoreFile) -> list[tuple[str, CellScore]]:
    confirmed = {} if scores.confirmation is None else scores.confirmation.cells
    return [
        *((f"cells.{name}", cell) for name, cell in scores.cells.items()),
        *((f"confirmation.cells.{name}", cell) for name, cell in confirmed.items()),
    ]


def _check_cell(file: Path, at: str, cell: CellScore, n_entries: int) -> None:
    if not 0 <= cell.entry < n_entries:
        raise LeagueError(f"{file}: {at}.entry = {cell.entry}; allowed: 0 to {n_entries - 1}")
    if "policy" not in cell.actors:
        raise LeagueError(f"{file}: {at}.actors has no policy; allowed: policy, P0, P1, P2, leader")
    n = len(cell.actors["policy"].value)
    for actor, days in cell.actors.items():
        lists = {"value": days.value}
        for name, parts in (("dropped", days.dropped), ("abandoned", days.abandoned)):
            if parts is not None:
                lists |= {f"{name}.above": parts.above, f"{name}.below": parts.below}
        for name, numbers in lists.items():
            if len(numbers) != n or n < 2:
                raise LeagueError(
                    f"{file}: {at}.actors.{actor}.{name} has {len(numbers)} numbers; allowed: {max(n, 2)}, one a day"
                )
