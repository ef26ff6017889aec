"""Pages of the environments, one for each registered id, in the form of Gymnasium's own."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import gymnasium

import ccenv
from ccenv.env import CentreEnv
from ccenv.spaces.observation import observation_names, observation_space
from ccenv.supervisor.rows import Row
from experiments.site.api import markdown
from experiments.site.text import cell, code, listing, page, section, table

NAMESPACE = "ccenv/"
VECTOR_REWARD = "ccenv.integrations.mo"  # registers ids of its own
PICTURE = "pictures/centre.png"
SCENARIO = inspect.signature(CentreEnv).parameters["scenario"].default  # the environments' default


def ids() -> list[str]:
    """Return the ids that `ccenv` and its adapters register."""
    importlib.import_module(VECTOR_REWARD)
    return [name for name, spec in gymnasium.registry.items() if str(spec.entry_point).startswith("ccenv.")]


def pages() -> dict[str, str]:
    """Return the page of each id, and the list of all."""
    found = {f"environments/{name_of(identifier)}": _page(identifier) for identifier in ids()}
    rows = [
        [f"[`{identifier}`]({name_of(identifier)}.md)", cell(_decides(identifier))] + list(_spaces(identifier))
        for identifier in ids()
    ]
    return {"environments/index": _index(rows)} | found


def name_of(identifier: str) -> str:
    """Return the file name of an id's page."""
    return identifier.removeprefix(NAMESPACE).removeprefix("ccenv-").replace("/", "-").lower()


def _index(rows: list[list[str]]) -> str:
    return page(
        "Environments",
        "All environments simulate the same centre. They differ in what the policy decides. The spaces depend on the "
        f"scenario; the table shows those of the default, [`{SCENARIO}`](../centres/{SCENARIO}.md).",
        table(["id", "the policy decides", "action space", "observation space"], rows),
        "An id of `ccenv` makes a single environment with `gymnasium.make` and a native vector environment with "
        "`gymnasium.make_vec`; one of `ccenv-mo` is made with `mo_gymnasium.make`. Actions of all centres are "
        "explained under [Actions](../fields/actions.md), numbers of the observation under "
        "[Fields](../fields/index.md).",
        listing([name_of(identifier) for identifier in ids()]),
    )


def _decides(identifier: str) -> str:
    owns = gymnasium.spec(identifier).kwargs.get("owns")
    decided = {
        "routing": "which waiting contact goes to which group; a rule dials",
        "pacing": "how many lines to dial for each campaign; a rule routes",
        "blended": "routing and pacing",
        None: "the parameters of the rules, every few minutes",
    }
    reward = "; the reward is a vector" if _module_of(identifier) == VECTOR_REWARD else ""
    return decided[owns] + reward


def _spaces(identifier: str) -> tuple[str, str]:
    """Return the spaces with the default scenario, as text."""
    if gymnasium.spec(identifier).kwargs.get("owns"):
        scenario = ccenv.load_scenario(SCENARIO)
        action: Any = gymnasium.spaces.Discrete(len(scenario.catalogue))
        observation: Any = observation_space(scenario)
    else:
        observation, action = Row(SCENARIO, 300.0, None, None, None, None, None, None).spaces
    return code(_short(action)), code(_short(observation))


def _short(space: Any) -> str:
    if isinstance(space, gymnasium.spaces.Box):
        low, high = float(space.low.min()), float(space.high.max())
        return f"Box({low:g}, {high:g}, {space.shape}, {space.dtype})"
    return repr(space)


def _module_of(identifier: str) -> str:
    return str(gymnasium.spec(identifier).entry_point).partition(":")[0]


def _class_of(identifier: str) -> Any:
    name = str(gymnasium.spec(identifier).entry_point).partition(":")[2]
    return getattr(importlib.import_module(_module_of(identifier)), name)


def _as_scalar(identifier: str) -> str:
    """Return a sentence that leads to the page of the environment with a scalar reward; empty for such a one itself."""
    if _module_of(identifier) != VECTOR_REWARD:
        return ""
    other = NAMESPACE + identifier.partition("/")[2]
    return f"Spaces, start, end and arguments are those of [`{other}`]({name_of(other)}.md)."


def _page(identifier: str) -> str:
    made, spec = _class_of(identifier), gymnasium.spec(identifier)
    action, observation = _spaces(identifier)
    first, _, rest = inspect.cleandoc(made.__doc__).partition("\n\n")
    head = table(
        ["", ""],
        [
            ["Action space", action],
            ["Observation space", observation],
            ["Import", f'`{_library(identifier)}.make("{identifier}")`'],
            *([["Vector", f'`gymnasium.make_vec("{identifier}", num_envs=8)`']] if spec.vector_entry_point else []),
            ["The policy decides", cell(_decides(identifier))],
            ["Class", f"{{py:class}}`{made.__module__}.{made.__qualname__}`"],
            ["Render modes", ", ".join(code(mode) for mode in made.metadata["render_modes"])],
        ],
    )
    picture = f"```{{image}} ../{PICTURE}\n:alt: A moment of the default scenario, rendered\n:width: 100%\n```"
    given = ", ".join(f"`{key}={value!r}`" for key, value in spec.kwargs.items())
    fixed = f"The id fixes {given}." if given else ""
    return page(
        identifier.removeprefix(NAMESPACE),
        head,
        picture,
        f"*{first}* The picture is what `render` gives for the default scenario "
        f"[`{SCENARIO}`](../centres/{SCENARIO}.md). {fixed}",
        markdown(rest, headings=True),
        _as_scalar(identifier),
        section("Actions of the default scenario", _actions()) if spec.kwargs.get("owns") else "",
        section("Example", _example(identifier)),
    )


def _library(identifier: str) -> str:
    return "mo_gymnasium" if _module_of(identifier) == VECTOR_REWARD else "gymnasium"


def _actions() -> str:
    scenario = ccenv.load_scenario(SCENARIO)
    names = ", ".join(code(action.name) for action in scenario.catalogue)
    return f"{names}. The observation has {len(observation_names(scenario))} numbers."


def _example(identifier: str) -> str:
    masked = bool(gymnasium.spec(identifier).kwargs.get("owns"))
    choice = 'env.action_space.sample(info["action_mask"])' if masked else "env.action_space.sample()"
    return "\n".join(
        [
            "```python",
            f"import {'ccenv' if _library(identifier) == 'gymnasium' else VECTOR_REWARD}  # registers the ids",
            f"import {_library(identifier)}",
            "",
            f'env = {_library(identifier)}.make("{identifier}", scenario="tiny")',
            "obs, info = env.reset(seed=1)",
            "over = False",
            "while not over:",
            f"    obs, reward, terminated, truncated, info = env.step({choice})",
            "    over = terminated or truncated",
            "```",
        ]
    )
