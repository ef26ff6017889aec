"""Export the chosen checkpoint of a finished training as a bundle again.

python -m experiments.export outputs/train
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from experiments.jobs.commands import one_message
from experiments.jobs.jobs import job_in
from experiments.pipeline.learned import evaluated_policy, exported


def export_again(folder: Path) -> Path:
    """Export and evaluate the chosen checkpoint in the folder of a training, benchmark or cell; return the bundle.

    Of a folder with several jobs, the latest counts.
    """
    with job_in(folder) as job:
        shutil.rmtree(job.stages.work / "tables" / "learned", ignore_errors=True)
        own = (job.stages.folder / "results" / "start.json").exists()  # a replicate tunes the rules of its start
        exported(job, job.stages.result("start" if own else "tuning"), job.stages.result("choice"))
        evaluated_policy(job)
        return job.stages.bundle


def main() -> None:
    """Export from the folder on the command line."""
    parser = argparse.ArgumentParser(prog="python -m experiments.export", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of a finished training or benchmark")
    folder = parser.parse_args().folder
    with one_message():
        print(export_again(folder))


if __name__ == "__main__":
    main()
