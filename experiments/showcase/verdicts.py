"""Verdicts of the benchmark by the evaluation contract, each with its reason in one sentence.

A learner has *won* only over P2, with the interval over replicates and days, adjusted for all learners and centres of
the report by Holm's procedure. The upper end of its dropped share must be within the limit, and its inbound abandonment
at most `MORE_ABANDONED` above that of P2. A single training has no interval over replicates: it wins and loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ccenv.kpis import holm
from ccenv.kpis.suite import LEVEL, MORE_ABANDONED
from experiments.headline.page import NOT_COMPARABLE, outcome_of
from experiments.pipeline.verdict import article, number, span


class Verdict(NamedTuple):
    """The verdict on a learner at a centre.

    Attributes:
        outcome: `won`, `tied`, `lost`, `undecided`, or `not comparable`: ahead, but not at equal compliance.
        sentence: Its difference to P2.
        reason: Why, in one sentence.
    """

    outcome: str
    sentence: str
    reason: str


def verdicts_of(centres: Sequence[Mapping[str, Any]]) -> list[dict[str, Verdict]]:
    """Return the verdicts of each centre by row; all of them are one suite."""
    cells = [(centre, row) for centre in centres for row in centre["rows"] if row["learner"]]
    adjusted = iter(holm([row["over_p2"]["p"] for _, row in cells]).tolist())
    found: list[dict[str, Verdict]] = [{} for _ in centres]
    for place, centre in enumerate(centres):
        for row in (each for each in centre["rows"] if each["learner"]):
            found[place][row["row"]] = _verdict(centre, row, next(adjusted), len(cells))
    return found


def _verdict(centre: Mapping[str, Any], row: Mapping[str, Any], adjusted: float, n_cells: int) -> Verdict:
    said, _ = outcome_of(row, adjusted)
    return Verdict(said, _sentence(centre, row), _reason(said, row, adjusted, n_cells))


def _sentence(centre: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    many = row["replicates"] > 1
    gap = row["over_p2"] if many else over_days(row)
    a_day = "day" if centre["episode_days"] == 1 else "episode"
    runs = (
        f"{row['replicates']} seeds and {centre['days']} {a_day}s"
        if many
        else f"one training and {centre['days']} {a_day}s"
    )
    which = "the frozen opponent P2" if centre["frozen"] is not None else "the rules tuned in this run"
    return (
        f"{row['row']} against {which}, {centre['opponent']}: {span(gap, sign=True)} in value per {a_day} (1 is "
        f"{article(centre['unit'])}), over {runs}."
    )


def over_days(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the difference of a single training to P2, with its interval over days."""
    found: dict[str, Any] = row["each"][0]["over_p2"]
    return found


def _reason(said: str, row: Mapping[str, Any], adjusted: float, n_cells: int) -> str:
    gap, compliance = row["over_p2"], row.get("compliance")
    if row["replicates"] == 1:
        return (
            "A single training has no interval over replicates, so it wins and loses nothing; brackets are over days."
        )
    if said == "undecided":
        return "All differences are equal, so there is no interval of resampled replicates and days."
    if said == "tied":
        holds = gap["low"] <= 0.0 <= gap["high"]
        alone = "the interval over seeds and days holds 0"
        many = f"p = {number(adjusted)}, adjusted for the {n_cells} cells of this report, is above {LEVEL:g}"
        return f"A tie, since {alone if holds else many}."
    side = "above" if gap["mean"] > 0.0 else "below"
    clear = f"the interval over seeds and days lies {side} 0"
    if compliance is None or said == "lost":
        return f"{said.capitalize()}, since {clear}."
    kept = "; ".join(_facts(compliance))
    if said == NOT_COMPARABLE:
        return f"Ahead, but not at equal compliance: {kept}."
    return f"Won, since {clear}; {kept}."


def _facts(compliance: Mapping[str, Any]) -> list[str]:
    share, more = compliance["share"], compliance["more_abandoned"]
    dropped = "nobody was reached" if share["mean"] is None else (
        f"it drops {span(share, 100.0)} % of the connects on 30-day episodes, "
        f"{'within' if compliance['within'] else 'not surely within'} the limit of {100 * compliance['limit']:g} %"
    )  # fmt: skip
    verb = "within" if compliance["not_more"] else "above"
    return [
        dropped,
        f"inbound abandonment differs from that of the rule by {span(more, 100.0, sign=True)} points, {verb} the "
        f"margin of {100 * MORE_ABANDONED:g}",
    ]
