"""Judge learners against the frozen opponents of each centre, by replicates of whole pipelines.

    python -m experiments.headline
    python -m experiments.headline centres=[x_design] only=[search] replicates=2 cpu_s.search=20
    python -m experiments.headline final=true

A replicate tunes the rules of its start, learns, chooses a checkpoint and exports it, from one master seed on training
and validation days of its own. Writes a file for each centre, and the page `headline.md`, into
`experiments/results/headline`. Finished stages are kept in `outputs/headline`, so an interrupted run continues.

`final=true` judges the kept policies on days that nothing was developed on. Each such look is counted in the result
file before the days are run.
"""

from __future__ import annotations

import sys

from omegaconf import DictConfig, OmegaConf
from tqdm import tqdm

from experiments.headline.command import measure
from experiments.headline.settings import Settings, register
from experiments.jobs.commands import with_settings

register()


@with_settings("headline")
def main(config: DictConfig) -> None:
    """Run the command and print the result files."""
    settings = OmegaConf.to_object(config)
    assert isinstance(settings, Settings)
    command = " ".join(["python -m experiments.headline", *sys.argv[1:]])
    for path in measure(settings, command):
        tqdm.write(str(path))


if __name__ == "__main__":
    main()
