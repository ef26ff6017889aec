"""Search policies that set parameters of rules at intervals, and score them in the suite `deployable`.

    python -m experiments.supervise
    python -m experiments.supervise centres=[bank_blended] intervals_s=[60] replicates=1 learner.cpu_s=40

Each search starts at the rules of a frozen opponent and keeps each generation in `outputs/supervise`, so an interrupted
one continues. Each replicate is scored beside P0, P1 and P2 on the same days. Writes `deployable.md` into
`experiments/results`.
"""

from __future__ import annotations

import sys

from omegaconf import DictConfig, OmegaConf

from experiments.jobs.commands import with_settings
from experiments.supervise.command import supervise
from experiments.supervise.settings import Settings, register

register()


@with_settings("supervise")
def main(config: DictConfig) -> None:
    """Run the command and print the page."""
    settings = OmegaConf.to_object(config)
    assert isinstance(settings, Settings)
    print(supervise(settings, " ".join(["python -m experiments.supervise", *sys.argv[1:]])))


if __name__ == "__main__":
    main()
