"""Who wins by how much: the best rules of each centre, in one table."""

from __future__ import annotations

from experiments.site.centre_results import Results, Row
from experiments.site.text import cell, estimate, table


def table_of(results: Results) -> str:
    """Return a row for each centre: best rules, ties, lead over the first pair that does not tie, and over the own."""
    rows = []
    for name in results.centres:
        leaders = results.leaders(name)
        rows.append(
            [
                f"[`{name}`](centres/{name}.md)",
                f"`{cell(leaders[0]['label'])}`",
                str(len(leaders) - 1) if len(leaders) > 1 else "none",
                _lead(results, name),
                _over_own(leaders[0]),
            ]
        )
    head = ["centre", "best rules", "ties", "lead over the best that does not tie", "lead over the centre's own rules"]
    return table(head, rows) + f"\n\n{results.how()}"


def beaten(results: Results, name: str) -> Row | None:
    """Return the best pair of rules of a centre that neither wins nor ties; None if there is none within the limit."""
    others = [r for r in results.rows(name) if r["within_limit"] and results.verdict(r) == "behind"]
    return others[0] if others else None


def _lead(results: Results, name: str) -> str:
    other = beaten(results, name)
    return "–" if other is None else f"{estimate(other['behind_best'], sign=True)} over `{cell(other['label'])}`"


def _over_own(row: Row) -> str:
    return "its own rules" if row["to_own"] is None else estimate(row["to_own"], sign=True)
