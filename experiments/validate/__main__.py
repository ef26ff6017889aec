"""Validate simulator, rules and decision processes against exact results, and write a page about it.

    python -m experiments.validate
    python -m experiments.validate parts=[simulator] rows=[Erlang] share=0.1

Writes `validation.md` and the folder `validation` beside it into `experiments/results`. Parts that do not run keep
their sections on the page, each with its own command and commit. `python -m experiments.validate.readme` copies the
verdicts of the page into the README. Finished cells are kept, so an interrupted
run continues. Exits with 1 if a part does not pass.
"""

from __future__ import annotations

import sys

from omegaconf import DictConfig, OmegaConf
from tqdm import tqdm

from experiments.jobs.commands import with_settings
from experiments.validate.command import PAGE, validate
from experiments.validate.settings import Settings, register

register()


@with_settings("validate")
def main(config: DictConfig) -> None:
    """Run the validation, print the path of the page, and exit with 1 if a part fails."""
    settings = OmegaConf.to_object(config)
    assert isinstance(settings, Settings)
    passed = validate(settings, " ".join(["python -m experiments.validate", *sys.argv[1:]]))
    tqdm.write(f"{'passed' if passed else 'NOT passed'}: {settings.results}/{PAGE}")
    if not passed:
        sys.exit(1)


if __name__ == "__main__":
    main()
