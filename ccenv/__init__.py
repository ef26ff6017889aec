"""A blended contact centre as a Markov decision process: routing and pacing.

Public names are imported at first use, so that `import ccenv` is fast and compiles nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from gymnasium.envs.registration import register

if TYPE_CHECKING:
    from ccenv import theory
    from ccenv.batch import Batch
    from ccenv.env import CentreEnv
    from ccenv.kpis import KPIS, KpiTable
    from ccenv.policy import FunctionPolicy, ModelPolicy, Policy, RulePolicy, rollout
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
    "KpiTable": "ccenv.kpis",
    "FunctionPolicy": "ccenv.policy",
    "ModelPolicy": "ccenv.policy",
    "Policy": "ccenv.policy",
    "RulePolicy": "ccenv.policy",
    "Scenario": "ccenv.scenarios",
    "ScenarioError": "ccenv.scenarios",
    "empirical": "ccenv.scenarios.empirical",
    "list_scenarios": "ccenv.scenarios",
    "load_scenario": "ccenv.scenarios",
    "rollout": "ccenv.policy",
    "simulate": "ccenv.simulation",
}

__all__ = [
    "KPIS",
    "Batch",
    "CentreEnv",
    "CentreVectorEnv",
    "FunctionPolicy",
    "KpiTable",
    "ModelPolicy",
    "Policy",
    "RulePolicy",
    "Scenario",
    "ScenarioError",
    "empirical",
    "list_scenarios",
    "load_scenario",
    "rollout",
    "simulate",
    "theory",
]


def __getattr__(name: str) -> Any:
    if name == "theory":
        return importlib.import_module("ccenv.theory")
    if name not in _HOMES:
        raise AttributeError(f"module 'ccenv' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


for _id, _owns in (("Routing", "routing"), ("Pacing", "pacing"), ("Blended", "blended")):
    register(
        id=f"ccenv/{_id}-v0",
        entry_point="ccenv.env:CentreEnv",
        vector_entry_point="ccenv.vector:CentreVectorEnv",
        disable_env_checker=True,
        kwargs={"owns": _owns},
    )
register(
    id="ccenv/Supervisor-v0",
    entry_point="ccenv.supervisor:SupervisorEnv",
    vector_entry_point="ccenv.supervisor:SupervisorVectorEnv",
    disable_env_checker=True,
)
