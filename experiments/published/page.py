"""Page of the published problems, made from their result file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from experiments.jobs.markdown import table, text
from experiments.published.compare import LEVEL
from experiments.published.league import REFERENCE
from experiments.published.learned_page import learned_section
from experiments.published.row import KINDS
from experiments.published.table import ELSEWHERE

VERDICTS = {
    "inside": "inside",
    "isolated": "differs, isolated",
    "outside": "**outside**",
    "skipped": "skipped",
}


def page(result: Mapping[str, Any]) -> str:
    """Return the page of a result of `python -m experiments.published`."""
    rows = result["rows"]
    kinds = "; ".join(f"*{kind}*: {meaning}" for kind, meaning in KINDS.items())
    head = text(
        "Written by `python -m experiments.published`; do not edit.",
        f"""Each row is one instance of somebody else's paper or program, with all its printed figures. The column kind
        says where they come from. {kinds}.""",
        f"""A figure is inside if it differs from the printed one by no more than the printed rounding and a number of
        standard errors of the difference, of both figures. The number is such that all measures of a row are inside
        together with probability {1 - LEVEL:.0%} if both programs simulate the same model. Standard errors are in
        brackets. Figures are found by ccenv or, where the row says so, by a reference kernel of the authors' own
        model.""",
    )
    return "\n\n".join(
        [
            "# Published problems",
            head,
            summary(rows),
            "\n\n".join(section(row) for row in rows),
            "\n\n".join(league_section(league) for league in result["leagues"]),
            *([learned_section(result["learned"])] if result.get("learned") else []),
            "## Not here",
            "\n".join(f"- {line}" for line in ELSEWHERE) + "\n",
        ]
    )


def summary(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the table of rows."""
    lines = [[row["name"], row["kind"], row["source"], _count(row), VERDICTS[row["verdict"]]] for row in rows]
    return table(["row", "kind", "source", "measures inside", "verdict"], lines)


def _count(row: Mapping[str, Any]) -> str:
    if "skipped" in row:
        return "none"
    return f"{sum(each['inside'] for each in row['measures'])} of {len(row['measures'])}"


def section(row: Mapping[str, Any]) -> str:
    """Return the section of a row."""
    if "skipped" in row:
        return f"## {row['name']}\n\n{text(row['skipped'] + '.')}"
    runs = f" {row['runs']:,} runs." if row["runs"] else " By formula; nothing is random."
    lines = [f"{row['about'][:1].upper()}{row['about'][1:]}.{runs}"]
    lines += [f"Left out: {row['left_out']}."] if row["left_out"] else []
    if row["isolated"]:
        by = ", ".join(row["isolated_by"])
        lines.append(f"What differs: {row['isolated']}." + (f" Isolated by: {by}." if by else ""))
    head = ["measure", "printed", "found", "difference", "allowed", "inside"]
    return f"## {row['name']}\n\n{text(*lines)}\n\n{table(head, [_cells(each) for each in row['measures']])}"


def _cells(each: Mapping[str, Any]) -> list[str]:
    printed = each["printed"] + _error(each["printed_error"])
    found = f"{each['found']:.6g}{_error(each['found_error'])}"
    inside = "yes" if each["inside"] else "**no**"
    return [each["measure"], printed, found, f"{each['difference']:+.2g}", f"{each['allowed']:.2g}", inside]


def _error(error: float) -> str:
    return f" ({error:.2g})" if error else ""


def league_section(league: Mapping[str, Any]) -> str:
    """Return the section of a league."""
    about = f"{league['about'][:1].upper()}{league['about'][1:]}"
    intro = (
        f"{about}. {league['runs']} runs of each rule on the same seeds, standard errors in brackets. The "
        f"cost is that of waiting, of those who abandon too; differences are paired, to `{REFERENCE}`."
    )
    if league["bar"]:
        name, share = league["bar"]
        met = "met" if league["passed"] else "**missed**"
        intro += f" Bar: {name} costs at least {-share:.0%} less; {met}."
    judged = any(rule["preemptive"] is not None for rule in league["rules"])
    if judged:
        intro += (
            " The last column is the cost in the authors' own model, by the pre-emptive reference kernel. It runs "
            "orders of classes, of a class the stations with the fewest classes first; a dash: the rule is no order."
        )
    reference = next(rule["cost"] for rule in league["rules"] if rule["name"] == REFERENCE)
    head = ["rule", "cost", "difference", "share", *(["pre-emptive"] if judged else [])]
    ordered = sorted(league["rules"], key=lambda rule: rule["cost"])
    lines = [_league_cells(rule, reference, judged) for rule in ordered]
    return f"## League: {league['problem']}\n\n{text(intro)}\n\n{table(head, lines)}"


def _league_cells(rule: Mapping[str, Any], reference: float, judged: bool) -> list[str]:
    difference = f"{rule['difference']:+.1f}{_error(rule['difference_error'])}"
    cells = [rule["name"], f"{rule['cost']:.1f}{_error(rule['error'])}", difference]
    cells.append(f"{rule['difference'] / reference:+.1%}")
    if judged:
        other = rule["preemptive"]
        cells.append("-" if other is None else f"{other:.1f}{_error(rule['preemptive_error'])}")
    return cells
