"""Judge a set network in centres of other sizes than that of its training, without training it again.

    python -m experiments.transfer
    python -m experiments.transfer centres=[x_design] replicates=1 cpu_s=20

For each centre, a set network is trained on the centre. The same weights then act in variants of it: half and twice the
advisors, one queue more and one fewer. Beside them stand a tuned rule of the variant, and a set network that is trained
on the variant for the same CPU time. Writes `transfer.json` and the page `transfer.md` into `experiments/results`.
Finished cells are kept in `outputs/transfer`, so an interrupted run continues.
"""

from __future__ import annotations

import sys

from omegaconf import DictConfig, OmegaConf

from experiments.jobs.commands import with_settings
from experiments.transfer.command import transfer
from experiments.transfer.settings import Settings, register

register()


@with_settings("transfer")
def main(config: DictConfig) -> None:
    """Run the command and print the page's path."""
    settings = OmegaConf.to_object(config)
    assert isinstance(settings, Settings)
    print(transfer(settings, " ".join(["python -m experiments.transfer", *sys.argv[1:]])))


if __name__ == "__main__":
    main()
