"""Distill exported policies: each into a plain network, and into a decision tree of at most six observed numbers.

    python -m experiments.distill
    python -m experiments.distill bundles=[outputs/train/latest/bundle,outputs/benchmark/latest/bundle] leaves=12

The folder `distilled` beside each bundle then holds both as bundles (`network`, `tree`), the figures
`distilled.json`, and the page `distilled.md`: the share of the gain over the bundle's fallback rules that each keeps,
KPIs of all on the same days on which nothing was fitted, and the tree in words. A bundle that was distilled with these
settings is left as it is, so an interrupted run continues with the next one.
"""

from __future__ import annotations

import sys

from omegaconf import DictConfig, OmegaConf
from tqdm import tqdm

from experiments.distill.command import distill_all
from experiments.distill.settings import Settings, register
from experiments.jobs.commands import with_settings

register()


@with_settings("distill")
def main(config: DictConfig) -> None:
    """Run the command and print the pages."""
    settings = OmegaConf.to_object(config)
    assert isinstance(settings, Settings)
    for page in distill_all(settings, " ".join(["python -m experiments.distill", *sys.argv[1:]])):
        tqdm.write(str(page))


if __name__ == "__main__":
    main()
