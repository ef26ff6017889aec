"""The slow event loop against Erlang's formulas: 5 standard errors of independent runs."""

from typing import Any

import numpy as np
import pytest

from ccenv.sim.state import codes
from ccenv.theory import erlang_a, erlang_b, erlang_c
from tests.semantics.by_hand import first_of, run

RATE_PER_HOUR, HANDLE_S, N = 120.0, 60.0, 3
RUNS, HORIZON_S = 8, 40_000.0


def steady(queue: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """One queue and one group, observed after a warm-up."""
    return {
        "clock": {"kind": "steady", "warm_up_s": 3_600.0, "horizon_s": HORIZON_S, "review_s": 0},
        "queues": {"calls": {"arrivals_per_hour": RATE_PER_HOUR, "handle_s": HANDLE_S, **queue}},
        "groups": {"team": {"skills": ["calls"], "staffing": N}},
        **changes,
    }


def assert_near(found: list[float], exact: float) -> None:
    """The mean of independent runs is near an exact value."""
    error = np.std(found, ddof=1) / np.sqrt(len(found))
    assert abs(np.mean(found) - exact) < 5 * error, f"{np.mean(found)} +- {error}, exact {exact}"


def totals(scenario: dict[str, Any]) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
    """Counters of the queue and of the group in independent runs, first come first served."""
    results = [run(scenario, seed, first_of(codes.ASSIGN)).counters for seed in range(RUNS)]
    return [c["queue"][0] for c in results], [c["group"][0] for c in results]


@pytest.mark.slow
def test_erlang_c() -> None:
    queue, group = totals(steady({}))
    exact = erlang_c(RATE_PER_HOUR, HANDLE_S, N, 20.0)
    assert_near([q["wait_answered_s"] / q["answered"] for q in queue], exact.asa_s)
    assert_near([q["waited"] / q["answered"] for q in queue], exact.p_wait)
    assert_near([q["answered_in_time"] / q["answered"] for q in queue], exact.service_level_T)
    assert_near([q["waiting_s"] / HORIZON_S for q in queue], exact.lq)
    assert_near([g["talking_s"] / (N * HORIZON_S) for g in group], exact.occupancy)
    for g in group:
        assert g["talking_s"] + g["idle_s"] == pytest.approx(N * HORIZON_S)


@pytest.mark.slow
def test_erlang_a() -> None:
    queue, group = totals(steady({"arrivals_per_hour": 200.0, "patience_s": 45.0}))
    exact = erlang_a(200.0, HANDLE_S, 45.0, N, 20.0)
    assert_near([q["abandoned"] / q["offered"] for q in queue], exact.p_abandon)
    assert_near([(q["wait_answered_s"] + q["wait_abandoned_s"]) / q["offered"] for q in queue], exact.e_wait_s)
    assert_near([q["waited"] / q["offered"] for q in queue], exact.p_wait)
    assert_near([g["talking_s"] / (N * HORIZON_S) for g in group], exact.occupancy)


@pytest.mark.slow
def test_erlang_b_holds_for_any_distribution_of_handle_times() -> None:
    dist = {"dist": "uniform", "low_s": 30.0, "high_s": 90.0}
    queue, _ = totals(steady({"handle_s": dist}, trunks=N))
    blocked = [q["blocked"] / (q["blocked"] + q["offered"]) for q in queue]
    assert_near(blocked, erlang_b(N, RATE_PER_HOUR * HANDLE_S / 3600).blocking)
