"""Checks of random levels of days and slots, surges, and the history before an episode."""

from __future__ import annotations

from collections.abc import Iterator

from ccenv.files.errors import closest, names
from ccenv.scenarios.check.problem import Problem
from ccenv.scenarios.schema import Centre, SlotLevel

GAMMA_LEVEL = (0.01, 4.47)  # coefficients of variation of gamma distributions with shapes from 0.05 to 10,000


def day_level(centre: Centre) -> Iterator[Problem]:
    """The gamma distribution of the day level has a shape that can be computed."""
    low, high = GAMMA_LEVEL
    cv = centre.day_level_cv
    if centre.day_level_dist == "gamma" and cv > 0.0 and not low <= cv <= high:
        yield Problem("day_level_cv", cv, f"must be 0, or {low:g} to {high:g}, where day_level_dist is gamma")


def slot_level(centre: Centre) -> Iterator[Problem]:
    """Only scenarios with slots declare slot levels."""
    default = SlotLevel()
    for key in ("cv", "correlation"):
        value = getattr(centre.slot_level, key)
        if centre.clock.kind == "steady" and value != getattr(default, key):
            yield Problem(f"slot_level.{key}", value, "a steady scenario has no slots; leave slot_level out")


def surge(centre: Centre) -> Iterator[Problem]:
    """The surge concerns queues that exist and begins while the centre is open."""
    s, clock = centre.surge, centre.clock
    if s is None:
        return
    if clock.kind == "steady":
        yield Problem("surge.p", s.p, "a steady scenario has no days; leave surge out")
    if s.from_s < clock.open_s or s.from_s >= clock.close_s:
        allowed = f"must be within the opening hours, {clock.open_s:g} s to {clock.close_s:g} s, closing excluded"
        yield Problem("surge.from_s", s.from_s, allowed)
    if s.until_s < s.from_s or s.until_s > clock.close_s:
        allowed = f"must be from from_s = {s.from_s:g} to clock.close_s = {clock.close_s:g}"
        yield Problem("surge.until_s", s.until_s, allowed)
    for i, name in enumerate(s.queues):
        if name not in centre.queues:
            allowed = f"must be one of the queues: {names(centre.queues)}{closest(name, centre.queues)}"
            yield Problem(f"surge.queues.{i}", name, allowed)


def history(centre: Centre) -> Iterator[Problem]:
    """Only scenarios with days declare a history."""
    past = centre.history
    if centre.clock.kind != "day" and past.kind != "none":
        yield Problem(
            "history.kind", past.kind, f"must be 'none' in a {centre.clock.kind} scenario, which has no nights"
        )
