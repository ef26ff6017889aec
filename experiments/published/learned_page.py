"""The section of learners on the page of the published problems: bars, differences to the best rule, CPU time."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from ccenv.kpis import holm
from ccenv.kpis.bootstrap import EQUAL
from ccenv.kpis.numbers import as_text
from ccenv.kpis.suite import LEVEL, outcome
from experiments.jobs.markdown import NOTHING, estimate, table, text
from experiments.pipeline.evaluation import is_bound

#: Problems of the bars: on each, one learner is not behind the best rule; on at least one, one is better.
JUDGED = ("parallel_13x9", "parallel_13x9_variant", "single_pool_17")
BETTER, TIED, BEHIND, UNDECIDED = "better", "not behind", "behind", f"undecided: {EQUAL}"
MET, MISSED, OPEN = "met", "not met", "not run"


def outcomes(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the outcome of each row: `better` by a p-value that is adjusted for all rows, `behind` by its own."""
    adjusted = holm([row["p"] for row in rows]).tolist() if rows else []
    return [_outcome(row, each) for row, each in zip(rows, adjusted, strict=True)]


def _outcome(row: Mapping[str, Any], adjusted: float) -> str:
    gap = row["difference"]
    p = adjusted if gap["mean"] < 0.0 else row["p"]
    found = outcome(-gap["mean"], p, gap["low"] is not None and not is_bound(gap))
    return {"won": BETTER, "lost": BEHIND, "tied": TIED}.get(found, UNDECIDED)


def bars(rows: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Return the rows of the table of bars: problem, bar, outcome of each learner there, and whether it is met."""
    found = list(zip(rows, outcomes(rows), strict=True))
    lines = []
    for problem in JUDGED:
        mine = {row["learner"]: word for row, word in found if row["problem"] == problem}
        met = MET if {BETTER, TIED} & set(mine.values()) else MISSED
        words = ", ".join(f"{learner} {word}" for learner, word in mine.items())
        lines.append([problem, "not behind the best rule", words or NOTHING, met if mine else OPEN])
    there = [row["problem"] for row, word in found if word == BETTER and row["problem"] in JUDGED]
    ran = any(row["problem"] in JUDGED for row in rows)
    better = ", ".join(dict.fromkeys(there)) or NOTHING
    return [*lines, ["one of these", "better than the best rule", better, (MET if there else MISSED) if ran else OPEN]]


def learned_section(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the section of the learners."""
    about = text(
        "Each learner starts from the best rule of the league of its problem. A replicate is a whole pipeline from "
        "one master seed: learning, choice of a checkpoint on validation days of its own, and runs on evaluation "
        "days; none of them is a run of the league, on which the rule was chosen. Costs are in the unit of the league. "
        "Differences are paired by run, policy less rule: below 0 the policy is cheaper. Brackets are 95 % intervals, "
        "of costs and differences of policies over replicates and runs, both resampled. A replicate whose rule is "
        "better than every checkpoint on validation days keeps the rule.",
        f"*Better*: surely below 0 at {LEVEL:g}, adjusted for all rows by Holm's procedure. *Behind*: surely above 0 "
        f"at {LEVEL:g}, not adjusted. The bars were set before any replicate ran.",
    )
    return "\n\n".join([
        "## Learners", about, table(["problem", "bar", "found", "bar met"], bars(rows)), table(HEAD, _lines(rows)),
        "\n".join(f"- `{command}`" for command in dict.fromkeys(row["command"] for row in rows)),
    ])  # fmt: skip


HEAD = ["problem", "learner", "rule", "runs", "cost of the rule", "cost", "difference", "share", "outcome",
        "replicates", "kept the rule", "learning, s", "choosing, s", "all, s"]  # fmt: skip


def _lines(rows: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    lines = []
    for row, word in zip(rows, outcomes(rows), strict=True):
        made = row["each"]
        spent = [statistics.fmean(each[key] for each in made) for key in ("learning_s", "choosing_s")]
        gaps = sorted(each["difference"]["mean"] for each in made)
        lines.append([
            row["problem"], row["learner"], row["rule"], f"{row['runs']}", estimate(row["rule_cost"]),
            estimate(row["cost"]), estimate(row["difference"], sign=True),
            f"{row['difference']['mean'] / row['rule_cost']['mean']:+.1%}", word,
            ", ".join(as_text(gap, sign=True) for gap in gaps), f"{sum(each['kept_rule'] for each in made)}",
            *(f"{each:.0f}" for each in spent), f"{len(made) * sum(spent):.0f}",
        ])  # fmt: skip
    return lines
