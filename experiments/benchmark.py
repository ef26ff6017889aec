"""Compare tuned rules and trained policies on the same unseen days, and write a report.

    python -m experiments.benchmark
    python -m experiments.benchmark scenario=hybrid_small learner=ppo

Trains `search` and `clones` in three seeds each, on the benchmark's centre and on two showcases, and judges them beside
the frozen opponents. With another `learner`, one policy is trained on one centre; `replication=standard` gives it seeds
and showcases too.

Writes `report.html`, `manager.html`, the result files and the exported bundle into a folder named by a digest, below
`outputs/benchmark`; the link `latest` points to it. Finished stages are kept: a killed job resumes at the first
unfinished stage.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from omegaconf import DictConfig
from tqdm import tqdm

from ccenv.files.writing import write_json
from ccenv.rewards.terms import reward_name
from ccenv.seeds import seeds
from experiments.jobs.commands import with_settings
from experiments.jobs.config import settings_of
from experiments.jobs.jobs import Job, job_of
from experiments.jobs.provenance import commit, machine, versions
from experiments.manager.command import manager_page
from experiments.pipeline.evaluation import Pair
from experiments.pipeline.learned import compare_all, training_for
from experiments.pipeline.stages import tuned
from experiments.pipeline.watch import watched
from experiments.showcase.job import Centre, centres_of, judged_centre, opponent_of, trained, with_start
from experiments.showcase.report import write_page
from experiments.showcase.settings import Settings, check, kind_of, register

register()


def run_benchmark(settings: Settings, command: str) -> Path:
    """Run all unfinished stages and write the report.

    Args:
        settings: All settings.
        command: The command line, for the report.

    Returns:
        The report's file.
    """
    check(settings)
    with job_of(settings, "benchmark", kind_of(settings)) as job:
        training_for(job)
        centres = centres_of(job, settings)
        tuning = job.stages.run("tuning", lambda: tuned(job))
        trained(job, settings, centres)
        compare_all(job)
        for centre in centres:
            job.stages.run(centre.stage, functools.partial(judged_centre, job, settings, centre, tuning))
        start, days = with_start(job, settings, tuning), settings.report.watched_days
        job.stages.run(f"watch-{days}", lambda: watched(job, start))
        if settings.replication.manager_days:
            opponent = opponent_of(job, centres[0], tuning)
            job.stages.run("manager", lambda: _for_manager(job, opponent, settings.replication.manager_days))
        write_json(job.stages.folder / "provenance.json", _provenance(job, settings, centres, command))
        return write_page(job.stages.folder)


def _for_manager(job: Job, opponent: Pair, n_days: int) -> dict[str, str]:
    """Write the page for the manager about the exported policy beside the centre's opponent."""
    page = manager_page(job.stages.bundle, job.stages.folder, n_days=n_days, rule=opponent)
    return {"page": page.name, "rule": opponent.label}


def _provenance(job: Job, settings: Settings, centres: Sequence[Centre], command: str) -> dict[str, Any]:
    """Provenance of the report. Comparisons of results do not use it."""
    scenario = job.scenario
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
        "centres": [centre.stage for centre in centres],
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
    settings = settings_of(config)
    assert isinstance(settings, Settings)
    tqdm.write(f"report: {run_benchmark(settings, command)}")


if __name__ == "__main__":
    main()
