"""Write the tables and figures of a finished sweep or benchmark again from its result files.

python -m experiments.report outputs/sweep
python -m experiments.report outputs/benchmark
"""

from __future__ import annotations

import argparse
from pathlib import Path

from experiments.jobs.commands import one_message
from experiments.jobs.jobs import job_folder
from experiments.reports.sweep import write_sweep_report
from experiments.showcase.report import write_page


def report(folder: Path) -> Path:
    """Write the report of a sweep, or of the latest benchmark in the folder; return its main file.

    Raises:
        FileNotFoundError: The folder holds neither a sweep nor a benchmark.
    """
    if (folder / "cells").is_dir():
        return write_sweep_report(folder)
    if (job_folder(folder) / "provenance.json").exists():
        return write_page(job_folder(folder))
    raise FileNotFoundError(f"{folder} holds neither the cells of a sweep nor a finished benchmark")


def main() -> None:
    """Write the report of the folder on the command line."""
    parser = argparse.ArgumentParser(prog="python -m experiments.report", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of a sweep or a benchmark")
    folder = parser.parse_args().folder
    with one_message():
        print(report(folder))


if __name__ == "__main__":
    main()
