"""A short day on which the policy takes the first legal action, and its KPIs as `simulate` reports them."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from ccenv import KpiTable, Scenario, simulate
from ccenv.kpis import KPIS
from ccenv.kpis.declared import absent_columns
from tests.env.short import short_day

SEED = 3


@functools.cache
def day() -> Scenario:
    """Return the short day, loaded once."""
    return short_day()


@functools.cache
def names() -> list[str]:
    """Return the KPIs of the day."""
    return [name for name in KPIS if name not in absent_columns(day())]


def first(mask: np.ndarray) -> np.ndarray:
    """Return the first legal action of each row, from a mask (B, A)."""
    return np.argmax(mask, axis=1)


class First:
    """A policy that takes the first legal action."""

    owns = "blended"

    def act(self, obs: Any, mask: Any, state: Any, u: np.ndarray, starts: Any) -> tuple[np.ndarray, None]:
        return first(mask), None


def expected(seed: int = SEED) -> dict[str, float]:
    """What `simulate` says of the day with this seed."""
    return of_row(simulate(day(), policy=First(), seeds=[seed]))


def of_row(table: KpiTable) -> dict[str, float]:
    return {name: float(table[name][0]) for name in names()}
