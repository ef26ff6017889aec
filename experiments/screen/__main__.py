"""Look for centres in which a learned policy can win, by measurement: variants of the library's centres.

    python -m experiments.screen
    python -m experiments.screen variants=[bank_volatile,hidden_4x]

For each variant: the rules tuned as P1 and P2, an index policy searched from P2, its paired lead over P2, its routing
half and its pacing half alone, and four criteria. Writes a file for each variant into `experiments/results/screen`, and
the page `experiments/results/screen.md` of all results that exist. A variant whose file exists for its centre and
effort is left as it is, so an interrupted run continues.
"""

from __future__ import annotations

import sys

from omegaconf import DictConfig, OmegaConf

from experiments.jobs.commands import with_settings
from experiments.screen.command import screen
from experiments.screen.settings import Settings, register

register()


@with_settings("screen")
def main(config: DictConfig) -> None:
    """Run the command."""
    settings = OmegaConf.to_object(config)
    assert isinstance(settings, Settings)
    print(screen(settings, " ".join(["python -m experiments.screen", *sys.argv[1:]])))


if __name__ == "__main__":
    main()
