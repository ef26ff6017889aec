"""How evenly contacts and occupancy are shared over advisors and groups, derived by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from ccenv import simulate
from ccenv.rewards.sums import episode_rewards
from ccenv.scenarios import load_scenario
from ccenv.sim.state import codes
from tests.semantics.by_hand import NAMED, both, constant, day, first_of, recorded

ASSIGN = first_of(codes.ASSIGN)


def centre(**changes: Any) -> dict[str, Any]:
    """Two advisors of calls, of whom the first takes all that he can, and one advisor of mails."""
    return {
        "clock": day(100),
        "queues": {
            "calls": recorded(0, 1, 20, 40, handle_s=constant(10), wrap_up_s=constant(5)),
            "mails": recorded(50, handle_s=constant(50)),
        },
        "groups": {
            "phones": {"skills": ["calls"], "staffing": 2, "advisor_order": "linear"},
            "desk": {"skills": ["mails"], "staffing": 1},
        },
        **changes,
    }


def test_a_day_of_three_advisors() -> None:
    # Contacts begin at 0, 20 and 40 at the first advisor (15 s of work each), at 1 at the second. At the desk, one of
    # 50 s. The day ends at 100.
    result = both(centre(), 0, ASSIGN)
    phones, desk = result.counters["group"]
    assert phones["handled"] == 4 and phones["advisor_days"] == 2 and phones["group_days"] == 1
    assert phones["uneven_contacts"] == pytest.approx((3 - 2) ** 2 + (1 - 2) ** 2)
    assert phones["occupancy_range_sum"] == pytest.approx(0.45 - 0.15)
    assert phones["occupancy_spread_sum"] == pytest.approx(0.15)
    overall = (45 + 15 + 50) / 300
    assert phones["occupancy_gap_sum"] == pytest.approx(overall - 0.3)
    assert desk["occupancy_gap_sum"] == pytest.approx(0.5 - overall)
    assert desk["uneven_contacts"] == desk["occupancy_spread_sum"] == desk["occupancy_range_sum"] == 0
    assert desk["advisor_days"] == desk["group_days"] == 1


def test_days_are_added_up_and_an_absent_group_counts_no_day() -> None:
    groups = {
        "phones": {"skills": ["calls"], "staffing": [2, 1]},
        "desk": {"skills": ["mails"], "staffing": [0, 1]},
    }
    result = both(centre(clock=day(100, 50), groups=groups), 0, ASSIGN, days=2)
    phones, desk = result.counters["group"]
    assert phones["advisor_days"] == 4 and phones["group_days"] == 2
    assert desk["advisor_days"] == 2 and desk["group_days"] == 2
    assert phones["occupancy_range_sum"] > 0


def test_who_comes_later_changes_the_mean() -> None:
    groups = {
        "phones": {"skills": ["calls"], "staffing": [1, 2]},
        "desk": {"skills": ["mails"], "staffing": 1},
    }
    result = both(centre(clock=day(100, 50), groups=groups), 0, ASSIGN)
    # The first advisor begins all four contacts before the second comes at 50: the mean is 2 from then on.
    assert result.counters["group"][0]["uneven_contacts"] == pytest.approx(4 + 4)


def test_the_reward_of_uneven_contacts_adds_up_to_the_counter() -> None:
    scenario = load_scenario({**NAMED, **centre()})
    weights = {"uneven_contacts": -1.0}
    table = simulate(scenario, seeds=[0])
    assert episode_rewards(scenario, table, weights)[0] == pytest.approx(-2.0)
    assert table["contacts_variance"][0] == pytest.approx(2 / 3)
    assert table["occupancy_spread"][0] == pytest.approx(0.15 / 2)
    assert math.isclose(table["occupancy_range:phones"][0], 0.3)
