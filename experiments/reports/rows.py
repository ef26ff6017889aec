"""Rows of a comparison as a report shows them: rules with equal figures are one row, and broken limits are marked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

EQUAL = " = "  # between the names of rules with equal figures
BREAKS = "breaks"
MAY_BREAK = "may break"
NOT_COMPARABLE = {
    BREAKS: "breaks the drop limit: not comparable",
    MAY_BREAK: "may break the drop limit: not comparable",
}


def merged(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows in their order, with one row for all rules whose figures are equal in every digit.

    Such a row stands at the place of the first rule, has the role of the best rule if that is among them, and names
    all. A learned policy is never merged.

    Returns:
        Rows with `names` (labels of all its policies), and `label` and `short` that name all of them.
    """
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        own = row["label"] if row["role"] == "learned" else ""
        key = json.dumps([own, row["kpis"], row["dials"], row["within_limit"]], sort_keys=True)
        groups.setdefault(key, []).append(row)
    return [_joined(group) for group in groups.values()]


def _joined(group: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    first = next((row for row in group if row["role"] == "best_rule"), group[0])
    rows = [first, *(row for row in group if row is not first)]
    labels = [row["label"] for row in rows]
    if len({label.partition(" + ")[0] for label in labels}) == 1:  # one routing rule: it is named once
        shorts = [row["short"] for row in rows]
        return {**first, "names": labels, "short": EQUAL.join(shorts), "label": EQUAL.join([labels[0], *shorts[1:]])}
    return {**first, "names": labels, "short": EQUAL.join(labels), "label": EQUAL.join(labels)}


def standing(row: Mapping[str, Any], comparison: Mapping[str, Any]) -> str:
    """Return whether a row keeps the drop limit: "" (its whole interval is within), `BREAKS` or `MAY_BREAK`.

    Args:
        row: A row of the comparison.
        comparison: Result of `compare`.
    """
    if row["within_limit"]:
        return ""
    share = row["kpis"][comparison["judged_by"]]
    surely = share is not None and share["low"] is not None and share["low"] > comparison["limit"]
    return BREAKS if surely else MAY_BREAK
