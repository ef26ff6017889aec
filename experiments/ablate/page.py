"""The page: what each change costs, beside the unchanged learner and the frozen opponent, centre by centre."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ccenv.kpis import holm
from ccenv.kpis.numbers import as_text
from ccenv.kpis.suite import LEVEL
from experiments.ablate.declared import ABANDONED, ABLATIONS
from experiments.headline.declared import P2, SHARE
from experiments.jobs.markdown import NOTHING, estimate, table, text

BY_NAME = {each.name: each for each in ABLATIONS}
HEAD = ("row", "part", "value", "over the whole learner", "p (Holm)", "each replicate", f"over {P2}", "iterations",
        "learning, s", "dropped, %", "abandoned, %", "replicates")  # fmt: skip


def page(result: Mapping[str, Any]) -> str:
    """Return the page in Markdown, made from the result file."""
    rows = result["rows"]
    adjusted = adjusted_of(rows)
    ran = {row["name"] for row in rows}
    parts = [
        "# Ablations",
        text(
            "Written by `python -m experiments.ablate`; do not edit. One part of a learner is switched off or changed "
            "at a time. A replicate is a whole pipeline from one master seed: tuning of the rules of its start, "
            "learning, choice of a checkpoint, export. A replicate of an ablation has the master seed, the days and "
            "the tuned start of one of the whole learner, so differences are paired by seed and day. Whole learners "
            "have the settings of `configs/ablate.yaml`. A policy has the dials of the rules of its start; without "
            "one, those of the scenario's own rules.",
            "Brackets are 95 % intervals over replicates and days, both resampled. p-values are adjusted for all "
            f"ablations of this page by Holm's procedure; a difference is called sure if p is at most {LEVEL:g}. All "
            "rows of a centre run the same evaluation days, on which nothing is chosen. These are figures of "
            "development. A replicate without a policy within the drop limit on validation days counts as "
            f"{P2}, the frozen opponent of `tuned/opponents.md`; one whose start is better than every checkpoint keeps "
            "the rules of its start.",
        ),
        *(part for name in result["centres"] for part in _centre(name, result, adjusted)),
        "## What is changed",
        "\n".join(f"- `{each.name}`{'' if each.name in ran else ' (not run)'}: {each.about}" for each in ABLATIONS),
        "## Columns",
        text(
            "Each replicate: its mean difference to the whole learner; of a whole learner, to P2. Iterations: "
            "generations of `search`, rounds of `clones`. Learning: CPU time of it. Dropped: by the "
            "campaigns' definition, on these days."
        ),
    ]
    return "\n\n".join(parts) + "\n"


def adjusted_of(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], float]:
    """Return the p-value of each ablation, adjusted for all of them, by centre and name."""
    tried = [row for row in rows if row["over_reference"] is not None]
    found = holm([row["over_reference"]["p"] for row in tried]).tolist() if tried else []
    return {(row["centre"], row["name"]): p for row, p in zip(tried, found, strict=True)}


def _centre(name: str, result: Mapping[str, Any], adjusted: Mapping[tuple[str, str], float]) -> list[str]:
    about, rows = result["centres"][name], [row for row in result["rows"] if row["centre"] == name]
    days = "an episode" if about["episode_days"] != 1 else "a day"
    commands = dict.fromkeys(f"`{row['command']}` ({row['date']})" for row in rows)
    return [
        f"## {name}",
        text(
            f"Value in {about['unit']}, {days}; {rows[0]['days']} evaluation days. {P2} is `{about['p2']}`, with "
            f"{estimate(rows[0]['p2'])}.",
            summary(rows, adjusted),
            f"Made with {', '.join(commands)}.",
        ),
        table(HEAD, [_row(row, adjusted.get((name, row["name"]))) for row in rows]),
    ]


def summary(rows: Sequence[Mapping[str, Any]], adjusted: Mapping[tuple[str, str], float]) -> str:
    """Return in words which changes surely cost something, which surely gain, and which cannot be told apart."""
    groups: dict[str, list[str]] = {"Surely worse": [], "Surely better": [], "Too uncertain to say": []}
    for row in rows:
        p = adjusted.get((row["centre"], row["name"]))
        if p is not None:
            sure = "Surely worse" if row["over_reference"]["mean"] < 0.0 else "Surely better"
            groups[sure if p <= LEVEL else "Too uncertain to say"].append(f"`{row['name']}`")
    return " ".join(f"{words}: {', '.join(names)}." for words, names in groups.items() if names)


def _row(row: Mapping[str, Any], p: float | None) -> list[str]:
    ablation = BY_NAME.get(row["name"])
    gap = NOTHING if row["over_reference"] is None else estimate(row["over_reference"], sign=True)
    return [
        f"`{row['name']}`", "the whole learner" if ablation is None else ablation.part, estimate(row["value"]), gap,
        NOTHING if p is None else as_text(p, digits=2), ", ".join(as_text(each, sign=True) for each in row["each"]),
        estimate(row["over_p2"], sign=True), *(as_text(row[name], decimals=0) for name in ("iterations", "learning_s")),
        _percent(row[SHARE]), _percent(row[ABANDONED]), _replicates(row),
    ]  # fmt: skip


def _percent(share: float | None) -> str:
    return NOTHING if share is None else as_text(100.0 * share, decimals=2)


def _replicates(row: Mapping[str, Any]) -> str:
    notes = {f"counted as {P2}": row["counted_as_rule"], "kept the rule of the start": row["kept_rule"]}
    return ", ".join([f"{row['replicates']}", *(f"{count} {what}" for what, count in notes.items() if count)])
