"""The dropped share that a campaign is judged by: its definition, what counts for it, its column and its limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ccenv.kpis import KPIS, Estimate
from ccenv.sim.legal import OWN, RUN_TOTAL

if TYPE_CHECKING:
    from ccenv.scenarios import Scenario
    from ccenv.scenarios.schema import Campaign

RUN_TOTAL_SHARE = f"dropped_share_{RUN_TOTAL}"

Weights = dict[str, dict[str, float]]


def definition_of(campaign: Campaign) -> str:
    """Name of the definition that a campaign has chosen; `own` where it gives the parameters itself."""
    return campaign.compliance if isinstance(campaign.compliance, str) else OWN


def cost_weights(scenario: Scenario) -> tuple[Weights, Weights]:
    """What `info["cost"]` and `info["cost_base"]` count: weights by reward term and campaign."""
    cost: Weights = {}
    base: Weights = {}
    for name, campaign in scenario.centre.campaigns.items():
        above, below = _counted(definition_of(campaign))
        for weights, terms in ((cost, above), (base, below)):
            for term in terms:
                weights.setdefault(term, {})[name] = 1.0
    return cost, base


def _counted(definition: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The terms of numerator and denominator, counted at once: a window's end adds to neither."""
    if definition == RUN_TOTAL:
        return KPIS[RUN_TOTAL_SHARE].numerator, KPIS[RUN_TOTAL_SHARE].denominator
    return (f"{definition}_over",), (f"{definition}_base",)


def share_column(scenario: Scenario, table: npt.NDArray[Any]) -> str:
    """Column of the dropped share by which the runs of a KPI table are judged.

    By the campaigns' definition (where they differ: each by its own) if a window was covered, else by `run_total`.
    """
    names = {definition_of(campaign) for campaign in scenario.centre.campaigns.values()}
    name = names.pop() if len(names) == 1 else OWN
    return f"dropped_share_{name}" if _covered(table, name) else RUN_TOTAL_SHARE


def definition_in(column: str) -> str:
    """Name of the definition that a column of dropped shares goes by."""
    return column.removeprefix("dropped_share_")


def _covered(table: npt.NDArray[Any], definition: str) -> bool:
    return definition != RUN_TOTAL and bool(np.any(table[f"n_{definition}_windows"] > 0.0))


def within_limits(scenario: Scenario, figures: Mapping[str, Estimate], column: str) -> bool:
    """Whether the upper end of each campaign's interval is within its limit; who reaches nobody is within any.

    Args:
        scenario: Where the limits come from.
        figures: The summary of a KPI table; of one run the figure itself is compared, for want of an interval.
        column: What `share_column` gave.
    """
    return not any(
        np.nanmax([figures[f"{column}:{name}"].value, figures[f"{column}:{name}"].high, 0.0]) > campaign.drop_limit
        for name, campaign in scenario.centre.campaigns.items()
    )
