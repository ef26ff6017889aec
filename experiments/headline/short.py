"""What the replicates say in one paragraph: where a learner wins, and where it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ccenv.scenarios import load_scenario
from experiments.headline.declared import ABOUT, P2
from experiments.jobs.markdown import SHORT, estimate, text
from experiments.pipeline.evaluation import unit_of_value

#: Outcome of a cell, and how the paragraph says it of centres.
WORDS = {
    "won": "surely ahead at",
    "not comparable": "ahead, but not surely within the limits of drops and abandonment, at",
    "tied": "not surely different at",
    "undecided": "undecided at",
    "lost": "surely behind at",
}
PARTS = {"final": "on final days", "development": "on evaluation days, during development"}


def in_short(cells: Sequence[tuple[Mapping[str, Any], Mapping[str, Any], str]], part: str) -> list[str]:
    """Return a heading and a paragraph, nothing without cells.

    Args:
        cells: Result of a centre, row of a learner, and outcome of the row in the suite.
        part: `final` or `development`.
    """
    if not cells:
        return []
    learners = list(dict.fromkeys(row["row"] for _, row, _ in cells))
    said = [
        f"Learners beside {P2}, the strongest tuned pair of rules. A replicate is a whole pipeline, from tuning to "
        "export."
    ]
    said += [_learner(name, [each for each in cells if each[1]["row"] == name]) for name in learners]
    said.append(
        f"Figures are paired differences in reward an episode {PARTS[part]}. Brackets are 95 % intervals over "
        "replicates and days. *Surely*: at a level of 5 % for all learners and centres together."
    )
    return [SHORT, text(" ".join(said))]


def _learner(name: str, cells: Sequence[tuple[Mapping[str, Any], Mapping[str, Any], str]]) -> str:
    counts = sorted({row["replicates"] for _, row, _ in cells})
    times = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    groups = []
    for outcome, words in WORDS.items():
        mine = [(result, row) for result, row, found in cells if found == outcome]
        if mine:
            groups.append(f"{words} {', '.join(_centre(*each, full=outcome in ('won', 'lost')) for each in mine)}")
    about = f" ({ABOUT[name].partition(';')[0]})" if name in ABOUT else ""
    return f"`{name}`{about}, {times} replicates: {'; '.join(groups)}."


def _centre(result: Mapping[str, Any], row: Mapping[str, Any], full: bool) -> str:
    if not full:
        return f"`{result['scenario']}`"
    unit = unit_of_value(load_scenario(result["scenario"]))
    return f"`{result['scenario']}` ({estimate(row['over_p2'], sign=True)}; unit: {unit})"
