"""Policies: their protocol, rules, adapters for models and functions, policies that the kernel runs, rollouts."""

from ccenv.policy.adapters import FunctionPolicy, ModelPolicy, as_policy
from ccenv.policy.advantages import Advantages, advantages
from ccenv.policy.index import IndexPolicy
from ccenv.policy.index_form import index_form
from ccenv.policy.net import NetPolicy
from ccenv.policy.protocol import Policy, State
from ccenv.policy.rollout import Rollout, rollout
from ccenv.policy.rules import RulePolicy
from ccenv.policy.set_form import set_form
from ccenv.policy.set_net import SetPolicy
from ccenv.policy.tree import TreePolicy

__all__ = [
    "Advantages",
    "FunctionPolicy",
    "IndexPolicy",
    "ModelPolicy",
    "NetPolicy",
    "Policy",
    "Rollout",
    "RulePolicy",
    "SetPolicy",
    "State",
    "TreePolicy",
    "advantages",
    "as_policy",
    "index_form",
    "rollout",
    "set_form",
]
