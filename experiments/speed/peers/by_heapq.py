"""A loop over a heap of events in plain Python, written for this one centre."""

from __future__ import annotations

import random
from collections import deque
from heapq import heappop, heappush

from experiments.speed.peers.model import Model, Outcome

ARRIVAL, TALK_END, WRAP_UP_END, PATIENCE_OVER = range(4)


def run(model: Model, seed: int) -> Outcome:
    """Run one replication.

    An event is a tuple of time, kind and number of the contact. The event of the end of patience stays in the heap if
    an advisor comes first, and then has no effect.
    """
    draw = random.Random(seed).expovariate
    arrival_rate, talk_rate = model.rate_per_hour / 3600.0, 1.0 / model.talk_s
    wrap_up_rate, patience_rate = 1.0 / model.wrap_up_s if model.wrap_up_s else 0.0, 1.0 / model.patience_s
    warm_up_s, end_s = model.warm_up_s, model.end_s
    events = [(draw(arrival_rate), ARRIVAL, 0)]
    line: deque[int] = deque()
    since: dict[int, float] = {}  # arrival times of the waiting contacts, by number
    idle = model.n
    contacts = n_events = left = waited = abandoned = 0
    wait_s = 0.0
    while True:
        t, kind, number = heappop(events)
        if t >= end_s:
            return Outcome(contacts, n_events, left, waited, abandoned, wait_s)
        n_events += 1
        if kind == ARRIVAL:
            contacts += 1
            heappush(events, (t + draw(arrival_rate), ARRIVAL, contacts))
            if idle:
                idle -= 1
                heappush(events, (t + draw(talk_rate), TALK_END, number))
                left += t >= warm_up_s
            else:
                line.append(number)
                since[number] = t
                heappush(events, (t + draw(patience_rate), PATIENCE_OVER, number))
        elif kind == TALK_END and wrap_up_rate:
            heappush(events, (t + draw(wrap_up_rate), WRAP_UP_END, number))
        elif kind == PATIENCE_OVER:
            came = since.pop(number, None)
            if came is not None and t >= warm_up_s:
                left += 1
                waited += 1
                abandoned += 1
                wait_s += t - came
        else:
            while line:
                first = line.popleft()
                came = since.pop(first, None)
                if came is not None:
                    heappush(events, (t + draw(talk_rate), TALK_END, first))
                    if t >= warm_up_s:
                        left += 1
                        waited += 1
                        wait_s += t - came
                    break
            else:
                idle += 1
