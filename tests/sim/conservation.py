"""Balances between counters: contacts by queue, leads by campaign, and the time of advisors."""

from __future__ import annotations

import functools

import numpy as np

from ccenv.sim.state import codes
from ccenv.sim.state.counters import RUNNING_OF_GROUP
from ccenv.sim.state.definitions import NAMES
from tests.sim.view import IN_TALK, Totals, View

TO_BE_CALLED_BACK = (codes.VIRTUAL, codes.CALLBACK_RINGING, codes.PENDING_CALLBACK)
OUTCOMES = ("no_answer", "busy", "invalid", "machine", "false_positive", "machine_passed", "connects")


def close(left: np.ndarray | float, right: np.ndarray | float, balance: str) -> None:
    """Both sides of a balance of times are equal, up to rounding."""
    off = np.abs(left - right)
    assert np.all(off <= 1e-6 + 1e-9 * np.abs(right)), f"{balance}: {left} is not {right}"


def check_conservation(v: View) -> None:
    """Contacts and leads are conserved, and talk time is equal on both sides of the balance."""
    queues(v)
    callbacks(v)
    returns(v)
    campaigns(v)
    handled(v)
    waiting_time(v)
    advisor_time(v)


def same(left: np.ndarray, right: np.ndarray, balance: str) -> None:
    """Both sides of a balance are equal."""
    assert np.array_equal(left, right), f"{balance}: {left} is not {right}"


def queues(v: View) -> None:
    """All contacts of a queue are accounted for; callbacks due after the last day count as carried out."""
    n = v.counts("queue")
    to_call = np.zeros(v.Q) if v.over else v.here[list(TO_BE_CALLED_BACK)].sum(axis=0) + v.alerting_virtual
    ended = n["callback_lost"] + n["abandoned"] + n["unserved"] + n["carried_out"] + n["answered"] + n["silent"]
    in_queue = v.here[codes.WAITING] + v.here[codes.ALERTING] - v.alerting_virtual + to_call
    left = n["misrouted_out"] + n["blocked"] + n["ivr_hangup"] + n["contained"] + n["balked"]
    came = n["fresh"] + n["redials"] + n["repeats"] + n["returns"] + n["misrouted_in"] + n["transfers_in"]
    same(came, left + v.here[codes.IN_IVR] + in_queue + ended, "who came")
    same(n["offered"], in_queue + ended, "who was offered")
    in_service = v.here[codes.TALKING] + v.here[codes.HANDING_OVER] + v.here[codes.IN_CHAT]
    done = n["transferred_out"] + n["resolved"] + n["unresolved"]
    same(n["answered"] + n["items_done"], np.where(work(v), 0, in_service) + done, "who was answered")
    waiting = np.zeros(v.Q) if v.over else v.here[codes.BACKLOG]
    in_work = waiting + n["items_left"] + n["items_done"] + np.where(work(v), in_service, 0)
    same(n["items"], in_work, "what work came in")
    for part, whole in (
        (n["answered_in_time"], n["answered"]),
        (n["abandoned_in_time"], n["abandoned"]),
        (n["callback_accepted"], n["callback_offered"]),
        (n["waited"], n["offered"] + n["callback_tries"] + n["callback_accepted"] * int(v.c["days"])),
        (n["items_done_in_time"], n["items_done"]),
        (n["items_done"], n["items_begun"]),
        (n["items_again"], n["items"]),
        (n["orders"], n["resolved"] + n["unresolved"]),
        (n["contained_unresolved"], n["contained"]),
        (n["handed_off"] + n["contained"] + n["ivr_hangup"], n["fresh"] + n["redials"] + n["repeats"] + n["returns"]),
        (n["scored"], n["resolved"] + n["unresolved"]),
        (v.gone.sum(axis=0), n["silent"]),
        (n["fresh_resolved"], n["fresh_answered"]),
        (n["fresh_answered"], n["fresh"]),
        (n["score"], 100.0 * n["scored"]),
    ):
        assert np.all((part >= 0) & (part <= whole)), "a part is larger than the whole"


def work(v: View) -> np.ndarray:
    """Which queues are of deferrable work."""
    return v.c["queue"]["deferrable"][: v.Q] == 1


def callbacks(v: View) -> None:
    """Who accepted a callback waits for it, has had it, or never will."""
    n = v.counts("queue")
    to_call = v.here[list(TO_BE_CALLED_BACK)].sum(axis=0) + v.alerting_virtual
    same(v.e["queue"]["n_callbacks"][: v.Q], to_call, "n_callbacks")
    if v.over:
        same(n["carried_out"], to_call, "carried_out")
        to_call = np.zeros(v.Q)
    ended = n["callback_answered"] + n["callback_lost"] + n["carried_out"]
    same(n["callback_accepted"], ended + to_call, "who accepted a callback")
    ringing = v.here[codes.CALLBACK_RINGING]
    assert np.all(n["callback_tries"] >= n["callback_answered"] + n["callback_lost"] + ringing)
    tries = n["callback_accepted"] * v.c["queue"]["max_tries"][: v.Q]
    assert np.all(n["callback_tries"] <= tries), "too many tries"


def returns(v: View) -> None:
    """Contacts come again at their origin, wherever they were: these distributions hold for all queues together."""
    totals = v.counts("queue")
    n = dict(zip(totals.names, totals.table.sum(axis=1), strict=True))
    coming = v.x["unresolved"][v.inbound & v.is_in(codes.WRAPPING)].sum()
    again = n["unresolved"] + n["contained_unresolved"]
    came_again = n["repeats"] + n["items_again"]
    assert again == came_again + coming + v.here[codes.PENDING_REPEAT].sum(), "repeats"
    assert n["redials"] + v.here[codes.PENDING_REDIAL].sum() <= n["blocked"] + n["abandoned"], "redials"
    assert n["misrouted_in"] == n["misrouted_out"], "misrouted"
    assert n["transfers_in"] == n["transferred_out"], "transfers"
    came = totals["fresh"] + totals["items"] - totals["items_again"]
    same(came, v.e["queue"]["n_fresh"][: v.Q], "n_fresh")


def campaigns(v: View) -> None:
    """Every attempt rings or has had one outcome; every connect waits, or was joined or dropped."""
    n = v.counts("campaign")
    ended = sum((n[name] for name in OUTCOMES), start=np.zeros(v.C))
    same(n["attempts"], v.leads[codes.RINGING] + v.leads[codes.DECIDING] + ended, "attempts")
    same(n["touched"], v.e["campaign"]["n_fresh"][: v.C], "n_fresh")
    leads(v, n)
    waits = ~v.inbound & v.is_in(codes.CONNECT_WAITING, codes.ALERTING)
    n_waiting = v.leads[codes.CONNECT_WAITING] + v.leads[codes.ALERTING]
    machines = np.bincount(v.index[waits & (v.x["machine"] == 1)], minlength=v.C)[: v.C]
    same(n["connects"], n_waiting - machines + n["dropped"] + n["joined"] + n["hung_up"], "connects")
    same(n["machine_passed"], machines + n["mp_dropped"] + n["mp_joined"], "machine_passed")
    for part, whole in (
        (n["right_party"] + n["wrong_party"], n["joined"]),
        (n["sales"], n["right_party"] + n["returns_joined"]),
        (n["kept"] + n["broken"], n["sales"]),
        (n["stopped"] + n["agreed"], n["joined"] + n["returns_answered"] - n["sales"]),
        (n["agreed_kept"] + n["agreed_late"], n["agreed"]),
        (n["first_joined"], n["joined"] + n["returns_joined"]),
        (n["return_sales"], n["returns_joined"]),
        (n["returns_joined"], n["returns_answered"]),
        (n["first_call_sales"], n["first_joined"]),
    ):
        assert np.all((part >= 0) & (part <= whole)), "a part is larger than the whole"
    picked_up = not v.c["group"]["p_no_pick_up"][: v.G].any()
    reserves = (v.c["campaign"]["dials"][: v.C] == codes.RESERVED_DIALS) & picked_up
    lost = n["dropped"] + n["mp_dropped"]
    assert not lost[reserves].any(), "no connect is dropped where every attempt has an advisor"
    at_once = v.c["campaign"]["decide"][: v.C] == codes.NIL
    assert not n["hung_up"][reserves & at_once].any(), "a person hangs up with an advisor at hand"
    assert not n["deciding_s"][at_once].any(), "a detector decides later than it should"
    dropped_shares(v, n)


def leads(v: View, n: Totals) -> None:
    """Every lead that was looked at is closed, in an attempt, or held for later; its value is counted when closed."""
    segments = v.c["segment"][: int(v.c["n_segments"])]
    states = v.e["segment"][: len(segments)]
    of = segments["campaign"]
    total = functools.partial(np.bincount, of, minlength=v.C)
    held = total(weights=states["n_ready"] + states["n_waiting"])
    scrubbed = n["without_consent"] + n["do_not_call"]
    looked_at = total(weights=states["n_leads"])
    same(looked_at, n["touched"] + scrubbed, "leads looked at")
    of_calls = return_calls(v, n)
    phases = [codes.RINGING, codes.DECIDING, codes.CONNECT_WAITING, codes.ALERTING, codes.TALKING]
    in_attempt = v.leads[phases].sum(axis=0)
    same(looked_at, n["closed"] + in_attempt + held + of_calls, "leads closed, tried, in a return call or held")


def return_calls(v: View, n: Totals) -> np.ndarray:
    """Return calls are pending, in the centre or over; a row is linked to its pending call, or held by it.

    Returns the rows that are in no list because of a return call, by campaign.
    """
    calls = (v.x["kind"] == codes.RETURN_CALL) & (v.x["lead"] != codes.NIL)
    pending = calls & v.is_in(codes.PENDING_RETURN, codes.PENDING_REDIAL)
    of = v.c["segment"]["campaign"][v.x["segment"]]

    def by_campaign(which: np.ndarray) -> np.ndarray:
        return np.bincount(of[which], minlength=v.C)[: v.C]

    rows = v.x["lead"]
    assert np.array_equal(v.e["lead_return"][rows[pending]], v.places[pending] + 1), "a row that is not linked"
    held = pending & (v.e["lead_state"][rows] == codes.HELD)
    ended = n["returned"] + n["returns_cancelled"] + n["returns_late"]
    same(n["returns_expected"], ended + by_campaign(pending), "who calls in")
    talks = calls & v.is_in(codes.TALKING) & (v.x["true_type"] == v.index)
    present = calls & ~pending & ~talks
    if v.over:
        present &= ~v.is_in(codes.PENDING_CALLBACK)  # carried out
    same(n["returned"], n["returns_lost"] + n["returns_answered"] + by_campaign(present), "who called in")
    same(by_campaign(calls & ~pending), by_campaign(calls & ~pending & ~linked(v, rows)), "a linked row in the centre")
    return by_campaign((calls & ~pending) | held)


def linked(v: View, rows: np.ndarray) -> np.ndarray:
    """Return which of these rows of the table of leads are linked to a pending return call."""
    found: np.ndarray = v.e["lead_return"][rows] != 0
    return found


def dropped_shares(v: View, n: Totals) -> None:
    """The definitions of the dropped share count each joined, dropped and hung-up connect."""
    ended = n["joined"] + n["dropped"] + n["hung_up"]
    machines = n["mp_joined"] + n["mp_dropped"]
    same(n["ftc_30d_base"], ended, "live connects")
    same(n["genesys_queue_base"], ended + machines, "connects that reached the queue")
    same(n["vicidial_today_over"], n["dropped"] + n["hung_up"], "connects that met nobody")
    for name in NAMES:
        assert np.all(n[f"{name}_over"] <= n[f"{name}_base"] + 1e-9), "more than all are over"
        assert np.all(n[f"{name}_windows_above"] <= n[f"{name}_windows"]), "windows above"


def handled(v: View) -> None:
    """Advisors begin to handle each answered contact, after its handover if there is one, and each joined connect."""
    n_queue, n_campaign, n_group = v.counts("queue"), v.counts("campaign"), v.counts("group")
    begun = n_queue["answered"].sum() - v.here[codes.HANDING_OVER].sum() + n_queue["items_begun"].sum()
    begun += n_campaign["joined"].sum() + n_campaign["mp_joined"].sum()
    left = n_queue["silent"].sum() - v.gone[codes.WAITING].sum()  # chats with nobody there: begun, or unserved
    handled = n_group["handled"] + n_group["service_contacts"]
    assert begun <= handled.sum() <= begun + left, "handled"
    by_group = np.bincount(v.group_of, weights=v.advisor["n_contacts"], minlength=v.G)
    same(handled, by_group, "handled by group")
    assert np.all(n_group["sampled"] <= n_group["handled"]), "more sampled than handled"
    answering_services(v)


def answering_services(v: View) -> None:
    """An answering service has its price for each contact and no time of advisors; own advisors have no price."""
    n, of = v.counts("group"), v.c["group"][: v.G]
    service = of["service"] == 1
    close(n["service_fees"], of["price"] * n["service_contacts"], "service_fees")
    assert not np.any(n["service_contacts"][~service]) and not np.any(n["service_s"][~service])
    for name in ("handled", "sampled", *RUNNING_OF_GROUP):
        assert not np.any(n[name][service]), f"an answering service has {name}"


def waiting_time(v: View) -> None:
    """Time in line so far equals the waits of contacts that left plus the waits of contacts still in line."""
    n = v.counts("queue")
    queue = v.e["queue"][: v.Q]
    on_line = v.here[codes.WAITING] + v.here[codes.ALERTING] - v.alerting_virtual
    passed = n["waiting_s"] + on_line * (v.t - queue["since"])
    waits = v.waits | (v.inbound & v.is_in(codes.ALERTING) & (v.x["virtual"] == 0))
    still = np.bincount(v.index[waits], weights=v.t - v.x["entry_s"][waits], minlength=v.Q)[: v.Q]
    counted = n["wait_answered_s"] + n["wait_abandoned_s"] + n["wait_unserved_s"] + still
    close(passed, counted, "waiting_s")


def advisor_time(v: View) -> None:
    """The talk and wrap-up of contacts are those of advisors."""
    n_queue, n_campaign, n_group = v.counts("queue"), v.counts("campaign"), v.counts("group")
    total = 0.0
    for phases, state, of_advisors, names in (
        (IN_TALK, codes.ADVISOR_TALKING, "talking_s", ("talk_s", "mp_talk_s", "item_work_s")),
        ((codes.WRAPPING,), codes.ADVISOR_WRAP_UP, "wrapping_s", ("wrap_up_s",)),
    ):
        calls = v.c["queue"]["chat"][: v.Q] == 0
        contacts = sum(n_queue[name][calls].sum() for name in names if name in n_queue)
        contacts += sum(n_campaign[name].sum() for name in names if name in n_campaign)
        contacts += (v.t - v.x["since"][v.is_in(*phases)]).sum()
        advisors = n_group[of_advisors].sum() + (v.t - v.advisor["since"][v.state == state]).sum()
        total += contacts - advisors
        if not v.c["group"]["service"][: v.G].any() and not work(v).any():
            close(contacts, advisors, of_advisors)
    close(total, n_group["service_s"].sum(), "time of talk and wrap-up")
    chat_time(v)


def chat_time(v: View) -> None:
    """The time of chats by advisors is that by queues; an advisor with chats has at least one, at most its capacity.

    Beside a call it has at most `chats_beside_voice`.
    """
    n_queue, n_group = v.counts("queue"), v.counts("group")
    chats = v.is_in(codes.IN_CHAT)
    of_chats = n_group["chat_s"] + np.bincount(
        v.group_of[v.holder[chats]], weights=v.t - v.x["since"][chats], minlength=v.G
    )
    chat = v.c["queue"]["chat"][: v.Q] != 0
    close(n_group["chat_s"].sum(), n_queue["talk_s"][chat].sum() + n_queue["silent_s"].sum(), "chat_s")
    busy = v.state == codes.ADVISOR_CHATTING
    running = np.bincount(v.group_of[busy], weights=v.t - v.advisor["since"][busy], minlength=v.G)
    chatting = n_group["chatting_s"] + running
    both = v.advisor["on_call"] * (v.advisor["n_chats"] > 0)
    beside = n_group["beside_s"] + np.bincount(v.group_of, weights=both * (v.t - v.advisor["since"]), minlength=v.G)
    most = chatting * v.c["group"]["chats"][: v.G] + beside * v.c["group"]["beside"][: v.G]
    assert np.all((chatting + beside <= of_chats + 1e-6) & (of_chats <= most + 1e-6)), "chatting_s and beside_s"
    assert np.all(beside <= 1e-6 + (v.c["group"]["beside"][: v.G] > 0) * v.t), "chats beside a call"
