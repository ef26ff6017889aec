"""What the benchmark's page shows of its centres: verdicts, first tables, equal compliance, halves, as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ccenv.kpis import KPIS
from ccenv.kpis.suite import LEVEL, MORE_ABANDONED
from experiments.curves.committed import committed_curves
from experiments.headline.declared import BOUND, FIRST_TABLE, OWN, P1, P2
from experiments.headline.page import cell_text
from experiments.jobs.markdown import NOTHING
from experiments.pipeline.verdict import article, number, span
from experiments.showcase.committed import committed
from experiments.showcase.verdicts import Verdict, over_days, verdicts_of

COMMITTED = "from committed results"
MONTH_HEAD = (
    "Row",
    "Dropped, %",
    "Limit, %",
    "Days above, %",
    "Worst 30 days, %",
    "Inbound abandoned, %",
    "Above P2, points",
)


def shown(centres: Sequence[Mapping[str, Any]], learner: str, manager: bool) -> dict[str, Any]:
    """Return the content of the page's first part, for its template.

    Args:
        centres: Results of `judged_centre`, the benchmark's own centre first.
        learner: Row of the learner whose first policy the page describes.
        manager: Whether a page for the manager lies beside the report.

    Returns:
        `lead` (verdict on the learner at the benchmark's own centre), `suite` (what a verdict is), `centres`, `notes`
        (meanings of columns), `manager`, and `curves` (committed learning curves; None without them).
    """
    found = verdicts_of(centres)
    return {
        "lead": found[0][learner]._asdict(),
        "centres": [_centre(centre, said, learner) for centre, said in zip(centres, found, strict=True)],
        "suite": _suite(centres),
        "notes": {column.title: column.meaning or KPIS[column.name].meaning for column in FIRST_TABLE
                  if column.meaning or column.name in KPIS},
        "manager": manager,
        "curves": committed_curves(),
    }  # fmt: skip


def _suite(centres: Sequence[Mapping[str, Any]]) -> str:
    seeds = centres[0]["seeds"]
    cells = sum(row["learner"] for centre in centres for row in centre["rows"])
    runs = (
        f"Each learner ran as {seeds} whole replicates: tuning of the rules of its start, training, choice, export, "
        "from one master seed on days of its own. Brackets of learners are 95 % intervals over seeds and days, both "
        "resampled; those of rules are over days."
        if seeds > 1
        else "Each learner is a single training; all brackets are 95 % intervals over days."
    )
    return (
        f"{runs} A learner has won only over P2: if its p-value, adjusted for the {cells} cells of this report by "
        f"Holm's procedure, is at most {LEVEL:g}, the upper end of the dropped share on 30-day episodes is within the "
        f"limit, and inbound abandonment is at most {100 * MORE_ABANDONED:g} points above that of P2. A replicate "
        "whose policy surely exceeds the limit on validation days counts as P2; one whose start is better than every "
        "checkpoint there keeps the rules of its start. The days are those of development; "
        "published figures come from days of the purpose final."
    )


def _centre(centre: Mapping[str, Any], verdicts: Mapping[str, Verdict], learner: str) -> dict[str, Any]:
    published = committed(centre["name"]) if centre["frozen"] is not None else None
    return {
        "name": centre["name"],
        "is_main": centre["is_main"],
        "description": centre["description"],
        "verdicts": [each._asdict() for row, each in verdicts.items() if row != learner or not centre["is_main"]],
        "head": ["Value", *(column.title for column in FIRST_TABLE)],
        "rows": [*_rows(centre, learner), *_published(published), _bound(centre)],
        "caption": _caption(centre, published),
        "month": _month(centre),
        "month_head": MONTH_HEAD,
        "month_runs": centre["month_runs"],
        "halves": _halves(centre),
    }


def _rows(centre: Mapping[str, Any], learner: str) -> list[dict[str, Any]]:
    found = []
    for row in centre["rows"]:
        role = "best_rule" if row["row"] == P2 else "learned" if row["row"] == learner else ""
        found.append(_row(row, _replicates(row) if row["learner"] else row["label"], role))
    return found


def _row(row: Mapping[str, Any], note: str, role: str) -> dict[str, Any]:
    cells = [cell_text(column, row["kpis"].get(column.name)) for column in FIRST_TABLE]
    return {"name": row["row"], "note": note, "role": role, "cells": [span(row["value"]), *cells]}


def _replicates(row: Mapping[str, Any]) -> str:
    many, counted = row["replicates"], row["counted_as_rule"]
    seeds = f"{many} seeds" if many > 1 else "one training"
    notes = {"counted as P2": counted, "kept the rule of the start": row["kept_rule"]}
    return ", ".join([seeds, *(f"{n} {what}" for what, n in notes.items() if n)])


def _published(found: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    if found is None:
        return []
    about = f"{found['days']} {found['purpose']} days"
    return [
        _row(
            row, f"{COMMITTED}: {row['replicates']} replicates, {about}; over P2 {span(row['over_p2'], sign=True)}", ""
        )
        for row in found["rows"]
    ]


def _bound(centre: Mapping[str, Any]) -> dict[str, Any]:
    found = centre[BOUND]
    note, value = ("none is known", NOTHING) if found is None else (found["kind"], number(found["denominator"]))
    return {"name": BOUND, "note": note, "role": "", "cells": [value, *[NOTHING] * len(FIRST_TABLE)]}


def _caption(centre: Mapping[str, Any], published: Mapping[str, Any] | None) -> str:
    kind = "days" if centre["episode_days"] == 1 else "episodes"
    tuned = " and ".join(row["row"] for row in centre["rows"] if row["row"] in (P1, P2))
    opponents = (
        f"P1 and P2 are the frozen opponents, version {centre['frozen']}."
        if centre["frozen"] is not None
        else f"This centre has no frozen opponents: {tuned} {'were' if ' and ' in tuned else 'was'} tuned in this run."
    )
    later = "" if published is not None or centre["frozen"] is None else (
        " No replicates of other learners are committed for this centre; python -m experiments.headline "
        f"centres=[{centre['name']}] makes them."
    )  # fmt: skip
    return (
        f"{centre['name']}, {centre['days']} unseen {kind}; a value of 1 is {article(centre['unit'])}. {opponents} CPU "
        "time is that of tuning, learning and choosing of one replicate, or of the search of a rung. Waits are from "
        f"the event log of fewer days.{later}"
    )


def _month(centre: Mapping[str, Any]) -> list[list[str]]:
    if not centre["month_runs"]:
        return []
    return [
        [row["row"], span(each["share"], 100.0), f"{100 * each['limit']:g}",
         *(_percent(each[name]) for name in ("days_above", "worst", "abandonment")),
         NOTHING if row["row"] == P2 else span(each["more_abandoned"], 100.0, sign=True)]
        for row in centre["rows"] if row["row"] in (OWN, P1, P2) or row["learner"]
        for each in [row["compliance"]]
    ]  # fmt: skip


def _percent(value: float | None) -> str:
    return NOTHING if value is None else number(100.0 * value)


def _halves(centre: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"row": row["row"], "whole": span(over_days(row) if row["replicates"] == 1 else row["over_p2"], sign=True),
         **{half: span(row["halves"][half], sign=True) for half in ("routing", "pacing")}}
        for row in centre["rows"] if row.get("halves")
    ]  # fmt: skip
