"""Make the hyperparameters that the search has chosen the defaults of the learners.

    python -m experiments.hyperparameters.values

Writes a file into `configs/learner_values` for each learner in `experiments/results/hyperparameters.json`. The
learner's file in `configs/learner` takes its values from there. A test compares the files with the result.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ccenv.files.writing import write_atomic
from experiments.hyperparameters.space import Values, put
from experiments.jobs.commands import one_message, without_settings
from experiments.jobs.files import ROOT, read_json
from experiments.jobs.parts import RESULTS

RESULT = ROOT / RESULTS / "hyperparameters.json"
FOLDER = ROOT / "configs" / "learner_values"
HEAD = """\
# Written by `python -m experiments.hyperparameters.values`: the values that `experiments.hyperparameters` has chosen.
"""


def chosen_values(learner: Mapping[str, Any]) -> Values:
    """Return the configuration that a learner's part of the result file has chosen."""
    values: Values = learner["configurations"][learner["chosen"]]["values"]
    return values


def as_yaml(values: Values) -> str:
    """Return the file of a learner with these values."""
    tree: dict[str, Any] = {}
    for name, value in values.items():
        put(tree, name, value)
    return HEAD + yaml.safe_dump(tree, sort_keys=False, default_flow_style=None, width=120)


def write(result: Path = RESULT, folder: Path = FOLDER) -> list[Path]:
    """Write the file of each learner of a result file, and return the files.

    Raises:
        FileNotFoundError: There is no result file.
    """
    paths = []
    for name, learner in read_json(result)["learners"].items():
        paths.append(folder / f"{name}.yaml")
        write_atomic(paths[-1], as_yaml(chosen_values(learner)))
    return paths


def main() -> None:
    """Run the command and print the files."""
    without_settings("experiments.hyperparameters.values", __doc__ or "")
    with one_message():
        paths = write()
    for path in paths:
        print(path)


if __name__ == "__main__":
    main()
