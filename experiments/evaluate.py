"""Print KPIs of an exported policy, or of the scenario's own rules, on unseen days.

    python -m experiments.evaluate scenario=bank_blended policy=outputs/train/latest/bundle
    python -m experiments.evaluate scenario=bank_blended

Writes `summary.json` into a folder named by a digest, below `outputs/evaluate`; the link `latest` points to it. Days
that have been simulated are kept, and two processes with the same settings share them.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from omegaconf import DictConfig
from tqdm import tqdm

from ccenv.files.writing import write_json
from ccenv.kpis import KpiTable
from ccenv.kpis.dropped_share import judgement
from ccenv.seeds import seeds
from experiments.jobs.commands import with_settings
from experiments.jobs.config import register, settings_of
from experiments.jobs.jobs import Job, job_of
from experiments.jobs.kinds import EVALUATION, policy_digest
from experiments.jobs.provenance import command, commit, machine, versions
from experiments.pipeline.evaluation import bundle_days, finite, own_pair, rule_days

register()


def evaluate(job: Job) -> KpiTable:
    """Simulate the policy of the settings, or the scenario's rules; return one row for each seed."""
    days = seeds(job.settings.evaluation.purpose, job.settings.evaluation.days)
    if job.settings.policy is None:
        wanted, simulate = (job.scenario, own_pair(job.scenario)), rule_days
    else:
        wanted, simulate = (job.scenario, Path(job.settings.policy)), bundle_days  # type: ignore[assignment]
    (table,) = job.stages.tables({"days": wanted}, simulate, days, "unseen days")
    return table


def summarise(job: Job, table: KpiTable) -> dict[str, Any]:
    """Return the content of `summary.json`: what was evaluated, on which days, by which versions, and the KPIs.

    A KPI is `value`, `low` and `high`; None if nothing was counted.
    """
    settings, scenario = job.settings, job.scenario
    policy: dict[str, Any] = {"rules": dataclasses.asdict(own_pair(scenario))}
    if settings.policy is not None:
        policy = {"bundle": settings.policy, "digest": policy_digest(Path(settings.policy))}
    kpis = {name: list(map(finite, figure)) for name, figure in table.summary().items()}
    return {
        "scenario": dataclasses.asdict(settings.scenario) | {"digest": scenario.digest},
        "policy": policy,
        "days": len(table),
        "seeds": {
            "purpose": settings.evaluation.purpose,
            "first": int(table["seed"][0]),
            "last": int(table["seed"][-1]),
        },
        "digest": job.stages.digest,
        "versions": versions(),
        "commit": commit(),
        "machine": machine(),
        "command": command(),
        "kpis": {name: None if value is None else [value, low, high] for name, (value, low, high) in kpis.items()},
    }


@with_settings("config")
def main(config: DictConfig) -> None:
    """Evaluate, print the summary and write it to a file."""
    with job_of(settings_of(config), "evaluate", EVALUATION) as job:
        table = evaluate(job)
        print(table.summary(), *judgement(job.scenario, table), sep="\n")
        file = job.stages.folder / "summary.json"
        write_json(file, summarise(job, table))
        tqdm.write(f"summary: {file}")


if __name__ == "__main__":
    main()
