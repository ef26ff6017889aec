"""Tables of a report: the text of each cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from experiments.pipeline.comparison import COLUMNS, Column
from experiments.pipeline.evaluation import VALUE, is_bound
from experiments.pipeline.verdict import MEANING, number, span
from experiments.reports.rows import NOT_COMPARABLE, merged, standing

NOTHING = "\N{EN DASH}"
BOUND_MARK = "\N{DAGGER}"  # the figure is equal on all days, and the ends are a bound
CARDS = (VALUE, "n_sales", "abandonment", "mean_wait_s", "occupancy")  # and the dropped share that is judged


def columns_shown(comparison: Mapping[str, Any]) -> list[Column]:
    """Return the columns of the main table that the comparison has."""
    present = comparison["rows"][0]["kpis"]
    return [column for column in COLUMNS if column.name in present and column.shown]


def unit_of(column: Column, comparison: Mapping[str, Any]) -> str:
    """Return the unit of a column; the unit of the value says what 1 is worth."""
    return f"{column.unit}; 1 = {comparison['unit']}" if column.name == VALUE else column.unit


def headings(comparison: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the headings of the main table."""
    value, *others = columns_shown(comparison)
    flag = [{"title": "Dials", "unit": "advisor of an attempt"}] if comparison["limit"] is not None else []
    difference = {"title": "Difference", "unit": "to the best tuned rule, per day"}
    rest = [{"title": column.title, "unit": column.unit} for column in others]
    return [
        {"title": "Policy", "unit": ""},
        *flag,
        {"title": value.title, "unit": unit_of(value, comparison)},
        difference,
        *rest,
    ]


def groups(comparison: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of the main table by section; rules with equal figures are one row."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in merged(comparison["rows"]):
        broken = standing(row, comparison)
        line = {"role": row["role"], "aside": bool(broken), "cells": _cells(row, comparison, broken)}
        found.setdefault(row["group"], []).append(line)
    return [{"title": title, "rows": rows} for title, rows in found.items()]


def _cells(row: Mapping[str, Any], comparison: Mapping[str, Any], broken: str) -> list[dict[str, str]]:
    value, *others = columns_shown(comparison)
    difference = row["differences"].get(VALUE)
    over = comparison["judged_by"] if broken else ""
    cells = [_cell(row["short"], NOT_COMPARABLE[broken] if broken else "")]
    if comparison["limit"] is not None:
        cells.append(_cell(row["dials"], "" if _same_actions(row, comparison) else "not those of the policy"))
    cells.append(_estimate(row, value))
    lead = (
        _cell(number(difference["mean"], sign=True), _ends(difference, 1.0, value.decimals, True))
        if difference
        else _cell("best rule")
    )
    return [*cells, lead, *(_estimate(row, column, "over" if column.name == over else "") for column in others)]


def _same_actions(row: Mapping[str, Any], comparison: Mapping[str, Any]) -> bool:
    """Whether a rule has the dials of the learned policy; true if there is no learned policy."""
    learned = next((each["dials"] for each in comparison["rows"] if each["role"] == "learned"), row["dials"])
    return bool(row["dials"] == learned)


def _estimate(row: Mapping[str, Any], column: Column, tone: str = "") -> dict[str, str]:
    interval = row["kpis"][column.name]
    if interval is None:
        return _cell(NOTHING)
    text = number(column.factor * interval["mean"], column.decimals)
    return _cell(text, _ends(interval, column.factor, column.decimals), tone)


def _ends(interval: Mapping[str, Any], factor: float, decimals: int, sign: bool = False) -> str:
    if interval["low"] is None or interval["low"] == interval["high"]:
        return ""
    mark = f" {BOUND_MARK}" if is_bound(interval) else ""
    low, high = (number(factor * interval[end], decimals, sign) for end in ("low", "high"))
    return f"{low} to {high}{mark}"


def _cell(text: str, note: str = "", tone: str = "") -> dict[str, str]:
    return {"text": text, "note": note, "tone": tone}


def cards(comparison: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return a few large figures of the learned policy and the best tuned rule, side by side."""
    rows = {row["role"]: row for row in comparison["rows"]}
    learned, rule = rows["learned"], rows["best_rule"]
    return [
        {
            "title": column.title,
            "unit": unit_of(column, comparison),
            "learned": _figure(learned["kpis"][column.name], column),
            "rule": _figure(rule["kpis"][column.name], column),
            "difference": span(learned["differences"][column.name], column.factor, column.decimals, True),
        }
        for column in columns_shown(comparison)
        if column.name in (*CARDS, comparison["judged_by"])
    ]


def _figure(interval: Mapping[str, Any] | None, column: Column) -> str:
    return NOTHING if interval is None else number(column.factor * interval["mean"], column.decimals)


def term_rows(terms: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return the amount that each term adds to the value; terms that are 0 for both policies are left out."""
    return [
        {
            "meaning": MEANING[term["column"]],
            "adds": span(term["adds"], sign=True),
            **{key: number(term[key], 1) for key in ("learned", "rule")},
            **{key: number(term[key]) for key in ("value_learned", "value_rule")},
        }
        for term in terms
        if term["learned"] or term["rule"]
    ]


def tuning_rows(tuning: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the best candidate of each rule."""
    return [
        {
            "half": half,
            "name": family["rule"]["name"],
            "params": family["arguments"] or "none",
            "candidates": f"{family['candidates']}",
            "days": f"{family['days']}",
            "value": number(family["value"]),
            "dropped": NOTHING if family["dropped_share"] is None else number(100 * family["dropped_share"], 2),
            "role": "best_rule" if family["chosen"] else "other",
        }
        for half in ("routing", "pacing")
        for family in tuning[half]
    ]


def routing_rows(looks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return how each policy decided where it could assign: held, dialed first, or assigned, and to which groups."""
    rows = []
    for look in looks:
        routing = look["routing"]
        assigned = max(sum(routing["assigned"].values()), 1)
        held, dialed = (
            number(100 * routing[key] / routing["assignable"], 2) if routing["assignable"] else NOTHING
            for key in ("held", "dialed")
        )
        shares = {name: f"{number(100 * n / assigned, 1)}" for name, n in routing["assigned"].items()}
        rows.append({"label": look["label"], "role": look["role"], "held": held, "dialed": dialed, "shares": shares})
    return rows
