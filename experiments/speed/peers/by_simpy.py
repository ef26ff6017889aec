"""SimPy, with one process for each contact, after the example of reneging customers in its documentation."""

from __future__ import annotations

import random
from collections.abc import Generator
from typing import Any

import simpy

from experiments.speed.peers.model import Model, Outcome


class CountingEnvironment(simpy.Environment):
    """An environment that counts the events it processes."""

    n_events = 0

    def step(self) -> None:
        """Process and count the next event."""
        self.n_events += 1
        super().step()


class Centre:
    """The centre and its counters."""

    def __init__(self, model: Model, seed: int, environment: simpy.Environment) -> None:
        self.model, self.environment = model, environment
        self.draw = random.Random(seed).expovariate
        self.advisors = simpy.Resource(environment, capacity=model.n)
        self.contacts = self.left = self.waited = self.abandoned = 0
        self.wait_s = 0.0
        environment.process(self.arrivals())

    def arrivals(self) -> Generator[simpy.Event, Any, None]:
        """Generate contacts one after the other."""
        rate = self.model.rate_per_hour / 3600.0
        while True:
            yield self.environment.timeout(self.draw(rate))
            self.contacts += 1
            self.environment.process(self.contact())

    def contact(self) -> Generator[simpy.Event, Any, None]:
        """Wait for an advisor or abandon; then talk and wrap-up."""
        environment, model = self.environment, self.model
        came = environment.now
        with self.advisors.request() as advisor:
            first = yield advisor | environment.timeout(self.draw(1.0 / model.patience_s))
            answered = advisor in first
            self.count(environment.now - came, answered)
            if answered:
                yield environment.timeout(self.draw(1.0 / model.talk_s))
                if model.wrap_up_s:
                    yield environment.timeout(self.draw(1.0 / model.wrap_up_s))

    def count(self, wait_s: float, answered: bool) -> None:
        """Count a wait that has ended."""
        if self.environment.now >= self.model.warm_up_s:
            self.left += 1
            self.waited += wait_s > 0.0
            self.abandoned += not answered
            self.wait_s += wait_s


def run(model: Model, seed: int, environment: simpy.Environment | None = None) -> Outcome:
    """Run one replication; the number of events is 0 unless the environment counts them."""
    used = simpy.Environment() if environment is None else environment
    centre = Centre(model, seed, used)
    used.run(until=model.end_s)
    events = getattr(used, "n_events", 0)
    return Outcome(centre.contacts, events, centre.left, centre.waited, centre.abandoned, centre.wait_s)
