"""The calling rules and the definitions of the dropped share in the record of a campaign."""

from __future__ import annotations

import math
from typing import Any

from ccenv.scenarios.schema import Campaign, Compliance
from ccenv.sim.state.definitions import (
    BASES,
    DEFINITIONS,
    FALSE_POSITIVES,
    HANG_UPS,
    RUN_TOTAL,
    STARTS,
    WINDOWS,
    Definition,
)

# the closest definition by windows to `run_total`: dropped / (joined + dropped) by day
AS_RUN_TOTAL = Compliance(threshold_s=None, hang_ups="none")


def fill_calling_rules(row: Any, campaign: Campaign) -> None:
    """Fill the calling rules of a campaign; a limit of 0 means no limit."""
    calling_rules = campaign.calling_rules
    row["max_per_24h"], row["max_per_7_days"] = calling_rules.max_per_24h or 0, calling_rules.max_per_7_days or 0
    row["lockout_s"], row["quiet_s"] = calling_rules.lockout_after_drop_s, calling_rules.quiet_after_talk_s
    row["needs_consent"], row["drop_limit"] = calling_rules.needs_consent, campaign.drop_limit
    row["greeting_s"] = campaign.greeting_s
    for d, definition in enumerate((*DEFINITIONS, own_definition(campaign))):
        record = row["definition"][d]
        record["threshold_s"] = math.inf if definition.threshold_s is None else definition.threshold_s
        record["start"], record["counts"] = STARTS.index(definition.start), BASES.index(definition.base)
        record["hang_ups"] = HANG_UPS.index(definition.hang_ups)
        record["false_positives"] = FALSE_POSITIVES.index(definition.false_positives)
        record["window"] = WINDOWS.index(definition.window)


def own_definition(campaign: Campaign) -> Definition | Compliance:
    """Return the definition of the campaign's dropped share: its own parameters, or a definition by name."""
    if isinstance(campaign.compliance, Compliance):
        return campaign.compliance
    if campaign.compliance == RUN_TOTAL:
        return AS_RUN_TOTAL
    return next(definition for definition in DEFINITIONS if definition.name == campaign.compliance)
