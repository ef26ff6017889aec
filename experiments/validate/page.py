"""Page of the validation: verdicts, sections of the parts, and the environment."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.jobs.markdown import table
from experiments.jobs.provenance import commit, machine, versions
from experiments.validate.part import Part, Report
from experiments.validate.settings import Settings

WORDS = {True: "passed", False: "NOT PASSED", None: "not done here"}


def page(reports: Sequence[tuple[Part, Report]], command: str, seconds: float, settings: Settings) -> str:
    """Page in Markdown.

    Args:
        reports: The report of each part.
        command: The command line.
        seconds: Total computing time of all cells [s].
        settings: All settings.
    """
    verdicts = [[part.title, WORDS[report.passed], "; ".join(report.verdict)] for part, report in reports]
    passed = all(report.passed is not False for _, report in reports)
    done = sum(report.passed is not None for _, report in reports)
    return (
        "\n\n".join(
            [
                "# Validation",
                f"Written by `{command}`; do not edit. **{'Passed' if passed else 'NOT PASSED'}**: "
                f"{sum(report.passed is True for _, report in reports)} of {done} parts.",
                table(["part", "verdict", "why"], verdicts),
                *(report.body for _, report in reports),
                _environment(seconds, settings),
            ]
        )
        + "\n"
    )


def _environment(seconds: float, settings: Settings) -> str:
    used = versions()
    software = ", ".join(f"{name} {used[name]}" for name in ("python", "numpy", "numba", "ccenv") if name in used)
    lines = [
        ["commit", commit()],
        ["software", software],
        ["machine", machine()],
        ["computing time", f"{seconds / 60:.1f} min in all cells, {settings.processes} side by side"],
    ]
    return f"## Environment\n\n{table(['', ''], lines)}"
