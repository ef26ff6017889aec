"""Write the published table of concepts again from its result file: `python -m experiments.concepts.report`.

The words of each row (part, equation, source, test, scenario that uses it) come from the declarations, the figures from
`experiments/results/concepts.json`: a change of words needs no new measurement. Raises an error if the declarations
have other concepts, experiments or scenarios than were measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.concepts.command import row_of, write_results
from experiments.concepts.concept import Concept
from experiments.concepts.measure import DIGITS, described, sides
from experiments.concepts.table import PARTS
from experiments.jobs.commands import without_settings
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.parts import RESULTS

WORDS = {"why": ""}  # of an experiment, which change no figure


def renewed(result: Mapping[str, Any], parts: Mapping[str, Sequence[Concept]]) -> dict[str, Any]:
    """Return the result with the words of the declarations.

    Args:
        result: Content of `concepts.json`.
        parts: The declared concepts by part.

    Raises:
        ValueError: If a concept, its experiment or a scenario of it is not the one that was measured.
    """
    measured = {row["name"]: row for row in result["rows"]}
    rows = [
        row_of(part, concept, _measured(concept, measured)) for part, concepts in parts.items() for concept in concepts
    ]
    return {**result, "rows": rows}


def _measured(concept: Concept, rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Figures of a concept.

    Raises:
        ValueError: If they are figures of another experiment.
    """
    row = rows.get(concept.name)
    if row is None or row["experiment"] | WORDS != described(concept.experiment) | WORDS:
        raise ValueError(f"{concept.name}: its experiment was not measured; run python -m experiments.concepts")
    figures: dict[str, Any] = row["measured"]
    if figures["scenarios"] != [scenario.digest[:DIGITS] for scenario in sides(concept.experiment)]:
        raise ValueError(f"{concept.name}: its scenario has changed; run python -m experiments.concepts")
    return figures


def main() -> None:
    """Write the table again."""
    without_settings("experiments.concepts.report", __doc__ or "")
    folder: Path = ROOT / RESULTS
    print(write_results(renewed(read_json(folder / "concepts.json"), PARTS), folder))


if __name__ == "__main__":
    main()
