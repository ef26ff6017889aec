"""Train a policy under one indicator as the reward, and judge it under all: the suite `objectives` of the league.

    python -m experiments.objectives
    python -m experiments.objectives centres=[technical_support] replicates=1 cpu_s=10 results=outputs

For each centre and reward of the suite, an index policy is searched from the opponent P2, which was tuned for the same
reward. The policy, and the opponent P1 of each reward, then run the same evaluation days, whose value is computed under
every reward. Writes `objectives.json` and the page `objectives.md` into `experiments/results`. Finished cells are kept
in `outputs/objectives`, so an interrupted run continues.
"""

from __future__ import annotations

import sys

from omegaconf import DictConfig, OmegaConf

from experiments.jobs.commands import with_settings
from experiments.objectives.command import objectives
from experiments.objectives.settings import Settings, register

register()


@with_settings("objectives")
def main(config: DictConfig) -> None:
    """Run the command and print the page's path."""
    settings = OmegaConf.to_object(config)
    assert isinstance(settings, Settings)
    print(objectives(settings, " ".join(["python -m experiments.objectives", *sys.argv[1:]])))


if __name__ == "__main__":
    main()
