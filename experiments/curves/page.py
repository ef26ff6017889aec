"""The page: bars, values against CPU time and differences at the end of each curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ccenv.kpis.numbers import as_text
from experiments.curves.bars import BARS, GRADIENT, REPLICATES, TIMES, Bar, is_judged, reached
from experiments.curves.declared import PER_UNIT, SCRATCH, SHOWN, WARM, shown_as
from experiments.headline.declared import BOUND
from experiments.jobs.markdown import NOTHING, estimate, table, text

NAME = "curves"
OPEN = "not run"
FIGURE = (
    "Value against the CPU time of the learning, on a logarithmic axis. Thin lines are replicates, bold lines their "
    "means. The leftmost point of a curve is its policy before the first iteration. Values far below FIFO are cut off."
)
BAR_HEAD = ["centre", "start", "learner", "figure", "bar", "median", "mean", "replicates", "verdict"]
VALUE_HEAD = ["start", "learner", "replicates", *map(shown_as, SHOWN), "learning, CPU s", "rules of the start, CPU s"]


def page(result: Mapping[str, Any]) -> str:
    """Return the page in Markdown, made from the result file."""
    rows = result["rows"]
    parts = [
        "# Learning curves",
        text(
            "Written by `python -m experiments.curves`; do not edit. The value of each learner against the CPU time of "
            f"its learning. {shown_as(1.0)} is the CPU time of the learning of the search, {result['search_cpu_s']:g} "
            f"s. From {SCRATCH}, no rule is imitated and none is a candidate: networks are random, the search begins "
            "at the defaults of its index policy, and clones at FIFO with a dial for each idle advisor. From a "
            f"{WARM} start, the learning begins at rules that its replicate has tuned, whose CPU time is not part of "
            "the curve. A replicate is a training from one "
            f"master seed, with training days of its own. It keeps {PER_UNIT} policies within {shown_as(1.0)}.",
            f"All policies run the same {result['days']} evaluation days as the rules beside them. No policy of a "
            "curve is chosen: each point is the policy as it was, under its likeliest actions. Learning rates fall "
            "until the end of a curve, so a shorter training may be better at the same time. Brackets are 95 % "
            "intervals over replicates and days, both resampled; of a single replicate they are over days alone. "
            "Where all replicates have ended at the same policy, brackets are wide: three equal replicates do not say "
            "how far a fourth one may be.",
            f"Replicates: {_replicates(rows)}. Learning took {_spent(rows):.0f} CPU minutes in all.",
        ),
        f"![Learning curves]({NAME}.svg)",
        text(FIGURE),
        "## Bars",
        text(
            f"One of the gradient learners ({', '.join(GRADIENT)}) has to reach a bar with {shown_as(TIMES)} the "
            f"search's CPU time, in {REPLICATES} replicates. Search is that of the same start and master seeds, with "
            f"{shown_as(1.0)}. The score is the distance from the best of the rules as shipped to the bound, "
            "or to the best value known."
        ),
        table(BAR_HEAD, bar_rows(result)),
    ]
    for name, centre in result["centres"].items():
        found = [row for row in rows if row["centre"] == name]
        if found:
            parts += [f"## {name}", *_centre(centre, found)]
    parts += ["## Commands", "\n".join(f"- {line}" for line in commands(rows))]
    return "\n\n".join(parts) + "\n"


def _replicates(rows: Sequence[Mapping[str, Any]]) -> str:
    counts = [len(row["seeds"]) for row in rows]
    few = sum(n < REPLICATES for n in counts)
    span = f"{min(counts)}" if min(counts) == max(counts) else f"{min(counts)} to {max(counts)}"
    return f"{span} a curve" + (f"; {few} of {len(counts)} curves have fewer than {REPLICATES}" if few else "")


def _spent(rows: Sequence[Mapping[str, Any]]) -> float:
    return sum(sum(row["points"][-1]["each_cpu_s"]) for row in rows) / 60.0


def commands(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the commands that have made the rows, with their dates."""
    return list(dict.fromkeys(f"{row['date']}: `{row['command']}`" for row in rows))


def bar_rows(result: Mapping[str, Any]) -> list[list[str]]:
    """Return the rows of the table of bars, one for each bar and curve that is judged; columns as `BAR_HEAD`."""
    found = []
    for bar in BARS:
        judged = [row for row in result["rows"] if row["centre"] == bar.centre and is_judged(row)]
        found += [_bar_row(bar, row, result["centres"][bar.centre]) for row in judged] or [_open(bar, NOTHING, NOTHING)]
    return found


def _bar_row(bar: Bar, row: Mapping[str, Any], centre: Mapping[str, Any]) -> list[str]:
    found = reached(bar, row, centre)
    if found is None:
        return _open(bar, row["start"], row["learner"])
    return [
        f"`{bar.centre}`", row["start"], row["learner"], bar.figure, bar.words, as_text(found.median, sign=True),
        estimate(found.figure, sign=True), ", ".join(as_text(each, sign=True) for each in sorted(found.each)),
        found.verdict,
    ]  # fmt: skip


def _open(bar: Bar, start: str, learner: str) -> list[str]:
    return [f"`{bar.centre}`", start, learner, bar.figure, bar.words, NOTHING, NOTHING, NOTHING, OPEN]


def _centre(centre: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[str]:
    rules = [[row, f"`{rule['label']}`", estimate(rule["value"])] for row, rule in centre["rules"].items()]
    rules.append([BOUND, centre["score"]["kind"], as_text(centre["score"]["denominator"])])
    head = ["start", "learner", *(f"over {row}" for row in centre["rules"]), "behind search", "decisions", "dropped, %"]
    ends = [
        [row["start"], row["learner"],
         *(estimate(row["points"][-1]["over"][name], sign=True) for name in centre["rules"]),
         estimate(row["behind_search"], sign=True), as_text(row["decisions"]), _percent(row["dropped_share"])]
        for row in rows
    ]  # fmt: skip
    return [
        text(f"Value in {centre['unit']}, an episode."),
        table(VALUE_HEAD, [value_row(row) for row in rows]),
        "At the end of each curve, paired by day; the dropped share is the largest of a replicate:",
        table(head, ends),
        "Beside them:",
        table(["row", "rules", "value"], rules),
    ]


def value_row(row: Mapping[str, Any]) -> list[str]:
    """Return the values of a curve at the times shown; columns as `VALUE_HEAD`."""
    at = {point["mark"]: point for point in row["points"]}
    return [
        row["start"], row["learner"], f"{len(row['seeds'])}",
        *(estimate(at[mark]["value"]) if mark in at else NOTHING for mark in SHOWN),
        as_text(row["points"][-1]["cpu_s"]), as_text(row["tuning_s"]) if row["start"] == WARM else NOTHING,
    ]  # fmt: skip


def _percent(share: float | None) -> str:
    return NOTHING if share is None else as_text(100.0 * share, decimals=2)
