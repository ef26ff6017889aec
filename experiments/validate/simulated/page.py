"""Section of the page on the simulator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from experiments.jobs.files import to_csv
from experiments.jobs.markdown import table, text
from experiments.validate.simulated.family import LEVEL, Family
from experiments.validate.simulated.run import rare_below

COLUMNS = ("row", "model", "way", "measure", "exact", "simulated", "standard_error", "half_width_pct", "z")
WAYS = {"rule": "rule", "table": "policy", "optimal": "optimal policy", "": ""}


def lines_csv(results: Sequence[dict[str, Any]]) -> str:
    """All comparisons as CSV."""
    return to_csv(COLUMNS, _lines(results))


def body(results: Sequence[dict[str, Any]], family: Family) -> str:
    """The section in Markdown."""
    rows = [
        [
            line["row"],
            line["way"],
            f"`{line['measure']}`",
            f"{line['exact']:.6g}",
            f"{line['simulated']:.6g}",
            f"{line['half_width_pct']:.2f}",
            f"{line['z']:+.2f}",
        ]
        for line in _lines(results)
    ]
    head = ["row", "run as", "measure", "exact", "simulated", "half-width [%]", "z"]
    best = [_gain(result) for result in results if result["row"]["way"] == "optimal" and result["measures"]]
    return "\n\n".join(
        [
            "## Simulator against exact values",
            _text(results, family),
            "![simulated over exact](validation/simulator.svg)",
            *(_optimal(best) if best else []),
            "### All comparisons",
            table(head, rows),
            *_certain(results),
            *_rare(results),
        ]
    )


def _lines(results: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for result in results:
        row = result["row"]
        for line in result["measures"]:
            yield {"row": row["name"], "model": row["model"], "way": WAYS[row["way"]], **line}


def _text(results: Sequence[dict[str, Any]], family: Family) -> str:
    last = max(result["row"]["first_seed"] + result["row"]["replications"] for result in results) - 1
    about = text(
        f"""{len(results)} rows of a list that was written down before the first run; {family.n} comparisons. Each row
        is {results[0]["row"]["replications"]} independent replications. Seeds run from 0 to {last} through the list,
        each used by one row, so that rows are independent. z is (simulated - exact) / standard error; a ratio is one of
        totals, its standard error that of the delta method over the replications. Half-widths are those of 95 %
        intervals, relative to the exact value: at most 1 %, 2 % for dropped shares.""",
    )
    return f"""{about}

- Largest absolute z: {family.largest:.2f}; Bonferroni's bound at {100 * LEVEL:g} %: {family.bound:.2f}.
- Kolmogorov-Smirnov distance of all z to the standard normal distribution: {family.distance:.4f}. Measures of one
  row are correlated; with the correlations that the replications show, a larger distance has probability
  {family.p:.3f} (asked for: above {LEVEL:g}; if all were independent it would be {family.p_independent:.3f})."""


def _gain(result: dict[str, Any]) -> list[str]:
    """Objective of an optimal policy: the first measure of its model."""
    line = result["measures"][0]
    names = (result["row"]["name"], f"`{result['row']['model']}`", f"`{line['measure']}`")
    return [*names, f"{line['exact']:.6g}", f"{line['simulated']:.6g}", f"{line['z']:+.2f}"]


def _optimal(best: Sequence[Sequence[str]]) -> list[str]:
    about = text(
        """The solver's policy, as a table, is run as a policy through the environment (`ccenv.Batch`) and gives the
        gain that the solver says; the same rows stand below with all their measures and belong to the family."""
    )
    return ["### Optimal policies", about, table(["row", "model", "measure", "optimal", "simulated", "z"], best)]


def _certain(results: Sequence[dict[str, Any]]) -> list[str]:
    found = [
        f"{result['row']['name']}: `{line['measure']}` {line['exact']:.0f}" + ("" if line["right"] else " (WRONG)")
        for result in results
        for line in result["certain"]
    ]
    return [text(f"Exactly 0 or 1, and found so: {'; '.join(found)}.")] if found else []


def _rare(results: Sequence[dict[str, Any]]) -> list[str]:
    found = [
        f"{result['row']['name']}: `{line['measure']}` ({line['seen']:.0f} seen)"
        for result in results
        for line in result["rare"]
    ]
    if not found:
        return []
    return [
        text(
            f"""Left out as too rare, because fewer were seen than the precision takes even if they were independent
            ({rare_below("any"):,.0f}, for dropped shares {rare_below("drop_rate"):,.0f}): {"; ".join(found)}."""
        )
    ]
