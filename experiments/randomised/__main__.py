"""Train on ranges of parameters and on the centre as it is, and judge both where the centre differs.

    python -m experiments.randomised
    python -m experiments.randomised centres=[surge_day] replicates=2 cpu_s=20

For each centre and master seed, a whole pipeline (tuning of its start, learning, choice, export) runs twice with the
same CPU time: on the centre as it is, and with `randomise`. All exported policies are judged beside the frozen P2 on
the centre as it is and where arrivals, handle times or answers differ. Writes `randomised.json` and the page
`randomised.md` into `experiments/results`; centres that are not asked for keep their results. Finished cells are kept,
so an interrupted run continues. They lie beside those of `python -m experiments.headline`, whose replicates on the
centre as it is are read where they are there.
"""

from __future__ import annotations

import sys

from omegaconf import DictConfig, OmegaConf

from experiments.jobs.commands import with_settings
from experiments.randomised.command import measure
from experiments.randomised.settings import Settings, register

register()


@with_settings("randomised")
def main(config: DictConfig) -> None:
    """Run the command and print the page's path."""
    settings = OmegaConf.to_object(config)
    assert isinstance(settings, Settings)
    print(measure(settings, " ".join(["python -m experiments.randomised", *sys.argv[1:]])))


if __name__ == "__main__":
    main()
