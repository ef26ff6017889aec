"""No policy breaks the law: each limit is looked for in the event logs of policies that go for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest

from ccenv import load_scenario
from ccenv.sim.state import codes
from ccenv.sim.state.codes import DAY_S
from ccenv.trace import trace
from tests.oracle.randomness import child_key, entity_key, root_key, stream, uniform

DAYS = 16
ZONES = {"east": 7_200.0, "west": -10_800.0}
RULES = {
    "calling_from_s": 32_400.0,
    "calling_until_s": 64_800.0,
    "max_per_24h": 2,
    "max_per_7_days": 5,
    "lockout_after_drop_s": 100_000.0,
    "quiet_after_talk_s": 300_000.0,
    "needs_consent": True,
    "min_ring_s": 120.0,
}
# After a talk in a return call a lead is soon dialed again, were it not for the drop that made it call.
RULES_OF_RETURNS = {**RULES, "quiet_after_talk_s": 3_600.0}
MOST_ATTEMPTS = 12
P_CONSENT, P_DO_NOT_CALL = 0.7, 0.2


def centre(reserves: bool | str, **calling_rules: Any) -> dict[str, Any]:
    """A few people who are called as often as may be: whatever happens, the next try is due at once."""
    after: dict[str, Any] = dict.fromkeys(codes.AFTER, 60.0)
    return {
        "name": "attacked",
        "description": "made by the tests: a list that any policy would burn, were it not for the law",
        "clock": {"open_s": 21_600.0, "close_s": 79_200.0, "slot_s": 57_600.0, "overtime_s": 900.0, "review_s": 600.0},
        "groups": {"all": {"skills": ["calls"], "staffing": 1}},
        "campaigns": {
            "calls": {
                "p_answer": 0.3,
                "p_machine": 0.2,
                "p_busy": 0.1,
                "p_invalid": 0.01,
                "detector": {"p_false_positive": 0.1, "p_machine_passed": 0.1, "decide_s": 4.0},
                "p_right_party": 0.9,
                "handle_wrong_party_s": 60.0,
                "ring_s": {"dist": "uniform", "low_s": 120, "high_s": 480},
                "handle_s": 200.0,
                "drop_after_s": 5.0,
                "hang_up_s": 5.0,
                "p_sale": 0.05,
                "p_stop": 0.02,
                "reserves": reserves,
                "retries": {"max_attempts": MOST_ATTEMPTS, **after},
                "agreed_callback": {"p": 0.3, "after_s": 3_600.0},
                "goal": "promise",
                "follow_up": {"p_kept": 0.2, "after_s": 100_000.0, "retry_broken": True},
                "segments": {
                    name: {"size": 25, "zone_s": zone, "p_consent": P_CONSENT, "p_do_not_call": P_DO_NOT_CALL}
                    for name, zone in ZONES.items()
                },
                "calling_rules": RULES | calling_rules,
            }
        },
        "goals_unpaid": True,
        "rules": {"pacing": {"name": "no_dial"}},
    }


def centre_of_returns(reserves: bool | str, **calling_rules: Any) -> dict[str, Any]:
    """The same people, who call in after what they have missed, and a detector that takes its time."""
    made = centre(reserves, **{**RULES_OF_RETURNS, **calling_rules})
    made["queues"] = {"back": {"arrivals_per_hour": 0, "handle_s": 100.0, "patience_s": 3_600.0}}
    made["groups"]["all"] = {"skills": ["back", "calls"], "staffing": 2}
    campaign = made["campaigns"]["calls"]
    campaign["detector"]["decide_s"] = {"dist": "uniform", "low_s": 0, "high_s": 12}
    campaign["follow_up"]["after_s"] = 20_000.0
    campaign["p_sale"] = 0.3
    campaign["return_calls"] = {
        "queue": "back",
        "p_by_outcome": {"no_answer": 0.2, "machine": 0.2, "dropped": 1.0, "hung_up": 0.8},
        "delay_s": {"dist": "exponential", "mean_s": 600},
    }
    return made


class Life(NamedTuple):
    """What happened to one lead: its dials, and what forbids another until when."""

    segment: str
    number: int
    dials: list[float]
    lockouts: list[float]
    quiets: list[float]
    unanswered_s: list[float]  # how long it rang in vain
    put_back: list[tuple[float, bool]]  # when, and whether a callback was agreed
    closed: list[float]
    returns: list[float]  # ends of the talks in which the lead had called in


def lives(log: np.ndarray) -> Iterator[Life]:
    """Every lead that was dialed."""
    found: dict[tuple[int, int], Life] = {}
    of_key: dict[int, Life] = {}
    persons: set[int] = set()
    for row in log:
        code, t, key = codes.LOG_CODES[row["code"]], float(row["t"]), int(row["key"])
        if code == "dialed":
            lead = int(row["detail"]), int(row["number"])
            life = found.setdefault(lead, Life(list(ZONES)[lead[0]], lead[1], *([] for _ in range(7))))
            life.dials.append(t)
            of_key[key] = of_key[child_key(key, codes.RETURN_CALL, 0)] = life
        elif code == "ring_end" and row["detail"] == codes.CONNECT:
            persons.add(key)
        elif code == "ring_end" and row["detail"] == codes.NO_ANSWER:
            of_key[key].unanswered_s.append(t - of_key[key].dials[-1])
        elif code == "dropped":
            of_key[key].lockouts.append(t)
        elif code == "talk_end" and key in persons and row["detail"] == 0:  # a wrong party is not the lead
            of_key[key].quiets.append(t)
        elif code == "talk_end" and row["kind"] == codes.RETURN_CALL:
            of_key[key].returns.append(t)
        elif code == "put_back":
            of_key[key].put_back.append((t, row["detail"] == codes.AGREED))
        elif code == "closed":
            of_key[key].closed.append(t)
    yield from found.values()


def after(times: list[float], t: float) -> list[float]:
    """Those before t."""
    return [time for time in times if time < t]


def check(life: Life, root: int, rules: dict[str, float] = RULES) -> None:
    """Each limit, in the words of the law and by the true times.

    A lead who has asked for it in a talk since may be called at that time, whatever was before.
    """
    zone_s = ZONES[life.segment]
    key = entity_key(root, stream(f"campaign:calls/{life.segment}"), life.number)
    assert uniform(key, codes.CONSENT) < P_CONSENT, "called without consent"
    assert uniform(key, codes.DO_NOT_CALL) >= P_DO_NOT_CALL, "called though on a do-not-call list"
    assert len(life.dials) <= MOST_ATTEMPTS, "called too often"
    assert all(s >= rules["min_ring_s"] - 1e-6 for s in life.unanswered_s), "given up too soon"
    days = [int((t + zone_s) // DAY_S) for t in life.dials]
    for n, t in enumerate(life.dials):
        local = (t + zone_s) % DAY_S
        assert rules["calling_from_s"] <= local < rules["calling_until_s"], "called at night"
        assert not after(life.closed, t), "called after the lead was closed"
        recent = [s for s in life.dials[: n + 1] if s > t - DAY_S]
        assert len(recent) <= rules["max_per_24h"], "called too often in 24 hours"
        week = [day for day in days[: n + 1] if day > days[n] - 7]
        assert len(week) <= rules["max_per_7_days"], "called too often in 7 days"
        wanted = [agreed for time, agreed in life.put_back if time < t][-1:] == [True]  # the next dial alone
        before = life.dials[n - 1] if n else 0.0
        for drop in after(life.lockouts, t):
            assert wanted or drop < before or t >= drop + rules["lockout_after_drop_s"], "called too soon after a drop"
        for talk in after(sorted([*life.quiets, *life.returns]), t):
            assert wanted or t >= talk + rules["quiet_after_talk_s"], "called too soon after a talk"


def greedy(u: float, legal: np.ndarray) -> int:
    """As many lines as there are."""
    return int(legal[-1])


def one_by_one(u: float, legal: np.ndarray) -> int:
    """One line more, whenever one is allowed."""
    return int(legal[min(1, len(legal) - 1)])


def at_random(u: float, legal: np.ndarray) -> int:
    """Anything legal."""
    return int(legal[int(u * len(legal))])


def seldom(u: float, legal: np.ndarray) -> int:
    """Hold almost always; take the last legal action, a dial, with probability 0.02."""
    return int(legal[-1]) if u < 0.02 else int(legal[0])


@pytest.mark.parametrize("reserves", [False, True, "either"])
@pytest.mark.parametrize("policy", [greedy, one_by_one, at_random, seldom])
def test_no_policy_breaks_the_calling_rules(policy: Callable[[float, np.ndarray], int], reserves: bool | str) -> None:
    seen: dict[str, int] = defaultdict(int)
    for seed in range(3):
        scenario = load_scenario(centre(reserves))
        log, counts = trace(scenario, lambda number, u, legal: policy(u, legal), seed=seed, days=DAYS)
        n = counts["campaign"][0, 0]
        assert n["without_consent"] and n["do_not_call"]
        for life in lives(log):
            check(life, root_key(seed))
            seen["dials"] += len(life.dials)
            seen["drops"] += len(life.lockouts)
            seen["talks"] += len(life.quiets)
            seen["agreed"] += sum(agreed for _, agreed in life.put_back)
    assert seen["dials"] > 50 and seen["talks"] > 5 and seen["agreed"] > 0
    if reserves == "either" and policy is seldom:
        return  # it takes the last legal action, which reserves an advisor
    assert (seen["drops"] > 0) == (reserves is not True), "a drop where advisors are reserved, or none otherwise"


@pytest.mark.parametrize("policy", [greedy, one_by_one, at_random, seldom])
def test_no_policy_breaks_the_calling_rules_by_leads_who_call_in(policy: Callable[[float, np.ndarray], int]) -> None:
    seen: dict[str, int] = defaultdict(int)
    for seed in range(12):
        scenario = load_scenario(centre_of_returns(False))
        log, counts = trace(scenario, lambda number, u, legal: policy(u, legal), seed=seed, days=DAYS)
        for life in lives(log):
            check(life, root_key(seed), RULES_OF_RETURNS)
            seen["dials"] += len(life.dials)
            seen["returns"] += len(life.returns)
            # dropped, called in, and dialed again without having asked for it
            for drop in life.lockouts:
                nexts = [t for t in life.dials if t > drop][:1]
                called = [t for t in life.returns if nexts and drop < t < nexts[0]]
                seen["after_both"] += bool(called) and not [a for t, a in life.put_back if t < nexts[0]][-1]
        seen["early"] += int(counts["campaign"][0, 0]["hung_up"])
    assert seen["dials"] > 200 and seen["returns"] > 20 and seen["early"] > 20, dict(seen)
    assert seen["after_both"] > 5 or policy is not greedy, dict(seen)


@pytest.mark.parametrize(
    ("limit", "without"),
    [
        ("in 24 hours", {"max_per_24h": None}),
        ("in 7 days", {"max_per_7_days": None}),
        ("after a drop", {"lockout_after_drop_s": 0.0}),
        ("after a talk", {"quiet_after_talk_s": 0.0}),
        ("at night", {"calling_from_s": 30_000.0}),
        ("without consent", {"needs_consent": False}),
    ],
)
def test_the_policy_goes_for_each_limit(limit: str, without: dict[str, Any]) -> None:
    """Without a limit the greedy policy breaks it, so its keeping is the law's doing."""
    log, _ = trace(
        load_scenario(centre(False, **without)), lambda number, u, legal: greedy(u, legal), seed=0, days=DAYS
    )
    with pytest.raises(AssertionError, match=limit):
        for life in lives(log):
            check(life, root_key(0))


@pytest.mark.parametrize(
    ("limit", "without"), [("in 24 hours", {"max_per_24h": None}), ("after a drop", {"lockout_after_drop_s": 0.0})]
)
def test_leads_who_call_in_are_dialed_at_each_limit(limit: str, without: dict[str, Any]) -> None:
    """Without a limit the greedy policy breaks it here too."""
    with pytest.raises(AssertionError, match=limit):
        for seed in range(12):
            scenario = load_scenario(centre_of_returns(False, **without))
            log, _ = trace(scenario, lambda number, u, legal: greedy(u, legal), seed=seed, days=DAYS)
            for life in lives(log):
                check(life, root_key(seed), RULES_OF_RETURNS)
