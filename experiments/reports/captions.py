"""Captions of the tables and figures of a report: contents, number of days, and the meaning of the intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ccenv.kpis.dropped_share import RUN_TOTAL_SHARE, in_words
from experiments.pipeline.verdict import EQUAL_DAYS, article
from experiments.reports.figures.policy_map import LEAST_VISITS
from experiments.reports.page_tables import BOUND_MARK

ONE_RUN = "One training run; the intervals are over days only."


class Caption(NamedTuple):
    """A numbered caption; its first sentence is also the alternative text of the picture."""

    number: str
    text: str

    @property
    def alternative(self) -> str:
        """The first sentence, as alternative text."""
        return self.text.split(". ")[0]


def captions(
    figures: Sequence[str],
    comparison: Mapping[str, Any],
    days: Mapping[str, int],
    reward: str,
    best_rule: str,
    slot: str,
    training: Mapping[str, float],
) -> dict[str, Caption]:
    """Return captions by name; figures are numbered in the order given.

    Args:
        figures: Names of the figures that are shown.
        comparison: Result of `compare`.
        days: Number of days of `validation` and `watched`.
        reward: Name of the reward's preset.
        best_rule: Label of the best tuned rule.
        slot: Length of a slot of the day, in words.
        training: `cpu_s` and `seconds`, the CPU time and the wall time of the training.
    """
    texts = _texts(comparison, days, best_rule, slot, training)
    found = {name: Caption(f"Figure {place}", f"{texts[name]} {ONE_RUN}") for place, name in enumerate(figures, 1)}
    found["table"] = Caption("Table 1", _table(comparison))
    found["terms"] = Caption(
        "Table 2",
        f"The value is a weighted sum of counts (preset {reward}; 1 is {article(comparison['unit'])}). What each term "
        "adds to the difference, with 95 % intervals of the paired bootstrap over days; the terms add up to the whole "
        f"difference. {ONE_RUN}",
    )
    return found


def _texts(
    comparison: Mapping[str, Any], days: Mapping[str, int], best_rule: str, slot: str, training: Mapping[str, float]
) -> dict[str, str]:
    watched, unseen = f"{days['watched']} unseen days", comparison["days"]
    return {
        "differences": f"Value per day of every policy less that of the best tuned rule, on the same {unseen} unseen "
        "days. Lines are 95 % intervals of the paired bootstrap over days; a policy whose line crosses 0 is not told "
        f"apart. Names joined by = have equal figures in every digit.{_dials_in_brackets(comparison)} Distant policies "
        "stand beside a break of the axis, on a coarser scale.",
        "tradeoff": f"What callers pay for what the campaign earns, on the same {unseen} unseen days. Up and to the "
        "left is better. Above, bars are 95 % intervals over days, wide because days differ. Below, the policies near "
        "the best tuned rule by their differences to it, with intervals of the paired bootstrap. Hollow points do not "
        "surely keep the drop limit.",
        "curve": f"Learning curve against wall time. Every checkpoint ran the same {days['validation']} validation "
        "days as the rule that the training started from (dashed); the band is the 95 % interval over these days. The "
        "circled checkpoint was chosen on them, and is judged on other days in Table 1. The training took "
        f"{training['cpu_s']:,.0f} CPU seconds in {training['seconds']:,.0f} s of wall time.",
        "validation": "Comparison with the best tuned rule during the training. The policy as it was ran on the same "
        "validation days as the rule (dashed); bands are 95 % intervals of the paired bootstrap over these few days. "
        "Nothing was chosen by them.",
        "day": f"The centre through the day, by {slot}, on the same {watched} under the best tuned rule, "
        f"{best_rule}, and the learned policy; bands are 95 % intervals over days. An advisor "
        "reserved for an attempt is not idle.",
        "policy_map": "What each policy does when: percentage of the decisions that dial, of those that may. Above, by "
        "lines ringing and idle advisors who may dial; below, while no line rings and one of those is idle, by the "
        "time of day and all idle advisors who may dial or share a queue with one who may. Seen on "
        f"{watched}; grey: fewer than {LEAST_VISITS} decisions. The best tuned rule is {best_rule}.",
    }


def _dials_in_brackets(comparison: Mapping[str, Any]) -> str:
    return "" if comparison["limit"] is None else " Brackets hold the kind of dials that a policy has."


def _table(comparison: Mapping[str, Any]) -> str:
    limit, by_definition = comparison["limit"], comparison["judged_by"] != RUN_TOTAL_SHARE
    text = (
        f"All policies on the same {comparison['days']} unseen days: ratios of totals, sums per day; below, 95 % "
        f"bootstrap intervals over days. A value of 1 is {article(comparison['unit'])}. Differences are paired by day. "
        f"Rules joined by = have equal figures in every digit. {BOUND_MARK} marks a figure that is {EQUAL_DAYS}: its "
        "ends are what so many equal days leave possible. The learned policy is the exported graph under onnxruntime. "
    )
    if limit is None:
        return text + ONE_RUN
    judged = f" by {in_words(comparison['definition'])}" if by_definition else ""
    return (
        f"{text}{ONE_RUN} The column Dials says which dials a policy has: those that reserve an advisor for the "
        "attempt, those that do not, or both. Policies with other dials have another action set. Dropped "
        f"shares{judged} whose interval is not wholly within the limit of {100 * limit:g} % are in red; the value of "
        "such a policy is not comparable with one that keeps the limit."
    )
