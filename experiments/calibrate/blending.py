"""How many advisors of `blended` the centre gets."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.calibrate import model
from experiments.calibrate.campaign import DIAL_FROM_S, DIAL_UNTIL_S
from experiments.calibrate.document import blended
from experiments.calibrate.logs import OPEN_S, SLOT_S, SLOTS

GREATEST_OCCUPANCY = 0.75
SLOTS_PER_HOUR = 3600 // SLOT_S
# The campaign needs somebody who may dial for it in each half hour in which it may be dialed.
AT_LEAST = 1
MOST_STEPS = 12


class Blending(NamedTuple):
    """Staffing of `blended`, what occupancy alone asks for, and occupancy by hour with none and with this staffing."""

    staffing: list[int]
    asked_for: list[int]
    occupancy_without: list[float]
    occupancy_with: list[float]


def staff_blended(
    inbound: dict[str, Any], campaign: dict[str, Any], keys: NDArray[np.int64], tick: Callable[[], object]
) -> Blending:
    """Smallest staffing of `blended` that holds inbound occupancy in every hour and has somebody to dial."""

    def occupancy(numbers: list[int]) -> NDArray[np.float64]:
        tick()
        return occupancy_by_slot(inbound, campaign, numbers, keys)

    nobody = [0] * SLOTS
    asked_for = raise_to(GREATEST_OCCUPANCY, nobody, occupancy)
    dialing = [DIAL_FROM_S <= OPEN_S + slot * SLOT_S < DIAL_UNTIL_S for slot in range(SLOTS)]
    floor = [AT_LEAST if open_ else 0 for open_ in dialing]
    staffing = raise_to(GREATEST_OCCUPANCY, floor, occupancy)
    return Blending(staffing, asked_for, _hours(occupancy(nobody)), _hours(occupancy(staffing)))


def raise_to(limit: float, start: list[int], occupancy: Callable[[list[int]], NDArray[np.float64]]) -> list[int]:
    """Add one advisor at a time to the busiest half hour of each hour whose occupancy exceeds the limit.

    Args:
        limit: Of the occupancy of an hour.
        start: Numbers to begin with.
        occupancy: From numbers by half hour to work and time on duty by half hour, (2, slots).
    """
    numbers = list(start)
    for _ in range(MOST_STEPS):
        work, duty = occupancy(numbers)
        busy = [hour for hour, share in enumerate(_hours(np.array([work, duty]))) if share > limit]
        if not busy:
            return numbers
        for hour in busy:
            slots = range(hour * SLOTS_PER_HOUR, (hour + 1) * SLOTS_PER_HOUR)
            numbers[max(slots, key=lambda slot: work[slot] / duty[slot])] += 1
    raise RuntimeError(f"occupancy above {limit} after {MOST_STEPS} steps with {numbers}")


def occupancy_by_slot(
    inbound: dict[str, Any], campaign: dict[str, Any], numbers: list[int], keys: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Seconds at work and on duty of `general` and `blended` by half hour, dialing off; mean per day (2, slots)."""
    groups = ("general", "blended") if any(numbers) else ("general",)
    document = blended(inbound, numbers, campaign) if any(numbers) else inbound
    table = model.run(document, keys)
    work, duty = (
        np.sum([model.by_slot(table, f"{column}:{name}") for name in groups], axis=0)
        for column in ("work_s", "staffed_s")
    )
    return np.array([work, duty])


def _hours(work_and_duty: NDArray[np.float64]) -> list[float]:
    work, duty = work_and_duty.reshape(2, -1, SLOTS_PER_HOUR).sum(axis=2)
    return [float(share) for share in work / duty]
