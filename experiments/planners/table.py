"""The planners by name, and the centres that each can plan for."""

from __future__ import annotations

from collections.abc import Callable

from ccenv.scenarios import Scenario
from experiments.planners.ahead import LookAhead
from experiments.planners.base import Planner
from experiments.planners.fluid_plan import FluidPlan
from experiments.planners.replay import Replay, has_reserve

LARGE = ("L", "XL")

PLANNERS: dict[str, Callable[[Scenario], Planner]] = {
    "look_ahead": LookAhead.sized,
    "fluid_plan": FluidPlan,
    "replay": Replay,
}


def refusal(name: str, scenario: Scenario) -> str | None:
    """Return why a planner is not tried on a centre; None if it is."""
    if scenario.size.name in LARGE:
        return f"a day takes too long in size class {scenario.size.name}"
    if name == "replay" and not has_reserve(scenario):
        return "its pacing rule has no reserve to set"
    if name == "look_ahead" and (LookAhead.sized(scenario).every_s > 0.0 or scenario.centre.episode_days > 1):
        return "a day at every event takes too long"
    return None
