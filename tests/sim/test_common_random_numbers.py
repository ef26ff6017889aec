"""The same contacts with the same traits arrive under every policy, so comparisons of policies are paired."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ccenv import load_scenario
from ccenv.run.config import RuleChoice
from ccenv.scenarios import Scenario
from ccenv.sim.state import codes
from ccenv.trace import trace
from tests.env.short import short_day

RUNS: list[tuple[RuleChoice, RuleChoice]] = [
    ("fifo", "progressive_unreserved"),
    ("lwt", ("constant_lines", {"n": 1})),
    ("longest_queue", ("constant_lines", {"n": 7})),
    ("random", ("max0", {"k": 3.0, "c": 0.5})),
    (("priority", {"order": ["support", "sales"]}), "no_dial"),
    ("fifo", "progressive"),
]
DAYS, SEED = 3, 5


def log_of(scenario: Scenario, routing: RuleChoice = None, pacing: RuleChoice = None, seed: int = SEED) -> np.ndarray:
    """Event log of some days."""
    return trace(scenario, seed=seed, days=DAYS, routing=routing, pacing=pacing)[0]


def busy() -> Scenario:
    """Enough contacts and advisors for every policy to matter."""
    return short_day(
        **{
            "queues.sales.arrivals_per_hour": [120, 90],
            "queues.support.repeat.delay_s": 300,
            "groups.first.staffing": [4, 6],
            "groups.blended.staffing": 4,
            "campaigns.survey.p_answer": 0.7,
        }
    )


@pytest.fixture(scope="module")
def logs() -> list[np.ndarray]:
    """The same seed under each pair of rules."""
    return [log_of(busy(), *rules) for rules in RUNS]


def arrivals(log: np.ndarray, queue: int | None = None) -> np.ndarray:
    """Rows of fresh contacts."""
    fresh = log[log["code"] == codes.LOG_FRESH]
    return fresh if queue is None else fresh[fresh["index"] == queue]


def test_runs_differ_but_the_log_of_fresh_arrivals_is_bit_identical(logs: list[np.ndarray]) -> None:
    first = logs[0]
    assert len(arrivals(first)) > 150
    for log in logs[1:]:
        assert not np.array_equal(first["t"], log["t"])
        assert arrivals(log).tobytes() == arrivals(first).tobytes()


def test_every_policy_dials_the_same_leads_in_the_same_order(logs: list[np.ndarray]) -> None:
    dialed = [log[log["code"] == codes.LOG_DIALED] for log in logs]
    assert sum(len(rows) > 0 for rows in dialed) == len(RUNS) - 1
    for rows, others in zip(dialed, dialed[1:], strict=False):
        n = min(len(rows), len(others))
        for name in ("key", "number", "index", "detail"):  # detail: the contact number
            np.testing.assert_array_equal(rows[name][:n], others[name][:n])


def times(log: np.ndarray, start: int, end: int, *also: str) -> dict[tuple[int, ...], float]:
    """Time between two rows of one contact, by its key and other columns of the latter row."""
    began = {row["key"]: row["t"] for row in log[log["code"] == start]}
    ended = log[log["code"] == end]
    return {
        tuple(int(row[name]) for name in ("key", *also)): row["t"] - began[row["key"]]
        for row in ended
        if row["key"] in began
    }


@pytest.mark.parametrize(
    "start, end, also",
    [
        (codes.LOG_WAITING, codes.LOG_ABANDONED, ()),
        (codes.LOG_ASSIGNED, codes.LOG_TALK_END, ("group",)),
        (codes.LOG_TALK_END, codes.LOG_WRAP_UP_END, ("kind",)),
        (codes.LOG_DIALED, codes.LOG_RING_END, ()),
        (codes.LOG_JOINED, codes.LOG_TALK_END, ("kind",)),
        (codes.LOG_CONNECT_WAITING, codes.LOG_DROP_DUE, ()),
    ],
)
def test_shared_keys_have_the_same_times(logs: list[np.ndarray], start: int, end: int, also: tuple[str, ...]) -> None:
    """Patience, handle time by group, wrap-up, ring time, talk of a joined lead, patience of a connect."""
    found = [times(log, start, end, *also) for log in logs]
    n_shared = 0
    for a, some in enumerate(found):
        for others in found[a + 1 :]:
            shared = sorted(set(some) & set(others))
            n_shared += len(shared)
            np.testing.assert_allclose([some[k] for k in shared], [others[k] for k in shared], atol=1e-9)
    assert n_shared > 15


def test_outcomes_and_returns_of_shared_keys_are_the_same(logs: list[np.ndarray]) -> None:
    """The outcome of an attempt that ends in the same slot, the sale, and whether an answered contact comes again."""
    slot_s = busy().centre.clock.slot_s
    by_key: dict[tuple[int, ...], set[int]] = {}
    n = 0
    for log in logs:
        for row in log:
            if row["code"] in (codes.LOG_RING_END, codes.LOG_JOINED):
                when = int(row["t"] // slot_s) if row["code"] == codes.LOG_RING_END else 0
                by_key.setdefault((int(row["key"]), int(row["code"]), when), set()).add(int(row["detail"]))
                n += 1
            elif row["code"] == codes.LOG_TALK_END and row["kind"] == codes.FRESH:
                by_key.setdefault((int(row["key"]), int(row["code"]), 0), set()).add(int(row["detail"]))
                n += 1
    assert n > 1.5 * len(by_key) > 300
    assert all(len(outcomes) == 1 for outcomes in by_key.values())


def test_descendants_have_the_keys_of_their_kind_and_order_whoever_decides(logs: list[np.ndarray]) -> None:
    """The n-th redial in a row of a contact has the same key in every run that contains it."""
    found: dict[tuple[int, ...], set[int]] = {}
    n = 0
    for log in logs:
        came_again: dict[tuple[int, int], list[int]] = {}
        for row in log[np.isin(log["code"], (codes.LOG_REDIAL, codes.LOG_REPEAT))]:
            history = came_again.setdefault((int(row["index"]), int(row["number"])), [])
            history.append(int(row["code"]))
            found.setdefault((int(row["index"]), int(row["number"]), *history), set()).add(int(row["key"]))
            n += 1
    assert n > 1.5 * len(found) > 15
    assert all(len(keys) == 1 for keys in found.values())
    assert len({key for keys in found.values() for key in keys}) == len(found)


def test_another_seed_is_another_day() -> None:
    fresh = [arrivals(log_of(busy(), seed=seed)) for seed in (5, 6)]
    assert not np.isin(fresh[0]["key"], fresh[1]["key"]).any()
    assert not np.isin(fresh[0]["t"], fresh[1]["t"]).any()


def test_the_same_seed_is_the_same_day() -> None:
    assert log_of(busy()).tobytes() == log_of(busy()).tobytes()


def calls(names: list[str], **more: Any) -> Scenario:
    """A day with these queues, all handled by one team."""
    return load_scenario(
        {
            "name": "streams",
            "description": "made by the tests",
            "clock": {"open_s": 0, "close_s": 3600, "slot_s": 900},
            "day_level_cv": 0.3,
            "queues": {n: {"arrivals_per_hour": [40, 80, 0, 60], "handle_s": 60, "patience_s": 90} for n in names},
            "groups": {"team": {"skills": names, "staffing": 2}},
            **more,
        }
    )


def test_a_queues_stream_depends_on_its_name_and_not_on_its_neighbours() -> None:
    alone = arrivals(log_of(calls(["calls"])))
    assert len(alone) > 100
    for names in (["calls", "mail"], ["mail", "calls"], ["a", "b", "calls"]):
        among = arrivals(log_of(calls(names)), names.index("calls"))
        for name in ("t", "key", "number"):
            np.testing.assert_array_equal(among[name], alone[name])
    assert not np.isin(arrivals(log_of(calls(["mail"])))["key"], alone["key"]).any()


def test_the_policys_coins_do_not_move_anybody() -> None:
    """A randomised rule and a deterministic rule meet the same contacts in the same centre."""
    one_pair = calls(["calls"])
    assert log_of(one_pair, "random").tobytes() == log_of(one_pair, "fifo").tobytes()
