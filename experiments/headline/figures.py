"""Figures of a centre: differences to the opponents, scores, compliance on episodes of 30 days, and the first table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ccenv.kpis import KPIS, Estimate, KpiTable, crossed, crossed_interval
from ccenv.kpis.bootstrap import ratio_estimate
from ccenv.kpis.dropped_share import is_within, limits_of, share_column
from ccenv.kpis.suite import MORE_ABANDONED
from ccenv.scenarios import Scenario
from experiments.headline.declared import SHARE, kpi_names
from experiments.headline.judging import DAILY, MONTH, is_steady, month_share
from experiments.pipeline.evaluation import VALUE, finite, interval


def values_of(tables: Sequence[KpiTable]) -> np.ndarray:
    """Return the values of replicates on the same days, (replicates, days)."""
    return np.stack([np.asarray(table[VALUE], np.float64) for table in tables])


def over(tables: Sequence[KpiTable], opponent: KpiTable) -> dict[str, Any]:
    """Return the difference of replicates to an opponent on the same days: its interval over both, and its p-value."""
    return over_paired(tables, [opponent])


def over_paired(tables: Sequence[KpiTable], others: Sequence[KpiTable]) -> dict[str, Any]:
    """Return the difference of replicates to others of the same master seeds and days, as `over`.

    Args:
        tables: Of each replicate, at least two.
        others: Of the other replicates in the same order, or one for all.
    """
    opponents = values_of(others)
    found = crossed(values_of(tables) - opponents, scale=float(np.abs(opponents).max()))
    return {**_plain(found.interval()), "p": found.p_value}


def over_one(table: KpiTable, opponent: KpiTable) -> dict[str, Any]:
    """Return the difference of a rule to an opponent on the same days, with its interval over days."""
    scale = float(np.abs(opponent[VALUE]).max())
    return _plain(ratio_estimate(np.asarray(table[VALUE]) - np.asarray(opponent[VALUE]), scale=scale))


def value(tables: Sequence[KpiTable]) -> dict[str, Any]:
    """Return the value of one rule, or of replicates, with its interval."""
    values = values_of(tables)
    return _plain(ratio_estimate(values[0]) if len(values) == 1 else crossed_interval(values))


def kpis(scenario: Scenario, tables: Sequence[KpiTable]) -> dict[str, float | None]:
    """Return the KPIs of the first table, means over the replicates in which something was counted; else None."""
    names = {name: name for name in kpi_names()}
    if scenario.campaigns:
        names[SHARE] = share_column(scenario, tables[0])
    summaries = [table.summary(kpis=list(names.values())) for table in tables]
    return {name: _mean([each[of].value for each in summaries]) for name, of in names.items()}


def _mean(figures: Sequence[float]) -> float | None:
    defined = [each for each in figures if not np.isnan(each)]
    return float(np.mean(defined)) if defined else None


def compliance(scenario: Scenario, tables: Sequence[KpiTable], rule: KpiTable) -> dict[str, Any]:
    """Return dropped shares and inbound abandonment on episodes of 30 days, and whether they allow a comparison.

    Args:
        scenario: A centre with a campaign.
        tables: Of each replicate.
        rule: Of the opponent, on the same episodes.

    Returns:
        `campaign`, `share`, `limit` (of the campaign whose upper end is farthest above its limit, or nearest to it),
        `days_above` (share of days above the limit), `worst` (largest share of an episode), `within`, `abandonment`,
        `more_abandoned` (difference to the rule's, with its interval), `not_more`, and `equal`: both hold.
    """
    column = month_share(scenario)
    shares = {name: crossed_ratio(*parts(tables, column, name)) for name in scenario.campaigns}
    limits = limits_of(scenario)
    within = all(is_within(shares[name], limits[name]) for name in shares)
    worst = max(shares, key=lambda name: np.nanmax([shares[name].value, shares[name].high, 0.0]) - limits[name])
    above, below = parts(tables, column, worst)
    dropped, connected = (_by_month(scenario, each) for each in (above, below))
    by_month = np.divide(dropped, connected, out=np.zeros_like(dropped), where=connected > 0.0)
    days = parts(tables, f"windows_above_{DAILY}", worst)
    mine, own = (parts(each, "abandonment") for each in (tables, [rule]))
    gaps = linear(*mine) - linear(*own)
    more = crossed_interval(gaps) if len(gaps) > 1 else ratio_estimate(gaps[0])
    not_more = more.value <= MORE_ABANDONED
    return {
        "campaign": worst, "share": _plain(shares[worst]), "limit": limits[worst],
        "days_above": finite(_ratio(*days)), "worst": float(by_month.max()), "within": within,
        "abandonment": finite(_ratio(*mine)), "more_abandoned": _plain(more), "not_more": bool(not_more),
        "equal": bool(within and not_more),
    }  # fmt: skip


def against(compliance: Mapping[str, Any] | None) -> list[str]:
    """Return the reasons why a policy is not compared with the rule at equal compliance; none without a campaign."""
    if compliance is None:
        return []
    reasons = [] if compliance["within"] else ["the dropped share is not surely within the limit"]
    return reasons if compliance["not_more"] else [*reasons, "it abandons more inbound contacts"]


def _by_month(scenario: Scenario, counts: np.ndarray) -> np.ndarray:
    """Return counts by replicate and 30 days, from those by replicate and episode of `Judge.months`."""
    return counts.reshape(len(counts), -1, MONTH).sum(axis=2) if is_steady(scenario) else counts


def parts(tables: Sequence[KpiTable], kpi: str, entity: str = "") -> tuple[np.ndarray, np.ndarray]:
    """Return numerator and denominator of a KPI by replicate and run, each (replicates, runs)."""
    end = f":{entity}" if entity else ""

    def total(terms: Sequence[str]) -> np.ndarray:
        return np.stack(
            [sum((np.asarray(each[f"n_{term}{end}"], float) for term in terms), np.zeros(len(each))) for each in tables]
        )

    return total(KPIS[kpi].numerator), total(KPIS[kpi].denominator)


def _ratio(above: np.ndarray, below: np.ndarray) -> float:
    return float(above.sum() / below.sum()) if below.sum() else np.nan


def linear(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Return contributions whose mean is the ratio of totals, and whose spread is that of the ratio (delta method)."""
    if not below.sum():
        return np.zeros(above.shape)
    ratio = _ratio(above, below)
    return ratio + (above - ratio * below) / below.mean()


def crossed_ratio(above: np.ndarray, below: np.ndarray) -> Estimate:
    """Return a ratio of totals over replicates and runs with its interval, not below 0; nan without a denominator.

    A single row is that of rules, whose interval is over runs.
    """
    if not below.sum():
        return Estimate(np.nan, np.nan, np.nan)
    if len(above) == 1:
        return ratio_estimate(above[0], below[0], scale=1.0)
    found = crossed_interval(linear(above, below), scale=1.0 / float(below.mean()))
    return Estimate(found.value, max(0.0, found.low), found.high)


def _plain(found: Estimate) -> dict[str, Any]:
    return interval(found) or {"mean": None, "low": None, "high": None}
