"""The page of the league of rules: each rule of both halves by centre, what does not fit, and what was not tuned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from experiments.jobs.markdown import NOTHING, estimate, table, text
from experiments.pipeline.evaluation import Rule, is_bound, pair_of, unit_of_value
from experiments.pipeline.joint.space import HALVES, other_half
from experiments.tuning.choice import centre_of
from experiments.tuning.page import period_of, share_of, value_of

COMMAND = "python -m experiments.tune league=true"

League = Mapping[str, Any]
Row = Mapping[str, Any]


def page(leagues: Sequence[League]) -> str:
    """Return the page in Markdown, made from the results of all centres."""
    parts = [
        "# League of rules",
        text(
            f"Written by `{COMMAND}`; do not edit. Every routing rule and every pacing rule, by centre, each beside "
            "the other half of the centre's opponent: the pair that is best on validation days, P1 or P2, among the "
            "[opponents](opponents.md).",
            _method(leagues),
            "Difference: of the reward of an episode to the opponent, paired on the same evaluation days, with a 95 % "
            "interval over the days. The opponent was tuned far longer, both halves at once, so a rule that is "
            "behind it may be ahead after as long a search. A rule ahead of it, with "
            "an interval above 0, shows room that the opponent leaves. Many rules are compared: a few intervals of "
            "rules that equal the opponent lie beside 0 by chance. A rule with the opponent's decisions on all days "
            "is counted apart: its difference of 0 is no measured tie.",
            "S: rules with more searched numbers than P1 and P2 allow; they are listed apart and are never an "
            "opponent. Rules above the limit of the dropped share come last, marked with >.",
        ),
    ]
    if leagues:
        parts += ["## Centres", _centres(leagues), "## Rules", _rules(leagues), "## Not tuned", *_untuned(leagues)]
    return "\n\n".join([*parts, *(part for league in leagues for part in _centre(league))]) + "\n"


def _method(leagues: Sequence[League]) -> str:
    seconds = ", ".join(sorted({f"{league['cpu_s']:g}" for league in leagues})) or "0"
    days = ", ".join(sorted({str(league["days"]) for league in leagues}, key=int)) or "0"
    return (
        f"Each rule has {seconds} CPU seconds of search over its words, orders and numbers, from its defaults and from "
        "what it shares with the opponent; the choice on validation days comes on top. Figures are from evaluation "
        f"days, on which nothing was chosen. Days of each kind, by centre: {days}."
    )


def name_of(league: League) -> str:
    """Return the name of a league's centre, with the flag of its pacing rules if only one is allowed."""
    flag = {None: "", True: ", reserving", False: ", not reserving"}[league["opponent"]["reserves"]]
    return f"{league['opponent']['scenario']}{flag}"


def ran(league: League, half: str) -> list[Row]:
    """Return the rules of a half that ran: within the limit by value, then the others by their dropped share."""
    limit = league["opponent"]["limit"]
    rows = [row for row in league["rules"] if row["half"] == half and "why" not in row]
    return sorted(
        rows, key=lambda row: (is_over(row, limit), row["dropped_share"] if is_over(row, limit) else -row["value"])
    )


def is_over(row: Row, limit: float | None) -> bool:
    """Return whether a rule drops more than the limit."""
    return limit is not None and row["dropped_share"] is not None and row["dropped_share"] > limit


def _centres(leagues: Sequence[League]) -> str:
    lines = []
    for league in leagues:
        cells = [name_of(league), league["opponent"]["rung"]]
        for half in HALVES:
            rows = ran(league, half)
            first = f"`{rows[0]['rule']}` {estimate(rows[0]['difference'], sign=True)}" if rows else NOTHING
            cells += [str(len(rows)), first]
        lines.append(cells)
    head = [
        "centre",
        "opponent",
        "routing rules",
        "the best, its difference",
        "pacing rules",
        "the best, its difference",
    ]
    return table(head, lines)


def _rules(leagues: Sequence[League]) -> str:
    lines = []
    for half, name, rung in _names(leagues):
        rows = [(league, row) for league in leagues for row in ran(league, half) if row["rule"] == name]
        best = sum(ran(league, half)[0] is row for league, row in rows)
        level = sum(_is_level(row, league["opponent"]["limit"]) for league, row in rows)
        equal = sum(is_bound(row["difference"]) for _, row in rows)
        counts = (len(rows), len(leagues) - len(rows), best, level, equal)
        lines.append([f"`{name}`", half, rung, *map(str, counts)])
    head = [
        "rule",
        "half",
        "rung",
        "centres that run it",
        "centres that do not",
        "best at",
        "not surely behind the opponent at",
        "equal to it on all days at",
    ]
    return table(head, lines)


def _is_level(row: Row, limit: float | None) -> bool:
    """Return whether the interval of a rule within the limit reaches 0; equal days have no interval that could."""
    difference = row["difference"]
    if is_over(row, limit) or is_bound(difference) or difference["high"] is None:
        return False
    return bool(difference["high"] >= 0.0)


def _names(leagues: Sequence[League]) -> list[tuple[str, str, str]]:
    found = {(row["half"], row["rule"], row["rung"]): None for league in leagues for row in league["rules"]}
    return list(found)


def _untuned(leagues: Sequence[League]) -> list[str]:
    lines = []
    for half, name, _ in _names(leagues):
        by_params: dict[tuple[str, ...], list[str]] = {}
        for league in leagues:
            for row in ran(league, half):
                if row["rule"] == name:
                    by_params.setdefault(tuple(row["untuned"]), []).append(name_of(league))
        for params, centres in by_params.items():
            where = "" if len(by_params) == 1 else ", ".join(centres)
            lines.append([f"`{name}`", ", ".join(f"`{param.partition('.')[2]}`" for param in params) or "none", where])
    intro = "Parameters that keep their default, or that of the opponent, by rule; by centre too where centres differ."
    return [text(intro), table(["rule", "not tuned", "centres"], lines)]


def _centre(league: League) -> Iterable[str]:
    opponent, figures, limit = league["opponent"], league["figures"], league["opponent"]["limit"]
    pair, scenario = pair_of(opponent["pair"]), centre_of(opponent["scenario"])
    share = "" if figures["dropped_share"] is None else f", {100 * figures['dropped_share']:.2f} % dropped"
    kept = "no limit" if limit is None else f"{100 * limit:g} %"
    yield f"## {name_of(league)}"
    period = period_of(scenario)
    yield text(
        f"Opponent: {opponent['rung']}, version {opponent['version']}, `{pair.label}`: {value_of(figures)} "
        f"{period}{share}. Reward: {unit_of_value(scenario)}. {league['days']} validation days and as many evaluation "
        f"days; limit of the dropped share: {kept}; `{league['command']}`."
    )
    for half in HALVES:
        beside = getattr(pair, other_half(half)).label
        rows = ran(league, half)
        for title, chosen in (
            (f"### {half.capitalize()}, beside `{beside}`", [row for row in rows if row["rung"] != "S"]),
            (f"### {half.capitalize()}, S", [row for row in rows if row["rung"] == "S"]),
        ):
            if chosen:
                yield title
                yield _table(chosen, limit, period)
    yield from _skipped(league)


def _table(rows: Sequence[Row], limit: float | None, period: str) -> str:
    lines = [
        [
            f"`{Rule(row['rule'], row['params']).label}`", row["rung"], value_of(row),
            estimate(row["difference"], sign=True),
            share_of(row["dropped_share"]) + (" >" if is_over(row, limit) else ""), f"{row['cpu_s']:.1f}",
        ]
        for row in rows
    ]  # fmt: skip
    return table(["rule", "rung", f"reward {period}", "difference to the opponent", "dropped, %", "CPU s"], lines)


def _skipped(league: League) -> Iterable[str]:
    reasons: dict[tuple[str, str], list[str]] = {}
    for row in league["rules"]:
        if "why" in row:
            reasons.setdefault((row["half"], row["why"]), []).append(f"`{row['rule']}`")
    lines = []
    for (half, reason), names in reasons.items():
        every = len(names) == sum(row["half"] == half for row in league["rules"])
        lines.append(f"- {f'every {half} rule' if every else ', '.join(names)}: {' '.join(reason.split())}.")
    if lines:
        yield "### Do not fit"
        yield "\n".join(lines)
