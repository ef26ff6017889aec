"""Slots of the day."""

from __future__ import annotations

import math
from typing import Any

from ccenv.files.numbers import whole
from ccenv.scenarios.schema import Clock

WEEK_DAYS = 7


def n_slots(clock: Clock) -> int:
    """Return the number of slots of a profile: those of a day, of a week (`weekly`), or 1 in a steady scenario."""
    return day_slots(clock) * profile_days(clock)


def day_slots(clock: Clock) -> int:
    """Return the number of slots of a day (the last may be shorter); 1 in a steady scenario."""
    if clock.kind == "steady":
        return 1
    return math.ceil((clock.close_s - clock.open_s) / clock.slot_s - 1e-9)


def profile_days(clock: Clock) -> int:
    """Return the number of days after which the profiles begin again."""
    return WEEK_DAYS if clock.weekly else 1


def at_boundary(clock: Clock, t: float) -> bool:
    """Return whether a slot begins `t` seconds after the opening; true at the opening."""
    k = round(t / clock.slot_s)
    return 0 <= k < n_slots(clock) and k * clock.slot_s == t


def checked_days(clock: Clock, days: Any) -> int:
    """Return the number of days of an episode.

    Raises:
        ValueError: If it is no whole number from 1, or is not 1 in a steady scenario.
    """
    if clock.kind == "steady":
        return whole("days", days, 1, 1, why=", because the scenario is steady")
    return whole("days", days, 1)
