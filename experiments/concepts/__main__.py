"""Measure the table of concepts: each concept off and on, on the same days.

    python -m experiments.concepts
    python -m experiments.concepts concepts.only=[redials,fatigue] concepts.most_runs=20

Writes `concepts.json`, `concepts.csv` and the page `concepts.md` into `experiments/results`. A part of the table, or a
table on fewer days, is written into `outputs/concepts`. Finished cells are kept there, so an interrupted run continues.
Exits with code 1 if a concept does not move its KPI or moves it in the wrong direction.
"""

from __future__ import annotations

import sys
from pathlib import Path

from omegaconf import DictConfig

from experiments.concepts.command import failures, measure_all, write_results
from experiments.concepts.table import chosen
from experiments.jobs.commands import with_settings
from experiments.jobs.config import Settings, folder_of, register, settings_of
from experiments.jobs.files import ROOT

register()


def results_folder(settings: Settings) -> Path:
    """Folder of the result files: `experiments/results` for the whole table, else the output folder."""
    whole = not settings.concepts.only and settings.concepts.most_runs is None and settings.dir is None
    return ROOT / "experiments" / "results" if whole else folder_of(settings, "concepts")


def run(settings: Settings) -> int:
    """Measure, write the results and print the failures; returns the exit code."""
    result = measure_all(chosen(settings.concepts.only), settings, folder_of(settings, "concepts") / "cells")
    page = write_results(result, results_folder(settings))
    print(f"{page}: {len(result['rows'])} concepts")
    wrong = failures(result)
    print("".join(f"{line}\n" for line in wrong), end="", file=sys.stderr)
    return 1 if wrong else 0


@with_settings("concepts")
def main(config: DictConfig) -> None:
    """Run the command."""
    sys.exit(run(settings_of(config)))


if __name__ == "__main__":
    main()
