"""A run that outgrows its size class goes on in the next one, with equal results; only overload is an error."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ccenv import load_scenario, simulate
from ccenv.scenarios.compile.lines import max_lines
from tests.env.growing import CHECKS, crowded
from tests.env.random_play import play

FOLDER = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("name", CHECKS)
def test_growing(name: str) -> None:
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.env.growing", name], cwd=FOLDER, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    if name != "overload":
        assert "runs again in size class M" in done.stderr


def test_the_class_is_chosen_so_that_the_expected_contacts_fit() -> None:
    assert [crowded(None, **{"clock.horizon_s": s}).size.name for s in (60, 1800, 7200, 36_000)] == [
        "S",
        "M",
        "L",
        "XL",
    ]


def outbound(**changes: Any) -> Any:
    """Return a centre with 14 advisors, 10 of whom dial."""
    return load_scenario(
        {
            "name": "o",
            "description": "o",
            "clock": {"close_s": 3600},
            "groups": {"g": {"skills": ["c"], "staffing": 10}, "h": {"skills": ["q"], "staffing": 4}},
            "queues": {"q": {"arrivals_per_hour": 10, "handle_s": 60}},
            "campaigns": {"c": {"p_answer": 0.3, "handle_s": 120, "ring_s": 20}},
            **changes,
        }
    )


def test_lines_are_by_default_four_for_each_advisor_with_the_skill() -> None:
    assert max_lines(outbound().centre, "c") == 40
    assert max_lines(outbound(trunks=30).centre, "c") == 30
    assert outbound(trunks=30).config()["campaign"]["max_lines"][0, 0] == 30
    few = {"c": {"p_answer": 0.3, "handle_s": 60, "max_lines": 7}}
    assert max_lines(outbound(campaigns=few).centre, "c") == 7


def test_every_default_line_may_be_dialed() -> None:
    table = simulate(outbound(), pacing=("constant_lines", {"n": 100}), seeds=[1])
    assert table["line_s"][0] > 0.9 * 40 * 3600


@pytest.mark.slow
@pytest.mark.parametrize("number", range(60))
def test_random_legal_play_is_never_stopped(number: int) -> None:
    assert play(number) != "refused"
