"""A rule in the league of all rules: its figures by centre beside the opponent's other half, or why it does not run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from experiments.jobs.files import read_json
from experiments.pipeline.evaluation import Rule
from experiments.site.centres import OPPONENTS
from experiments.site.text import cell, estimate, table
from experiments.tuning.league_page import League, Row, is_over, name_of
from experiments.tuning.page import LEAGUE_PAGE, LEAGUES, share_of, value_of

HEAD = ["centre", "reward of an episode", "difference to the opponent", "dropped, %", "parameters found"]


def leagues(folder: Path = OPPONENTS / LEAGUES) -> list[League]:
    """Return the leagues of all centres that have one, in the order of their files."""
    return [read_json(path) for path in sorted(folder.glob("*.json"))]


def of_rule(half: str, rule: str, found: Sequence[League]) -> list[str]:
    """Return the paragraphs of a rule: how it was measured, a table of centres, and where it does not run and why.

    Args:
        half: `routing` or `pacing`.
        rule: Its name.
        found: The leagues of the centres.

    Returns:
        The paragraphs; empty if no league has the rule.
    """
    mine = [(league, row) for league in found for row in league["rules"] if (row["half"], row["rule"]) == (half, rule)]
    ran = [(league, row) for league, row in mine if "why" not in row]
    if not mine:
        return []
    parts = [_standing(mine[0][1])]
    if ran:
        parts += [_how(ran), table(HEAD, [_line(league, row) for league, row in ran])]
    return [*parts, *_misfits(mine)]


def _standing(row: Row) -> str:
    rung = "S, as it has more searched numbers than P1 and P2 allow" if row["rung"] == "S" else row["rung"]
    return f"Rung: {rung}. Compared with all other rules in the [league](../results/{LEAGUE_PAGE})."


def _how(ran: Sequence[tuple[League, Row]]) -> str:
    seconds = ", ".join(sorted({f"{league['cpu_s']:g}" for league, _ in ran}))
    return (
        "At each centre the rule runs beside the other half of the centre's opponent. Its own parameters were searched "
        f"for {seconds} CPU seconds; the opponent was tuned far longer, both halves at once. Rewards, and differences "
        "paired with the opponent, are those of evaluation days, with 95 % intervals. A `>` marks a dropped share "
        "above the limit."
    )


def _line(league: League, row: Row) -> list[str]:
    over = " >" if is_over(row, league["opponent"]["limit"]) else ""
    found = Rule(row["rule"], row["params"]).arguments
    return [
        _link(league), value_of(row), estimate(row["difference"], sign=True), share_of(row["dropped_share"]) + over,
        f"`{cell(found)}`" if found else "defaults",
    ]  # fmt: skip


def _link(league: League) -> str:
    name = league["opponent"]["scenario"]
    return f"[`{name}`](../centres/{name}.md){name_of(league).removeprefix(name)}"


def _misfits(mine: Sequence[tuple[League, Row]]) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for league, row in mine:
        if "why" in row:
            reasons.setdefault(" ".join(row["why"].split()), []).append(_link(league))
    lines = [f"- {reason}: {', '.join(centres)}" for reason, centres in reasons.items()]
    return ["It does not run at:\n\n" + "\n".join(lines)] if lines else []
