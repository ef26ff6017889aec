"""Fluid bound: the largest expected reward of a day under relaxed constraints, as a linear programme over slots.

The variables are expected numbers: contacts that a group begins to serve in each slot, persons joined, contacts lost.
Whatever a policy does, its expected numbers satisfy the constraints, so the optimum is an upper bound:

- Contacts served in a span of slots have come in it, or before it with enough patience; those that come again count as
  if they came when it suits.
- Work begun in a span is at most the advisors' time in it and what they finish after it. The latter is at most the
  second moment of a handle time over its mean for each advisor (Lorden 1970, "On excess over the boundary").
- A contact abandons at the hazard of its patience, so the abandoned share needs a mean wait: with H the upper concave
  envelope of the cumulated hazard, the share is at most H(mean wait), by Jensen's inequality.
- Drops, hang-ups, closed leads and waits shorter than a slot cost nothing here.

The optimum is concave in the arrivals. So the mean over random days is a bound too, and a lower one than that of the
mean day: given the arrivals, handle times and patience have the same distributions.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ccenv.scenarios import Scenario
from ccenv.scenarios.compile.dists import dist_values, survival
from ccenv.scenarios.schema import Centre, Queue, Time
from experiments.planners.programme import Programme
from experiments.planners.worth import QueueWorth, Worth, worth_of
from experiments.room.capacity import Capacity, capacity_of
from experiments.room.patience import left_after, wait_lines

SPANS = (1, 2, 4, 8, 16)  # lengths of the spans of slots, besides the whole day
KINDS_OF_CLOCK = ("day",)


class Fluid(NamedTuple):
    """A fluid programme of a scenario, for any arrivals.

    Attributes:
        scenario: The centre.
        worth: What its contacts are worth.
        capacity: The advisors' time.
    """

    scenario: Scenario
    worth: Worth
    capacity: Capacity

    def value(self, fresh: np.ndarray) -> float:
        """Return the optimum for a day with these first contacts, (Q, slots), times the days of the episode.

        Raises:
            RuntimeError: If the solver fails.
        """
        return _Day(self, fresh).solved()


def fluid_of(scenario: Scenario) -> Fluid:
    """Return the fluid programme of a scenario with nights, under its own reward.

    Raises:
        ValueError: If the centre is steady or never closes, or the reward has a term that is not known.
    """
    kind = scenario.centre.clock.kind
    if kind not in KINDS_OF_CLOCK:
        raise ValueError(f"clock.kind = {kind!r}; allowed for a fluid bound: {', '.join(KINDS_OF_CLOCK)}")
    return Fluid(scenario, worth_of(scenario), capacity_of(scenario.centre))


def spans(n: int) -> list[tuple[int, int]]:
    """Return the spans of slots, first and last, for which constraints are written."""
    lengths = sorted({length for length in SPANS if length < n} | {n})
    return [(first, first + length - 1) for length in lengths for first in range(n - length + 1)]


class _Day:
    """The programme of one day."""

    def __init__(self, fluid: Fluid, fresh: np.ndarray) -> None:
        self.centre: Centre = fluid.scenario.centre
        self.days = self.centre.episode_days
        self.worth, self.capacity = fluid.worth, fluid.capacity
        self.n = self.capacity.time_s.shape[1]  # slots, overtime included
        self.fresh = fresh
        self.p = Programme()
        self.names = list(self.centre.queues)
        self.served: list[dict[tuple[int, int], int]] = []
        self.again: list[int] = []
        self.gone: list[int] = []
        self.constant = 0.0

    def solved(self) -> float:
        """Return the optimum of the episode."""
        for q, (queue, worth) in enumerate(zip(self.centre.queues.values(), self.worth.queues, strict=True)):
            self._variables(q, queue, worth)
        for q, (queue, worth) in enumerate(zip(self.centre.queues.values(), self.worth.queues, strict=True)):
            self._flows(q, queue, worth)
        joined = self._campaigns()
        self._times(joined)
        return self.days * (self.constant + self.p.optimum().value)

    def _line(self, q: int) -> np.ndarray:
        """Return the first contacts that come to the line of a queue by slot, overtime included, (n,)."""
        total = np.zeros(self.n)
        for k, queue in enumerate(self.centre.queues.values()):
            ivr, fresh = queue.ivr, self.fresh[k]
            kept = fresh if ivr is None else fresh * (1.0 - ivr.p_contained - ivr.p_hangup)
            routes = {} if ivr is None else ivr.routes
            share = (1.0 - sum(routes.values())) if k == q else routes.get(self.names[q], 0.0)
            total[: kept.size] += share * kept
        return total

    def _variables(self, q: int, queue: Queue, worth: QueueWorth) -> None:
        able = [g for g in range(len(self.centre.groups)) if np.isfinite(worth.handle_s[g])]
        self.served.append(
            {
                (g, u): self.p.variable(float(worth.answered[g] - worth.order[g]))
                for g in able
                for u in range(self.n)
                if self.capacity.time_s[g, u] > 0.0
            }
        )
        self.again.append(self.p.variable(0.0))
        costs = {kind: cost for kind, cost in worth.lost.items() if kind != "abandoned"}
        if "unserved" in costs:  # it has waited for the whole overtime
            costs["unserved"] += worth.waiting * self.centre.clock.overtime_s
        self.gone.append(self.p.variable(max(costs.values())))
        if queue.ivr is not None:
            fresh = float(self.fresh[q].sum())
            self.constant += fresh * (worth.entering + queue.ivr.p_contained * worth.contained)

    def _flows(self, q: int, queue: Queue, worth: QueueWorth) -> None:
        line, again, gone = self._line(q), self.again[q], self.gone[q]
        abandoned = None
        if "abandoned" in worth.lost:
            abandoned = self.p.variable(worth.lost["abandoned"])
            self._waits(queue, worth, abandoned, float(line.sum()), again)
        lost = {gone: 1.0} if abandoned is None else {gone: 1.0, abandoned: 1.0}
        served = dict.fromkeys(self.served[q].values(), 1.0)
        self.p.equal({**served, **lost, again: -1.0}, float(line.sum()))
        self._orders(q, worth, float(line.sum()))
        left = left_after(queue)
        for first, last in spans(self.n):
            if queue.deferrable is not None or (first == 0 and last == self.n - 1):
                continue
            before = sum(line[v] * left((first - 1 - v) * self.centre.clock.slot_s) for v in range(first))
            inside = {x: 1.0 for (_, u), x in self.served[q].items() if first <= u <= last}
            self.p.at_most({**inside, again: -1.0}, float(line[first : last + 1].sum() + before))
        self._returns(q, queue, worth, lost)

    def _orders(self, q: int, worth: QueueWorth, line: float) -> None:
        """Add the value of orders: no more than all contacts bring, though a policy may prefer the best customers."""
        if worth.order.max(initial=0.0) <= 0.0:
            return
        value, most = self.p.variable(1.0), worth.order_share * float(worth.order.max())
        self.p.at_most({value: 1.0, **{x: -float(worth.order[g]) for (g, _), x in self.served[q].items()}}, 0.0)
        self.p.at_most({value: 1.0, self.again[q]: -most}, most * line)

    def _waits(self, queue: Queue, worth: QueueWorth, abandoned: int, line: float, again: int) -> None:
        """Charge the wait that so many abandonments need."""
        if worth.waiting == 0.0:
            return
        wait = self.p.variable(worth.waiting)
        for slope, intercept in wait_lines(queue):  # wait / contacts >= slope * share + intercept
            self.p.at_most({abandoned: slope, wait: -1.0, again: intercept}, -intercept * line)

    def _returns(self, q: int, queue: Queue, worth: QueueWorth, lost: dict[int, float]) -> None:
        """Limit those who come again: after being lost, after an answer, from the IVR, and from other queues."""
        row, constant = {self.again[q]: 1.0}, 0.0
        if queue.redial.max_times:
            row |= {x: -queue.redial.p * self._in_time(queue.redial.delay_s, 0) for x in lost}
        for (g, u), x in self.served[q].items():
            row[x] = -float(worth.p_again[g]) * self._in_time(queue.repeat.delay_s, u)
        for k, other in enumerate(self.centre.queues.values()):
            if other.transfer.p > 0.0 and other.transfer.to == self.names[q]:
                for x in self.served[k].values():
                    row[x] = row.get(x, 0.0) - other.transfer.p
        if queue.ivr is not None:
            constant += float(self.fresh[q].sum()) * (queue.ivr.p_contained + sum(queue.ivr.routes.values()))
        self.p.at_most(row, constant)

    def _in_time(self, delay: Time, u: int) -> float:
        """Return the largest share of those who leave in slot u or later that come again before the last closing."""
        if self.days > 1:
            return 1.0
        clock = self.centre.clock
        left_s = clock.close_s - clock.open_s - u * clock.slot_s
        return 1.0 - survival(dist_values(delay), left_s) if left_s > 0.0 else 0.0

    def _campaigns(self) -> list[tuple[int, int, int, float]]:
        """Return the variables of joined persons as (variable, group, slot, handle time)."""
        found, groups = [], list(self.centre.groups.values())
        campaigns = list(self.centre.campaigns.items())
        for each in self.worth.segments:
            name, campaign = campaigns[each.campaign]
            by_number: list[dict[int, float]] = [{}, {}]
            for number in range(2 if each.talks > each.leads else 1):
                for g, group in enumerate(groups):
                    for u in self.capacity.dialing(campaign) if name in group.skills else ():
                        x = self.p.variable(float(each.joined[number]))
                        found.append((x, g, u, float(each.handle_s[number])))
                        by_number[number][x] = 1.0
            if np.isfinite(each.leads):
                self.p.at_most(by_number[0], each.leads / self.days)
                self.p.at_most({**by_number[0], **by_number[1]}, each.talks / self.days)
        return found

    def _times(self, joined: list[tuple[int, int, int, float]]) -> None:
        """Limit the work that a group begins in each span."""
        work: list[dict[int, tuple[int, float]]] = [{} for _ in self.centre.groups]
        for q, worth in enumerate(self.worth.queues):
            for (g, u), x in self.served[q].items():
                work[g][x] = (u, float(worth.handle_s[g]))
        for x, g, u, handle_s in joined:
            work[g][x] = (u, handle_s)
        for g, of_group in enumerate(work):
            for first, last in spans(self.n):
                row = {x: handle_s for x, (u, handle_s) in of_group.items() if first <= u <= last}
                room = self.capacity.room_s(g, first, last)
                self.p.at_most(row, float(self.worth.speed[g]) * room)
