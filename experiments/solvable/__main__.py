"""Measure how near learned policies come to the optimum of centres that are solved exactly.

    python -m experiments.solvable
    python -m experiments.solvable cases=[long_outbound,n_design] only=[search] replicates=3

Writes `solvable.json` and the page `solvable.md` into `experiments/results`; rows that were not asked for stay there.
Finished stages of cells are kept in `outputs/solvable`, so an interrupted run continues.
"""

from __future__ import annotations

from omegaconf import DictConfig, OmegaConf

from experiments.jobs.commands import with_settings
from experiments.solvable.command import measure
from experiments.solvable.settings import Settings, register

register()


@with_settings("solvable")
def main(config: DictConfig) -> None:
    """Run the command and print the page's path."""
    settings = OmegaConf.to_object(config)
    assert isinstance(settings, Settings)
    print(measure(settings))


if __name__ == "__main__":
    main()
