"""Staffing of the group `blended`."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.calibrate import model
from experiments.calibrate.campaign import DIAL_FROM_S, DIAL_UNTIL_S, DROP_LIMIT
from experiments.calibrate.document import blended
from experiments.calibrate.logs import OPEN_S, SLOT_S, SLOTS

GREATEST_OCCUPANCY = 0.75
SLOTS_PER_HOUR = 3600 // SLOT_S
MOST_STEPS = 12
MOST_AT_LEAST = 4


class Dialed(NamedTuple):
    """Result of the scenario's own rules with a least number of `blended` advisors during the campaign's hours."""

    at_least: int
    joined_per_day: float
    dropped_share: float | None


class Blending(NamedTuple):
    """Staffing of `blended`, the part due to occupancy, occupancy by hour without and with it, and the trials."""

    staffing: list[int]
    asked_for: list[int]
    occupancy_without: list[float]
    occupancy_with: list[float]
    tried: list[Dialed]


def staff_blended(
    inbound: dict[str, Any], campaign: dict[str, Any], keys: NDArray[np.int64], tick: Callable[[], object]
) -> Blending:
    """Return the smallest staffing of `blended` that meets the occupancy limit and can dial within the drop limit.

    Inbound occupancy is at most its limit in every hour. No other group dials, so each half hour of the campaign's
    hours needs `blended` advisors: the fewest with whom the scenario's own pacing rule joins connects and drops no more
    than the limit.

    Raises:
        RuntimeError: More than `MOST_AT_LEAST` advisors would be needed.
    """

    def occupancy(numbers: list[int]) -> NDArray[np.float64]:
        tick()
        return occupancy_by_slot(inbound, campaign, numbers, keys)

    nobody = [0] * SLOTS
    without, asked_for = _hours(occupancy(nobody)), raise_to(GREATEST_OCCUPANCY, nobody, occupancy)
    tried: list[Dialed] = []
    for at_least in range(1, MOST_AT_LEAST + 1):
        floor = [at_least if DIAL_FROM_S <= OPEN_S + slot * SLOT_S < DIAL_UNTIL_S else 0 for slot in range(SLOTS)]
        staffing = raise_to(GREATEST_OCCUPANCY, floor, occupancy)
        joined, dropped = model.dialed(blended(inbound, staffing, campaign), keys)
        tick()
        tried.append(Dialed(at_least, joined, dropped))
        if dropped is not None and dropped <= DROP_LIMIT:
            return Blending(staffing, asked_for, without, _hours(occupancy(staffing)), tried)
    raise RuntimeError(f"dropped share above {DROP_LIMIT} with {MOST_AT_LEAST} advisors of blended: {tried}")


def raise_to(limit: float, start: list[int], occupancy: Callable[[list[int]], NDArray[np.float64]]) -> list[int]:
    """Add one advisor at a time to the busiest half hour of each hour whose occupancy exceeds the limit.

    Args:
        limit: Largest occupancy of an hour.
        start: Initial numbers of advisors by half hour.
        occupancy: Function from numbers by half hour to working time and time on duty by half hour, (2, slots).
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
    """Return seconds at work and on duty of `general` and `blended` without dialing: mean per day, (2, slots)."""
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
