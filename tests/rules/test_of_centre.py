"""Parameters that stand for values of the centre: advisors kept for each side, and the wait that offers a callback."""

from __future__ import annotations

from typing import Any

import pytest

from ccenv import load_scenario, simulate
from ccenv.rules import Param, RuleError, RuleSpec
from ccenv.rules.params import check_declaration, check_values
from ccenv.rules.registry import find_rule
from ccenv.run.config import RuleChoice
from ccenv.scenarios.check.rules import names_of
from ccenv.supervisor import SupervisorEnv
from tests.rules.bench import Bench, centre
from tests.semantics.by_hand import NAMED, constant, day, recorded

BUSY: dict[str, Any] = {
    "queue_length": [1, 3, 2],
    "head_entry_wait_s": [50, 40, 60],
    "head_total_wait_s": [50, 100, 60],
    "idle": [1, 1],
    "idle_longest_s": [5, 9],
}


@pytest.mark.parametrize(
    "rule, changes, expected",
    [
        (("fifo", {"kept_for_outbound": {"two": 1}}), {}, "assign:a>one"),  # c, who waits longest, has `two` alone
        (("fifo", {"kept_for_outbound": {"two": 1}}), {"idle": [1, 2]}, "assign:c>two"),
        (("lwt", {"kept_for_outbound": {"two": 1}}), {}, "assign:b>one"),
        (("priority", {"kept_for_outbound": {"one": 1}}), {}, "assign:b>two"),
        (("longest_queue", {"kept_for_outbound": {"two": 3}}), {"idle": [1, 3]}, "assign:b>one"),
        (("fifo", {"kept_for_outbound": 1}), {}, "hold"),
        (("fifo", {"kept_for_outbound": 1}), {"closed": 1}, "assign:c>two"),  # after closing nobody is kept
    ],
)
def test_advisors_kept_for_outbound(rule: RuleChoice, changes: dict[str, Any], expected: str) -> None:
    bench = Bench(rule, "no_dial")
    assert bench.act(**{**BUSY, **changes}) == expected


@pytest.mark.parametrize(
    "rule, idle, expected",
    [
        (("progressive", {"kept_for_inbound": {"one": 2}}), [2, 3], "dial:first>two"),
        (("progressive", {"kept_for_inbound": {"one": 2}}), [3, 0], "dial:first>one"),
        (("progressive", {"kept_for_inbound": {"one": 2}}), [2, 0], "hold"),
        (("progressive", {"kept_for_inbound": {"one": 2}, "reserve": 1}), [3, 0], "hold"),
        (("reserve_threshold", {"kept_for_inbound": 2}), [2, 2], "hold"),
        (("reserve_threshold", {"kept_for_inbound": 2}), [2, 3], "dial:first>two"),
        (("progressive_unreserved", {"kept_for_inbound": 1}), [3, 2], "dial:first*2"),  # 2 + 1 lines
        (("progressive_unreserved", {"kept_for_inbound": {"one": 4}}), [3, 2], "dial:first*2"),  # 0 + 2
        (("fixed_ratio", {"kept_for_inbound": 2, "ratio": 2}), [3, 2], "dial:first*2"),
        (("max0", {"kept_for_inbound": 2, "k": 2}), [3, 2], "dial:first*2"),
    ],
)
def test_advisors_kept_for_inbound(rule: RuleChoice, idle: list[int], expected: str) -> None:
    reserves = rule[0] in ("progressive", "reserve_threshold")  # type: ignore[index]
    bench = Bench("fifo", rule, centre(reserves))
    assert bench.act(
        idle=idle, idle_longest_s=[5, 3], leads_dialable=[9, 9], lines_free=[9, 9], event_number=1
    ) == expected  # fmt: skip


def with_callbacks() -> Any:
    """One advisor, busy from 1 s on; contacts at 2, 40 and 60 s must wait, and the first of them waits till 91 s."""
    calls = recorded(1, 2, 40, 60, handle_s=constant(90), callback={"offer_above_s": 1000, "p_accept": 1, "ring_s": 0})
    team = {"team": {"skills": ["calls"], "staffing": 1}}
    return load_scenario({**NAMED, "clock": day(100, 50), "queues": {"calls": calls}, "groups": team})


@pytest.mark.parametrize(
    "params, offered",
    [
        ({}, 0),
        ({"callback_above_s": 30}, 2),  # 38 and 58 s were announced
        ({"callback_above_s": {"calls": 50}}, 1),
        ({"callback_above_s": [30, 1000]}, 1),  # the contact at 40 s: the second slot begins at 50 s
        ({"callback_above_s": [1000, 58]}, 1),
        ({"callback_above_s": [1000, 58.1]}, 0),
    ],
)
@pytest.mark.parametrize("rule", ["fifo", "longest_queue"])
def test_the_routing_rule_sets_the_wait_that_offers_a_callback(rule: str, params: Any, offered: int) -> None:
    table = simulate(with_callbacks(), routing=(rule, params), seeds=[0])
    assert table["n_callback_offered"].tolist() == [offered]


def test_defaults_are_the_values_of_the_centre() -> None:
    fifo = find_rule("routing", "fifo")
    values = check_values(fifo, {}, names_of(with_callbacks().centre))
    assert values["callback_above_s"].tolist() == [[1000]]
    assert values["kept_for_outbound"].tolist() == [[0]]
    kept = check_values(fifo, {"kept_for_outbound": 2, "callback_above_s": 9}, names_of(with_callbacks().centre))
    assert kept["kept_for_outbound"].tolist() == [[0]], "the group has no campaign to keep advisors for"
    assert check_values(fifo, {"callback_above_s": 9}, names_of(centre().centre))["callback_above_s"].tolist() == [
        [0, 0, 0]
    ], "no queue calls back"


@pytest.mark.parametrize(
    "given, message",
    [
        ({"kept_for_outbound": -1}, "kept_for_outbound = -1; allowed: a number in [0, inf]"),
        ({"kept_for_outbound": {"three": 1}}, "kept_for_outbound.three = 1; allowed: keys one, two"),
        ({"callback_above_s": {"a": "never"}}, "callback_above_s.a = 'never'; allowed: a number in [0, inf]"),
        ({"callback_above_s": [1, 2]}, "callback_above_s = [1, 2]; allowed: a number in [0, inf], or a list of 1"),
        ({"kept_for_inbound": 1}, "unknown parameter 'kept_for_inbound'"),
    ],
)
def test_values_that_are_not_allowed(given: dict[str, Any], message: str) -> None:
    with pytest.raises(RuleError) as error:
        check_values(find_rule("routing", "fifo"), given, names_of(centre().centre))
    assert message in str(error.value)


@pytest.mark.parametrize(
    "param",
    [
        Param("callback_above_s", per="group"),
        Param("kept_for_inbound"),
        Param("kept_for_outbound", "few", per="group", words=("few", "many")),
    ],
)
def test_their_names_stand_for_nothing_else(param: Param) -> None:
    with pytest.raises(RuleError, match="allowed under this name: numbers, per = "):
        check_declaration(RuleSpec("mine", lambda: 0, (param,)))


def test_a_supervisor_sets_them_where_they_have_a_meaning() -> None:
    env = SupervisorEnv(with_callbacks(), pacing="no_dial", interval_s=50)
    assert "routing.callback_above_s:calls" in env.parameters
    assert not any("kept" in name for name in env.parameters), "no group has both sides"
    env.reset(seed=0)
    lowest = [-1.0] * len(env.parameters)
    _, _, _, _, info = env.step(lowest)
    assert not info["parameters"].any()
    done = False
    while not done:
        _, _, terminated, truncated, info = env.step(lowest)
        done = terminated or truncated
    assert info["kpis"]["callback_acceptance"] == 1.0
    assert env._row.engine.counters()[0][[*_queue_counters()].index("callback_offered")] == 3
    groups = SupervisorEnv(centre(True), pacing="progressive").parameters
    assert {"routing.kept_for_outbound:one", "pacing.kept_for_inbound:two"} <= set(groups)


def _queue_counters() -> list[str]:
    from ccenv.sim.state.counters import QUEUE_COUNTERS

    return [counter.name for counter in QUEUE_COUNTERS]
