"""The leaderboard of a suite, rebuilt from score files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ccenv.files.errors import shown
from ccenv.kpis import Estimate
from ccenv.kpis.numbers import as_text
from ccenv.league.declared import RUNGS, Suite, suite_of
from ccenv.league.errors import LeagueError
from ccenv.league.judging import POLICY, STRONGEST, judged_cells, suite_score, verdicts_of
from ccenv.league.score_file import CellScore, ScoreFile, read_scores

DASH = "–"
CELL_HEADS = "entry", "value", "score", "over P2", "over P1", "over P0", "dropped, %", "abandoned, %", "verdict"
VERDICTS = ("won", "tied", "lost", "unequal")


def table(paths: Iterable[Path | str]) -> str:
    """Return the leaderboard of score files as Markdown; the same files give the same bytes, in any order.

    Entries stand in the order of their score, equal scores by name. Confirmation days count, where a file has them, and
    not the days on which the entry was developed.

    Args:
        paths: Score files of one suite, or folders that hold them as `*.json`.

    Raises:
        LeagueError: If there is no file, a file is of another suite or version of the suite or of other code than the
            first, two have one name, or two differ in an opponent's days.
    """
    files = score_files(paths)
    found = {str(file): read_scores(file) for file in files}
    suite = _common_suite(found)
    rows = sorted((_Row(scores, suite) for scores in found.values()), key=lambda row: (-row.score, row.scores.name))
    return "\n".join([*_head(suite, rows), *_ranking(suite, rows), *_cells(suite, rows)]) + "\n"


def score_files(paths: Iterable[Path | str]) -> list[Path]:
    """Return the files that paths name, a folder by its `*.json`, sorted.

    Raises:
        LeagueError: If there is none.
    """
    given = [Path(path) for path in paths]
    files = [file for path in given for file in (sorted(path.glob("*.json")) if path.is_dir() else [path])]
    if not files:
        raise LeagueError(
            f"files = {shown([str(path) for path in given])}; allowed: one or more score files or folders"
        )
    return sorted(set(files))


def _common_suite(found: Mapping[str, ScoreFile]) -> Suite:
    (first, reference), *others = found.items()
    suite = suite_of(reference.suite.name)
    names: dict[str, str] = {}
    for file, scores in found.items():
        for key in ("name", "version", "digest"):
            value, allowed = getattr(scores.suite, key), getattr(suite, key)
            if value != allowed:
                raise LeagueError(
                    f"{file}: suite.{key} = {shown(value)}; allowed: {shown(allowed)}, that of this ccenv"
                )
        if scores.kernel != reference.kernel:
            raise LeagueError(f"{file}: kernel = {scores.kernel}; allowed: {reference.kernel}, that of {first}")
        if scores.name in names:
            raise LeagueError(
                f"{file}: name = {shown(scores.name)}; allowed: another than that of {names[scores.name]}"
            )
        names[scores.name] = file
        for cell in scores.cells:
            suite.cell(cell)
    _check_opponents(found)
    return suite


def _check_opponents(found: Mapping[str, ScoreFile]) -> None:
    """Check that all files have the same values of the opponents on development days."""
    seen: dict[tuple[str, str], tuple[str, list[float]]] = {}
    for file, scores in found.items():
        for name, cell in scores.cells.items():
            for rung in RUNGS:
                if rung not in cell.actors:
                    raise LeagueError(f"{file}: cells.{name}.actors has no {rung}; allowed: {', '.join(RUNGS)}")
                values = cell.actors[rung].value
                other, before = seen.setdefault((name, rung), (file, values))
                if before != values:
                    raise LeagueError(f"{file}: cells.{name}.actors.{rung}.value differs from that in {other}")


class _Row:
    """A score file with the judged cells that count."""

    def __init__(self, scores: ScoreFile, suite: Suite) -> None:
        self.scores = scores
        confirmed = {} if scores.confirmation is None else scores.confirmation.cells
        self.counted: dict[str, CellScore] = {**scores.cells, **confirmed}
        self.confirmed = set(confirmed)
        self.judged = judged_cells(self.counted, suite)
        self.verdicts = verdicts_of(self.judged)
        self.score = suite_score({name: each.score for name, each in self.judged.items()}, len(suite.cells))


def _head(suite: Suite, rows: Sequence[_Row]) -> list[str]:
    return [
        f"# {suite.name}", "",
        f"Version {suite.version} of the suite, {len(suite.cells)} cells; {suite.about}. Digest `{suite.digest[:16]}`, "
        f"kernel `{rows[0].scores.kernel[:16]}`.", "",
        "Score: (policy - P0) / (best known - P0), the mean over all cells; a cell that is not entered counts 0, as P0 "
        "does, and one over the limit of the dropped share counts 0 or less. Verdicts are over P2, by the differences "
        "on the same days, at 5 % for all cells of an entry together (Holm); brackets are 95 % intervals. "
        "*Unequal*: ahead of P2, but over the limit, or with more than 0.2 points more inbound contacts abandoned. A "
        "star marks figures from confirmation days.", "",
    ]  # fmt: skip


def _ranking(suite: Suite, rows: Sequence[_Row]) -> list[str]:
    lines = _header("", "entry", "score", "cells", *VERDICTS, "kind", "bundle")
    for place, row in enumerate(rows, 1):
        verdicts: Counter[str] = Counter(row.verdicts.values())
        entries = row.scores.entries
        star = "\\*" if row.confirmed and row.confirmed == set(row.scores.cells) else ""
        lines.append(
            _line(
                str(place), _text(row.scores.name), f"{as_text(row.score, decimals=4)}{star}",
                f"{len(row.judged)} of {len(suite.cells)}", *(str(verdicts[name]) for name in VERDICTS),
                ", ".join(dict.fromkeys(entry.kind for entry in entries)),
                ", ".join(f"`{entry.digest[:8]}`" for entry in entries),
            )
        )  # fmt: skip
    return [*lines, ""]


def _cells(suite: Suite, rows: Sequence[_Row]) -> list[str]:
    lines: list[str] = []
    for name, cell in suite.cells.items():
        asked = f"; {cell.asked.words}" if cell.asked.words else ""
        played = [row for row in rows if name in row.judged]
        if not played:
            continue
        scale, opponents = suite.scales[name], suite.opponents_of(cell)
        limit = "no limit" if opponents.limit is None else f"limit {100 * opponents.limit:g} %"
        lines += [
            f"## {name}", "",
            f"P0 {as_text(scale.value)}, best known {as_text(scale.best)} ({scale.kind}); dropped share: {limit}; "
            f"{cell.days} days{asked}.", "",
            *_header(*CELL_HEADS),
        ]  # fmt: skip
        first = played[0].scores.cells[name]
        for rung in RUNGS:
            days = first.actors[rung]
            mean = sum(days.value) / len(days.value)
            lines.append(
                _line(
                    rung, as_text(mean), as_text((mean - scale.value) / scale.denominator, decimals=4), *[DASH] * 3,
                    _percent(days.figures.get(first.definition)), _percent(days.figures.get("abandonment")), DASH,
                )
            )  # fmt: skip
        ranked = sorted(played, key=lambda row: (-row.judged[name].score, row.scores.name))
        lines += [_cell_line(row, name) for row in ranked]
        lines.append("")
    return lines[:-1]


def _cell_line(row: _Row, name: str) -> str:
    each, counted = row.judged[name], row.counted[name]
    figures = counted.actors[POLICY].figures
    star = "\\*" if name in row.confirmed else ""
    over = [_signed(each.over[rung]) for rung in (STRONGEST, "P1", "P0")]
    return _line(
        f"{_text(row.scores.name)}{star}", str(each.value), as_text(each.score, decimals=4), *over,
        _percent(figures.get(counted.definition)), _percent(figures.get("abandonment")), row.verdicts[name],
    )  # fmt: skip


def _signed(difference: Estimate) -> str:
    mean, low, high = (as_text(number, sign=True) for number in difference)
    return f"{mean} [{low}, {high}]"


def _percent(share: float | None) -> str:
    return DASH if share is None else as_text(100.0 * share, decimals=2)


def _text(name: str) -> str:
    return name.replace("|", "\\|").replace("\n", " ")


def _header(*heads: str) -> list[str]:
    return [_line(*heads), _line(*["---"] * len(heads))]


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
