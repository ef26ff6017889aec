"""Compare tuned rules and a trained policy on the same unseen days, and write a report.

    python -m experiments.benchmark

Writes `report.html`, the result files and the exported bundle into a folder named by a digest, below
`outputs/benchmark`; the link `latest` points to it. Finished stages are kept: a killed job resumes at the first
unfinished stage.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from omegaconf import DictConfig
from tqdm import tqdm

from ccenv.files.writing import write_json
from ccenv.rewards.terms import reward_name
from ccenv.seeds import seeds
from experiments.jobs.commands import with_settings
from experiments.jobs.config import Settings, register, settings_of
from experiments.jobs.jobs import Job, job_of
from experiments.jobs.kinds import BENCHMARK
from experiments.jobs.provenance import commit, machine, versions
from experiments.pipeline.learned import compare_all
from experiments.pipeline.watch import watched
from experiments.reports.benchmark import write_report

register()


def run_benchmark(settings: Settings, command: str) -> Path:
    """Run all unfinished stages and write the report.

    Args:
        settings: All settings.
        command: The command line, for the report.

    Returns:
        The report's file.
    """
    with job_of(settings, "benchmark", BENCHMARK) as job:
        compared = compare_all(job)
        days = settings.report.watched_days
        job.stages.run(f"watch-{days}", lambda: watched(job, compared["tuning"]))
        write_json(job.stages.folder / "provenance.json", _provenance(job, command))
        return write_report(job.stages.folder)


def _provenance(job: Job, command: str) -> dict[str, Any]:
    """Provenance of the report. Comparisons of results do not use it."""
    settings, scenario = job.settings, job.scenario
    variant = settings.scenario.variant
    return {
        "scenario": {
            "name": scenario.name,
            "variant": variant,
            "description": scenario.centre.description,
            "reward": reward_name(scenario.reward),
            "digest": scenario.digest,
        },
        "digest": job.stages.digest,
        "commands": [command],
        "seeds": {
            "Training days": _range("training", max(settings.rules.rungs), "the rules"),
            "Validation days": _range("validation", settings.learner.validation_days, "the choice of the checkpoint"),
            "Unseen days": _range(settings.evaluation.purpose, settings.evaluation.days, "the comparison"),
        },
        "commit": commit(),
        "machine": machine(),
        "versions": versions(),
        "watched_days": settings.report.watched_days,
    }


def _range(purpose: str, n: int, use: str) -> str:
    chosen = seeds(purpose, n)
    return f"seeds {chosen[0]} to {chosen[-1]} (range `{purpose}`), for {use}"


@with_settings("benchmark")
def main(config: DictConfig) -> None:
    """Run the benchmark and print the path of the report."""
    command = " ".join(["python -m experiments.benchmark", *sys.argv[1:]])
    tqdm.write(f"report: {run_benchmark(settings_of(config), command)}")


if __name__ == "__main__":
    main()
