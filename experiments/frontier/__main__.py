"""Compare rules and policies within the same limits of abandonment and drops, traced over prices of a lost contact.

    python -m experiments.frontier
    python -m experiments.frontier "centres=[bank_blended:volatile]" replicates=1 cpu_s=10

A centre's reward sets a price on a lost contact. A manager states a goal instead: as many goals of the campaigns as
possible with abandonment at most A and drops within the limit. For each of several prices, rules are tuned and a policy
is searched under the reward with that price. Mixtures of the rules, and mixtures of the policies, then answer the
manager's question for several A. Writes `frontier.json`, `frontier.md` and a drawing into `experiments/results`.
Finished cells are kept in `outputs/frontier`, so an interrupted run continues.
"""

from __future__ import annotations

import sys

from omegaconf import DictConfig, OmegaConf

from experiments.frontier.command import frontier
from experiments.frontier.settings import Settings, register
from experiments.jobs.commands import with_settings

register()


@with_settings("frontier")
def main(config: DictConfig) -> None:
    """Run the command and print the page's path."""
    settings = OmegaConf.to_object(config)
    assert isinstance(settings, Settings)
    print(frontier(settings, " ".join(["python -m experiments.frontier", *sys.argv[1:]])))


if __name__ == "__main__":
    main()
