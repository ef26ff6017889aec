"""Invariants of an environment record after every event and action; a violation raises AssertionError."""

from __future__ import annotations

import numpy as np

from ccenv.run.engine import Engine
from ccenv.sim.kernel.heap import NEVER_S, TIMER_MASK
from ccenv.sim.state import codes
from ccenv.sim.state.entities import KIND_AT_BIT, TIMER_BITS
from ccenv.sim.state.layout import HEAP_PADDING
from tests.sim.advisors import Advisors
from tests.sim.conservation import check_conservation
from tests.sim.leads import check_leads
from tests.sim.view import IN_TALK, TO_COME, View, of_work

IN_LINE = (codes.WAITING, codes.VIRTUAL, codes.BACKLOG)
ON_A_LINE = (
    codes.IN_IVR, codes.WAITING, codes.CALLBACK_RINGING, codes.HANDING_OVER, codes.TALKING, codes.RINGING,
    codes.DECIDING, codes.CONNECT_WAITING,
)  # fmt: skip
WITH_EVENT = (
    codes.IN_IVR, codes.CALLBACK_RINGING, codes.HANDING_OVER, codes.TALKING, codes.WRAPPING, codes.RINGING,
    codes.DECIDING,
    codes.IN_CHAT,
)  # fmt: skip
WITHOUT_EVENT = (codes.VIRTUAL, codes.HOLDING, codes.BACKLOG)  # all others may wait for ever


class Invariants:
    """Checks the first row of an engine; its episode started without a past."""

    def __init__(self, engine: Engine) -> None:
        self.v = View(engine)
        self.advisors = Advisors(self.v)
        self.last_t = -np.inf
        self.last_free: list[int] = []

    def check(self) -> None:
        """All of them, now; the clock against the last check."""
        v = self.v
        v.look()
        assert v.t >= self.last_t, "the clock went back"
        self.last_t = v.t
        heap(v)
        self.free_list()
        records(v)
        queues(v)
        campaigns(v)
        check_leads(v)
        partners(v)
        lines(v)
        interruptible(v)
        sets(v)
        self.advisors.check()
        check_conservation(v)

    def free_list(self) -> None:
        """All free records are in their list; walked through only when it has changed."""
        following = dict(enumerate(self.v.next))
        for place in self.v.places.tolist():
            del following[place]
        now = [int(self.v.e["free_head"]), *following.values()]
        if now == self.last_free:
            return
        here = now[0]
        while here != codes.NIL:
            assert here in following, "a record is in the list twice, or not free"
            here = following.pop(here)
        assert not following, "a free record is lost"
        self.last_free = now


def chain(v: View, head: int, tail: int, most: int) -> list[int]:
    """Places in a linked list of contacts, checked in both directions."""
    places: list[int] = []
    here, before = int(head), codes.NIL
    while here != codes.NIL:
        assert len(places) < most, "a list has more in it than there should be"
        assert v.previous[here] == before, f"contact {here} is linked one way"
        places.append(here)
        before, here = here, v.next[here]
    assert int(tail) == before, "wrong tail"
    return places


def heap(v: View) -> None:
    """Events are in heap order and not before now; each timer is in the heap at most once, at its recorded place."""
    n = len(v.heap)
    t, order = v.heap["t"], v.heap["order"]
    timer, sequence = order & TIMER_MASK, order % 2**KIND_AT_BIT >> TIMER_BITS
    parent = (np.arange(1, n) - 1) // 4
    ordered = (t[parent] < t[1:]) | ((t[parent] == t[1:]) & (order[parent] < order[1:]))
    assert ordered.all(), "the heap is out of order"
    behind = v.e["heap"]["t"][n : n + HEAP_PADDING]
    assert np.all(behind == NEVER_S), "an event that never comes is missing behind the last"
    expected = np.full(len(v.e["place"]), codes.NIL)
    expected[timer] = np.arange(n)
    assert np.array_equal(v.e["place"], expected), "a timer is not where its place says"
    assert len(np.unique(sequence)) == n, "two events of one sequence number"
    assert n == 0 or t[0] >= v.t, "an event in the past"


def records(v: View) -> None:
    """Live records are counted, each with an event if it must have one."""
    assert int(v.e["n_active"]) == np.count_nonzero(~v.is_in(*TO_COME)), "n_active is wrong"
    first = len(v.e["place"]) - len(v.e["contact"])
    pending = v.e["place"][first + v.places] != codes.NIL
    assert np.count_nonzero((v.heap["order"] & TIMER_MASK) >= first) == np.count_nonzero(pending), (
        "an event of a free record"
    )
    assert pending[v.is_in(*WITH_EVENT)].all(), "a contact without an event"
    assert not pending[v.is_in(*WITHOUT_EVENT)].any(), "an event of a contact that waits for others"
    assert len(np.unique(v.x["key"])) == len(v.places), "two contacts with one key"


def members(words: np.ndarray) -> list[int]:
    """The members of a set, ascending."""
    return [64 * k + i for k, word in enumerate(words) for i in range(64) if int(word) >> i & 1]


def queues(v: View) -> None:
    """Lines: everybody who waits, in person or not, stands in one, in order."""
    queue, contact = v.e["queue"], v.e["contact"]
    in_line = v.is_in(*IN_LINE)
    virtual = v.here[codes.VIRTUAL]
    gone = v.gone[codes.WAITING]
    off_line = virtual + gone + v.here[codes.BACKLOG]
    lengths = v.here[codes.WAITING] + off_line
    assert np.array_equal(queue["length"][: v.Q], lengths), "length of a queue"
    assert np.array_equal(queue["n_virtual"][: v.Q], off_line), "n_virtual of a queue"
    assert int(v.e["n_virtual"]) == virtual.sum(), "n_virtual"
    assert members(v.e["waiting_bits"]) == [q for q in range(v.Q) if lengths[q]], "waiting_bits"
    assert np.array_equal(queue["alerting"][: v.Q], v.here[codes.ALERTING]), "contacts that ring at an advisor"
    assert np.array_equal(queue["alerting_on_line"][: v.Q], v.here[codes.ALERTING] - v.alerting_virtual), "on a line"
    on_line = queue["alerting_on_line"][: v.Q]
    assert members(v.e["alerting_bits"]) == [q for q in range(v.Q) if on_line[q]], "alerting_bits"
    assert int(v.e["in_ivr"]) == v.here[codes.IN_IVR].sum(), "in_ivr"
    for q in range(v.Q):
        places = chain(v, queue["head"][q], queue["tail"][q], int(lengths[q]))
        standing = v.places[in_line & (v.index == q)]
        assert sorted(places) == standing.tolist(), f"queue {q} has others in line"
        credit = contact["credit_s"][places] if v.c["order_total_wait"] else 0.0
        assert np.all(np.diff(contact["entry_s"][places] - credit) >= 0), f"queue {q} is out of order"


def sets(v: View) -> None:
    """Bit sets of idle groups, talking advisors and campaigns with a waiting connect match the record."""
    idle = [g for g in range(v.G) if v.e["group"]["n"][g, codes.IDLE] > 0]
    assert members(v.e["idle_bits"]) == sorted(int(g) for g in idle), "idle_bits"
    assert members(v.e["talking"]) == np.flatnonzero(v.state == codes.ADVISOR_TALKING).tolist(), "talking"
    assert members(v.e["chatting"]) == np.flatnonzero(v.advisor["n_chats"] > 0).tolist(), "chatting"
    level = v.advisor["n_chats"] + v.advisor["on_call"]
    more = v.stays & (level > 0)
    more &= (v.advisor["on_call"] == 0) | (v.advisor["n_chats"] < v.c["group"]["beside"][v.group_of])
    for g in range(v.G):
        levels = level[more & (v.group_of == g)]
        counted = np.bincount(levels, minlength=codes.MOST_CHATS + 1)[1:]
        assert np.array_equal(v.e["group"]["chatting"][g], counted), "advisors by level"
        room = counted[: int(v.c["group"]["chats"][g]) - 1].any()
        assert (g in members(v.e["chat_bits"])) == room, "chat_bits"
    connects = v.leads[codes.CONNECT_WAITING]
    assert int(v.e["connect_bits"]) == sum(1 << i for i in range(v.C) if connects[i]), "connect_bits"
    queues, groups = (members(v.e[f"vain_{name}"]) for name in ("queues", "groups"))
    assert np.all(v.c["queue_pair"][np.ix_(queues, groups)] == codes.NIL), "a pair was overlooked"


def campaigns(v: View) -> None:
    """Ringing lines and waiting connects are in order of arrival."""
    campaign, contact = v.e["campaign"], v.e["contact"]
    assert np.array_equal(campaign["deciding"][: v.C], v.leads[codes.DECIDING]), "deciding"
    for name, phases, since in (
        ("ring", (codes.RINGING, codes.DECIDING), "since"),
        ("wait", (codes.CONNECT_WAITING,), "accepted_s"),
    ):
        n = v.leads[list(phases)].sum(axis=0)
        assert np.array_equal(campaign[f"{name}ing"][: v.C], n), f"{name}ing"
        for i in range(v.C):
            places = chain(v, campaign[f"{name}_head"][i], campaign[f"{name}_tail"][i], int(n[i]))
            standing = v.places[~v.inbound & v.is_in(*phases) & (v.index == i)]
            assert sorted(places) == standing.tolist(), f"campaign {i} has others in line"
            assert np.all(np.diff(contact[since][places]) >= 0), f"campaign {i} is out of order"
    skills = np.bitwise_or.reduce(v.c["campaign_skill"][: v.G][v.e["group"]["n"][: v.G, codes.IDLE] > 0])
    for i in range(v.C):
        nobody_free = not (int(skills) >> i) & 1
        assert nobody_free or v.leads[codes.CONNECT_WAITING, i] == 0, "a connect waits while an advisor could take it"
    assert np.array_equal(campaign["alerting"][: v.C], v.leads[codes.ALERTING]), "connects that ring at an advisor"
    phases = [codes.RINGING, codes.DECIDING, codes.TALKING, codes.CONNECT_WAITING, codes.ALERTING]
    on_a_line = v.leads[phases].sum(axis=0)
    settings = v.c["campaign"][: v.C]
    assert np.array_equal(campaign["lines"][: v.C], on_a_line) and np.all(on_a_line <= settings["max_lines"]), "lines"


def partners(v: View) -> None:
    """The two contacts of a warm transfer name each other: one holds, its leg waits or is handed over."""
    holds = v.is_in(codes.HOLDING)
    legs = v.e["contact"][v.partner[holds]]
    assert np.all(v.partner[holds] != codes.NIL), "somebody holds alone"
    assert np.array_equal(legs["partner"], v.places[holds]), "partners that do not name each other"
    assert np.isin(legs["phase"], (codes.WAITING, codes.ALERTING, codes.HANDING_OVER)).all(), "a leg that is not a leg"
    assert np.count_nonzero(v.partner != codes.NIL) == 2 * np.count_nonzero(holds), "a partner is lost"
    assert np.all(v.partner[v.is_in(codes.HANDING_OVER)] != codes.NIL), "a handover by nobody"


def interruptible(v: View) -> None:
    """Advisors on interruptible work or with few chats are counted by group; nobody of them goes or owes a break."""
    may = v.is_in(codes.TALKING) & of_work(v)
    may[may] = v.c["queue"]["interruptible"][v.index[may]] == 1
    holders = v.holder[may]
    n = v.advisor["n_chats"]
    few = (v.state == codes.ADVISOR_CHATTING) & (n <= v.c["group"]["beside"][v.group_of]) & v.stays
    counted = np.bincount(v.group_of[[*holders, *np.flatnonzero(few)]].astype(int), minlength=v.G)
    assert np.array_equal(v.e["group"]["n_interruptible"][: v.G], counted), "n_interruptible"
    assert members(v.e["interruptible_bits"]) == np.flatnonzero(counted).tolist(), "interruptible_bits"
    assert not v.advisor["leaving"][holders].any() and not v.advisor["owed_s"][holders].any(), "work that should stop"


def lines(v: View) -> None:
    """Lines in use are the contacts in the building, and those in service are counted by pair."""
    of_chat = v.inbound & (v.c["queue"]["chat"][np.where(v.inbound, v.index, 0)] != 0)
    alerting = v.is_in(codes.ALERTING)
    virtual = np.count_nonzero(alerting & v.inbound & (v.x["virtual"] == 1))
    on_a_line = np.count_nonzero(v.is_in(*ON_A_LINE) & ~of_chat & ~of_work(v)) + np.count_nonzero(alerting) - virtual
    assert int(v.e["lines"]) == on_a_line, "lines in use"
    assert v.e["lines"] <= v.c["trunks"], "more lines than trunks"
    pairs = v.pairs(v.is_in(*IN_TALK, codes.IN_CHAT))
    assert np.all(pairs != codes.NIL), "an advisor without the skill"
    assert np.array_equal(v.e["in_service"], np.bincount(pairs, minlength=len(v.e["in_service"]))), "in_service"
