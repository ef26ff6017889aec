"""Verdict of a comparison, as sentences made from the figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ccenv.kpis import LABELS
from ccenv.kpis.dropped_share import RUN_TOTAL_SHARE, in_words
from ccenv.kpis.numbers import as_text
from ccenv.sim.state.definitions import RUN_TOTAL
from experiments.study.comparison import outcome
from experiments.study.evaluation import VALUE

MEANING = {labelled.column: labelled.counter.meaning for labelled in LABELS.values()}


def span(interval: Mapping[str, Any] | None, factor: float = 1.0, decimals: int = 2, sign: bool = False) -> str:
    """Return an interval as text: `1.2 [0.3, 2.1]`."""
    if interval is None:
        return "n/a"
    mean, low, high = (None if interval[key] is None else factor * interval[key] for key in ("mean", "low", "high"))
    ends = "" if low is None else f" [{number(low, decimals, sign)}, {number(high, decimals, sign)}]"
    return number(mean, decimals, sign) + ends


def number(value: float | None, decimals: int = 2, sign: bool = False) -> str:
    """Return a figure with fixed decimals and a typographic minus sign."""
    return as_text(value, decimals=decimals, sign=sign, minus="\N{MINUS SIGN}")


def verdict(comparison: Mapping[str, Any], training: Mapping[str, Any]) -> dict[str, Any]:
    """Return `outcome` (`won`, `tied`, `lost`), `headline` (one sentence) and `paragraphs` with the details.

    Args:
        comparison: Result of `compare`, with a learned policy.
        training: Result of `choose`.
    """
    rows = comparison["rows"]
    learned = next(row for row in rows if row["role"] == "learned")
    rule = next(row for row in rows if row["role"] == "best_rule")
    said = [_why(comparison["terms"], learned["outcome"]), _limit(learned, rule, comparison)]
    said += [_same_flag(rows, learned, rule), _other_rule(rows), _validation(training)]
    return {
        "outcome": learned["outcome"],
        "headline": _headline(learned, rule, comparison["days"]),
        "paragraphs": [text for text in said if text],
    }


def _headline(learned: Mapping[str, Any], rule: Mapping[str, Any], days: int) -> str:
    difference = learned["differences"][VALUE]
    verb = {
        "won": "earned more than",
        "tied": "could not be told apart from",
        "lost": "earned less than",
    }[learned["outcome"]]
    return (
        f"The learned policy {verb} the best tuned rule, {rule['label']}: {span(difference, sign=True)} in value per "
        f"day, on {days} days that neither had seen (mean and 95 % interval of the paired difference)."
    )


def _why(terms: Sequence[Mapping[str, Any]], result: str) -> str:
    clear = [term for term in terms if outcome(term["adds"]) != "tied"]
    if not clear:
        return "No single term of the value differs by more than its interval."
    parts = [f"{MEANING[term['column']]} ({span(term['adds'], sign=True)} per day)" for term in clear]
    lead = (
        "The terms of the value that differ beyond their intervals" if result == "tied" else "What made the difference"
    )
    return f"{lead}: {'; '.join(parts)}."


def _limit(learned: Mapping[str, Any], rule: Mapping[str, Any], comparison: Mapping[str, Any]) -> str:
    limit, column = comparison["limit"], comparison["judged_by"]
    if limit is None:
        return ""
    texts = []
    for name, row in (("The learned policy", learned), ("The rule", rule)):
        share = row["kpis"][column]
        inside = "within" if row["within_limit"] else "not wholly within"
        if share is None:
            texts.append(f"{name} reached nobody.")
        elif share["high"] == 0.0:
            texts.append(f"{name} dropped nobody.")
        else:
            texts.append(
                f"{name} dropped {span(share, 100.0)} % of the connects, {inside} the limit of {100 * limit:g} %."
            )
    return " ".join([*texts, *_by_definition(comparison["definition"], column)])


def _by_definition(chosen: str, column: str) -> list[str]:
    if column != RUN_TOTAL_SHARE:
        return [f"Dropped shares are those of the windows lived through, by {in_words(chosen)}."]
    if chosen == RUN_TOTAL:
        return []
    return [
        f"No window of {in_words(chosen)} was lived through: the limit was held against the dropped share of the whole "
        "run, which is no legal compliance."
    ]


def _same_flag(rows: Sequence[Mapping[str, Any]], learned: Mapping[str, Any], rule: Mapping[str, Any]) -> str:
    if learned["dials"] in (rule["dials"], "both"):
        return ""
    same = [row for row in rows if row["role"] == "other" and row["dials"] == learned["dials"]]
    if not same:
        return ""
    best = max(same, key=lambda row: row["kpis"][VALUE]["mean"])
    dials = {"reserved": "keeps an advisor reserved for every attempt", "unreserved": "reserves nobody for an attempt"}
    return (
        f"The best rule {dials[rule['dials']]}; the learned policy {dials[learned['dials']]}. Against the best "
        f"rule under its own flag, {best['label']}, the learned policy {_verb(best['learned_lead'])}: "
        f"{span(best['learned_lead'], sign=True)} per day."
    )


def _verb(difference: Mapping[str, Any]) -> str:
    return {"won": "wins", "tied": "ties", "lost": "loses"}[outcome(difference)]


def _other_rule(rows: Sequence[Mapping[str, Any]]) -> str:
    better = [row for row in rows if row["role"] == "other" and row["outcome"] == "won"]
    if not better:
        return ""
    best = max(better, key=lambda row: row["differences"][VALUE]["mean"])
    return (
        f"On these days {best['label']} did better than the rule that tuning chose on training days "
        f"({span(best['differences'][VALUE], sign=True)})."
    )


def _validation(training: Mapping[str, Any]) -> str:
    if not training["rule_is_best"]:
        return ""
    return (
        "On the validation days the rule that the training started from was better than every checkpoint; the policy "
        "shown is the best checkpoint all the same."
    )
