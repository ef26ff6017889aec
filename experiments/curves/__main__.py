"""Measure the value of learners against the CPU time of their learning, from scratch and from tuned rules.

    python -m experiments.curves
    python -m experiments.curves centres=[x_design] only=[search,ppo] starts=[scratch] replicates=1
    python -m experiments.curves centres=[x_design] only=[ppo_60] starts=[scratch] replicates=1

`search_cpu_s` is the CPU time of the search; `times` gives that of each learner in multiples of it. A training keeps
many policies, and those at log-spaced times run the evaluation days beside the frozen opponents.

Writes `curves.json`, `curves.md` and `curves.svg` into `experiments/results`; they also hold what earlier calls have
found. Finished trainings are kept in `outputs/curves`, and an interrupted one continues at its last checkpoint.
"""

from __future__ import annotations

import sys

from omegaconf import DictConfig, OmegaConf

from experiments.curves.command import measure
from experiments.curves.settings import Settings, register
from experiments.jobs.commands import with_settings

register()


@with_settings("curves")
def main(config: DictConfig) -> None:
    """Run the command and print the page's path."""
    settings = OmegaConf.to_object(config)
    assert isinstance(settings, Settings)
    print(measure(settings, " ".join(["python -m experiments.curves", *sys.argv[1:]])))


if __name__ == "__main__":
    main()
