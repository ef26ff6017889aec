"""What a centre says of its reward: the preset or the weights, and the money that counts as 1 in a preset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ccenv.scenarios.compile.segments import sale_value, segments
from ccenv.scenarios.schema import Centre


def reward_of(centre: Centre) -> str | Mapping[str, Any]:
    """Return the reward: the centre's own preset or weights, else `hybrid` with campaigns and `service` without."""
    return centre.reward or ("hybrid" if centre.campaigns else "service")


def value_unit_of(centre: Centre) -> float:
    """Return the money that is worth 1 in a preset: the centre's own, else the largest value of a goal, else 1."""
    values = [sale_value(segment, campaign) for campaign in centre.campaigns.values() for segment in segments(campaign)]
    return centre.value_unit or max(values, default=0.0) or 1.0
