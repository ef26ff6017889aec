"""Every field of the snapshot, at every decision of random scenarios, is what the slow twin says it is."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from ccenv import Batch
from ccenv.scenarios import load_scenario
from ccenv.sim.state.fields import FIELDS
from tests.oracle.scenario_maker import ScenarioMaker
from tests.oracle.simulator import Simulator, uniformly_random
from tests.oracle.snapshot import Snapshot
from tests.samples import samples

RULE_WITH_ORDER = {"entry": "fifo", "total_wait": "lwt"}  # the routing rule states the order of the queues
NUMBERS = (1, 2, 5, 6, 7, 9, 10, 11, 12, 13, 19)  # the last two show advisors with up to five chats
TOLERANCE = 1e-6  # relative and absolute: times are sums, and recent rates come from a series


class Kernel:
    """One row of the batch, stepped with the actions of `uniformly_random`, and compared before each of them."""

    def __init__(self, number: int) -> None:
        run = ScenarioMaker(number).run()
        self.scenario = load_scenario(run.scenario)
        self.batch = Batch(
            self.scenario,
            1,
            days=run.days,
            routing=RULE_WITH_ORDER[run.order],
            autoreset="disabled",
            on_illegal="raise",
        )
        self.batch.reset([run.seed])
        self.oracle = Simulator(
            self.scenario.centre,
            run.seed,
            uniformly_random,
            days=run.days,
            order=run.order,
            checked=False,
            look=self.compare,
        )
        self.n_compared = 0
        self.values: dict[str, list[set[float]]] = {field.name: [set() for _ in range(field.width)] for field in FIELDS}

    def compare(self, expected: Snapshot) -> None:
        """Compare the oracle's snapshot with the kernel's, then let the kernel act."""
        found = self.batch.snapshot[0]
        self.n_compared += 1
        for field in FIELDS:
            ours = np.asarray(found[field.name])
            theirs = np.asarray(expected[field.name], float).reshape(ours.shape)
            near = np.abs(ours - theirs) <= TOLERANCE * np.maximum(1.0, np.abs(theirs))
            assert np.all(near), (
                f"decision {self.n_compared} of {self.scenario.name}: {field.name} = {ours}, not {theirs}"
            )
            for k, column in enumerate(ours.reshape(-1, field.width).T):
                self.values[field.name][k].update(np.round(column, 6).tolist())
        legal = np.flatnonzero(self.batch.mask[0]).tolist()
        action = uniformly_random(0, float(self.batch.u[0]), legal, None)
        self.batch.step(np.array([action]))

    def run(self) -> Kernel:
        """Run to the end of the episode."""
        self.oracle.run()
        if self.n_compared == 0:  # an episode without a decision reports its end at the first step
            self.batch.step(np.array([0]))
        assert self.batch.terminated[0] or self.batch.truncated[0]
        return self


@functools.cache
def compared(number: int) -> Kernel:
    """A random scenario, compared at every decision."""
    return Kernel(number).run()


@pytest.mark.parametrize("number", NUMBERS)
def test_snapshots_are_those_of_the_slow_twin(number: int) -> None:
    assert compared(number).n_compared > 0


@pytest.mark.parametrize("number", samples((0, 4, 8, *range(14, 35)), (3, *range(35, 90))))
def test_snapshots_are_those_of_the_slow_twin_in_many_scenarios(number: int) -> None:
    Kernel(number).run()


def test_no_element_of_a_field_is_constant_over_the_random_scenarios() -> None:
    seen = {field.name: [set() for _ in range(field.width)] for field in FIELDS}
    for number in NUMBERS:
        for name, elements in compared(number).values.items():
            for k, values in enumerate(elements):
                seen[name][k] |= values
    constant = [
        f"{name}:{k}" for name, elements in seen.items() for k, values in enumerate(elements) if len(values) < 2
    ]
    assert constant == []
