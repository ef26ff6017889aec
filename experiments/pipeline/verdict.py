"""Comparison of one trained policy with the rules of a run, as sentences made from the figures.

They are about one training, with intervals over days. Whether a learner has won, replicates say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ccenv.kpis import LABELS
from ccenv.kpis.dropped_share import RUN_TOTAL_SHARE, in_words
from ccenv.kpis.numbers import as_text
from ccenv.sim.state.definitions import RUN_TOTAL
from experiments.pipeline.comparison import COLUMNS, ROUTING_GROUP, outcome
from experiments.pipeline.evaluation import VALUE, is_bound

EQUAL_DAYS = "equal on all days"
CLEAR = ("won", "lost")  # outcomes that tell two policies apart
MEANING = {labelled.column: labelled.counter.meaning for labelled in LABELS.values()}


def span(interval: Mapping[str, Any] | None, factor: float = 1.0, decimals: int = 2, sign: bool = False) -> str:
    """Return an interval as text: `1.2 [0.3, 2.1]`."""
    if interval is None:
        return "n/a"
    mean, low, high = (None if interval[key] is None else factor * interval[key] for key in ("mean", "low", "high"))
    ends = "" if low is None or low == high else f" [{number(low, decimals, sign)}, {number(high, decimals, sign)}]"
    ends += f" ({EQUAL_DAYS})" if is_bound(interval) else ""
    return number(mean, decimals, sign) + ends


def number(value: float | None, decimals: int = 2, sign: bool = False) -> str:
    """Return a figure with fixed decimals and a typographic minus sign."""
    return as_text(value, decimals=decimals, sign=sign, minus="\N{MINUS SIGN}")


def compared(comparison: Mapping[str, Any], training: Mapping[str, Any]) -> list[str]:
    """Return paragraphs about a trained policy beside the rules tuned in the same run; the first compares the values.

    Args:
        comparison: Result of `compare`, with a learned policy.
        training: Result of `choose`, with `warm_start`: the label of the rule from which the training started.
    """
    rows = comparison["rows"]
    learned = next(row for row in rows if row["role"] == "learned")
    rule = next(row for row in rows if row["role"] == "best_rule")
    said = [_first(learned, rule, comparison), _why(comparison["terms"], learned["outcome"]), _at_equal_value(learned)]
    said += [_limit(learned, rule, comparison), _same_flag(rows, learned, rule, training["warm_start"])]
    said += [_routing(rows), _other_rule(rows), _validation(training)]
    return [text for text in said if text]


def _first(learned: Mapping[str, Any], rule: Mapping[str, Any], comparison: Mapping[str, Any]) -> str:
    difference = learned["differences"][VALUE]
    verb = {
        "won": "earned more on these days than",
        "tied": "could not be told apart on these days from",
        "lost": "earned less on these days than",
        "undecided": "differs by the same amount on each of these days from",
    }[learned["outcome"]]
    breaks = [name for name, row in (("policy", learned), ("rule", rule)) if not row["within_limit"]]
    unequal = (
        f" The two are not comparable: the dropped share of the {breaks[0]} alone is not wholly within the limit."
        if len(breaks) == 1
        else ""
    )
    return (
        f"The policy described below, of one training, {verb} the best rule tuned in this run, {rule['label']}: "
        f"{span(difference, sign=True)} in value per day (1 is {article(comparison['unit'])}), on {comparison['days']} "
        f"days that neither had seen (mean and 95 % interval over days of the paired difference).{unequal}"
    )


def article(unit: str) -> str:
    """Return the unit of the value for use after a verb: "the value of one sale", "one contact lost"."""
    return unit if unit.startswith("one ") else f"the {unit}"


def _why(terms: Sequence[Mapping[str, Any]], result: str) -> str:
    clear = [term for term in terms if outcome(term["adds"]) in CLEAR]
    if not clear:
        return "No single term of the value differs by more than its interval."
    parts = [f"{MEANING[term['column']]} ({span(term['adds'], sign=True)} per day)" for term in clear]
    lead = (
        "What made the difference" if result in CLEAR else "The terms of the value that differ beyond their intervals"
    )
    return f"{lead}: {'; '.join(parts)}."


def _at_equal_value(learned: Mapping[str, Any]) -> str:
    """The KPIs in which a tied policy differs from the best rule: the choice between the two is made by them."""
    if learned["outcome"] != "tied":
        return ""
    differences = {name: each for name, each in learned["differences"].items() if name != VALUE and each is not None}
    found = {column: outcome(differences[column.name]) for column in COLUMNS if column.name in differences}
    clear = [column for column, result in found.items() if result in CLEAR]
    if not clear:
        differing = " that differs on any day" if "undecided" in found.values() else ""
        return f"The two tie in every column of Table 1{differing}."
    parts = [
        f"{column.title.lower()} {span(differences[column.name], column.factor, column.decimals, True)} "
        f"{column.unit.replace('%', 'percentage points')}"
        for column in clear
    ]
    return f"At equal value, the learned policy differs from the rule in: {'; '.join(parts)}."


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
        elif is_bound(share) and not share["mean"]:
            texts.append(f"{name} dropped nobody on these days.")
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


def _same_flag(
    rows: Sequence[Mapping[str, Any]], learned: Mapping[str, Any], rule: Mapping[str, Any], warm_start: str
) -> str:
    """Comparison with the rule that tuning chose under the policy's own flag; no evaluation day chose it."""
    if learned["dials"] in (rule["dials"], "both"):
        return ""
    same = next((row for row in rows if row["label"] == warm_start), None)
    if same is None:
        return ""
    dials = {"reserved": "keeps an advisor reserved for every attempt", "unreserved": "reserves nobody for an attempt"}
    text = (
        f"The action sets are unequal: the best rule {dials[rule['dials']]}; the learned policy "
        f"{dials[learned['dials']]}. Against the rule that tuning chose under the policy's own flag, {same['label']}, "
        f"the learned policy {_verb(same['learned_lead'])}: {span(same['learned_lead'], sign=True)} per day."
    )
    return text if same["within_limit"] else f"{text} The dropped share of that rule is not wholly within the limit."


def _verb(difference: Mapping[str, Any]) -> str:
    return {"won": "wins", "tied": "ties", "lost": "loses", "undecided": "is equal on all days"}[outcome(difference)]


def _routing(rows: Sequence[Mapping[str, Any]]) -> str:
    routed = [row for row in rows if row["group"].startswith(ROUTING_GROUP)]
    if not routed or any(row["outcome"] in CLEAR for row in routed):
        return ""
    if any(row["outcome"] != "tied" for row in routed):
        return "No other routing rule is told apart from the best rule under its pacing."
    who = "The other routing rule ties" if len(routed) == 1 else f"All {len(routed)} other routing rules tie"
    return f"{who} with the best rule under its pacing: these days show no effect of the routing rule."


def _other_rule(rows: Sequence[Mapping[str, Any]]) -> str:
    better = [row for row in rows if row["role"] == "other" and row["outcome"] == "won" and row["within_limit"]]
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
