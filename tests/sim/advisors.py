"""Each advisor is in one state, with what belongs to it; idle ones stand in their line; the roster is kept."""

from __future__ import annotations

import numpy as np

from ccenv.sim.state import codes
from tests.sim.view import IN_TALK, View, of_work

PHASES_OF_STATE = {
    codes.AWAITING_ANSWER: (codes.RINGING, codes.DECIDING, codes.CALLBACK_RINGING, codes.ALERTING),
    codes.ADVISOR_TALKING: IN_TALK,
    codes.ADVISOR_WRAP_UP: (codes.WRAPPING,),
}
WITHOUT_CONTACT = (codes.OFF, codes.IDLE, codes.AWAY)


class Advisors:
    """Checks the advisors; follows the roster to know who should be there."""

    def __init__(self, v: View) -> None:
        self.v = v
        self.on_duty = np.zeros(v.n_advisors, np.bool_)
        self.worked_off = 0
        self.dialed_with: dict[int, int] = {}  # by key of an attempt: its advisor while it rang, or NIL

    def check(self) -> None:
        """All of it, now."""
        self.follow_roster()
        self.states()
        self.presence()
        self.holding()
        self.attempts()
        for g in range(self.v.G):
            self.idle_order(g)

    def follow_roster(self) -> None:
        """Work off the entries that the kernel has worked off since the last check, from the opening on."""
        now = int(self.v.e["roster_at"])
        if now < self.worked_off or self.v.stage == codes.NIGHT:
            self.on_duty[:] = False
            self.worked_off = 0
        if self.v.stage == codes.NIGHT:
            return
        for entry in self.v.c["roster"][self.worked_off : now]:
            assert self.v.e["open_t"] + entry["t"] <= self.v.t, "a roster entry before its time"
            if entry["what"] != codes.BREAK:
                self.on_duty[entry["advisor"]] = entry["what"] == codes.ON
        self.worked_off = now

    def states(self) -> None:
        """One state each, counted by group."""
        v = self.v
        assert np.all((v.state >= 0) & (v.state < codes.N_STATES)), "an advisor in no state"
        counted = np.bincount(v.group_of * codes.N_STATES + v.state, minlength=v.G * codes.N_STATES)
        assert np.array_equal(v.e["group"]["n"][: v.G], counted.reshape(v.G, -1)), "states by group"

    def presence(self) -> None:
        """Who is on duty is there, unless absent; others are off or finish what they do. A break owed is taken."""
        v = self.v
        expected = self.on_duty & (v.advisor["absent"] == 0)
        leaving = v.advisor["leaving"] != 0
        off = v.state == codes.OFF
        assert np.array_equal(expected, ~off & ~leaving), "somebody is there who should not be, or the reverse"
        unoccupied = v.state_is(*WITHOUT_CONTACT)
        assert not (leaving & unoccupied).any(), "leaves, but has nothing to finish"
        assert not ((v.advisor["owed_s"] > 0) & unoccupied).any(), "owes a break that could be taken"
        first = codes.FIRST_STREAM + len(v.e["queue"]) + len(v.e["campaign"])
        with_event = np.flatnonzero(v.e["place"][first : first + len(v.e["advisor"])] != codes.NIL)
        busy = [*np.flatnonzero(v.state == codes.AWAY), *v.holder[v.is_in(codes.ALERTING)]]
        assert with_event.tolist() == sorted(busy), "breaks and ringing in vain end"
        quality, load = v.advisor["quality"], v.advisor["load"]
        assert np.all((quality >= 0) & (quality <= 100) & (load >= 0) & (load <= 1)), "quality or load"

    def holding(self) -> None:
        """Contacts and advisors name each other; all have the skill."""
        v = self.v
        held = v.holder != codes.NIL
        for state, phases in PHASES_OF_STATE.items():
            which = v.is_in(*phases) & held
            assert sorted(v.holder[which]) == np.flatnonzero(v.state == state).tolist(), f"advisors in state {state}"
            if state != codes.AWAITING_ANSWER:
                assert np.array_equal(v.advisor["contact"][v.holder[which]], v.places[which]), "another contact"
        assert np.all(v.advisor["n_chats"][v.state == codes.ADVISOR_CHATTING] > 0), "no chat in the state chatting"
        for a in np.flatnonzero(v.advisor["n_chats"] > 0):
            chats = sorted(v.places[v.is_in(codes.IN_CHAT) & (v.holder == a)].tolist())
            assert sorted(self.chats_of(int(a))) == chats and len(chats) > 0, "chats of an advisor"
        with_chats = np.unique(v.holder[v.is_in(codes.IN_CHAT)])
        assert np.array_equal(with_chats, np.flatnonzero(v.advisor["n_chats"] > 0)), "a chat without its advisor"
        self.beside_calls()
        with_advisor = v.is_in(codes.CALLBACK_RINGING, codes.ALERTING, codes.WRAPPING, codes.IN_CHAT, *IN_TALK)
        assert held[with_advisor].all(), "a contact without its advisor"
        assert not held[~with_advisor & ~v.is_in(codes.RINGING, codes.DECIDING)].any(), "an advisor for nothing"
        if v.C:
            dials = v.c["campaign"]["dials"][np.where(v.inbound, 0, v.index)]
            kind = np.where(held, codes.RESERVED_DIALS, codes.UNRESERVED_DIALS)
            rings = v.is_in(codes.RINGING, codes.DECIDING)
            assert np.all(dials[rings] & kind[rings]), "an attempt of a kind that its campaign may not dial"
        assert np.all(v.pairs(held) != codes.NIL), "an advisor without the skill"

    def beside_calls(self) -> None:
        """Who is on a call beside which chats may be says so, and has at most as many as may be."""
        v = self.v
        voice = v.is_in(codes.WRAPPING, *IN_TALK) & (v.holder != codes.NIL) & ~of_work(v)
        calls = np.zeros(v.n_advisors, np.bool_)
        calls[v.holder[voice]] = v.c["group"]["beside"][v.group_of[v.holder[voice]]] > 0
        assert np.array_equal(v.advisor["on_call"] != 0, calls), "on_call"
        busy = v.state_is(codes.ADVISOR_TALKING, codes.ADVISOR_WRAP_UP)
        assert np.all(v.advisor["n_chats"][busy] <= v.c["group"]["beside"][v.group_of[busy]]), "chats beside a call"
        assert not v.advisor["n_chats"][busy & ~calls].any(), "chats beside what is no call"
        assert not v.advisor["n_chats"][~busy & (v.state != codes.ADVISOR_CHATTING)].any(), "chats of nobody at work"

    def chats_of(self, a: int) -> list[int]:
        """The chats of an advisor, linked both ways, as many as its level says and no more than its group may have."""
        v, found = self.v, []
        before, here = codes.NIL, int(v.advisor["chat"][a])
        while here != codes.NIL and len(found) <= codes.MOST_CHATS:
            assert v.previous[here] == before, "chats are not linked both ways"
            found.append(here)
            before, here = here, v.next[here]
        assert len(found) == v.advisor["n_chats"][a] <= v.c["group"]["chats"][v.group_of[a]], "level of an advisor"
        return found

    def attempts(self) -> None:
        """An attempt keeps its kind: one with an advisor who picks up is joined to that advisor and never waits."""
        v = self.v
        if v.c["group"]["p_no_pick_up"][: v.G].any():
            return
        for phase, holder, key in zip(v.phase, v.holder, v.x["key"], strict=True):
            before = self.dialed_with.get(int(key), codes.NIL)
            if before != codes.NIL:
                assert phase != codes.CONNECT_WAITING, "an attempt with its own advisor waits"
                assert holder == before, "an attempt went to another advisor"
        rings = v.is_in(codes.RINGING)
        self.dialed_with |= dict(zip(v.x["key"][rings].tolist(), v.holder[rings].tolist(), strict=True))

    def idle_order(self, g: int) -> None:
        """The idle advisors of a group are a list or a heap; who became idle first comes first among equals."""
        v = self.v
        first, n = v.first[g], int(v.e["group"]["n"][g, codes.IDLE])
        idle = first + np.flatnonzero(v.state[first : v.first[g + 1]] == codes.IDLE)
        if v.c["group"]["order"][g] == codes.LONGEST_IDLE:
            self.idle_list(g, idle)
        else:
            self.idle_heap(g, v.e["idle"][first : first + n], idle)
        if n:
            since = v.advisor["idle_since"][v.e["idle"][first]]
            assert v.e["group"]["idle_since"][g] == since, f"since when the first of group {g} is idle"

    def idle_list(self, g: int, idle: np.ndarray) -> None:
        """They are linked both ways, who is idle longest first."""
        v, line = self.v, []
        ahead, a = codes.NIL, int(v.e["idle"][v.first[g]]) if len(idle) else codes.NIL
        while a != codes.NIL and len(line) <= len(idle):
            assert v.advisor["ahead"][a] == ahead, f"the idle list of group {g} is not linked both ways"
            line.append(a)
            ahead, a = a, int(v.advisor["behind"][a])
        assert sorted(line) == idle.tolist(), f"idle list of group {g}"
        assert not line or v.e["group"]["last_idle"][g] == line[-1], f"the last of the idle list of group {g}"
        assert np.all(np.diff(v.advisor["idle_since"][line]) >= 0), f"idle list of group {g} is out of order"

    def idle_heap(self, g: int, line: np.ndarray, idle: np.ndarray) -> None:
        """They are a binary heap."""
        v, n = self.v, len(line)
        assert sorted(line) == idle.tolist(), f"idle list of group {g}"
        assert np.array_equal(v.advisor["place"][line], np.arange(n)), f"places in the idle list of group {g}"
        order, number = v.advisor["order"][line], v.advisor["idle_number"][line]
        assert len(set(number.tolist())) == n, "two advisors became idle as the same"
        parent = (np.arange(1, n) - 1) // 2
        ordered = (order[parent] < order[1:]) | ((order[parent] == order[1:]) & (number[parent] < number[1:]))
        assert ordered.all(), f"idle list of group {g} is out of order"
        assert self.expected_first(g, idle) == (line[0] if n else codes.NIL), f"the first idle advisor of group {g}"

    def expected_first(self, g: int, idle: np.ndarray) -> int:
        """Expected first advisor by the group's declared order, as far as the record determines it."""
        a = self.v.advisor
        order = int(self.v.c["group"]["order"][g])
        if len(idle) == 0:
            return codes.NIL
        by: dict[int, np.ndarray] = {
            codes.FEWEST_CONTACTS: a["n_contacts"],
            codes.LEAST_TALK: a["talk_s"],
            codes.LINEAR: np.arange(self.v.n_advisors),
            codes.FASTEST: a["speed"],
        }
        value = by.get(order, a["order"])[idle]
        return int(idle[np.lexsort((a["idle_number"][idle], value))[0]])
