"""Tune the rules of a scenario on training days and print the best candidate of each.

python -m experiments.tune scenario=bank_blended
"""

from __future__ import annotations

from omegaconf import DictConfig

from experiments.jobs.commands import with_settings
from experiments.jobs.config import register, settings_of
from experiments.jobs.jobs import job_of
from experiments.jobs.kinds import TUNING
from experiments.reports.page_tables import tuning_rows
from experiments.study.pipeline import tuned

register()


@with_settings("config")
def main(config: DictConfig) -> None:
    """Tune the rules and print a table."""
    with job_of(settings_of(config), "tune", TUNING) as job:
        tuning = job.stages.run("tuning", lambda: tuned(job))
    for row in tuning_rows(tuning):
        chosen = "*" if row["role"] == "best_rule" else " "
        line = f"{chosen} {row['half']:8} {row['name']:24} {row['params']:36} {row['value']:>10}"
        print(f"{line}  {row['dropped']:>6} % dropped")


if __name__ == "__main__":
    main()
