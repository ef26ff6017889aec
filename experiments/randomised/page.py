"""The page: bars, what a training on ranges loses and keeps where the centre differs, and the safe range."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from ccenv.kpis.suite import MORE_ABANDONED
from experiments.headline.figures import against
from experiments.jobs.markdown import estimate, table, text
from experiments.randomised.bars import HEAD, MOST_LOST, bar_rows

SPENT = {"hyperparameters_s": "rules, s", "learning_s": "learning, s", "choosing_s": "choosing, s"}


def page(result: Mapping[str, Any]) -> str:
    """Return the page in Markdown, made from the result file."""
    centres = result["centres"]
    parts = [
        "# Trainings on ranges of parameters",
        text(
            "Written by `python -m experiments.randomised`; do not edit. Forecasts, handle times and lists are never "
            "exact. A learner is trained twice from each master seed, with the same CPU time: on the centre as it is, "
            "and with `randomise`, which draws parameters of the centre from ranges for each episode. A replicate is a "
            "whole pipeline on training and validation days of its own: tuning of the rules of its start, learning, "
            "choice of a checkpoint, export. Its exported policy is judged beside the frozen P2 of "
            "`tuned/opponents.md`, without any training, on the centre as it is and where it differs.",
            "Brackets are 95 % intervals over replicates and evaluation days, both resampled. All policies of a centre "
            "run the same days. A replicate without a policy within the drop limit on validation days counts as P2. "
            "One whose start is better than every checkpoint there keeps the rules of its start.",
        ),
        "## Bars",
        text(
            f"Set before any replicate ran. As it is: the median replicate loses at most {100 * MOST_LOST:g} % of the "
            "lead that the training on the centre as it is has over P2. Each replicate is beside the one of the same "
            "master seed. Where the centre differs: the training on ranges is not surely behind P2, and if it is "
            "surely ahead, then not by more drops: the upper end of the dropped share on episodes of 30 days is within "
            f"the limit, and inbound abandonment at most {100 * MORE_ABANDONED:g} points above that of P2."
        ),
        table(HEAD, bar_rows(centres)),
        *(part for each in centres for part in _centre(each)),
    ]
    return "\n\n".join(parts) + "\n"


def _centre(centre: Mapping[str, Any]) -> list[str]:
    months = f", {centre['month_runs']} episodes of 30 days for the dropped share" if centre["month_runs"] else ""
    return [
        f"## {centre['centre']}",
        text(
            f"Learner `{centre['learner']}`; {centre['cpu_s']:g} CPU seconds of tuning and learning a replicate, "
            f"{100 * centre['tuning_share']:g} % of them for the tuning; {centre['draws']} draws; {centre['days']} "
            f"evaluation days{months}; value in {centre['unit']}, an episode. Made with `{centre['command']}`."
        ),
        _values(centre),
        _spent(centre),
        *_safe_range(centre["safe_range"]),
    ]


def _values(centre: Mapping[str, Any]) -> str:
    with_drops = bool(centre["month_runs"])
    head = ["where", "training", "value", "P2", "over P2", "each over P2"]
    head += ["dropped, %", "equal compliance"] if with_drops else []
    lines = []
    for where in centre["changes"]:
        for name, row in where["rows"].items():
            each = ", ".join(f"{found['mean']:+.4g}" for found in row["each"])
            line = [where["change"], name, estimate(row["value"]), estimate(where["p2"]),
                    estimate(row["over_p2"], sign=True), each]  # fmt: skip
            lines.append(line + (_compliance(row["compliance"]) if with_drops else []))
    return table(head, lines)


def _compliance(found: Mapping[str, Any]) -> list[str]:
    reasons = against(found)
    return [estimate(found["share"], 100.0), f"no: {' and '.join(reasons)}" if reasons else "yes"]


def _spent(centre: Mapping[str, Any]) -> str:
    head = ["training", "replicates", "counted as P2", "kept the rules of the start", *SPENT.values(), "all, s"]
    lines = []
    for name, made in centre["replicates"].items():
        means = [statistics.fmean(each[key] for each in made) for key in SPENT]
        counts = [sum(each[key] for each in made) for key in ("counted_as_rule", "kept_rule")]
        lines.append([name, *(f"{count}" for count in (len(made), *counts)), *(f"{mean:.1f}" for mean in means),
                      f"{len(made) * sum(means):.0f}"])  # fmt: skip
    return "\n\n".join([text("CPU time: means of a replicate, and all replicates together."), table(head, lines)])


def _safe_range(found: Mapping[str, Any]) -> list[str]:
    lines = [
        [f"`{path}`", *_ends(each), "yes" if path in found["checked"] else "no: no snapshot shows it"]
        for path, each in found["ranges"].items()
    ]
    flagged = ", ".join(f"{name} {100 * share:.1f} %" for name, share in found["flagged"].items())
    about = (
        f"Of the decisions of one day, the check flags: {flagged}."
        if found["checked"]
        else "No snapshot of this centre shows any of them, so the service flags nothing; what lies outside has to be "
        "watched elsewhere."
    )
    return [
        text("Safe range in the manifest of the bundles of the training on ranges, and whether the service checks it."),
        table(["parameter", "range of", "from", "to", "checked by the service"], lines),
        text(about),
    ]


def _ends(range_: Mapping[str, Sequence[float]]) -> list[str]:
    ((kind, (low, high)),) = range_.items()
    return [kind, f"{low:g}", f"{high:g}"]
