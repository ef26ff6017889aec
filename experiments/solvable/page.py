"""The page: bars of each learner on each solved centre, the rules beside it, and how sure the figures are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from ccenv.kpis.numbers import as_text
from experiments.jobs.markdown import NOTHING, table, text
from experiments.solvable.bars import CLOSED, EXCEEDED, FROM_RULE, MEDIAN, OFF, WORST, Bar, bars_of
from experiments.solvable.replicate import RULE
from experiments.solvable.settings import Settings

REPLICATES = Settings.replicates  # that a row needs


def page(result: Mapping[str, Any]) -> str:
    """Return the page in Markdown."""
    cases, rows = result["cases"], result["rows"]
    bars = [(row, bar) for row in rows for bar in bars_of(cases[row["case"]], row)]
    met = sum(bar.met for _, bar in bars)
    spent = sum(sum(each["cpu_s"].values()) for row in rows for each in row["replicates"])
    head = text(
        "Written by `python -m experiments.solvable`; do not edit. `ccenv.theory` solves these centres exactly. A "
        "learner never sees the solution: it learns in the simulator, from one master seed on training days, chooses "
        "its checkpoint on validation days, and exports it. The exported policy is then tabulated over the states of "
        "the model, and the table is evaluated exactly.",
        "The gap is the distance from the optimum in percent of the optimum. From scratch, no rule is imitated, and "
        "none is among the candidates of the choice; from the rule, the best rule of the table below is both. The "
        "integer rule has whole numbers (a reserve of advisors, lines by a rounded ratio, an order of queues).",
        f"Bars: from scratch a median gap of at most {MEDIAN:g} % and no gap above {WORST:g} %; from the rule a "
        f"median gap of at most {FROM_RULE:g} %; where the integer rule is more than {OFF:g} % off, at least "
        f"{100 * CLOSED:g} % of its gap closed; a limit exceeded by at most {EXCEEDED:g} % of it in each replicate.",
        f"**{met} of {len(bars)} bars are met.** All figures took {spent / 60:.0f} CPU minutes." + _preliminary(rows),
    )
    found = ["# Learned policies against the optimum", head, "## Learned policies", _learned(result)]
    found += ["## Centres", _cases(cases), "## How sure the figures are", _sure(result)]
    return "\n\n".join(found) + "\n"


def _preliminary(rows: Sequence[Mapping[str, Any]]) -> str:
    few = sum(len(row["replicates"]) < REPLICATES for row in rows)
    return f" {few} of {len(rows)} rows have fewer than {REPLICATES} replicates and are preliminary." if few else ""


def _learned(result: Mapping[str, Any]) -> str:
    head = ["centre", "from", "learner", "median gap, %", "worst gap, %", "integer rule's gap, %",
            "dropped share / limit", "bars", "learning, CPU s", "replicates"]  # fmt: skip
    lines = []
    for row in result["rows"]:
        case, gaps = result["cases"][row["case"]], [each["gap"] for each in row["replicates"]]
        integer = case["integer"]
        lines.append(
            [row["case"], row["start"], row["learner"], f"{median(gaps):.2f}", f"{max(gaps):.2f}",
             NOTHING if integer is None else f"{integer['gap']:.2f}", _shares(case, row),
             "; ".join(map(_words, bars_of(case, row))), f"{row['cpu_s']:g}", str(len(gaps))]
        )  # fmt: skip
    return table(head, lines)


def _shares(case: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    if case["limit"] is None:
        return NOTHING
    shares = [(each["share"] or 0.0) / case["limit"] for each in row["replicates"]]
    return f"{min(shares):.3f} to {max(shares):.3f}"


def _words(bar: Bar) -> str:
    return f"{bar.name} {bar.figure:.2f} ≤ {bar.limit:.2f}: {'met' if bar.met else '**not met**'}"


def _cases(cases: Mapping[str, Mapping[str, Any]]) -> str:
    head = [
        "centre",
        "what it is",
        "model",
        "objective",
        "optimum, 1/h",
        "integer rule",
        "gap, %",
        "best rule",
        "gap, %",
    ]
    lines = [
        [name, case["about"], f"`{case['model']}`", _objective(case), as_text(case["optimum"]["objective"]),
         *_rule(case["integer"]), *_rule(case["rule"])]
        for name, case in cases.items()
    ]  # fmt: skip
    return table(head, lines)


def _objective(case: Mapping[str, Any]) -> str:
    terms = " ".join(f"{price:+g} {name}" for name, price in case["prices"].items() if price)
    return terms if case["limit"] is None else f"{terms}, dropped share ≤ {100 * case['limit']:g} %"


def _rule(rule: Mapping[str, Any] | None) -> list[str]:
    if rule is None:
        return [NOTHING, NOTHING]
    params = ", ".join(f"{key}={_value(value)}" for key, value in rule["params"].items())
    return [f"`{rule['name']}({params})`", f"{rule['gap']:.2f}"]


def _value(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _sure(result: Mapping[str, Any]) -> str:
    about = text(
        "The table holds the frequencies of what the policy did in each state, counted on evaluation days. Unseen: the "
        "largest share of events, under the table, in a state with a choice in which the policy was never seen. "
        "Refused: the largest share of events at which it did what the model does not allow. z: the simulated mean of "
        "the same days less the exact value, in standard errors, of the replicate in which it is largest. CPU: mean "
        "seconds of a replicate."
    )
    head = [
        "centre",
        "from",
        "learner",
        "unseen",
        "refused",
        "z",
        "learning",
        "choosing",
        "export",
        "table",
        "rule kept",
    ]
    lines = []
    for row in result["rows"]:
        each, n = row["replicates"], len(row["replicates"])
        z = max(((r["simulated"] - r["objective"]) / r["error"] if r["error"] else 0.0 for r in each), key=abs)
        cpu_s = [sum(r["cpu_s"][name] for r in each) / n for name in ("training", "choice", "bundle", "exact")]
        lines.append(
            [row["case"], row["start"], row["learner"], f"{max(r['unseen'] for r in each):.1e}",
             f"{max(r['refused'] for r in each):.1e}", f"{z:+.1f}", *(f"{s:.0f}" for s in cpu_s),
             f"{sum(r['chosen'] == RULE for r in each)} of {n}"]
        )  # fmt: skip
    return f"{about}\n\n{table(head, lines)}"
