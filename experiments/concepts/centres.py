"""Names and parts of library centres that the experiments use, and helpers that set one value in several entities."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ccenv.scenarios import load_scenario
from experiments.concepts.concept import Changes

SERVICE = "customer_service"
SUPPORT = "technical_support"
OMNICHANNEL, OMNICHANNEL_QUEUES = "support_omnichannel", ("calls", "chat")
SELLING, COLLECTING, OUTREACH, HYBRID, BANK, RETURNS = (
    "lead_generation",
    "collections",
    "outreach",
    "hybrid_small",
    "bank_blended",
    "sales_returns",
)
FRESH_START: Changes = {"history.kind": "none"}  # technical_support opens with the backlog of earlier days

_SERVICE, _SUPPORT, _N, _X, _UTILITY = (
    load_scenario(name).centre for name in (SERVICE, SUPPORT, "n_design", "x_design", "surge_day")
)
SERVICE_QUEUES = tuple(_SERVICE.queues)
TIRING_GROUPS = tuple(name for name, group in _SERVICE.groups.items() if group.fatigue.strength > 0.0)
TIERS = tuple(_SUPPORT.queues)
COACHED = tuple(name for name, group in _SUPPORT.groups.items() if group.monitoring.share > 0.0)
SHIFTS = {name: len(group.shifts) for name, group in _SUPPORT.groups.items() if group.shifts}
CLASSES = tuple(_N.queues)
TEAMS = tuple(_X.groups)
SELLING_LIST = tuple(load_scenario(SELLING).centre.campaigns["policies"].segments)
DEBTORS = tuple(load_scenario(COLLECTING).centre.campaigns["arrears"].segments)
UTILITY, DESKS = tuple(_UTILITY.queues), tuple(_UTILITY.groups)


def queues(names: Iterable[str], key: str, value: Any) -> dict[str, Any]:
    """Set one key to the same value in several queues."""
    return {f"queues.{name}.{key}": value for name in names}


def groups(names: Iterable[str], key: str, value: Any) -> dict[str, Any]:
    """Set one key to the same value in several groups."""
    return {f"groups.{name}.{key}": value for name in names}


def policies(**values: Any) -> dict[str, Any]:
    """Keys of the campaign of lead_generation; two underscores stand for a dot."""
    return {f"campaigns.policies.{key.replace('__', '.')}": value for key, value in values.items()}


def listed(key: str, value: Any) -> dict[str, Any]:
    """Set one key to the same value in all segments of lead_generation."""
    return {f"campaigns.policies.segments.{name}.{key}": value for name in SELLING_LIST}


def arrears(**values: Any) -> dict[str, Any]:
    """Keys of the campaign of collections; two underscores stand for a dot."""
    return {f"campaigns.arrears.{key.replace('__', '.')}": value for key, value in values.items()}
