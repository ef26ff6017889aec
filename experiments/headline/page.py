"""The page: the suite with its verdicts, what each row has used, compliance, and the first table of each centre."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ccenv.kpis import KPIS, holm, score
from ccenv.kpis.numbers import as_text
from ccenv.kpis.suite import LEVEL, MORE_ABANDONED, outcome
from ccenv.league.declared import BEST_KNOWN
from ccenv.scenarios import Scenario, load_scenario
from experiments.headline.bars import HEAD, bar_rows, notes
from experiments.headline.declared import ABOUT, BOUND, EFFORT, FIRST_TABLE, Column
from experiments.headline.figures import against
from experiments.headline.judging import is_steady
from experiments.headline.short import in_short
from experiments.jobs.markdown import NOTHING, estimate, table, text
from experiments.pipeline.evaluation import is_bound, unit_of_value

PARTS = {
    "final": "Final figures, from days of the purpose `final`, on which nothing was developed.",
    "development": "Figures during development, from evaluation days. They are no published result.",
}

NOT_COMPARABLE = "not comparable"
ABOUT_BARS = (
    "What the replicates of a learner have to reach at a centre: the median of the figure, and each replicate. A bar "
    "is met only within the limits of drops and abandonment. The bars were set before the first run. The tuned rules "
    "have become stronger since, so less is left above them than when the bars over P1 were set. Not behind: at these "
    "centres rules leave little room or none, so the learner must not be surely behind; its drops and abandonment "
    "stand beside. Two bars have changed since: " + notes()
)


def page(results: Sequence[Mapping[str, Any]]) -> str:
    """Return the page in Markdown, made from the result files of all centres."""
    parts = [
        "# Learners against the opponents",
        text(
            "Written by `python -m experiments.headline`; do not edit. P0 is the best of the rules as shipped. P1 and "
            "P2 are the frozen opponents of `tuned/opponents.md`. P1 is a pair of tuned rules, one for routing and one "
            "for pacing, each with a few numbers. In P2 one of these rules may have one more term, which depends on "
            "the state of the centre. "
            "A replicate is a whole pipeline from one master seed, on training and validation days of its own: tuning "
            "of the rules of its start, learning, choice of a checkpoint, export. Its exported policy is judged.",
            "Brackets are 95 % intervals over replicates and days, both resampled; those of rules are over days. They "
            "hold for one cell alone. A p-value is the smallest level at which the interval leaves out 0. All "
            "rows of a centre run the same days. A cell is a learner at a centre. It is *won* only over P2, and only "
            "if its p-value, adjusted for all cells of the page by Holm's procedure, is at most "
            f"{LEVEL:g}. So a cell can be *tied* (not surely different) although its bracket leaves out 0. With a "
            "campaign, the upper end of the "
            "dropped share on episodes of 30 days must be within the limit too, and inbound abandonment at most "
            f"{100 * MORE_ABANDONED:g} points above that of P2. Otherwise the cell is *not comparable*, and the "
            "verdict says why. A replicate without a policy within the limit on validation days counts as P2. One "
            "whose start is better than every checkpoint on validation days keeps the rules of its start.",
            "Score: (policy - P0) / (denominator - P0). The denominator is a bound, or the best value of the opponents "
            "where the centre has none (*best known*; a score can be above 100 % there). Both are frozen with the "
            "version of the suite.",
        ),
        "\n".join(text(f"- `{name}`: {about}.") for name, about in ABOUT.items()),
    ]
    measured = {part: [each for each in results if (each[part] or {}).get("rows")] for part in PARTS}
    best = next((part for part, found in measured.items() if found), None)
    if best is not None:
        parts += in_short(_outcomes(measured[best], best), best)
    for part, about in PARTS.items():
        found = measured[part]
        if found:
            parts += [f"## {part.capitalize()}", about, *_suite(found, part)]
    parts += ["## Columns", *_notes()]
    return "\n\n".join(parts) + "\n"


def _suite(results: Sequence[Mapping[str, Any]], part: str) -> list[str]:
    cells = [(result, row) for result in results for row in result[part]["rows"] if row["learner"]]
    verdicts = verdicts_of([row for _, row in cells])
    head = ["centre", "learner", "value", "over P2", "over P1", "score", "p", "p (Holm)", "verdict", "replicates"]
    rows = [
        [result["scenario"], row["row"], estimate(row["value"]), estimate(row["over_p2"], sign=True),
         estimate(row["over_p1"], sign=True), _score(result["score"], row), as_text(row["over_p2"]["p"], digits=2),
         as_text(adjusted, digits=2), words, _replicates(row)]
        for (result, row), (words, adjusted) in zip(cells, verdicts, strict=True)
    ]  # fmt: skip
    found = [table(head, rows), *(looks(result) for result in results if part == "final")]
    found += ["### Bars", text(ABOUT_BARS), table(HEAD, bar_rows(results, part))]
    return [*found, *(text_ for result in results for text_ in _centre(result, part))]


def _outcomes(
    results: Sequence[Mapping[str, Any]], part: str
) -> list[tuple[Mapping[str, Any], Mapping[str, Any], str]]:
    cells = [(result, row) for result in results for row in result[part]["rows"] if row["learner"]]
    adjusted = holm([row["over_p2"]["p"] for _, row in cells]).tolist()
    return [(result, row, outcome_of(row, each)[0]) for (result, row), each in zip(cells, adjusted, strict=True)]


def verdicts_of(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, float]]:
    """Return the verdict in words and the adjusted p-value of each row of a learner, as one suite."""
    adjusted = holm([row["over_p2"]["p"] for row in rows]).tolist()
    return [(_verdict(row, each), each) for row, each in zip(rows, adjusted, strict=True)]


def _verdict(row: Mapping[str, Any], adjusted: float) -> str:
    found, reasons = outcome_of(row, adjusted)
    return f"{found}: ahead, but {' and '.join(reasons)}" if reasons else found


def outcome_of(row: Mapping[str, Any], adjusted: float) -> tuple[str, list[str]]:
    """Return the outcome of a learner's row against P2, and the reasons if it is ahead but not comparable.

    Args:
        row: The row.
        adjusted: Its p-value, adjusted for the suite.
    """
    gap = row["over_p2"]
    found = outcome(gap["mean"], adjusted, gap["low"] is not None and not is_bound(gap))
    reasons = against(row.get("compliance")) if found == "won" else []
    return (NOT_COMPARABLE if reasons else found), reasons


def _score(frozen: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    if not frozen["denominator"] > frozen["p0"]:
        return NOTHING
    policy = frozen["p0"] + row["over_p0"]["mean"]
    known = " of best known" if frozen["kind"] == BEST_KNOWN else ""
    return f"{100 * float(score(policy, frozen['p0'], frozen['denominator'])):.1f} %{known}"


def _replicates(row: Mapping[str, Any]) -> str:
    notes = {"counted as P2": row["counted_as_rule"], "kept the rule of the start": row["kept_rule"]}
    return ", ".join([f"{row['replicates']}", *(f"{count} {what}" for what, count in notes.items() if count)])


def looks(result: Mapping[str, Any]) -> str:
    """Return how often the final days of a centre have been looked at, when, and at which policies."""
    final = result["final"]
    return text(
        f"`{result['scenario']}`: look {final['looks']} at the final days, {final['date']}; opponents "
        f"`{final['opponents']}`; policies " + ", ".join(f"`{name}`" for name in _short(final["policies"])) + "."
    )


def _short(policies: Mapping[str, str]) -> list[str]:
    return [f"{name} {digest[:8]}" for name, digest in policies.items()]


def _centre(result: Mapping[str, Any], part: str) -> list[str]:
    found, scenario = result[part], load_scenario(result["scenario"])
    days = f"{found['days']} episodes" if scenario.centre.episode_days != 1 else f"{found['days']} days"
    budget = ", ".join(
        f"{row['row']} {as_text(row['budget']['cpu_s'])} s, {100 * row['budget']['tuning_share']:g} % for tuning"
        for row in found["rows"]
        if row["learner"]
    )
    parts = [
        f"### {result['scenario']}",
        text(
            f"{days}; value in {unit_of_value(scenario)}, an episode. CPU time of tuning and learning of a replicate: "
            f"{budget}."
        ),
        table(["row", "rules", "value", *(column.title for column in FIRST_TABLE)], _first_table(result, part)),
        "What each has used:",
        table(["row", *(column.title for column in EFFORT)], [_effort(row) for row in found["rows"]]),
    ]
    return parts + (_compliance(scenario, found) if found["month_runs"] else [])


def _first_table(result: Mapping[str, Any], part: str) -> list[list[str]]:
    rows = [
        [row["row"], NOTHING if row["learner"] else f"`{row['label']}`", estimate(row["value"]),
         *(cell_text(column, row["kpis"].get(column.name)) for column in FIRST_TABLE)]
        for row in result[part]["rows"]
    ]  # fmt: skip
    frozen = result["score"]
    bound = [BOUND, frozen["kind"], as_text(frozen["denominator"]), *[NOTHING] * len(FIRST_TABLE)]
    return [*rows, bound]


def _effort(row: Mapping[str, Any]) -> list[str]:
    return [row["row"], *(cell_text(column, row["effort"].get(column.name)) for column in EFFORT)]


def cell_text(column: Column, value: Any) -> str:
    """Return a figure of a column as text; a dash if there is none."""
    if value is None:
        return NOTHING
    return str(value) if isinstance(value, str) else as_text(column.factor * value, decimals=column.decimals)


def _compliance(scenario: Scenario, found: Mapping[str, Any]) -> list[str]:
    head = ["row", "campaign", "dropped, %", "limit, %", "days above, %", "worst 30 days, %", "inbound abandoned, %",
            "above P2, points", "equal compliance"]  # fmt: skip
    rows = []
    for row in found["rows"]:
        each = row["compliance"]
        rows.append(
            [row["row"], each["campaign"], estimate(each["share"], 100.0), f"{100 * each['limit']:g}",
             *(_percent(each[name]) for name in ("days_above", "worst", "abandonment")),
             estimate(each["more_abandoned"], 100.0, sign=True), "no: " + " and ".join(against(each))
             if against(each) else "yes"]
        )  # fmt: skip
    steady = " A steady centre has no days: 30 of its episodes stand for them." if is_steady(scenario) else ""
    about = (
        f"{found['month_runs']} episodes of 30 days.{steady} Dropped: `{found['share']}`, of the campaign that is "
        "nearest to its limit or farthest above it. Days above: days whose dropped / answered was above the limit. "
        "Worst 30 days: the largest share of an episode of any replicate."
    )
    return [text(about), table(head, rows)]


def _percent(value: float | None) -> str:
    return NOTHING if value is None else as_text(100 * value, decimals=2)


def _notes() -> list[str]:
    meanings = {
        column.title: column.meaning or (KPIS[column.name].meaning if column.name in KPIS else "")
        for column in (*FIRST_TABLE, *EFFORT)
    }
    return ["\n".join(f"- {title}: {meaning}." for title, meaning in meanings.items() if meaning)]
