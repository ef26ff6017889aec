"""Time of advisors in the fluid bound: on duty by slot, and what they finish after a span of slots."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ccenv.scenarios.compile.campaigns import wrong_party_s
from ccenv.scenarios.compile.dists import dist_values, survival
from ccenv.scenarios.compile.finish import handoff_factor
from ccenv.scenarios.compile.slots import n_slots
from ccenv.scenarios.means import mean_s
from ccenv.scenarios.offered import on_duty
from ccenv.scenarios.schema import Campaign, Centre, Clock, Group, Time

STEPS = 2_000
LONGEST_S = 200_000.0


class Capacity(NamedTuple):
    """Time of advisors by slot; the last slot is the overtime.

    Attributes:
        time_s: Time on duty, (G, slots + 1) [s].
        present: Advisors who may still have a contact in hand at the end of a slot, (G, slots + 1).
        leaving: Advisors who go, off duty or on a break, within a slot, (G, slots + 1).
        over_s: Largest mean time that an advisor works on what was begun before an instant, (G,) [s].
        clock: The clock.
    """

    time_s: np.ndarray
    present: np.ndarray
    leaving: np.ndarray
    over_s: np.ndarray
    clock: Clock

    def room_s(self, g: int, first: int, last: int) -> float:
        """Return the largest mean work that group g can begin from the first to the last of these slots [s]."""
        over = self.present[g, last] + self.leaving[g, first : last + 1].sum()
        return float(self.time_s[g, first : last + 1].sum() + self.over_s[g] * over)

    def dialing(self, campaign: Campaign) -> list[int]:
        """Return the slots in which a campaign may be dialed."""
        starts = self.clock.open_s + self.clock.slot_s * np.arange(self.time_s.shape[1] - 1)
        ends = starts + self.clock.slot_s
        return np.flatnonzero((ends > campaign.dial_from_s) & (starts < campaign.dial_until_s)).tolist()


def capacity_of(centre: Centre) -> Capacity:
    """Return the capacity of a centre with nights."""
    n, groups, clock = n_slots(centre.clock), list(centre.groups.values()), centre.clock
    starts = clock.slot_s * np.arange(n)
    lengths = np.minimum(clock.slot_s, clock.close_s - clock.open_s - starts)
    share = np.array([1.0 - group.shrinkage for group in groups])[:, None]
    duty = np.array([on_duty(group, clock) for group in groups]).reshape(-1, n)
    present = np.array([_most(group, clock, duty[g]) for g, group in enumerate(groups)]).reshape(-1, n)
    leaving = np.array([_leaving(group, clock, duty[g]) for g, group in enumerate(groups)]).reshape(-1, n)
    late = present[:, -1:]
    return Capacity(
        share * np.concatenate([duty * lengths, late * clock.overtime_s], axis=1),
        share * np.concatenate([present, late], axis=1),
        share * np.concatenate([leaving, np.zeros_like(late)], axis=1),
        np.array([_over_s(centre, group) for group in groups]),
        clock,
    )


def _most(group: Group, clock: Clock, duty: np.ndarray) -> np.ndarray:
    """Return a number that the advisors on duty at the end of each slot do not exceed, (slots,)."""
    if not group.shifts:
        return np.maximum(duty, np.concatenate([duty[1:], duty[-1:]]))
    ends = clock.open_s + clock.slot_s * (1.0 + np.arange(duty.size))
    return np.array([sum(s.n for s in group.shifts if s.from_s <= end <= s.until_s) for end in ends], float)


def _leaving(group: Group, clock: Clock, duty: np.ndarray) -> np.ndarray:
    """Return the advisors of a group who go off duty or on a break within each slot, (slots,)."""
    if not group.shifts:
        return np.maximum(0.0, np.concatenate([[0.0], duty[:-1] - duty[1:]]))
    gone = np.zeros(duty.size)
    for shift in group.shifts:
        for t in (shift.until_s, *(rest.at_s for rest in shift.breaks)):
            k = math.floor((t - clock.open_s) / clock.slot_s)
            if 0 <= k < duty.size:
                gone[k] += shift.n
    return gone


def _over_s(centre: Centre, group: Group) -> float:
    """Return the largest second moment of a handle time over its mean, of all contacts that a group handles [s]."""
    times: list[tuple[Time, float, float]] = []  # distribution, factor, wrap-up
    for name, queue in centre.queues.items():
        if name in group.skills:
            factor, wrap = handoff_factor(queue), mean_s(queue.wrap_up_s)
            times.append((group.handle_s.get(name, queue.handle_s), factor, wrap))
            times += [(queue.sale.handle_s, factor, wrap)] if queue.sale.handle_s is not None else []
    for name, campaign in centre.campaigns.items():
        if name in group.skills:
            wrap = mean_s(campaign.wrap_up_s)
            others = (campaign.handle_s, campaign.handle_sale_s, wrong_party_s(campaign))
            times += [(time, 1.0, wrap) for time in others if time is not None]
    return max((factor * excess_s(time) + wrap for time, factor, wrap in times), default=0.0)


def excess_s(time: Time) -> float:
    """Return the second moment of a distribution of time over its mean, by integration [s]."""
    dist, mean = dist_values(time), mean_s(time)
    if mean <= 0.0:
        return 0.0
    ends = np.concatenate([[0.0], np.geomspace(1e-3, LONGEST_S, STEPS)])
    above = np.array([survival(dist, float(x)) for x in ends])
    upper = above[:-1]  # the survival function falls, so its left end is the larger one
    return float(np.sum(upper * (ends[1:] ** 2 - ends[:-1] ** 2))) / mean
