"""Estimates of a centre's load: the work offered, and how many contacts there are at once."""

from __future__ import annotations

import math

from ccenv.scenarios.compile.finish import handoff_factor
from ccenv.scenarios.compile.lines import default_lines, max_lines
from ccenv.scenarios.compile.roster import advisors, staffing
from ccenv.scenarios.compile.slots import n_slots
from ccenv.scenarios.means import chat_speed, mean_s
from ccenv.scenarios.schema import Centre, Queue

MARGIN = 1.1  # of the estimate, beside 4 standard deviations of a Poisson number


def offered_load(centre: Centre) -> float:
    """Return the inbound work offered in the busiest slot [erlangs]: arrivals times mean handle time with wrap-up."""
    return max(_loads(centre, list(centre.queues)), default=0.0)


def expected_contacts(centre: Centre, *, every_line: bool = True) -> int:
    """Return an estimate of the most contact records in use at once.

    It counts the lines of campaigns, the advisors, contacts that wait by a fluid model, contacts in the voice menu, and
    repeats that are pending. Without `every_line` it counts the default number of lines where a campaign declares more.
    """
    waiting = max([_most_waiting(centre, list(centre.queues)), *(_most_waiting(centre, [q]) for q in centre.queues)])
    served = sum(advisors(group) * group.capacity.chats for group in centre.groups.values())
    n = served + waiting + _in_menu(centre) + _pending(centre)
    n = MARGIN * (n + 4.0 * math.sqrt(n))
    return math.ceil(n) + _lines(centre, every_line)


def _lines(centre: Centre, every_line: bool) -> int:
    """Return the most lines of all campaigns. One that reserves has a line for each advisor, counted already."""
    lines = 0
    for name, campaign in centre.campaigns.items():
        if campaign.reserves is not True:
            most = max_lines(centre, name)
            lines += most if every_line else min(most, default_lines(centre, name))
    return lines if centre.trunks is None else min(lines, centre.trunks)


def _rates(centre: Centre, queue: Queue) -> list[float]:
    """Return the arrivals per second by slot."""
    rate, n = queue.arrivals_per_hour, n_slots(centre.clock)
    return [r / 3600.0 for r in (rate if isinstance(rate, list) else [rate] * n)]


def _work_s(centre: Centre, name: str) -> float:
    """Return the mean time of an advisor for a contact [s]; for chats with as many at once as each group may have."""
    queue = centre.queues[name]
    able = [group for group in centre.groups.values() if name in group.skills]
    speed = min((chat_speed(queue, group) for group in able), default=1.0)
    return handoff_factor(queue) * mean_s(queue.handle_s) / speed + mean_s(queue.wrap_up_s)


def _loads(centre: Centre, names: list[str]) -> list[float]:
    """Return the load of these queues by slot [erlangs]."""
    parts = [[r * _work_s(centre, q) for r in _rates(centre, centre.queues[q])] for q in names]
    return [sum(part) for part in zip(*parts, strict=True)]


def _most_waiting(centre: Centre, names: list[str]) -> float:
    """Return the longest queue, in these queues together, of a fluid served by all advisors with one of the skills."""
    if not names:
        return 0.0
    groups = [group for group in centre.groups.values() if any(q in group.skills for q in names)]
    staff = [sum(numbers) for numbers in zip(*(staffing(g, centre.clock) for g in groups), strict=True)]
    arrivals = [sum(r) for r in zip(*(_rates(centre, centre.queues[q]) for q in names), strict=True)]
    leaving = min((1.0 / max(mean_s(centre.queues[q].patience_s), 1e-9) for q in names), default=0.0)
    clock = centre.clock
    slot_s = clock.warm_up_s + clock.horizon_s if clock.kind == "steady" else clock.slot_s
    waiting = most = 0.0
    for k, (rate, load) in enumerate(zip(arrivals, _loads(centre, names), strict=True)):
        served = rate / load * (staff[k] if staff else 0) if load > 0.0 else math.inf
        waiting, peak = _after(waiting, rate - served, leaving, slot_s)
        most = max(most, peak)
    return most


def _after(waiting: float, growth: float, leaving: float, duration_s: float) -> tuple[float, float]:
    """Return the queue after a slot in which it grows at a constant rate less what leaves it, and its peak."""
    if growth == -math.inf:
        return 0.0, waiting
    if leaving * duration_s < 1e-6:
        after = waiting + growth * duration_s
    else:
        level = growth / leaving
        after = level + (waiting - level) * math.exp(-leaving * duration_s)
    after = max(0.0, after)
    return after, max(waiting, after)


def _in_menu(centre: Centre) -> float:
    return sum(
        max(_rates(centre, queue)) * mean_s(queue.ivr.time_s)
        for queue in centre.queues.values()
        if queue.ivr is not None
    )


def _pending(centre: Centre) -> float:
    """Return the repeats that are pending at once, if every contact is answered; those of one day at most."""
    clock = centre.clock
    day_s = clock.warm_up_s + clock.horizon_s if clock.kind == "steady" else clock.close_s - clock.open_s
    total = 0.0
    for queue in centre.queues.values():
        if queue.repeat.max_times > 0:
            rates = _rates(centre, queue)
            p = max(queue.repeat.p, _p_unresolved_by_ivr(queue))
            total += sum(rates) / len(rates) * p * min(mean_s(queue.repeat.delay_s), day_s)
    return total


def _p_unresolved_by_ivr(queue: Queue) -> float:
    """Return the share of contacts that the IVR keeps and does not resolve."""
    if queue.ivr is None:
        return 0.0
    slope = queue.ivr.p_resolved_hard - queue.ivr.p_resolved_easy
    return queue.ivr.p_contained * (1.0 - queue.ivr.p_resolved_easy - 0.5 * slope * queue.ivr.p_contained)
