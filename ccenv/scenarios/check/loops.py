"""Loops of events that take next to no time, so that a run would not come to its end.

A contact that returns, or is called back again and again, goes round in a loop. A loop may turn `MOST_TURNS` times in
no time; beyond that a turn takes at least `SHORTEST_S` on average. Attempts on a lead are bounded by `MOST_ATTEMPTS`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from ccenv.scenarios.check.problem import Problem
from ccenv.scenarios.means import mean_s
from ccenv.scenarios.schema import Centre, Queue

SHORTEST_S = 0.1
MOST_TURNS = 1000
MOST_PER_HOUR = 1e8  # arrivals of a queue


def loops(centre: Centre) -> Iterator[Problem]:
    """Check that no loop turns without end in no time."""
    for name, queue in centre.queues.items():
        yield from _returns(f"queues.{name}", queue, centre)
        yield from _callbacks(f"queues.{name}.callback", queue)
        yield from _arrivals(f"queues.{name}.arrivals_per_hour", queue, centre)
    if centre.switching is not None and sum(centre.switching.mean_s) < SHORTEST_S:
        allowed = f"the two modes must take at least {SHORTEST_S:g} s together, or the load would switch without end"
        yield Problem("switching.mean_s", centre.switching.mean_s, allowed)
    if 0.0 < centre.clock.review_s < SHORTEST_S:
        allowed = (
            f"must be 0 (no reviews) or at least {SHORTEST_S:g}, or a policy that holds would be asked without end"
        )
        yield Problem("clock.review_s", centre.clock.review_s, allowed)


def _turns(p: float, most: int) -> float:
    """Return the expected number of turns of a loop that goes on with probability p, at most `most` times."""
    if p >= 1.0:
        return most
    return min(float(most), p / (1.0 - p))


def _too_fast(key: str, value: Any, p: float, most: int, turn_s: float) -> Iterator[Problem]:
    if _turns(p, most) > MOST_TURNS and turn_s < SHORTEST_S:
        allowed = (
            f"{most} turns with probability {p:g} each take {turn_s:g} s a turn, so that a run would hardly come to "
            f"its end; allowed: at least {SHORTEST_S:g} s a turn, or at most {MOST_TURNS} turns to be expected"
        )
        yield Problem(key, value, allowed)


def _returns(key: str, queue: Queue, centre: Centre) -> Iterator[Problem]:
    """Check redials, which wait for their patience unless they are blocked, and repeats, which are served."""
    redial, repeat = queue.redial, queue.repeat
    delay_s = mean_s(redial.delay_s)
    waits_s = 0.0 if centre.trunks is not None else _patience_s(queue)
    yield from _too_fast(f"{key}.redial.delay_s", redial.delay_s, redial.p, redial.max_times, delay_s + waits_s)
    turn_s = mean_s(repeat.delay_s) + _shortest_service_s(queue, centre, key.removeprefix("queues."))
    yield from _too_fast(f"{key}.repeat.delay_s", repeat.delay_s, repeat.p, repeat.max_times, turn_s)


def _patience_s(queue: Queue) -> float:
    """Return the mean patience, as short as an announcement makes it."""
    factor = 1.0 if queue.announcement is None else min(1.0, queue.announcement.patience_factor)
    return mean_s(queue.patience_s) * factor


def _shortest_service_s(queue: Queue, centre: Centre, name: str) -> float:
    """Return the shortest mean handle time of the groups that may serve the queue."""
    groups = [group for group in centre.groups.values() if name in group.skills]
    return min((mean_s(group.handle_s.get(name, queue.handle_s)) for group in groups), default=math.inf)


def _callbacks(key: str, queue: Queue) -> Iterator[Problem]:
    callback = queue.callback
    if callback is not None:
        turn_s = mean_s(callback.ring_s) + mean_s(callback.retry_s)
        yield from _too_fast(f"{key}.retry_s", callback.retry_s, 1.0 - callback.p_answer, callback.max_tries, turn_s)


def _arrivals(key: str, queue: Queue, centre: Centre) -> Iterator[Problem]:
    rate = queue.arrivals_per_hour
    factor = max(centre.switching.arrivals) if centre.switching is not None else 1.0
    factor *= max(1.0, centre.surge.factor) if centre.surge is not None else 1.0
    most = max(rate, default=0.0) if isinstance(rate, list) else rate
    if most * factor > MOST_PER_HOUR:
        times = f" times {factor:g} by switching and surge" if factor != 1.0 else ""
        yield Problem(key, rate, f"must be at most {MOST_PER_HOUR:g} an hour{times}")
