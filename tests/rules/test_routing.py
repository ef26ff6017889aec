"""Routing rules, by hand over snapshots and against the event log of whole days."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ccenv import Scenario
from ccenv.run.config import RuleChoice
from ccenv.sim.state import codes
from ccenv.trace import trace
from tests.env.short import short_day
from tests.oracle.randomness import uniform
from tests.rules.bench import Bench, centre, random_snapshots

BUSY: dict[str, Any] = {
    "queue_length": [1, 3, 2],
    "head_entry_wait_s": [50, 40, 60],
    "head_total_wait_s": [50, 100, 60],
    "idle": [1, 1],
    "idle_longest_s": [5, 9],
}
BY_RANK: RuleChoice = ("priority", {"order": ["b", "a", "c"]})


@pytest.mark.parametrize(
    "rule, changes, expected",
    [
        ("fifo", {}, "assign:c>two"),  # c has waited longest
        ("lwt", {}, "assign:b>two"),  # b with its credit; both groups can, `two` has been idle longer
        ("priority", {}, "assign:a>one"),  # the order of the file
        (BY_RANK, {}, "assign:b>two"),
        ("longest_queue", {}, "assign:b>two"),
        ("fifo", {"idle": [1, 0]}, "assign:a>one"),  # nobody for c
        ("lwt", {"idle": [1, 0]}, "assign:b>one"),
        ("priority", {"idle": [0, 1]}, "assign:b>two"),
        (BY_RANK, {"queue_length": [1, 0, 2]}, "assign:a>one"),
        (BY_RANK, {"queue_length": [0, 0, 2]}, "assign:c>two"),
        ("longest_queue", {"queue_length": [4, 3, 2]}, "assign:a>one"),
        ("longest_queue", {"queue_length": [3, 3, 3]}, "assign:c>two"),  # equally long: the longest wait
        ("fifo", {"head_entry_wait_s": [60, 60, 60]}, "assign:a>one"),  # equal: the first in the catalogue
        ("lwt", {"head_total_wait_s": [10, 10, 10], "idle_longest_s": [5, 5]}, "assign:a>one"),
        ("lwt", {"idle_longest_s": [9, 5]}, "assign:b>one"),
        ("lwt", {"idle_longest_s": [5, 5]}, "assign:b>one"),
        ("fifo", {"idle": [0, 0]}, "hold"),
        ("lwt", {"queue_length": [0, 0, 0]}, "hold"),
        ("fifo", {"closed": 1}, "assign:c>two"),
        ("fifo", {"head_callback": [0, 0, 1], "lines_left": 0}, "assign:a>one"),  # no line to call c back on
        ("fifo", {"head_callback": [0, 0, 1], "lines_left": 1}, "assign:c>two"),
        (("lwt", {"advisor": "most_skilled"}), {}, "assign:b>one"),  # four skills before three
        (("lwt", {"advisor": "least_skilled"}), {"idle_longest_s": [9, 5]}, "assign:b>two"),
        (("priority", {"order": ["b", "a", "c"], "advisor": "most_skilled"}), {}, "assign:b>one"),
        (("fifo", {"advisor": "least_skilled"}), {"idle": [1, 0]}, "assign:a>one"),  # the only one idle
        (("longest_queue", {"advisor": "most_skilled"}), {}, "assign:b>one"),
    ],
)
def test_by_hand(rule: RuleChoice, changes: dict[str, Any], expected: str) -> None:
    assert Bench(rule).act(**{**BUSY, **changes}) == expected


WITH_SERVICE: dict[str, Any] = {
    "outside": {"skills": ["a", "b"], "answering_service": {"lines": 9}},
    "one": {"skills": ["a", "first", "other"], "staffing": 9},
    "two": {"skills": ["c"], "staffing": 9},
}
WAITING: dict[str, Any] = {"queue_length": [1, 1, 0], "head_entry_wait_s": [50, 70, 0], "idle_longest_s": [90, 5, 9]}


@pytest.mark.parametrize(
    "params, changes, expected",
    [
        ({}, {"idle": [1, 1, 1]}, "assign:b>outside"),  # b has waited longest, and only the service has the skill
        ({}, {"idle": [1, 1, 1], "queue_length": [1, 0, 0]}, "assign:a>one"),  # own advisors first, though idle less
        ({}, {"idle": [1, 0, 1], "queue_length": [1, 0, 0]}, "assign:a>outside"),
        ({"advisor": "most_skilled"}, {"idle": [1, 1, 1], "queue_length": [1, 0, 0]}, "assign:a>one"),
        ({"overflow_after_s": 60}, {"idle": [1, 0, 1], "queue_length": [1, 0, 0]}, "hold"),  # 50 s are too short
        ({"overflow_after_s": 60}, {"idle": [1, 0, 1]}, "assign:b>outside"),
        ({"overflow_after_s": 80}, {"idle": [1, 1, 1]}, "assign:a>one"),  # b may not go yet, a to its own advisor
        ({"overflow_after_s": 50}, {"idle": [1, 0, 1], "queue_length": [1, 0, 0]}, "assign:a>outside"),  # just due
        ({"overflow_after_s": 80}, {"idle": [1, 0, 1], "closed": 1}, "assign:b>outside"),  # it may not hold
    ],
)
@pytest.mark.parametrize("rule", ["fifo", "lwt", "priority", "longest_queue"])
def test_own_advisors_come_before_an_answering_service(
    rule: str, params: dict[str, Any], changes: dict[str, Any], expected: str
) -> None:
    if rule == "priority":
        params = {**params, "order": ["b", "a", "c"]}
    changes = {**WAITING, "head_total_wait_s": WAITING["head_entry_wait_s"], **changes}
    assert Bench((rule, params), scenario=centre(groups=WITH_SERVICE)).act(**changes) == expected


GROUPS: dict[str, Any] = {
    "one": {"skills": ["a", "b", "first", "other"], "staffing": 9},
    "two": {"skills": ["b", "c", "first"], "staffing": 9},
    "three": {"skills": ["a", "b", "other"], "staffing": 9},
    "four": {"skills": ["b"], "staffing": 9},
}
QUEUE_KEYS: dict[str, Callable[[Any, int], tuple[float, ...]]] = {  # the smallest is served
    "fifo": lambda snap, q: (-snap["head_entry_wait_s"][q],),
    "lwt": lambda snap, q: (-snap["head_total_wait_s"][q],),
    "priority": lambda snap, q: (("b", "c", "a").index("abc"[q]), -snap["head_entry_wait_s"][q]),
    "longest_queue": lambda snap, q: (-snap["queue_length"][q], -snap["head_entry_wait_s"][q]),
}
GROUP_KEYS: dict[str, Callable[[Any, int, int], tuple[float, ...]]] = {
    "longest_idle": lambda snap, g, skills: (-snap["idle_longest_s"][g],),
    "least_skilled": lambda snap, g, skills: (skills, -snap["idle_longest_s"][g]),
    "most_skilled": lambda snap, g, skills: (-skills, -snap["idle_longest_s"][g]),
}


@pytest.mark.parametrize("advisor", GROUP_KEYS)
@pytest.mark.parametrize("rule", QUEUE_KEYS)
def test_a_twin_by_sort_keys_takes_the_same(rule: str, advisor: str) -> None:
    """Queues and groups sorted by a key each, over snapshots with many ties; equal ones by their place in the file."""
    params = {"advisor": advisor, **({"order": ["b", "c", "a"]} if rule == "priority" else {})}
    bench = Bench((rule, params), scenario=centre(groups=GROUPS))
    snaps = random_snapshots(bench, 400, seed=3)
    masks = bench.mask(snaps)
    found = bench.choose(snaps, masks, 0.5, np.zeros((400, bench.run.memory)))
    n_choices = 0
    for snap, mask, action in zip(snaps, masks, found, strict=True):
        legal = {bench.names[k].removeprefix("assign:") for k in np.flatnonzero(mask) if "assign" in bench.names[k]}
        if not legal:
            continue
        queues = [q for q in range(3) if any(name.startswith("abc"[q]) for name in legal)]
        q = min(queues, key=lambda q: QUEUE_KEYS[rule](snap, q))
        groups = [g for g, name in enumerate(GROUPS) if f"{'abc'[q]}>{name}" in legal]
        first = min(groups, key=lambda g: GROUP_KEYS[advisor](snap, g, len(GROUPS[list(GROUPS)[g]]["skills"])))
        assert bench.names[action] == f"assign:{'abc'[q]}>{list(GROUPS)[first]}"
        n_choices += len(groups) > 1
    assert n_choices > 100


def test_random_takes_all_legal_assignments_equally_often() -> None:
    bench, n = Bench("random"), 1_200
    for fields in (BUSY, {**BUSY, "idle": [1, 0]}, {**BUSY, "queue_length": [0, 2, 0]}):
        taken = [bench.act(u=(k + 0.5) / n, **fields) for k in range(n)]
        snaps = bench.snapshot(**fields)
        legal = [name for name, ok in zip(bench.names, bench.mask(snaps)[0], strict=True) if ok and name != "hold"]
        assert len(legal) > 1
        assert [taken.count(name) for name in legal] == [n // len(legal)] * len(legal)


def no_credit() -> Scenario:
    """No contact has waited before, so both waits are equal."""
    return short_day(**{"queues.sales.priority.credit_s": 0})


def test_without_credits_fifo_and_lwt_are_one_rule() -> None:
    for seed in range(8):
        fifo, lwt = (trace(no_credit(), seed=seed, days=2, routing=rule)[0] for rule in ("fifo", "lwt"))
        assert np.count_nonzero(fifo["code"] == codes.LOG_ASSIGNED) > 60
        assert fifo.tobytes() == lwt.tobytes()


def test_with_credits_they_differ() -> None:
    logs = [trace(short_day(), seed=1, days=2, routing=rule)[0] for rule in ("fifo", "lwt")]
    assert logs[0].tobytes() != logs[1].tobytes()


SORT_KEY: dict[str, Callable[[float, float], float]] = {
    "fifo": lambda entry_s, credit_s: entry_s,
    "lwt": lambda entry_s, credit_s: entry_s - credit_s,
}


@pytest.mark.parametrize("rule", SORT_KEY)
def test_the_first_in_order_is_always_assigned(rule: str) -> None:
    """Of all who wait in a queue that the advisor handles, by the event log."""
    scenario = short_day(**{"queues.support.priority": {"p": 0.3, "credit_s": 200}})
    skills = [group.skills for group in scenario.centre.groups.values()]
    n_assigned = n_jumped = 0
    for seed in range(4):
        log = trace(scenario, seed=seed, routing=rule)[0]
        waiting: dict[int, tuple[float, int]] = {}
        for row in log:
            key, queue = int(row["key"]), int(row["index"])
            if row["code"] == codes.LOG_WAITING:
                settings = scenario.centre.queues[scenario.queues[queue]].priority
                credit_s = settings.credit_s if first_uniform(log, row) < settings.p else 0.0
                waiting[key] = (SORT_KEY[rule](row["t"], credit_s), queue)
                n_jumped += credit_s > 0
            elif row["code"] in (codes.LOG_ABANDONED, codes.LOG_UNSERVED):
                del waiting[key]
            elif row["code"] == codes.LOG_ASSIGNED:
                mine = waiting.pop(key)[0]
                handled = skills[row["group"]]
                assert mine <= min((k for k, q in waiting.values() if scenario.queues[q] in handled), default=np.inf)
                n_assigned += 1
    assert n_assigned > 120 and n_jumped > 40


def first_uniform(log: np.ndarray, row: np.void) -> float:
    """The uniform that decided the priority of the fresh contact from which this one descends."""
    same = (log["code"] == codes.LOG_FRESH) & (log["index"] == row["index"]) & (log["number"] == row["number"])
    return uniform(int(log["key"][same][0]), codes.PRIORITY)


def test_a_credit_lets_a_later_caller_pass() -> None:
    """A called at 0 s, B of another queue at 30 s with 60 s of credit: at 40 s first come first served takes A."""
    fields = {"queue_length": [1, 1, 0], "idle": [1, 0], "head_entry_wait_s": [40, 10, 0]}
    assert Bench("fifo").act(**fields, head_total_wait_s=[40, 70, 0]) == "assign:a>one"
    assert Bench("lwt").act(**fields, head_total_wait_s=[40, 70, 0]) == "assign:b>one"
    assert Bench("lwt").act(**fields, head_total_wait_s=[40, 10, 0]) == "assign:a>one"


def test_the_bench_has_the_actions_that_the_cases_name() -> None:
    names = [action.name for action in centre().catalogue]
    assert names[:5] == ["hold", "assign:a>one", "assign:b>one", "assign:b>two", "assign:c>two"]
