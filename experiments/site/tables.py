"""Tables that pages of prose ask for by a mark, `<!-- generated: NAME -->`."""

from __future__ import annotations

import dataclasses
import importlib
import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

import yaml

import ccenv
from agents.registry import LEARNERS, find_learner
from agents.supervisor import SupervisorSettings
from agents.train import Training
from ccenv.integrations.semi_markov import TimeScales
from ccenv.serving.limits import LIMITS, Limits
from ccenv.sim.state.sizes import SIZES
from experiments.hyperparameters.values import FOLDER as VALUES
from experiments.jobs.config import LogConfig
from experiments.jobs.files import ROOT
from experiments.site import league
from experiments.site.centre_results import Results
from experiments.site.copied import results_list
from experiments.site.readme import FILE, of_opponents
from experiments.site.text import cell, code, table

#: What each extra of the package is for. The README says the same.
EXTRAS = {
    "cli": "the command `ccenv`",
    "frames": "pandas",
    "minari": "data sets",
    "mo": "vector rewards",
    "plot": "pictures",
    "sb3": "the Stable-Baselines3 adapter",
    "serve": "the service",
    "theory": "exact values",
    "window": "a live picture",
    "all": "all of them",
}


def settings(kind: type[Any], given: Mapping[str, Any] | None = None) -> str:
    """Return the fields of a data class or named tuple: name, default, meaning from its docstring.

    Args:
        kind: The class.
        given: Values that replace its defaults.
    """
    defaults = dict(_fields(kind)) | dict(given or {})
    meanings = attributes(kind.__doc__ or "")
    return table(
        ["key", "default", "meaning"],
        [[code(name), _default(default), cell(meanings.get(name, ""))] for name, default in defaults.items()],
    )


def of_command(learner: str, part: str) -> dict[str, Any]:
    """Return the values of a part (`training`, `settings`) in the commands' files of a learner; empty without one."""
    files = [folder / f"{learner}.yaml" for folder in (VALUES, ROOT / "configs" / "learner")]
    given = [yaml.safe_load(path.read_text()).get(part, {}) for path in files if path.exists()]
    return {key: value for each in given for key, value in each.items()}


def _fields(kind: type[Any]) -> list[tuple[str, Any]]:
    if dataclasses.is_dataclass(kind):
        return [(field.name, _given(field)) for field in dataclasses.fields(kind)]
    return [(name, kind._field_defaults.get(name, dataclasses.MISSING)) for name in kind._fields]


def _given(field: dataclasses.Field[Any]) -> Any:
    return field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default


def _default(value: Any) -> str:
    if value is dataclasses.MISSING:
        return "required"
    return "its defaults" if dataclasses.is_dataclass(value) else code(value)


def attributes(doc: str) -> dict[str, str]:
    """Return the meanings in the section `Attributes` of a docstring, by name."""
    block = doc.partition("Attributes:\n")[2]
    found: dict[str, str] = {}
    name = ""
    for line in block.splitlines():
        started = re.match(r" {8}(\w+): (.*)", line)
        if started:
            name = started[1]
            found[name] = started[2]
        elif name and line.strip():
            found[name] += f" {line.strip()}"
        elif not line.strip():
            name = ""
    return found


def _learners(results: Results) -> str:
    rows = []
    for name, address in LEARNERS.items():
        kind = find_learner(name)
        module = importlib.import_module(kind.settings.__module__)
        about = cell((module.__doc__ or "").partition("\n")[0])
        rows.append([code(name), about, code(address)])
    return table(["name", "what it is", "declared in"], rows)


def _learner_settings(results: Results) -> str:
    blocks = [f"**Settings of `{name}`**\n\n{_settings_of(name)}" for name in LEARNERS]
    return "\n\n".join(blocks)


def _settings_of(learner: str) -> str:
    return settings(find_learner(learner).settings, of_command(learner, "settings"))


def _extras(results: Results) -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    rows = []
    for extra, packages in project["optional-dependencies"].items():
        names = [re.split(r"[<>=;\[ ]", package)[0] for package in packages]
        own = project["name"] in names
        rows.append(
            [f'`pip install ".[{extra}]"`', EXTRAS[extra], "all others" if own else ", ".join(map(code, names))]
        )
    return table(["extra", "for what", "packages"], rows)


def _sizes(results: Results) -> str:
    names = next(iter(SIZES.values()))._fields
    shown = [name for name in names if name != "name"]
    rows = [[code(name), *(f"{getattr(size, name):,}" for size in SIZES.values())] for name in shown]
    return table(["most", *SIZES], rows)


def _models(results: Results) -> str:
    models = importlib.import_module("ccenv.theory.models")
    rows = []
    for name in models.__all__:
        value = getattr(models, name)
        if hasattr(value, "solve"):
            doc = (value.__doc__ or "").strip().split("\n\n")[0]
            rows.append([f"{{py:class}}`ccenv.theory.models.{name}`", cell(doc)])
    return table(["model", "centre"], rows)


def _formulas(results: Results) -> str:
    theory = importlib.import_module("ccenv.theory")
    rows = []
    for name in theory.__all__:
        value = getattr(theory, name)
        if callable(value) and not isinstance(value, type):
            rows.append([f"{{py:func}}`ccenv.theory.{name}`", cell((value.__doc__ or "").strip().split("\n\n")[0])])
    return table(["function", "gives"], rows)


def _second_learner(results: Results) -> str:
    return f"```python\n{(ROOT / 'tests' / 'agents' / 'climber.py').read_text().strip()}\n```"


def _version(results: Results) -> str:
    return f"Version {ccenv.__version__}."


TABLES: Mapping[str, Callable[[Results], str]] = {
    "version": _version,
    "extras": _extras,
    "league": league.table_of,
    "result": lambda results: of_opponents(FILE.read_text()),
    "results": lambda results: results_list(),
    "learners": _learners,
    "second_learner": _second_learner,
    "learner_settings": _learner_settings,
    "supervisor_settings": lambda results: settings(SupervisorSettings),
    "training": lambda results: settings(Training, of_command(Training.learner, "training")),
    "log": lambda results: settings(LogConfig),
    "time_scales": lambda results: settings(TimeScales),
    "limits": lambda results: settings(Limits) if Limits() == LIMITS else "",
    "sizes": _sizes,
    "models": _models,
    "formulas": _formulas,
}
