"""`ccenv league`: score entries on a suite, verify score files, rebuild the leaderboard."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ccenv.cli.asked import can_be_written
from ccenv.cli.shown import NOTES, escaped, progress, show_lines, show_table
from ccenv.description.tables import Table
from ccenv.files.writing import write_atomic
from ccenv.kpis.numbers import as_text
from ccenv.league import LeagueError, list_suites, suite_of, verify, write_scores
from ccenv.league import score as scored
from ccenv.league import table as leaderboard
from ccenv.league.declared import Suite
from ccenv.league.judging import judged_cells, verdicts_of
from ccenv.league.score_file import ScoreFile
from ccenv.league.seat import ANSWER_S

Sources = Annotated[
    list[str],
    typer.Argument(
        help="Folders of bundles, ONNX files, file.py:name or module:name; cell=SOURCE enters for one cell.",
        metavar="SOURCE...",
    ),
]
Answer = Annotated[float, typer.Option(help="Longest wait for an answer of a policy, in seconds.", min=0.1)]


def complete_suite(incomplete: str) -> list[str]:
    """Return the suites that begin so."""
    return [name for name in list_suites() if name.startswith(incomplete)]


def add_to(app: typer.Typer) -> None:
    """Add the command with its own commands."""
    league = typer.Typer(help="Enter policies in the league.", no_args_is_help=True, rich_markup_mode="markdown")
    for command in (suites, score, verify_scores, table):
        league.command("verify" if command is verify_scores else None)(command)
    app.add_typer(league, name="league")


def suites(
    suite: Annotated[
        str | None, typer.Argument(help="A suite, whose cells are listed.", autocompletion=complete_suite)
    ] = None,
) -> None:
    """List the suites, or the cells of one."""
    if suite is None:
        every = [suite_of(name) for name in list_suites()]
        heads = ("suite", "version", "cells", "about")
        listed = [(each.name, str(each.version), str(len(each.cells)), each.about) for each in every]
        return show_table(Table(heads, tuple(listed), left=(0, 3)))
    found = suite_of(suite)
    cells = [
        (name, cell.scenario, str(cell.days), as_text(found.scales[name].value), as_text(found.scales[name].best))
        for name, cell in found.cells.items()
    ]
    return show_table(Table(("cell", "centre", "days", "P0", "best known"), tuple(cells), left=(0, 1)))


def score(
    sources: Sources,
    suite: Annotated[str, typer.Option(help="Name of the suite.", autocompletion=complete_suite)] = "headline",
    name: Annotated[str | None, typer.Option(help="Name of the submission; the first source.")] = None,
    cell: Annotated[list[str] | None, typer.Option(help="A cell to run, once for each; all that fit.")] = None,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Run all cells again on days that the entries' digest draws.")
    ] = False,
    leader: Annotated[
        list[str] | None, typer.Option(help="An entry that leads; it runs on the confirmation days, too.")
    ] = None,
    out: Annotated[Path, typer.Option(help="The score file to write.", dir_okay=False, callback=can_be_written)] = Path(
        "scores.json"
    ),
    answer_s: Answer = ANSWER_S,
) -> None:
    """Score entries beside the frozen opponents, and write a score file.

    An interrupted score goes on after the last finished cell.

    Examples: `ccenv league score my_policy.py --suite tiny`, `ccenv league score bundles/bank bundles/surge --confirm`.
    """
    with progress("starting") as bar:
        scores = scored(
            sources, suite, name=name, cells=cell, confirm=confirm, leader=leader or (),
            kept=out.with_name(f".{out.name}.part"), answer_s=answer_s,
            told=lambda what: bar.update(bar.task_ids[0], description=what),
        )  # fmt: skip
    write_scores(out, scores)
    show_table(_summary(scores, suite_of(suite)))
    NOTES.print(f"wrote {escaped(str(out))}")


def _summary(scores: ScoreFile, suite: Suite) -> Table:
    counted = {**scores.cells, **({} if scores.confirmation is None else scores.confirmation.cells)}
    found = judged_cells(counted, suite)
    verdicts = verdicts_of(found)
    rows = [
        (name, str(each.value), as_text(each.score, decimals=4), str(each.over["P2"]), verdicts[name])
        for name, each in found.items()
    ]
    return Table(("cell", "value", "score", "over P2", "verdict"), tuple(rows))


def verify_scores(
    scores: Annotated[Path, typer.Argument(help="The score file.", metavar="SCORES")],
    sources: Annotated[
        list[str] | None, typer.Argument(help="Its entries, if they lie elsewhere now.", metavar="SOURCE...")
    ] = None,
    share: Annotated[float, typer.Option(help="Share of the days that are run again.")] = 0.05,
    draw: Annotated[int | None, typer.Option(help="Number from which the days are drawn; a random one.")] = None,
    answer_s: Answer = ANSWER_S,
) -> None:
    """Compare what a score file was measured on, and run some of its days again, to the bit.

    Exit status: 0 if all is equal, 1 if there is a difference; the first one is named.
    """
    with progress("comparing") as bar:
        found = verify(
            scores, sources, share=share, draw=draw, answer_s=answer_s,
            told=lambda what: bar.update(bar.task_ids[0], description=what),
        )  # fmt: skip
    for other in found.other_versions:
        NOTES.print(f"[yellow]note:[/] {escaped(str(other))}")
    if found.first is not None:
        raise LeagueError(f"{scores}: {found.first} (draw {found.draw})")
    show_lines([f"{scores}: {found.n_days} days are equal to the bit (draw {found.draw})"])


def table(
    files: Annotated[list[Path], typer.Argument(help="Score files, or folders of them.", metavar="SCORES...")],
    out: Annotated[
        Path | None, typer.Option(help="Write the page here.", dir_okay=False, callback=can_be_written)
    ] = None,
) -> None:
    """Rebuild the leaderboard from score files; the same files give the same bytes."""
    text = leaderboard(files)
    if out is None:
        return show_lines([text.rstrip()])
    write_atomic(out, text)
    NOTES.print(f"wrote {escaped(str(out))}")
    return None
