"""Switch off one part of a learner at a time, and measure what that costs, by replicates of whole pipelines.

    python -m experiments.ablate
    python -m experiments.ablate only=[clones] centres=[x_design] replicates=2

Each replicate of an ablation has the master seed, the start and the days of a replicate of the unchanged learner, so
their differences are paired. Writes `ablations.json` and the page `ablations.md` into `experiments/results`; rows that
were not asked for stay there. Finished stages are kept in `outputs/ablate`, so an interrupted run continues.
"""

from __future__ import annotations

import sys

from omegaconf import DictConfig, OmegaConf

from experiments.ablate.command import measure
from experiments.ablate.settings import Settings, register
from experiments.jobs.commands import with_settings

register()


@with_settings("ablate")
def main(config: DictConfig) -> None:
    """Run the command and print the page's path."""
    settings = OmegaConf.to_object(config)
    assert isinstance(settings, Settings)
    print(measure(settings, " ".join(["python -m experiments.ablate", *sys.argv[1:]])))


if __name__ == "__main__":
    main()
