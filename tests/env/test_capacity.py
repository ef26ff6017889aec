"""A full table is an error that names the table and the size class to choose; it never becomes a figure."""

from __future__ import annotations

from typing import Any

import pytest

from ccenv import Scenario, load_scenario, simulate
from ccenv.run.engine import CapacityError

CALLED_IN_VAIN: dict[str, Any] = {
    "p_answer": 0,
    "handle_s": 60,
    "ring_s": 10,
    "retries": {"max_attempts": 3, "no_answer": 86_400},
}


def centre(**campaign: Any) -> Scenario:
    """Two campaigns without answers."""
    return load_scenario(
        {
            "name": "in_vain",
            "description": "nobody answers, and everybody is to be dialed again tomorrow",
            "clock": {"open_s": 32_400, "close_s": 39_600, "slot_s": 7_200},
            "groups": {"g": {"skills": ["one", "other"], "staffing": 2}},
            "campaigns": {name: CALLED_IN_VAIN | campaign for name in ("one", "other")},
        }
    )


def test_full_table_of_leads_is_named_with_the_class_to_choose() -> None:
    what = r"table leads is full \(4096 rows in size class S, shared among the segments that keep leads\)"
    with pytest.raises(CapacityError, match=f"{what}; set size_class: M"):
        simulate(centre(), pacing=("constant_lines", {"n": 100}), seeds=[1])


def test_leads_that_are_not_kept_take_no_row() -> None:
    table = simulate(centre(retries=None), pacing=("constant_lines", {"n": 100}), seeds=[1])
    assert table["n_closed"][0] > 4096


def test_full_table_of_contacts_is_named_with_the_class_to_choose() -> None:
    with pytest.raises(CapacityError, match=r"table contacts is full \(512 rows in size class S\); set size_class: M"):
        simulate(centre(), pacing=("constant_lines", {"n": 600}), seeds=[1])
