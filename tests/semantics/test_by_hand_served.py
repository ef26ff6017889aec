"""The recent service level and the estimated wait, derived by hand."""

import math

import pytest

from ccenv.scenarios import load_scenario
from ccenv.sim.state import codes
from tests.oracle.simulator import Simulator
from tests.oracle.snapshot import Snapshot
from tests.semantics.by_hand import NAMED, constant, day, first_of, recorded


def looks(scenario: dict) -> list[Snapshot]:
    """The snapshots at the decisions of a policy that assigns, if it can."""
    seen: list[Snapshot] = []
    centre = load_scenario({**NAMED, **scenario}).centre
    Simulator(centre, 0, first_of(codes.ASSIGN), look=seen.append).run()
    return seen


def test_recent_service_level_and_estimated_wait() -> None:
    # Assigned at 10, 30 (waited 19), 50 (waited 20) and 350; the contact at 32 abandons at 57. A decision before each.
    calls = recorded(10, 11, 30, 32, 350, handle_s=constant(20), patience_s=constant(25), service_level_s=19)
    team = {"team": {"skills": ["calls"], "staffing": 1}}
    seen = looks({"clock": day(400), "queues": {"calls": calls}, "groups": team})
    assert [s["estimated_wait_s"][0] for s in seen] == [0, 0, 19, 20]
    at_50 = [1.0, 1.0, 1.0]
    assert [s["service_level_recent"][0] for s in seen[:3]] == at_50
    first, second, third = (math.exp((t - 57) / 1800) for t in (10, 30, 50))
    assert seen[3]["service_level_recent"][0] == pytest.approx((first + second) / (first + second + third + 1))
