"""Counting of the measures of theory in a simulation: the sums in numerator and denominator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ccenv.kpis import KPIS, KpiTable
from ccenv.kpis.kpi import add_up
from experiments.validate.simulated.rows import Row

Floats = npt.NDArray[np.float64]
TIME = ()  # as denominator: the counted time


class Count(NamedTuple):
    """A ratio of two sums of counters, by their labels.

    Attributes:
        above: Labels of the numerator.
        below: Labels of the denominator, or `TIME`, the counted seconds.
        seen: Label of the counter that decides whether the measure is too rare to compare.
        entity: `:name` of a queue, or `` for all.
        factor: Factor of the ratio.
    """

    above: tuple[str, ...]
    below: tuple[str, ...]
    seen: str
    entity: str = ""
    factor: float = 1.0


def _kpi(name: str, seen: str = "", entity: str = "") -> Count:
    kpi = KPIS[name]
    return Count(kpi.numerator, kpi.denominator, seen or kpi.numerator[0], entity)


def _level(name: str) -> Count:
    return _kpi(name, "answered_in_time")


def _queue(entity: str = "") -> Count:
    return Count(("waiting_s",), TIME, "waited", entity)


_WORK = Count(KPIS["occupancy"].numerator, KPIS["occupancy"].denominator, "handled")
_PER_HOUR = 3600.0

COUNTS: Mapping[str, Count] = {
    "blocking": _kpi("blocking"),
    "p_block": _kpi("blocking"),
    "p_wait": _kpi("p_wait"),
    "p_wait_offered": Count(("waited",), ("blocked", "offered"), "waited"),
    "inbound_p_wait": _kpi("p_wait"),
    "p_abandon": _kpi("abandonment"),
    "p_abandon_per_call": _kpi("abandonment"),
    "inbound_abandon": _kpi("abandonment"),
    "p_abandon1": _kpi("abandonment", entity=":class1"),
    "p_abandon2": _kpi("abandonment", entity=":class2"),
    "p_ab1": _kpi("abandonment", entity=":class1"),
    "p_ab2": _kpi("abandonment", entity=":class2"),
    "asa_s": _kpi("asa_s", "waited"),
    "asa_accepted_s": _kpi("mean_wait_s", "waited"),
    "e_wait_s": _kpi("mean_wait_s", "waited"),
    "ew1_s": _kpi("mean_wait_s", "waited", ":class1"),
    "ew2_s": _kpi("mean_wait_s", "waited", ":class2"),
    "service_level_T": _level("served_within_T_of_offered"),
    "served_within_T_of_offered": _level("served_within_T_of_offered"),
    "sl_accepted_T": _level("served_within_T_of_offered"),
    "sl_T": _level("served_within_T_of_offered"),
    "p_wait_le_T_incl_abandoners": _level("p_wait_le_T_incl_abandoners"),
    "sl_excl_short_abandons": _level("sl_excl_short_abandons"),
    "occupancy": _WORK,
    "utilisation": _WORK,
    "e_queue": _queue(),
    "mean_q1": _queue(":class1"),
    "mean_q2": _queue(":class2"),
    "mean_number": Count(("waiting_s", "talking_s"), TIME, "handled"),
    "total_arrivals_per_h": Count(("offered",), TIME, "offered", factor=_PER_HOUR),
    "return_calls_per_h": Count(("returns",), TIME, "returns", factor=_PER_HOUR),
    "items_per_h": Count(("items_done",), TIME, "items_done", factor=_PER_HOUR),
    "concurrency": _kpi("concurrency", "answered"),
    "outbound_per_h": Count(("joined",), TIME, "joined", factor=_PER_HOUR),
    "connects_per_h": Count(("joined",), TIME, "joined", factor=_PER_HOUR),
    "drop_rate": _kpi("dropped_share_run_total"),
}


def totals(row: Row, measure: str, table: KpiTable, span_s: float) -> tuple[Floats, Floats, float]:
    """Numerator and denominator of a measure for each replication, (R,) each, and the total number of counted cases.

    Args:
        row: The row.
        measure: One of its measures.
        table: Simulation results, one line for each replication.
        span_s: Counted seconds of a replication.
    """
    columns: Any = table.view(np.ndarray)
    hours = np.full(table.shape, span_s / 3600.0)
    if measure == "cost_per_h":
        abandoned = [columns[f"n_abandoned:class{k}"] * row.parameters.get(f"cost_ab{k}", 1.0) for k in (1, 2)]
        return sum(abandoned, np.zeros(table.shape)), hours, float(columns["n_abandoned"].sum())
    if measure == "mean_ringing":  # Little's law: dials per second times the mean ring time
        return columns["n_attempts"] * row.parameters["ring_s"] / 3600.0, hours, float(columns["n_attempts"].sum())
    count = COUNTS[measure]
    above = add_up(count.above, columns, count.entity) * count.factor
    below = add_up(count.below, columns, count.entity) if count.below else hours * 3600.0
    return above, below, float(add_up((count.seen,), columns, count.entity).sum())
