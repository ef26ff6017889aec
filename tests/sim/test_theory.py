"""The simulator agrees with Erlang B, C and A.

Each case is `RUNS` independent replications under fixed seeds. A figure passes if the mean over the replications is
within `Z` standard errors of the exact value, which a right simulator misses in one of 3,000 comparisons (t
distribution, 31 degrees of freedom); and if the standard error is small, so that a wrong one would be seen.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ccenv import KpiTable, simulate
from ccenv.theory import chats, erlang_a, erlang_b, erlang_c

RUNS, Z = 32, 4.0
SMALL = 0.02  # standard error as a share of the exact value, or absolute where that is a small probability
T_S = 20.0


def steady(rate_per_hour: float, handle_s: Any, n: int, hours: float, **more: Any) -> KpiTable:
    """One queue and one group after a warm-up, first come first served."""
    queue = {"arrivals_per_hour": rate_per_hour, "handle_s": handle_s, "service_level_s": T_S, **more.pop("queue", {})}
    scenario = {
        "name": "erlang",
        "description": "made by the tests",
        "clock": {"kind": "steady", "warm_up_s": 7_200, "horizon_s": hours * 3600, "review_s": 0},
        "queues": {"calls": queue},
        "groups": {"team": {"skills": ["calls"], "staffing": n}},
        "size_class": "S",
        **more,
    }
    return simulate(scenario, routing="fifo", seeds=range(700, 700 + RUNS))


def assert_near(table: KpiTable, column: str, exact: float) -> None:
    """The mean of the replications is near the exact value, and near means near."""
    found = np.asarray(table[column])
    error = found.std(ddof=1) / np.sqrt(RUNS)
    assert abs(found.mean() - exact) < Z * error, f"{column}: {found.mean()} +- {error}, exact {exact}"
    assert error < SMALL * max(exact, 0.02), f"{column}: the standard error {error} shows nothing"


@pytest.mark.parametrize(
    "rate_per_hour, handle_s, n, hours", [(120, 60, 3, 300), (300, 180, 16, 400), (20, 150, 1, 900)]
)
def test_erlang_c(rate_per_hour: float, handle_s: float, n: int, hours: float) -> None:
    exact = erlang_c(rate_per_hour, handle_s, n, T_S)
    table = steady(rate_per_hour, handle_s, n, hours)
    assert_near(table, "p_wait", exact.p_wait)
    assert_near(table, "mean_wait_s", exact.asa_s)
    assert_near(table, "asa_s", exact.asa_s)
    assert_near(table, "atq_s", exact.e_wait_given_wait_s)
    assert_near(table, "served_within_T_of_offered", exact.service_level_T)
    assert_near(table, "occupancy", exact.occupancy)
    np.testing.assert_allclose(table["waiting_s"].mean() / (hours * 3600), exact.lq, rtol=Z * SMALL)


@pytest.mark.parametrize(
    "rate_per_hour, handle_s, patience_s, n, hours",
    [(200, 60, 45, 3, 300), (360, 200, 120, 20, 300), (60, 240, 600, 2, 600), (1500, 120, 90, 50, 100)],
)
def test_erlang_a(rate_per_hour: float, handle_s: float, patience_s: float, n: int, hours: float) -> None:
    exact = erlang_a(rate_per_hour, handle_s, patience_s, n, T_S)
    table = steady(rate_per_hour, handle_s, n, hours, queue={"patience_s": patience_s})
    for column, value in {
        "p_wait": exact.p_wait,
        "mean_wait_s": exact.e_wait_s,
        "atq_s": exact.e_wait_given_wait_s,
        "abandonment": exact.p_abandon,
        "served_within_T_of_offered": exact.served_within_T_of_offered,
        "p_wait_le_T_incl_abandoners": exact.p_wait_le_T_incl_abandoners,
        "sl_excl_short_abandons": exact.sl_excl_short_abandons,
        "sl_of_served": exact.sl_of_served,
        "occupancy": exact.occupancy,
    }.items():
        assert_near(table, column, value)


@pytest.mark.parametrize(
    "handle_s",
    [60, {"dist": "uniform", "low_s": 30.0, "high_s": 90.0}, {"dist": "lognormal", "mu": 3.694345, "sigma": 0.894427}],
)
def test_erlang_b_whatever_the_distribution_of_handle_times(handle_s: Any) -> None:
    """As many trunks as advisors: who finds all of them at work is refused."""
    n, rate_per_hour = 4, 180.0
    table = steady(rate_per_hour, handle_s, n, 200, trunks=n)
    exact = erlang_b(n, rate_per_hour * 60 / 3600).blocking
    assert_near(table, "blocking", exact)
    assert_near(table, "occupancy", rate_per_hour * 60 / 3600 * (1 - exact) / n)
    assert np.all(table["waiting_s"] == 0.0)


def test_erlang_b_where_nobody_waits_at_all() -> None:
    table = steady(300, 90, 8, 200, queue={"patience_s": {"dist": "constant", "value_s": 0.0}})
    assert_near(table, "abandonment", erlang_b(8, 7.5).blocking)
    assert np.all(table["p_wait"] == 0.0)


@pytest.mark.parametrize(("n", "rates"), [(1, (1.0, 0.7, 0.5)), (3, (1.0, 0.8))])
def test_chats_with_rates_by_level(n: int, rates: tuple[float, ...]) -> None:
    exact = chats(30 * n, 150, 240, n, rates)
    group = {"skills": ["calls"], "staffing": n, "capacity": {"chats": len(rates)}}
    queue = {"patience_s": 240, "chat": {"rate_by_level": list(rates)}}
    hours = 900 / n
    table = steady(30 * n, 150, n, hours, queue=queue, groups={"team": group})
    assert_near(table, "p_wait", exact.p_wait)
    assert_near(table, "abandonment", exact.p_abandon)
    assert_near(table, "mean_wait_s", exact.e_wait_s)
    assert_near(table, "occupancy", exact.occupancy)
    assert_near(table, "concurrency", exact.concurrency)
