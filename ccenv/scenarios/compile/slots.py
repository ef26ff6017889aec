"""Slots of the day."""

from __future__ import annotations

import math

from ccenv.scenarios.schema import Clock


def n_slots(clock: Clock) -> int:
    """Slots of a day, the last of them perhaps shorter; 1 in a steady scenario."""
    if clock.kind == "steady":
        return 1
    return math.ceil((clock.close_s - clock.open_s) / clock.slot_s - 1e-9)


def at_boundary(clock: Clock, t: float) -> bool:
    """Whether `t` seconds after the opening is the beginning of a slot, the opening included."""
    k = round(t / clock.slot_s)
    return 0 <= k < n_slots(clock) and k * clock.slot_s == t
