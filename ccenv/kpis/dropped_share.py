"""The dropped share of a campaign: its definition, reward terms, column and limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ccenv.kpis import KPIS, Estimate, KpiTable
from ccenv.kpis.declared import definition_of
from ccenv.sim.state.definitions import OWN, RUN_TOTAL

if TYPE_CHECKING:
    from ccenv.scenarios import Scenario

RUN_TOTAL_SHARE = f"dropped_share_{RUN_TOTAL}"

Weights = dict[str, dict[str, float]]


def cost_weights(scenario: Scenario) -> tuple[Weights, Weights]:
    """Return the weights, by reward term and campaign, of `info["cost"]` and `info["cost_base"]`."""
    cost: Weights = {}
    base: Weights = {}
    for name, campaign in scenario.centre.campaigns.items():
        above, below = _counted(definition_of(campaign))
        for weights, terms in ((cost, above), (base, below)):
            for term in terms:
                weights.setdefault(term, {})[name] = 1.0
    return cost, base


def _counted(definition: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the terms of numerator and denominator that count at the event, not at the end of a window."""
    if definition == RUN_TOTAL:
        return KPIS[RUN_TOTAL_SHARE].numerator, KPIS[RUN_TOTAL_SHARE].denominator
    return (f"{definition}_over",), (f"{definition}_base",)


def definition_by(scenario: Scenario) -> str:
    """Return the name of the campaigns' common definition; `own` if they differ.

    The counters of `own` follow the definition of each campaign.
    """
    names = {definition_of(campaign) for campaign in scenario.centre.campaigns.values()} or {RUN_TOTAL}
    return names.pop() if len(names) == 1 else OWN


def in_words(definition: str) -> str:
    """Name a definition for use in a sentence."""
    return "the campaigns' own definition" if definition == OWN else f"the definition {definition}"


def share_column(scenario: Scenario, table: npt.NDArray[Any]) -> str:
    """Return the column of the dropped share that applies to the runs of a KPI table.

    It is that of the campaigns' definition if the runs cover one of its windows, else that of `run_total`.
    """
    name = definition_by(scenario)
    covered = name != RUN_TOTAL and bool(np.any(table[f"n_{name}_windows"] > 0.0))
    return f"dropped_share_{name}" if covered else RUN_TOTAL_SHARE


def share_columns(scenario: Scenario) -> tuple[str, ...]:
    """Return the columns among which `share_column` chooses, and the one that it reads."""
    name = definition_by(scenario)
    return (RUN_TOTAL_SHARE, *(() if name == RUN_TOTAL else (f"dropped_share_{name}", f"n_{name}_windows")))


def judgement(scenario: Scenario, table: KpiTable) -> list[str]:
    """Return a line for each campaign: its dropped share, its limit, and the windows that the runs cover."""
    figures, column = table.summary(), share_column(scenario, table)
    judged = [column, *([RUN_TOTAL_SHARE] if column != RUN_TOTAL_SHARE else [])]
    lines = []
    for name, campaign in scenario.centre.campaigns.items():
        definition = definition_of(campaign)
        texts = [f"{figures[f'{each}:{name}']} by {each.removeprefix('dropped_share_')}" for each in judged]
        if definition != RUN_TOTAL:
            covered = int(np.sum(table[f"n_{definition}_windows:{name}"]))
            above = figures[f"windows_above_{definition}:{name}"]
            texts.append(
                f"windows covered {covered}, share above the limit {above}" if covered else "windows covered n/a"
            )
        inside = "within" if is_within(figures[f"{column}:{name}"], campaign.drop_limit) else "not wholly within"
        lines.append(f"{name}: dropped share {'; '.join(texts)}; {inside} the limit {campaign.drop_limit:g}")
    return lines


def within_limits(scenario: Scenario, figures: Mapping[str, Estimate], column: str) -> bool:
    """Return whether the upper end of each campaign's interval is within its limit; true without connects.

    Args:
        scenario: Source of the limits.
        figures: The summary of a KPI table. A single run has no interval, so its figure is compared.
        column: Result of `share_column`.
    """
    return all(is_within(figures[f"{column}:{name}"], limit) for name, limit in limits_of(scenario).items())


def limits_of(scenario: Scenario) -> dict[str, float]:
    """Return the limit of the dropped share by campaign."""
    return {name: campaign.drop_limit for name, campaign in scenario.centre.campaigns.items()}


def is_within(share: Estimate, limit: float) -> bool:
    """Return whether the upper end of a dropped share's interval is within a limit; true without connects."""
    return not np.nanmax([share.value, share.high, 0.0]) > limit
