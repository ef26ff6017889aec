"""A fault planted in the record of a centre at work is noticed: what the checks of `invariants.py` are worth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ccenv.run.config import run_config
from ccenv.sim.kernel.heap import NEVER_S, TIMER_MASK
from ccenv.sim.state import codes
from tests.env.whole_centre import whole_centre
from tests.sim.invariants import Invariants
from tests.sim.policies import lazy
from tests.sim.stepping import Stepper

Place = Callable[[Any], int]
Plant = Callable[[Any], None]
EVERY = 10  # of how many stops one is kept


class NotHereError(Exception):
    """The fault cannot be planted in this record."""


def first(mask: np.ndarray) -> int:
    """Number of the first marked item."""
    found = np.flatnonzero(mask)
    if len(found) == 0:
        raise NotHereError
    return int(found[0])


def phase(code: int, lead: bool = False) -> Place:
    """A contact record in a phase."""
    return lambda e: first((e["contact"]["phase"] == code) & ((e["contact"]["kind"] == codes.LEAD) == lead))


def state(code: int) -> Place:
    """An advisor in a state."""
    return lambda e: first(e["advisor"]["state"] == code)


def idle_in_heap(e: Any) -> int:
    """An idle advisor of the first group, whose idle advisors are a heap."""
    return first((e["advisor"]["state"] == codes.IDLE) & (np.arange(len(e["advisor"])) < 4))


def nth(n: int) -> Place:
    """Always the same one."""
    return lambda e: n


def head_of_many(e: Any) -> int:
    """The first contact of a line with others in it."""
    return int(e["queue"]["head"][first(e["queue"]["length"] > 1)])


def change(table: str, name: str, place: Place, by: float = 1) -> Plant:
    """One number of a table is off."""

    def plant(e: Any) -> None:
        e[table][name][place(e)] += by

    return plant


def one(name: str, by: float = 1) -> Plant:
    """A number of the record is off."""
    return lambda e: e.__setitem__(name, e[name] + by)


def reorder_heap(e: Any) -> None:
    """The earliest event changes places with the last."""
    last = int(e["heap_n"]) - 1
    e["heap"][[0, last]] = e["heap"][[last, 0]]
    e["place"][e["heap"]["order"][[0, last]] & TIMER_MASK] = 0, last


def mistake_talking(e: Any) -> None:
    """An idle advisor is in the set of talking advisors."""
    a = first(e["advisor"]["state"] == codes.IDLE)
    e["talking"][a // 64] |= np.uint64(1 << a % 64)


def lose_padding(e: Any) -> None:
    """An event that never comes is due."""
    e["heap"]["t"][int(e["heap_n"]) + 1] = e["t"]


def misplace_event(e: Any) -> None:
    """An event is not where its place says."""
    e["place"][e["heap"]["order"][0] & TIMER_MASK] = 1


def forget_event(code: int) -> Plant:
    """The event of a contact in a phase is lost."""

    def plant(e: Any) -> None:
        timer = len(e["place"]) - len(e["contact"]) + phase(code)(e)
        last, at = int(e["heap_n"]) - 1, int(e["place"][timer])
        if at != last:  # a leaf may go without upsetting the order of the others
            raise NotHereError
        e["place"][timer] = codes.NIL
        e["heap"]["t"][last] = NEVER_S
        e["heap_n"] = last

    return plant


def first_of_idle_list(e: Any, by_longest_idle: bool) -> int:
    """First index in `idle` of a group with several idle advisors, kept as a list or as a heap."""
    config = whole_centre().config()[0]
    is_list = config["group"]["order"][: len(e["group"])] == codes.LONGEST_IDLE
    return int(config["first_advisor"][first((e["group"]["n"][:, codes.IDLE] > 1) & (is_list == by_longest_idle))])


def reorder_idle_heap(e: Any) -> None:
    """The first two of an idle list change places."""
    a = first_of_idle_list(e, by_longest_idle=False)
    e["idle"][[a, a + 1]] = e["idle"][[a + 1, a]]
    e["advisor"]["place"][e["idle"][[a, a + 1]]] = 0, 1


def skip_idle(e: Any) -> None:
    """The second of an idle list comes first."""
    a = first_of_idle_list(e, by_longest_idle=True)
    e["idle"][a] = e["advisor"]["behind"][e["idle"][a]]


def exchange_advisors(e: Any) -> None:
    """Two contacts in talk name each other's advisors."""
    talking = np.flatnonzero(e["contact"]["phase"] == codes.TALKING)[:2]
    if len(talking) < 2:
        raise NotHereError
    e["contact"]["advisor"][talking] = e["contact"]["advisor"][talking[::-1]]


def let_go(e: Any) -> None:
    """A contact on hold loses its transfer leg."""
    e["contact"]["partner"][phase(codes.HOLDING)(e)] = codes.NIL


def repeat_key(e: Any) -> None:
    """Two contacts have one key."""
    waiting = head_of_many(e)
    e["contact"]["key"][waiting] = e["contact"]["key"][e["contact"]["next"][waiting]]


def lose_free_records(e: Any) -> None:
    """The free list ends after its first."""
    e["contact"]["next"][e["free_head"]] = codes.NIL


def serve_without_skill(e: Any) -> None:
    """An advisor of the first group handles a queue that this group cannot."""
    talking = (e["contact"]["phase"] == codes.TALKING) & (e["contact"]["kind"] != codes.LEAD)
    s = first(talking & (e["contact"]["advisor"] < 4))  # four advisors are in that group
    e["contact"]["index"][s] = e["contact"]["true_type"][s] = 1


def make_due(by_s: float) -> Plant:
    """The row that is due first is due at another time."""

    def plant(e: Any) -> None:
        if not e["segment"]["n_waiting"][0]:
            raise NotHereError
        e["lead_due"][e["lead_order"][0]] += by_s

    return plant


def overlook_pairs(e: Any) -> None:
    """The first two queues and groups are said to have no skill in common."""
    e["vain_queues"] = e["vain_groups"] = np.uint64(3)


FAULTS: dict[str, Plant] = {
    "clock": one("t", -1e-3),
    "heap order": reorder_heap,
    "heap padding": lose_padding,
    "set of those who talk": mistake_talking,
    "heap place": misplace_event,
    "lost talk end": forget_event(codes.TALKING),
    "lost IVR end": forget_event(codes.IN_IVR),
    "past event": lambda e: e["heap"]["t"].__setitem__(0, e["t"] - 1e-6),
    "event of a virtual contact": change("contact", "phase", phase(codes.WAITING), codes.VIRTUAL - codes.WAITING),
    "free list": lose_free_records,
    "lines": one("lines"),
    "active": one("n_active", -1),
    "in the IVR": one("in_ivr"),
    "lost chat end": forget_event(codes.IN_CHAT),
    "number of chats": change("advisor", "n_chats", state(codes.ADVISOR_CHATTING)),
    "first chat": change("advisor", "chat", state(codes.ADVISOR_CHATTING)),
    "advisors on a call": change("advisor", "on_call", state(codes.ADVISOR_CHATTING)),
    "advisors who take a call": lambda e: e["group"]["n_interruptible"].__setitem__(2, 9),
    "advisors by level": lambda e: e["group"]["chatting"].__setitem__((2, 0), e["group"]["chatting"][2, 0] + 1),
    "set of those who chat": lambda e: e["chatting"].__ixor__(np.uint64(1)),
    "groups with room": lambda e: e["chat_bits"].__ixor__(np.uint64(4)),
    "customer gone": change("contact", "gone", phase(codes.IN_CHAT)),
    "virtual": one("n_virtual"),
    "waiting bits": lambda e: e["waiting_bits"].__ixor__(np.uint64(2)),
    "idle bits": lambda e: e["idle_bits"].__ixor__(np.uint64(1)),
    "connect bits": lambda e: e.__setitem__("connect_bits", e["connect_bits"] ^ np.uint64(1)),
    "overlooked pair": overlook_pairs,
    "queue length": change("queue", "length", nth(0)),
    "queue virtual": change("queue", "n_virtual", nth(1)),
    "queue callbacks": change("queue", "n_callbacks", nth(0)),
    "queue order": change("contact", "entry_s", head_of_many, 1e3),
    "key": repeat_key,
    "in service": lambda e: e["in_service"].__setitem__(0, e["in_service"][0] + 1),
    "ringing": change("campaign", "ringing", nth(0)),
    "campaign lines": change("campaign", "lines", nth(0)),
    "fresh leads": change("campaign", "n_fresh", nth(0)),
    "leads": change("segment", "n_leads", nth(0)),
    **{f"segment {name}": change("segment", name, nth(0)) for name in ("n_waiting", "n_promised", "n_used")},
    "ready rows": change("segment", "n_ready", nth(0), -1),
    "agreed rows": change("segment", "n_agreed", nth(0)),
    "due": make_due(1e9),
    "due too early": make_due(-1e4),
    "row of an attempt": change("contact", "lead", lambda e: first(e["contact"]["phase"] == codes.RINGING)),
    "partner": let_go,
    "wrong skill": serve_without_skill,
    "advisor of a contact": exchange_advisors,
    "advisor for nothing": change("contact", "advisor", phase(codes.WAITING)),
    "no advisor": change("contact", "advisor", phase(codes.WRAPPING), -1000),
    "advisor state": change("advisor", "state", state(codes.IDLE)),
    "leaving": change("advisor", "leaving", state(codes.ADVISOR_TALKING)),
    "absent": change("advisor", "absent", state(codes.IDLE)),
    "owes a break": change("advisor", "owed_s", state(codes.IDLE)),
    "idle order": reorder_idle_heap,
    "idle list": skip_idle,
    "idle since": change("group", "idle_since", lambda e: first(e["group"]["n"][:, codes.IDLE] > 0), -1),
    "idle place": change("advisor", "place", idle_in_heap),
    "quality": change("advisor", "quality", nth(0), 101),
    "talk time": change("contact", "since", phase(codes.TALKING), -1),
    "wrap-up time": change("contact", "since", phase(codes.WRAPPING), -1),
    "waiting time": change("queue_count", "waiting_s", nth(1)),
    **{f"queue {name}": change("queue_count", name, nth(0))
       for name in ("fresh", "redials", "repeats", "misrouted_in", "misrouted_out", "transfers_in", "transferred_out",
                    "blocked", "contained", "ivr_hangup", "balked", "offered", "answered", "abandoned", "unserved",
                    "callback_accepted", "callback_answered", "callback_lost", "carried_out", "resolved",
                    "unresolved", "contained_unresolved", "silent")},
    **{f"queue {name}, beyond its whole": change("queue_count", name, nth(0), 1e4)
       for name in ("answered_in_time", "abandoned_in_time", "callback_tries", "waited", "orders", "scored", "score",
                    "fresh_answered", "fresh_resolved")},
    **{f"group {name}": change("group_count", name, nth(0))
       for name in ("handled", "talking_s", "wrapping_s", "chatting_s", "chat_s")},
    "silent time": change("queue_count", "silent_s", nth(0)),
    "IVR, beyond its whole": change("queue_count", "handed_off", nth(0), 1e4),
    "group sampled": change("group_count", "sampled", nth(0), 1e4),
    **{f"campaign {name}": change("campaign_count", name, nth(0))
       for name in ("attempts", "no_answer", "busy", "invalid", "machine", "false_positive", "machine_passed",
                    "connects", "joined", "dropped", "mp_joined", "mp_dropped", "touched", "talk_s", "mp_talk_s",
                    "wrap_up_s", "hung_up", "closed", "without_consent", "do_not_call", "ftc_30d_base",
                    "genesys_queue_base", "vicidial_today_over")},
    **{f"campaign {name}, beyond its whole": change("campaign_count", name, nth(0), 1e4)
       for name in ("kept", "broken", "stopped", "agreed", "agreed_kept", "agreed_late", "first_joined",
                    "first_call_sales", "own_over", "own_windows_above")},
    "campaign sales": change("campaign_count", "sales", nth(0), 1e4),
}  # fmt: skip


@pytest.fixture(scope="module")
def at_work() -> tuple[Stepper, list[np.ndarray]]:
    """A centre with every kind of event, and its record at many moments."""
    stepper = Stepper(run_config(whole_centre(), owns="blended"), 3, lazy(0.7))
    records = [stepper.engine.words.copy() for n, _ in enumerate(stepper.stops()) if n % EVERY == 0]
    return stepper, records


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_noticed(at_work: tuple[Stepper, list[np.ndarray]], fault: str) -> None:
    stepper, records = at_work
    for record in records[len(records) // 4 : -1]:
        stepper.engine.words[...] = record
        invariants = Invariants(stepper.engine)
        invariants.check()
        try:
            FAULTS[fault](stepper.e)
        except NotHereError:
            continue
        with pytest.raises(AssertionError):
            invariants.check()
        return
    pytest.fail("the fault could not be planted")
