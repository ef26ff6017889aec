"""The page of the transfer: what weights of one centre keep in another one of what a training there gains."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.jobs.markdown import NOTHING, estimate, table, text

AIM = 0.05  # of what retraining gains: the largest loss that is aimed at


def page(result: Mapping[str, Any]) -> str:
    """Return the page in Markdown, made from the result file."""
    effort, rows = result["effort"], result["rows"]
    n = len(rows[0]["replicates"])
    parts = [
        "# A set network in other centres",
        text(
            "Written by `python -m experiments.transfer`; do not edit. A set network is trained on a centre. The same "
            "weights then act in variants of the centre, without any training there. Beside them stand a rule that is "
            "tuned on the variant (rung P2), and a set network that is trained on the variant from this rule. The "
            "tuning takes twice as long as a training, since a training starts from rules.",
            f"{effort['cpu_s']:g} CPU seconds of each training, {n} replicates, "
            f"{effort['validation_days']} validation days for the choice of a training's weights, "
            f"{effort['evaluation_days']} evaluation days. Made with `{result['command']}`.",
            _summary(rows),
        ),
        "## Transfer",
        _transfer(rows),
        text(
            "Values are means over the replicates. Lead: paired difference on the evaluation days with its 95 % "
            "interval, of the replicate with the median lead. Loss: by how much the retrained network is ahead of the "
            "moved weights, in its lead over the rule, median and each replicate; below 0 the moved weights are ahead. "
            "A dash stands for a replicate whose retraining gains nothing surely."
        ),
        "## Rules and trainings",
        _trainings(rows),
    ]
    return "\n\n".join(parts) + "\n"


def loss_of(replicate: Mapping[str, Any]) -> float | None:
    """Return the loss of the moved weights in what retraining gains; None if retraining gains nothing surely."""
    gain = replicate["retrained_over_rule"]
    if gain["low"] is None or gain["low"] <= 0.0:
        return None
    return float(replicate["retrained_over_moved"]["mean"] / gain["mean"])


def losses_of(row: Mapping[str, Any]) -> list[float | None]:
    """Return the loss of each replicate."""
    return [loss_of(each) for each in row["replicates"]]


def median_loss(row: Mapping[str, Any]) -> float | None:
    """Return the median of the losses; None if most replicates have none."""
    known = [loss for loss in losses_of(row) if loss is not None]
    return statistics.median(known) if 2 * len(known) > len(row["replicates"]) else None


def _is_moved(row: Mapping[str, Any]) -> bool:
    return any(each["retrained_over_moved"]["mean"] != 0.0 for each in row["replicates"])


def _summary(rows: Sequence[Mapping[str, Any]]) -> str:
    losses = [median_loss(row) for row in rows if _is_moved(row)]
    known = [loss for loss in losses if loss is not None]
    met = sum(loss <= AIM for loss in known)
    without = len(losses) - len(known)
    rest = f" In {without} more retraining gains nothing surely over the rule." if without else ""
    return (
        f"The aim is a loss of at most {100 * AIM:g} % of what retraining gains. It is met in {met} of {len(known)} "
        f"variants in which retraining gains.{rest}"
    )


def _mean(row: Mapping[str, Any], who: str, key: str) -> float | None:
    found = [each["figures"][who][key] for each in row["replicates"]]
    return None if None in found else statistics.fmean(found)


def _percent(value: float | None, decimals: int = 1) -> str:
    return NOTHING if value is None else f"{100 * value:.{decimals}f}"


def _lead(row: Mapping[str, Any], key: str) -> str:
    ordered = sorted((each[key] for each in row["replicates"]), key=lambda each: each["mean"])
    return estimate(ordered[(len(ordered) - 1) // 2], sign=True)


def _transfer(rows: Sequence[Mapping[str, Any]]) -> str:
    head = ["centre", "variant", "rule", "moved", "retrained", "moved over the rule", "retrained over the rule",
            "loss, %", "each, %", "aim", "dropped, % (rule, moved, retrained)"]  # fmt: skip
    lines = []
    for row in rows:
        values = [f"{_mean(row, who, 'value'):.5g}" for who in ("rule", "moved", "retrained")]
        drops = ", ".join(_percent(_mean(row, who, "dropped_share"), 2) for who in ("rule", "moved", "retrained"))
        loss = [NOTHING] * 3
        if _is_moved(row):
            median, each = median_loss(row), ", ".join(_percent(loss) for loss in losses_of(row))
            loss = [_percent(median), each, NOTHING if median is None else ("met" if median <= AIM else "missed")]
        leads = [_lead(row, key) for key in ("moved_over_rule", "retrained_over_rule")]
        lines.append([f"`{row['centre']}`", row["variant"], *values, *leads, *loss, drops])
    return table(head, lines)


def _trainings(rows: Sequence[Mapping[str, Any]]) -> str:
    head = ["centre", "variant", "rule", "tuning, s", "generations", "training, s", "choosing, s", "unit of the reward"]
    lines = []
    for row in rows:
        made = [each["training"] for each in row["replicates"]]
        means = [
            f"{statistics.fmean(each[key] for each in made):.0f}" for key in ("generations", "cpu_s", "choosing_s")
        ]
        lines.append(
            [f"`{row['centre']}`", row["variant"], f"`{row['rule']['label']}`", f"{row['rule']['cpu_s']:.0f}", *means,
             row["unit"]]
        )  # fmt: skip
    return table(head, lines)
