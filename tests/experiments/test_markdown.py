"""Figures with intervals in the text of pages."""

from __future__ import annotations

from typing import Any

import pytest

from experiments.jobs.markdown import estimate
from experiments.room.page import _gain


@pytest.mark.parametrize(("interval", "text"), [
    (None, "–"),
    ({"mean": None, "low": None, "high": None}, "–"),
    ({"mean": 2.0, "low": 1.0, "high": 3.0}, "+2 [+1, +3]"),
    ({"mean": 2.0, "low": None, "high": None}, "+2"),  # a single run
    ({"mean": 2.0, "low": 2.0, "high": 2.0}, "+2"),
    ({"mean": 0.0, "low": -0.1, "high": 0.1, "bound": True}, "0 [-0.1, +0.1] (equal in all runs)"),
    ({"mean": 0.0, "low": None, "high": None, "bound": True}, "0 (equal in all runs)"),  # no bound is known
])  # fmt: skip
def test_equal_runs_are_marked_and_never_have_an_interval_of_no_width(interval: Any, text: str) -> None:
    assert estimate(interval, sign=True) == text


@pytest.mark.parametrize(("days", "text"), [(8, "0 (equal in all runs)"), (1, "0")])
def test_a_planner_that_never_differs_from_the_rules_says_so(days: int, text: str) -> None:
    assert _gain({"days": days, "gain": {"mean": 0.0, "low": None, "high": None}}) == text
