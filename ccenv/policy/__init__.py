"""Policies: their protocol, rules as a policy, adapters for models and functions, and the loop over episodes."""

from ccenv.policy.adapters import FunctionPolicy, ModelPolicy, as_policy
from ccenv.policy.protocol import Policy, State
from ccenv.policy.rollout import Rollout, rollout
from ccenv.policy.rules import RulePolicy

__all__ = ["FunctionPolicy", "ModelPolicy", "Policy", "Rollout", "RulePolicy", "State", "as_policy", "rollout"]
