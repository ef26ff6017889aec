"""A blended contact centre as a Markov decision process: routing and pacing for reinforcement learning.

A policy decides which waiting contact goes to which group of advisors (routing), and how many lines to dial for a
campaign (pacing). The names below are the whole interface; `help(ccenv.simulate)` explains one of them.

Look, before anything runs:

>>> import ccenv
>>> ccenv.list_scenarios()[:3]
['back_office', 'bank_blended', 'bank_inbound']
>>> print(ccenv.describe("tiny").text().splitlines()[5])
centre    2 queues, 2 groups, 6 advisors, 1 campaign, 24 trunks
>>> [row["name"] for row in ccenv.declared("rules")][:3]
['fifo', 'lwt', 'priority']

Run rules over days, and read the KPIs with their intervals:

    table = ccenv.simulate("bank_blended", routing="lwt", pacing="progressive", seeds=range(8))
    print(table.summary())

Learn, with any library that takes a Gymnasium environment; `info["action_mask"]` has the legal actions:

    env = gymnasium.make("ccenv/Blended-v0", scenario="bank_blended")
    obs, info = env.reset(seed=1)

A scenario is a name of the library, the path of a YAML file, or a mapping. The command `ccenv` does the same in a
terminal: `ccenv list scenarios`, `ccenv describe tiny`, `ccenv new my_centre.yaml`.

Public names are imported at first use, so that `import ccenv` is fast and compiles nothing.
"""

from __future__ import annotations

import importlib as _importlib
import typing as _typing

from gymnasium.envs.registration import register as _register

if _typing.TYPE_CHECKING:
    from ccenv import plot, theory
    from ccenv.batch import Batch
    from ccenv.comparison import Comparison, compare
    from ccenv.description import Description, declared, describe
    from ccenv.env import CentreEnv
    from ccenv.kpis import KPIS, KpiTable
    from ccenv.playback import replay
    from ccenv.policy import (
        FunctionPolicy,
        IndexPolicy,
        ModelPolicy,
        NetPolicy,
        Policy,
        RulePolicy,
        SetPolicy,
        TreePolicy,
        advantages,
        index_form,
        rollout,
        set_form,
    )
    from ccenv.scenarios import Scenario, ScenarioError, list_scenarios, load_scenario
    from ccenv.scenarios.empirical import empirical
    from ccenv.simulation import simulate
    from ccenv.vector import CentreVectorEnv

__version__ = "0.1.0"

_HOMES = {
    "KPIS": "ccenv.kpis",
    "Batch": "ccenv.batch",
    "CentreEnv": "ccenv.env",
    "CentreVectorEnv": "ccenv.vector",
    "Comparison": "ccenv.comparison",
    "Description": "ccenv.description",
    "KpiTable": "ccenv.kpis",
    "FunctionPolicy": "ccenv.policy",
    "IndexPolicy": "ccenv.policy",
    "ModelPolicy": "ccenv.policy",
    "NetPolicy": "ccenv.policy",
    "Policy": "ccenv.policy",
    "RulePolicy": "ccenv.policy",
    "Scenario": "ccenv.scenarios",
    "ScenarioError": "ccenv.scenarios",
    "SetPolicy": "ccenv.policy",
    "TreePolicy": "ccenv.policy",
    "advantages": "ccenv.policy",
    "compare": "ccenv.comparison",
    "declared": "ccenv.description",
    "describe": "ccenv.description",
    "empirical": "ccenv.scenarios.empirical",
    "index_form": "ccenv.policy",
    "list_scenarios": "ccenv.scenarios",
    "load_scenario": "ccenv.scenarios",
    "replay": "ccenv.playback",
    "rollout": "ccenv.policy",
    "set_form": "ccenv.policy",
    "simulate": "ccenv.simulation",
}

__all__ = [
    "KPIS",
    "Batch",
    "CentreEnv",
    "CentreVectorEnv",
    "Comparison",
    "Description",
    "FunctionPolicy",
    "IndexPolicy",
    "KpiTable",
    "ModelPolicy",
    "NetPolicy",
    "Policy",
    "RulePolicy",
    "Scenario",
    "ScenarioError",
    "SetPolicy",
    "TreePolicy",
    "advantages",
    "compare",
    "declared",
    "describe",
    "empirical",
    "index_form",
    "list_scenarios",
    "load_scenario",
    "plot",
    "replay",
    "rollout",
    "set_form",
    "simulate",
    "theory",
]


def __getattr__(name: str) -> _typing.Any:
    if name in ("plot", "theory"):
        return _importlib.import_module(f"ccenv.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'ccenv' has no attribute {name!r}")
    value = getattr(_importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])


for _id, _owns in (("Routing", "routing"), ("Pacing", "pacing"), ("Blended", "blended")):
    _register(
        id=f"ccenv/{_id}-v0",
        entry_point="ccenv.env:CentreEnv",
        vector_entry_point="ccenv.vector:CentreVectorEnv",
        disable_env_checker=True,
        kwargs={"owns": _owns},
    )
_register(
    id="ccenv/Supervisor-v0",
    entry_point="ccenv.supervisor:SupervisorEnv",
    vector_entry_point="ccenv.supervisor:SupervisorVectorEnv",
    disable_env_checker=True,
)
