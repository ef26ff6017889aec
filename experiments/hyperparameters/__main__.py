"""Search the hyperparameters of gradient learners, by successive halving of random configurations.

    python -m experiments.hyperparameters
    python -m experiments.hyperparameters only=[vine]

A configuration is a value of each declared hyperparameter. It is judged by the policies that it trains, on validation
days of two centres that are in no headline cell. Writes `hyperparameters.json` and the page `hyperparameters.md` into
`experiments/results`; `python -m experiments.hyperparameters.values` then makes the chosen values the learners'
defaults. Finished trainings are kept in `outputs/hyperparameters`, so an interrupted run continues.
"""

from __future__ import annotations

import sys

from omegaconf import DictConfig, OmegaConf

from experiments.hyperparameters.command import measure
from experiments.hyperparameters.settings import Settings, register
from experiments.jobs.commands import with_settings

register()


@with_settings("hyperparameters")
def main(config: DictConfig) -> None:
    """Run the command and print the page's path."""
    settings = OmegaConf.to_object(config)
    assert isinstance(settings, Settings)
    print(measure(settings, " ".join(["python -m experiments.hyperparameters", *sys.argv[1:]])))


if __name__ == "__main__":
    main()
