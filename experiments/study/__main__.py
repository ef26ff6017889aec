"""Case studies, each with a page: question, paired runs, assumptions and how far the result moves with them.

    python -m experiments.study ivr
    python -m experiments.study dialer cost share=0.1
    python -m experiments.study

Names of studies are plain words; without one, all are run. Writes NAME.json, NAME.svg and the page NAME.md into
`experiments/results/studies`, and the page of all studies, `studies.md`, beside that folder; on fewer runs, into
`outputs/study`. Finished cases are kept there, so an interrupted study continues.
"""

from __future__ import annotations

import sys

from omegaconf import DictConfig, OmegaConf

from experiments.jobs.commands import with_settings
from experiments.study.command import study_all
from experiments.study.settings import Settings, register

register()


@with_settings("study")
def main(config: DictConfig) -> None:
    """Run the command."""
    settings = OmegaConf.to_object(config)
    assert isinstance(settings, Settings)
    for path in study_all(settings):
        print(path)


def with_names(arguments: list[str]) -> list[str]:
    """Return command-line arguments in which plain words, the names of studies, are one override."""
    if not arguments or arguments[0].startswith("-"):
        return arguments
    words = [each for each in arguments if each.isidentifier()]
    rest = [each for each in arguments if each not in words]
    return [*([f"names=[{','.join(words)}]"] if words else []), *rest]


if __name__ == "__main__":
    sys.argv[1:] = with_names(sys.argv[1:])
    main()
