"""What must be true of an environment record whenever a policy is asked: raised as AssertionError where it is not."""

from __future__ import annotations

from typing import Any

import numpy as np

from ccenv.engine import Engine
from ccenv.sim import codes

ALIVE = (codes.WAITING, codes.TALKING, codes.WRAPPING, codes.RINGING, codes.CONNECT_WAITING)
ON_A_LINE = (codes.WAITING, codes.TALKING, codes.RINGING, codes.CONNECT_WAITING)
WITH_EVENT = (codes.TALKING, codes.WRAPPING, codes.RINGING)  # others may wait for ever
STATE_OF_PHASE = {
    codes.RINGING: codes.RESERVED,
    codes.TALKING: codes.ADVISOR_TALKING,
    codes.WRAPPING: codes.ADVISOR_WRAP_UP,
}
N_STATES = 5
OUTCOMES = ("no_answer", "busy", "invalid", "machine", "false_positive", "machine_passed", "connects")


class Invariants:
    """Checks the first row of an engine."""

    def __init__(self, engine: Engine) -> None:
        self.e: Any = engine.envs[0]
        self.c: Any = engine.run.config[0]
        self.n_queues, self.n_groups = int(self.c["n_queues"]), int(self.c["n_groups"])
        self.n_campaigns, self.n_advisors = int(self.c["n_campaigns"]), int(self.c["n_advisors"])
        self.last_t = -np.inf

    def check(self) -> None:
        """All of them, now; the clock against the last check."""
        contact = self.e["contact"]
        self.phase, self.index, self.holder = contact["phase"], contact["index"], contact["advisor"]
        self.is_lead = contact["kind"] == codes.LEAD
        assert self.e["t"] >= self.last_t, "the clock went back"
        self.last_t = float(self.e["t"])
        self.heap()
        self.records()
        self.queues()
        self.campaigns()
        self.advisors()
        self.lines()
        self.conservation()

    def chain(self, table: str, head: int, tail: int | None) -> list[int]:
        """Places in a linked list, checked in both directions."""
        following, before = self.e[table]["next"].tolist(), self.e[table]["previous"].tolist()
        places: list[int] = []
        here = int(head)
        while here != codes.NIL:
            assert len(places) < len(following), f"a ring of {table}s"
            if tail is not None:
                assert before[here] == (places[-1] if places else codes.NIL), f"{table} {here} is linked one way"
            places.append(here)
            here = following[here]
        assert tail is None or int(tail) == (places[-1] if places else codes.NIL), f"wrong tail of {table}s"
        return places

    def of(self, phase: int, lead: bool, index: int) -> np.ndarray:
        """Contact records in a phase that belong to a queue or campaign."""
        return np.flatnonzero((self.phase == phase) & (self.is_lead == lead) & (self.index == index))

    def heap(self) -> None:
        """Events in heap order, each slot at most once and where its place says; none before now."""
        n = int(self.e["heap_n"])
        heap, place = self.e["heap"][:n], self.e["place"]
        assert len(np.unique(heap["sequence"])) == n, "two events of one sequence number"
        child = np.arange(1, n)
        parent = (child - 1) // 4
        ordered = (heap["t"][parent] < heap["t"][child]) | (
            (heap["t"][parent] == heap["t"][child]) & (heap["sequence"][parent] < heap["sequence"][child])
        )
        assert ordered.all(), "the heap is out of order"
        expected = np.full(len(place), codes.NIL)
        expected[heap["slot"]] = np.arange(n)
        assert np.array_equal(place, expected), "a slot is not where its place says"
        assert n == 0 or heap["t"][0] >= self.e["t"], "an event in the past"

    def records(self) -> None:
        """Free records in their list, live ones counted, each with an event if it must have one."""
        free = self.chain("contact", self.e["free_head"], None)
        assert sorted(free) == np.flatnonzero(self.phase == codes.FREE).tolist(), "a free record is lost"
        assert self.e["n_active"] == np.isin(self.phase, ALIVE).sum(), "n_active is wrong"
        first = len(self.e["place"]) - len(self.phase)
        pending = self.e["place"][first:] != codes.NIL
        assert not pending[self.phase == codes.FREE].any(), "an event of a free record"
        assert pending[np.isin(self.phase, WITH_EVENT)].all(), "a live contact without an event"

    def queues(self) -> None:
        """Lines: everybody waiting stands in one, in order."""
        contact = self.e["contact"]
        credit = contact["credit_s"] if self.c["order_total_wait"] else 0.0
        key = contact["entry_s"] - credit
        bits = 0
        for q in range(self.n_queues):
            queue = self.e["queue"][q]
            places = self.chain("contact", queue["head"], queue["tail"])
            assert sorted(places) == self.of(codes.WAITING, False, q).tolist(), f"queue {q} has others in line"
            assert queue["length"] == len(places), f"length of queue {q}"
            assert np.all(np.diff(key[places]) >= 0), f"queue {q} is out of order"
            bits |= (len(places) > 0) << q
        assert int(self.e["waiting_bits"]) == bits, "waiting_bits"

    def campaigns(self) -> None:
        """Ringing lines and waiting connects, in the order in which they came."""
        contact = self.e["contact"]
        for i in range(self.n_campaigns):
            campaign, settings = self.e["campaign"][i], self.c["campaign"][i]
            for name, phase, since in (("ring", codes.RINGING, "since"), ("wait", codes.CONNECT_WAITING, "entry_s")):
                places = self.chain("contact", campaign[f"{name}_head"], campaign[f"{name}_tail"])
                assert sorted(places) == self.of(phase, True, i).tolist(), f"campaign {i} has others in line"
                assert campaign[f"{name}ing"] == len(places), f"{name}ing of campaign {i}"
                assert np.all(np.diff(contact[since][places]) >= 0), f"campaign {i} is out of order"
            on_a_line = sum(len(self.of(phase, True, i)) for phase in ON_A_LINE)
            assert campaign["lines"] == on_a_line <= settings["max_lines"], f"lines of campaign {i}"
            assert campaign["n_leads"] <= settings["leads"], f"leads of campaign {i}"

    def advisors(self) -> None:
        """Each advisor is in one state, with the contact that the state goes with; idle ones stand in their line."""
        advisor = self.e["advisor"][: self.n_advisors]
        state = advisor["state"]
        first = self.c["first_advisor"]
        open_now = self.e["stage"] != codes.NIGHT
        for g in range(self.n_groups):
            here = slice(int(first[g]), int(first[g + 1]))
            counted = np.bincount(state[here], minlength=N_STATES)
            assert np.array_equal(self.e["group"][g]["n"], counted), f"states of group {g}"
            idle = self.chain("advisor", self.e["group"][g]["head"], self.e["group"][g]["tail"])
            assert sorted(idle) == (first[g] + np.flatnonzero(state[here] == codes.IDLE)).tolist(), f"idle line {g}"
            assert np.all(np.diff(advisor["idle_since"][idle]) >= 0), f"idle line {g} is out of order"
            n_staffed = self.c["staffing"][g, self.e["slot"]] if open_now else 0
            off_duty = np.arange(len(state[here])) >= n_staffed
            assert not (state[here][off_duty] == codes.IDLE).any(), f"idle and off duty in group {g}"
            assert np.all(advisor["leaving"][here][off_duty & (state[here] != codes.OFF)] == 1), "does not leave"
            assert not advisor["leaving"][here][~off_duty].any(), "leaves but is on duty"
        self.holding(advisor, state)

    def holding(self, advisor: np.ndarray, state: np.ndarray) -> None:
        """Contacts and advisors name each other."""
        for phase, held_by in STATE_OF_PHASE.items():
            places = np.flatnonzero((self.phase == phase) & (self.holder != codes.NIL))
            holders = self.holder[places]
            assert sorted(holders) == np.flatnonzero(state == held_by).tolist(), f"advisors of phase {phase}"
            assert phase == codes.RINGING or np.array_equal(advisor["contact"][holders], places)
        assert np.all(self.holder[np.isin(self.phase, (codes.TALKING, codes.WRAPPING))] != codes.NIL)

    def lines(self) -> None:
        """Lines in use are the contacts in the building, and those in service are counted by pair."""
        assert self.e["lines"] == np.isin(self.phase, ON_A_LINE).sum() <= self.c["trunks"], "lines in use"
        talking = np.flatnonzero(self.phase == codes.TALKING)
        groups = self.c["advisor_group"][self.holder[talking]]
        leads = self.is_lead[talking]
        pairs = np.where(
            leads,
            self.c["campaign_pair"][np.where(leads, self.index[talking], 0), groups],
            self.c["queue_pair"][np.where(leads, 0, self.index[talking]), groups],
        )
        assert np.all(pairs != codes.NIL), "an advisor without the skill"
        assert np.array_equal(self.e["in_service"], np.bincount(pairs, minlength=len(self.e["in_service"])))

    def conservation(self) -> None:
        """Nobody appears from nowhere or vanishes."""
        for q in range(self.n_queues):
            n = self.e["queue_count"][q]
            n_in = {phase: len(self.of(phase, False, q)) for phase in range(8)}
            assert n["fresh"] + n["redials"] + n["repeats"] == n["blocked"] + n["offered"]
            assert n["offered"] == n_in[codes.WAITING] + n["abandoned"] + n["unserved"] + n["answered"]
            assert n["answered"] == n_in[codes.TALKING] + n["resolved"] + n["unresolved"]
            coming = self.e["contact"]["flag"][self.of(codes.WRAPPING, False, q)].sum()
            assert n["unresolved"] == n["repeats"] + n_in[codes.PENDING_REPEAT] + coming
            assert n["redials"] + n_in[codes.PENDING_REDIAL] <= n["blocked"] + n["abandoned"]
            assert n["fresh"] == self.e["queue"][q]["n_fresh"]
            assert n["fresh_answered"] <= min(n["fresh"], n["answered"])
            assert n_in[codes.RINGING] == n_in[codes.CONNECT_WAITING] == 0
        for i in range(self.n_campaigns):
            n = self.e["campaign_count"][i]
            waiting = self.e["contact"]["machine"][self.of(codes.CONNECT_WAITING, True, i)]
            ringing = len(self.of(codes.RINGING, True, i))
            assert n["attempts"] == ringing + sum(n[name] for name in OUTCOMES) == self.e["campaign"][i]["n_leads"]
            assert n["connects"] == (waiting == 0).sum() + n["dropped"] + n["joined"]
            assert n["machine_passed"] == (waiting == 1).sum() + n["mp_dropped"] + n["mp_joined"]
            assert n["sales"] <= n["joined"] and n["touched"] == n["attempts"]
