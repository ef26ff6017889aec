"""Hidden state does not reach a policy: changing it leaves snapshot, observation and mask bit-identical."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ccenv import Batch, load_scenario
from ccenv.sim.state import codes
from tests.env.short import random_legal
from tests.env.whole_centre import WHOLE_CENTRE
from tests.sim.looking import look_again, shown

N_FORKS, N_QUEUES = 40, len(WHOLE_CENTRE["queues"])
EVERY = 9  # of how many decisions one is looked at
MOST_EPISODES = 6  # in which contacts of all phases must have been seen
WARM: dict[str, Any] = {  # ages matter in handovers, too, and there are many
    "queues.help.handle_s": {"dist": "uniform", "low_s": 60, "high_s": 240},
    "queues.orders.transfer.p": 0.4,
    "queues.orders.transfer.handover_s": 30,
    "queues.orders.callback.offer_above_s": 0,
    "queues.orders.callback.p_accept": 0.9,
    "groups.blended.staffing": [5, 4],
}
SCENARIOS = {"mode observed": WARM, "mode hidden": {**WARM, "switching.observed": False}}
Row = Any
Rng = np.random.Generator


def contacts(row: Row, *phases: int) -> np.ndarray:
    """Records in one of these phases."""
    return np.flatnonzero(np.isin(row["contact"]["phase"], phases))


def set_contacts(row: Row, places: np.ndarray, name: str, values: Any) -> None:
    """New values of a field."""
    row["contact"][name][places] = values


def move_events(row: Row, rng: Rng) -> None:
    """Patience, handle, ring, IVR and wrap-up times, delays, arrivals, surges and hidden modes come at other times."""
    n = int(row["heap_n"])
    row["heap"]["t"][:n] = np.sort(row["t"] + rng.exponential(100.0, n))  # sorted times are in heap order


def change_levels(row: Row, rng: Rng) -> None:
    """Level of the day and of its slots, busyness of groups, a surge, what arrivals wait for."""
    row["level"] = rng.gamma(2.0)
    row["slot_level"] = rng.gamma(2.0, size=row["slot_level"].shape)
    row["group"]["busy"] = rng.gamma(2.0, size=len(row["group"]))
    row["share"]["busy"] = rng.gamma(2.0, size=len(row["share"]))
    row["surging"] = rng.integers(2)
    row["queue"]["factor"] = rng.gamma(2.0, size=len(row["queue"]))
    row["queue"]["residual"] = rng.exponential(size=len(row["queue"]))


def change_keys(row: Row, rng: Rng) -> None:
    """Keys of the run, its contacts and advisors, from which all that is still to come is drawn."""
    for table in (row["contact"], row["advisor"]):
        table["key"] = rng.integers(2**63, size=len(table))
    row["root"] = rng.integers(2**63)


def change_requests(row: Row, rng: Rng) -> None:
    """True type of who came through an IVR, transfer, sale and resolution to come, who is at the line."""
    inbound = row["contact"]["kind"] != codes.LEAD
    come_once = np.flatnonzero(inbound & (row["contact"]["n_transfers"] == 0))
    set_contacts(row, come_once, "true_type", rng.integers(N_QUEUES, size=len(come_once)))
    talking = contacts(row, codes.TALKING, codes.WAITING)
    for name in ("transfers", "buys"):
        set_contacts(row, talking, name, rng.integers(2, size=len(talking)))
    wrapping = contacts(row, codes.WRAPPING)
    set_contacts(row, wrapping, "unresolved", rng.integers(2, size=len(wrapping)))
    answered = contacts(row, codes.TALKING, codes.CONNECT_WAITING)
    for name in ("machine", "wrong"):
        set_contacts(row, answered, name, rng.integers(2, size=len(answered)))
    deciding = contacts(row, codes.DECIDING)
    set_contacts(row, deciding, "outcome", rng.integers(codes.BUSY, size=len(deciding)))
    set_contacts(row, deciding, "hangs_up", rng.integers(2, size=len(deciding)))


def change_chats(row: Row, rng: Rng) -> None:
    """Work left on chats; whose customer has left without a sign, in line and in service; what follows the chat."""
    chats = contacts(row, codes.IN_CHAT)
    set_contacts(row, chats, "chat_left", rng.exponential(100.0, len(chats)))
    for name in ("transfers", "buys"):
        set_contacts(row, chats, name, rng.integers(2, size=len(chats)))
    waiting = contacts(row, codes.WAITING, codes.IN_CHAT)
    of_chats = waiting[row["contact"]["index"][waiting] == N_QUEUES - 1]
    set_contacts(row, of_chats, "gone", rng.integers(2, size=len(of_chats)))
    row["queue"]["n_virtual"][N_QUEUES - 1] = rng.integers(5)


def change_in_ivr(row: Row, rng: Rng) -> None:
    """Who is in the IVR, and whom they called."""
    inside = contacts(row, codes.IN_IVR)
    for name in ("index", "origin", "true_type"):
        set_contacts(row, inside, name, rng.integers(N_QUEUES, size=len(inside)))
    for name in ("priority", "identified", "returning", "value_class"):
        set_contacts(row, inside, name, rng.integers(2, size=len(inside)))


def change_unidentified(row: Row, rng: Rng) -> None:
    """Redraw the customer record of contacts that are not identified."""
    unknown = np.flatnonzero(row["contact"]["identified"] == 0)
    for name in ("returning", "value_class", "preferred"):
        set_contacts(row, unknown, name, rng.integers(2, size=len(unknown)))


def forget_returns(row: Row, rng: Rng) -> None:
    """Drop all coming redials, repeats and return calls."""
    coming = contacts(row, codes.PENDING_REDIAL, codes.PENDING_REPEAT, codes.PENDING_RETURN)
    set_contacts(row, coming, "phase", codes.FREE)


def change_advisors(row: Row, rng: Rng) -> None:
    """Speed, quality, tenure and fatigue, absences to come."""
    for name in ("speed", "quality", "quality_0", "tenure_days", "load"):
        row["advisor"][name] = rng.gamma(2.0, size=len(row["advisor"]))


CHANGES: dict[str, Callable[[Row, Rng], None]] = {
    function.__name__: function
    for function in (
        move_events, change_levels, change_keys, change_requests, change_in_ivr, change_unidentified, forget_returns,
        change_advisors, change_chats,
    )
}  # fmt: skip


SLOW = {"mode observed": (pytest.mark.slow,)}  # the longer one of the two


@pytest.fixture(scope="module", params=[pytest.param(name, marks=SLOW.get(name, ())) for name in SCENARIOS])
def batch(request: pytest.FixtureRequest) -> Batch:
    """One row of a centre with every kind of event."""
    return Batch(load_scenario(WHOLE_CENTRE, **SCENARIOS[request.param]), 1, autoreset="disabled")


def decisions(batch: Batch, seed: int, every: int = EVERY) -> Any:
    """Yield at some decisions of an episode under random legal actions."""
    batch.reset([seed])
    for n in range(100_000):
        if batch.engine.envs["done"][0]:
            return
        if n % every == 0:
            yield n
        batch.step(random_legal(batch.mask, batch.u))


def phases_of(batch: Batch) -> set[int]:
    """Phases of the contacts there are."""
    return set(np.unique(batch.engine.envs["contact"]["phase"][0]).tolist())


def test_forks_show_what_the_row_shows(batch: Batch) -> None:
    """A fork redraws events, levels and outcomes; the observation rewritten from its record stays the same."""
    all_phases, met, n_moved = set(range(codes.N_PHASES)) - {codes.PENDING_CALLBACK}, set(), 0
    for seed in range(1, MOST_EPISODES + 1):
        for n in decisions(batch, seed):
            forks = batch.fork(0, np.arange(N_FORKS) + n * N_FORKS)
            look_again(forks)
            np.testing.assert_array_equal(shown(forks), np.repeat(shown(batch), N_FORKS, axis=0))
            met |= phases_of(batch)
            n_moved += len(np.unique(forks.engine.envs["heap"]["t"][:, 0])) > N_FORKS // 2
        if met >= all_phases:
            break
    assert met >= all_phases and n_moved > 20


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_hidden_is_not_shown(batch: Batch, change: str) -> None:
    rng = np.random.default_rng(5)
    n_changed = 0
    for n in decisions(batch, 2, 3 * EVERY):
        scrambled = batch.fork(0, [n])
        for target, source in zip(scrambled._arrays()[:6], batch._arrays()[:6], strict=True):
            target[...] = source
        CHANGES[change](scrambled.engine.envs[0], rng)
        n_changed += not np.array_equal(scrambled.engine.words.view(np.uint64), batch.engine.words.view(np.uint64))
        look_again(scrambled)
        np.testing.assert_array_equal(shown(scrambled), shown(batch))
    assert n_changed > 10


def test_what_earlier_contacts_left_in_their_records_is_never_seen(batch: Batch) -> None:
    """Free records keep the values of their last owner; a new owner shows none of them."""
    rng = np.random.default_rng(6)
    batch.reset([7])
    other = batch.fork(0, [1])
    for target, source in zip(other._arrays()[:6], batch._arrays()[:6], strict=True):
        target[...] = source
    row = other.engine.envs[0]
    while not batch.engine.envs["done"][0]:
        free = contacts(row, codes.FREE)
        for name in ("entry_s", "credit_s", "since", "waited_s", "accepted_s", "factor"):
            set_contacts(row, free, name, row["t"] - rng.exponential(200.0, len(free)))
        actions = random_legal(batch.mask, batch.u)
        batch.step(actions)
        other.step(actions)
        np.testing.assert_array_equal(shown(other), shown(batch))
        assert other.reward[0] == batch.reward[0]
    assert row["done"] and batch.decision[0] > 500


def test_a_hidden_mode_is_not_shown_and_an_observed_one_is(batch: Batch) -> None:
    observed = bool(batch.run.config["mode_seen"][0])
    for _ in decisions(batch, 3):
        before = shown(batch)
        batch.engine.envs["mode"] = 1 - batch.engine.envs["mode"]
        look_again(batch)
        assert np.array_equal(shown(batch), before) == (not observed)
        batch.engine.envs["mode"] = 1 - batch.engine.envs["mode"]
        look_again(batch)
        assert np.array_equal(shown(batch), before)


VISIBLE: dict[str, Callable[[Row], None]] = {
    "wait of the first in line": lambda row: row["contact"]["entry_s"].__isub__(1.0),
    "credit of the first in line": lambda row: row["contact"]["credit_s"].__iadd__(1.0),
    "age of who talks": lambda row: row["talk_t"].__isub__(20.0),
    "advisors on a break": lambda row: row["group"]["n"][:, codes.AWAY].__iadd__(1),
    "contacts in the IVR": lambda row: row.__setitem__("in_ivr", row["in_ivr"] + 1),
    "what the CRM knows": lambda row: row["contact"]["value_class"].__iadd__(row["contact"]["identified"]),
}


@pytest.mark.parametrize("what", VISIBLE)
def test_what_is_visible_is_shown(batch: Batch, what: str) -> None:
    """The comparison is sensitive: a change of visible state shows at some decision."""
    for n in decisions(batch, 4):
        other = batch.fork(0, [n])
        VISIBLE[what](other.engine.envs[0])
        look_again(other)
        if not np.array_equal(shown(other), shown(batch)):
            return
    pytest.fail("never seen")
