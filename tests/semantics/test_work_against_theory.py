"""Deferrable work with a reserve of idle advisors against the exact threshold policy of Bhulai and Koole (2003)."""

import numpy as np
import pytest

from ccenv import load_scenario, simulate
from ccenv.theory.models import Blending

HOURS, SEEDS = 40.0, range(24)
CENTRE = Blending(s=6, lambda_per_h=60, inbound_aht_s=180, outbound_aht_s=240)


def mean_and_error(values: np.ndarray) -> tuple[float, float]:
    """Mean of independent runs, and its standard error."""
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))


@pytest.mark.slow
@pytest.mark.parametrize("reserve", [0, 1, 2])
def test_a_reserve_is_the_threshold_of_call_blending(reserve: int) -> None:
    """Items that come faster than they are done: there is always one, as the model has it."""
    exact = CENTRE.evaluate(("progressive", {"reserve": reserve}))
    scenario = load_scenario(
        {
            "name": "blending",
            "description": "calls, and work that never ends",
            "size_class": "M",
            "clock": {"kind": "steady", "warm_up_s": 7_200, "horizon_s": 3_600 * HOURS, "review_s": 0},
            "queues": {
                "calls": {"arrivals_per_hour": 60, "handle_s": 180},
                "work": {"arrivals_per_hour": exact.outbound_per_h + 30, "handle_s": 240, "deferrable": {}},
            },
            "groups": {"team": {"skills": ["calls", "work"], "staffing": 6}},
        }
    )
    table = simulate(scenario, routing=("fifo", {"work_reserve": reserve}), seeds=SEEDS)
    for name, expected, scale in (
        ("n_items_done", exact.outbound_per_h, 1 / HOURS),
        ("mean_wait_s", exact.e_wait_s, 1.0),
        ("p_wait", exact.p_wait, 1.0),
    ):
        found, error = mean_and_error(np.asarray(table[name]) * scale)
        assert abs(found - expected) < 4.5 * error, f"{name}: {found:.4f} +- {error:.4f}, exact {expected:.4f}"
        assert error < 0.05 * expected, f"{name}: the test is too weak"
