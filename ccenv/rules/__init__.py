"""Compiled rules, written once and used by the kernel, `simulate`, the batch and the service."""

from ccenv.rules.registry import PACING_RULES, ROUTING_RULES, RuleError, RuleSpec

__all__ = ["PACING_RULES", "ROUTING_RULES", "RuleError", "RuleSpec"]
