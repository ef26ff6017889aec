"""Train a policy from the best tuned rule, choose its checkpoint, export it as a bundle and evaluate that.

    python -m experiments.train scenario=bank_blended learner.training.steps=4_000_000

Writes the bundle and the training into a folder named by a digest, below `outputs/train`; the link `latest` points to
it. Finished stages are kept, and a killed training resumes. Ctrl-C keeps the state of the training; the same command
says at which step it goes on.

During the training a line says decisions, reward, service and drops, and the difference to the best tuned rule on
validation days; `work/training/validation.csv` keeps its curve. `log.tensorboard=true` writes event files, and
`log.csv=true` a CSV file, into `work/training`.
"""

from __future__ import annotations

from omegaconf import DictConfig

from experiments.jobs.commands import with_settings
from experiments.jobs.config import register, settings_of
from experiments.jobs.jobs import job_of
from experiments.jobs.kinds import LEARNED
from experiments.pipeline.learned import learned

register()


@with_settings("config")
def main(config: DictConfig) -> None:
    """Train and print the path of the bundle."""
    with job_of(settings_of(config), "train", LEARNED) as job:
        learned(job)
        print(f"bundle: {job.stages.bundle}")


if __name__ == "__main__":
    main()
