"""Comparison of found figures with printed ones: intervals, and the verdict of a row."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from scipy.stats import norm

from experiments.published.row import Figure, Measure, Row

LEVEL = 0.01  # significance level of a row, for all its measures together
ARITHMETIC = 1e-12  # relative error of double precision, for figures printed with all their digits


def bound_of(measures: int) -> float:
    """Return the bound of an absolute z for each measure of a row, by Bonferroni's inequality."""
    return float(norm.isf(LEVEL / (2 * measures)))


def compared(measure: Measure, found: Figure, bound: float) -> dict[str, Any]:
    """Return a measure with both figures and whether they agree.

    They agree if they differ by no more than the printed rounding and `bound` standard errors of the difference.
    """
    printed = float(measure.printed)
    difference = found.value - printed
    error = math.hypot(found.error, measure.error)
    allowed = measure.rounding + ARITHMETIC * abs(printed) + bound * error
    return {
        "measure": measure.name,
        "printed": measure.printed,
        "printed_error": measure.error,
        "found": found.value,
        "found_error": found.error,
        "difference": difference,
        "allowed": allowed,
        "inside": abs(difference) <= allowed,
    }


def judged(row: Row, found: Mapping[str, Figure]) -> dict[str, Any]:
    """Return a row with its compared measures and whether all of them are inside."""
    bound = bound_of(len(row.measures))
    measures = [compared(each, found[each.name], bound) for each in row.measures]
    return {
        "name": row.name,
        "kind": row.kind,
        "source": row.source,
        "about": row.about,
        "runs": row.runs,
        "left_out": row.left_out,
        "isolated": row.isolated,
        "isolated_by": list(row.isolated_by),
        "bound": bound,
        "measures": measures,
        "inside": all(each["inside"] for each in measures),
    }


def with_verdicts(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return judged rows with a verdict each: `inside`, `isolated`, `skipped` or `outside`.

    A row that is outside is `isolated` if it says why and all rows that show it are inside.
    """
    inside = {row["name"] for row in rows if row.get("inside")}
    return [{**row, "verdict": _verdict(row, inside)} for row in rows]


def _verdict(row: Mapping[str, Any], inside: set[str]) -> str:
    if "skipped" in row:
        return "skipped"
    if row["inside"]:
        return "inside"
    return "isolated" if row["isolated_by"] and set(row["isolated_by"]) <= inside else "outside"


def failures(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return one line for each row that is outside: the measures that are."""
    return [
        f"{row['name']}: "
        + "; ".join(
            f"{each['measure']} {each['found']:.6g}, printed {each['printed']}, allowed {each['allowed']:.2g} apart"
            for each in row["measures"]
            if not each["inside"]
        )
        for row in rows
        if row["verdict"] == "outside"
    ]
