"""Conservation and the order of every table, at every decision of random runs of random scenarios."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ccenv import Batch, load_scenario
from ccenv.engine import Engine
from ccenv.sim import codes
from tests.env.short import random_legal, short_day
from tests.oracle.scenario_maker import ScenarioMaker
from tests.sim.invariants import Invariants

ORDERS = {"entry": "fifo", "total_wait": "lwt"}


def run(number: int) -> int:
    """Check one random run at every decision; returns how many there were."""
    made = ScenarioMaker(number).run()
    batch = Batch(load_scenario(made.scenario), 1, days=made.days, routing=ORDERS[made.order], autoreset="disabled")
    batch.reset([made.seed])
    invariants = Invariants(batch.engine)
    n = 0
    while not batch.engine.envs["done"][0]:
        invariants.check()
        batch.step(random_legal(batch.mask, batch.u))
        n += 1
    invariants.check()
    if batch.terminated[0]:
        assert batch.engine.envs["n_active"][0] == 0
        assert np.all(batch.engine.envs["advisor"]["state"] == codes.OFF)
    return n


def test_random_scenarios() -> None:
    assert sum(run(number) for number in range(30)) > 5_000


@pytest.mark.slow
def test_many_random_scenarios() -> None:
    assert sum(run(number) for number in range(30, 120)) > 20_000


def first(mask: np.ndarray) -> int:
    """Number of the first marked item."""
    found = np.flatnonzero(mask)
    assert len(found), "the fault cannot be planted here"
    return int(found[0])


def in_phase(e: Any, phase: int) -> int:
    """A contact record in a phase."""
    return first(e["contact"]["phase"] == phase)


def change(table: str, name: str, place: Callable[[Any], int], by: float) -> Callable[[Any], None]:
    """A fault: one number of a table is off."""

    def plant(e: Any) -> None:
        e[table][name][place(e)] += by

    return plant


def swap_in_heap(e: Any) -> None:
    """The earliest event changes places with the last."""
    last = int(e["heap_n"]) - 1
    e["heap"][[0, last]] = e["heap"][[last, 0]]


def forget_event(e: Any) -> None:
    """The last event of the heap is lost."""
    last = int(e["heap_n"]) - 1
    e["place"][e["heap"]["slot"][last]] = codes.NIL
    e["heap_n"] = last


def cut_idle_line(e: Any) -> None:
    """An idle line forgets those behind its first."""
    e["advisor"]["next"][e["group"]["head"][first(e["group"]["n"][:, codes.IDLE] > 1)]] = codes.NIL


FAULTS: dict[str, Callable[[Any], None]] = {
    "clock": lambda e: e.__setitem__("t", e["t"] - 1e-3),
    "heap order": swap_in_heap,
    "lost event": forget_event,
    "past event": lambda e: e["heap"]["t"].__setitem__(0, e["t"] - 1e-6),
    "lines": lambda e: e.__setitem__("lines", e["lines"] + 1),
    "active": lambda e: e.__setitem__("n_active", e["n_active"] - 1),
    "free list": lambda e: e["contact"]["next"].__setitem__(e["free_head"], codes.NIL),
    "waiting bits": lambda e: e.__setitem__("waiting_bits", e["waiting_bits"] ^ np.uint64(2)),
    "queue length": change("queue", "length", lambda e: 0, 1),
    "queue order": change("contact", "entry_s", lambda e: e["queue"]["head"][first(e["queue"]["length"] > 1)], 1e3),
    "in service": change("in_service", ..., lambda e: 0, 1),  # type: ignore[arg-type]
    "ringing": change("campaign", "ringing", lambda e: 0, 1),
    "campaign lines": change("campaign", "lines", lambda e: 0, 1),
    "leads": change("campaign", "n_leads", lambda e: 0, 1),
    "advisor": change("contact", "advisor", lambda e: in_phase(e, codes.TALKING), 1),
    "advisor state": change("advisor", "state", lambda e: first(e["advisor"]["state"] == codes.IDLE), 1),
    "idle line": cut_idle_line,
    "leaving": change("advisor", "leaving", lambda e: first(e["advisor"]["state"] == codes.ADVISOR_TALKING), 1),
    "wrong skill": change("contact", "index", lambda e: in_phase(e, codes.TALKING), 1),
    **{f"queue {name}": change("queue_count", name, lambda e: 0, 1)
       for name in ("fresh", "redials", "blocked", "offered", "answered", "abandoned", "unserved", "unresolved")},
    **{f"campaign {name}": change("campaign_count", name, lambda e: 0, 1)
       for name in ("attempts", "machine", "connects", "joined", "dropped", "machine_passed", "mp_dropped", "touched")},
}  # fmt: skip


@pytest.fixture(scope="module")
def busy_centre() -> Engine:
    """A centre in which contacts wait, talk and ring, and advisors are idle."""
    batch = Batch(short_day(), 1)
    batch.reset([3])
    for _ in range(2_000):
        e = batch.engine.envs[0]
        if (
            e["queue"]["length"].max() > 1
            and e["group"]["n"][:, codes.IDLE].max() > 1
            and np.all(np.isin((codes.TALKING, codes.RINGING), e["contact"]["phase"]))
        ):
            return batch.engine
        batch.step(np.where(batch.u < 0.3, random_legal(batch.mask, batch.u / 0.3), codes.HOLD))  # slow to act
    raise AssertionError("it never became busy")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_noticed(busy_centre: Engine, fault: str) -> None:
    saved = busy_centre.words.copy()
    invariants = Invariants(busy_centre)
    invariants.check()
    FAULTS[fault](busy_centre.envs[0])
    with pytest.raises(AssertionError):
        invariants.check()
    busy_centre.words[...] = saved
    Invariants(busy_centre).check()
