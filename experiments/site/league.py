"""Who wins by how much: the best rules of each centre, in one table and in a few sentences."""

from __future__ import annotations

from experiments.jobs.markdown import text
from experiments.site.centre_results import Results, Row
from experiments.site.text import cell, estimate, table

FLAGSHIP = "bank_blended"
ROUTING, PACING = "routing", "pacing"


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


def summary(results: Results) -> str:
    """Return the result in a few sentences: the flagship centre, then how many centres are decided."""
    leaders, other = results.leaders(FLAGSHIP), beaten(results, FLAGSHIP)
    best = leaders[0]
    tied = [row["label"] for row in leaders[1:]]
    ties = f" It ties with {', '.join(f'`{label}`' for label in tied)}." if tied else " No other pair ties with it."
    lead = ""
    if other is not None:
        ahead = estimate(other["behind_best"], sign=True)
        lead = f" It is {ahead} ahead of `{other['label']}`, the best pair that does not tie."
    over_own = estimate(best["to_own"], sign=True)
    own = "" if best["to_own"] is None else f" It is {over_own} ahead of the centre's own rules."
    n_decided = sum(
        len(results.leaders(name)) == 1 and not any(map(results.equal, results.rows(name))) for name in results.centres
    )
    n, n_days = len(results.centres), results.centres[FLAGSHIP]["episodes"]
    return text(
        f"On `{FLAGSHIP}`, {n_days} unseen days, the best tuned rules are `{best['label']}`: reward "
        f"{estimate(best['kpis']['value'])} a day.{ties}{lead}{own}",
        f"At {n_decided} of the {n} centres of the library one pair of rules wins alone; at the other {n - n_decided} "
        "the best pair ties with others. Brackets are 95 % intervals over days; differences are paired. Pairs above "
        f"the drop limit rank last. Measured by `{results.command}`. Trained policies are compared with tuned rules by "
        "`make benchmark`.",
    )
