"""Measure speed in comparison with other ways to do the same, and compare the figures with their bars.

    python -m experiments.speed
    python -m experiments.speed parts=[peers,growth] rounds=3 share=0.1 cold=false

Writes `speed.md` and the folder `speed` beside it into `experiments/results`. A part of the measurement, or a shorter
one, is written into `outputs/speed`. Finished parts are kept there, so an interrupted run continues; `take=2` measures
everything again. Exits with 1 if a bar is missed, and names it. Times are CPU times, so other work may run at the same
time. It still slows all candidates down through the caches, and two processes can be twice as fast as one only on an
otherwise idle machine.
"""

from __future__ import annotations

import sys

from omegaconf import DictConfig, OmegaConf

from experiments.jobs.commands import with_settings
from experiments.speed.command import PAGE, run
from experiments.speed.settings import Settings, register

register()


@with_settings("speed")
def main(config: DictConfig) -> None:
    """Measure, print the path of the page and the missed bars."""
    settings = OmegaConf.to_object(config)
    assert isinstance(settings, Settings)
    missed = run(settings, " ".join(["python -m experiments.speed", *sys.argv[1:]]))
    print(f"{settings.results / PAGE}: {'passed' if not missed else 'NOT passed'}")
    print("".join(f"{line}\n" for line in missed), end="", file=sys.stderr)
    if missed:
        sys.exit(1)


if __name__ == "__main__":
    main()
