"""What a rule declares decides what it is shown; what it does not declare it cannot read."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from ccenv import Batch, RulePolicy, simulate
from ccenv.rules import PACING_RULES, ROUTING_RULES, RuleError, find_rule, register
from ccenv.rules.pacing import basic as pacing_basic
from ccenv.rules.routing import basic as routing_basic
from ccenv.rules.seen import NAMES, sees
from ccenv.rules.spec import RuleSpec
from ccenv.run.config import RuleChoice, run_config
from ccenv.scenarios.check.rules import misfit
from ccenv.sim.kernel.jit import config
from ccenv.sim.shown.for_rules import CORE, EVERYTHING, FAST
from tests.env.short import short_day
from tests.rules.bench import needed
from tests.rules.of_users import dialing
from tests.rules.test_registry import PARAMS

HOME = "tests.rules.of_users.dialing"
PAIRS: list[tuple[RuleChoice, RuleChoice, int]] = [
    (None, f"{HOME}:queue_gate", CORE),
    (None, f"{HOME}:predictive", EVERYTHING),
    ("fifo", (f"{HOME}:levels", {"level": {"survey": 1.5}}), FAST),
    ((f"{HOME}:pair_index", {"index": {"sales": {"first": 3.0}}}), "max0", FAST),
    ((f"{HOME}:by_order", {"order": ["support", "sales"]}), f"{HOME}:predictive", EVERYTHING),
]


@pytest.mark.parametrize("routing, pacing, seen", PAIRS)
@pytest.mark.parametrize("owns", ["blended", "routing", "pacing"])
def test_a_rule_does_the_same_in_the_kernel_and_as_a_policy(
    owns: str, routing: RuleChoice, pacing: RuleChoice, seen: int
) -> None:
    if owns != "blended" and "by_order" in str(routing):
        pytest.skip("`since_last_s` is the time since the last decision of the policy, whatever half it owns")
    scenario = short_day()
    assert run_config(scenario, owns="rules", routing=routing, pacing=pacing).config["rules_see"][0] == seen
    policy = RulePolicy(scenario, routing, pacing, owns=owns)
    one = simulate(scenario, policy=policy, seeds=range(12))
    other = simulate(scenario, routing=routing, pacing=pacing, seeds=range(12))
    for name in one.dtype.names or ():
        if name != "n_illegal":
            np.testing.assert_array_equal(one[name], other[name], err_msg=name)
    assert other["line_s"].sum() > 0.0


def test_rules_that_read_more_differ_from_those_that_do_not() -> None:
    lines = {
        name: simulate(short_day(), pacing=name, seeds=range(8))["line_s"].sum()
        for name in (f"{HOME}:queue_gate", f"{HOME}:predictive", "progressive_unreserved")
    }
    assert len(set(lines.values())) == 3 and lines[f"{HOME}:predictive"] > lines[f"{HOME}:queue_gate"] > 0


@pytest.mark.parametrize(
    "reads, if_legal, expected",
    [
        ((), (), FAST),
        (("idle", "ringing", "closed"), ("queue_length", "idle_longest_s", "head_preferred"), FAST),
        (("queue_length",), (), CORE),
        (("idle_longest_s",), ("queue_length",), CORE),
        (("answer_rate",), (), EVERYTHING),
        ((), ("oldest_wait_s",), EVERYTHING),
    ],
)
def test_what_is_shown_follows_from_the_declaration(
    reads: tuple[str, ...], if_legal: tuple[str, ...], expected: int
) -> None:
    assert (
        sees(RuleSpec("one", lambda: 0, reads=reads, reads_if_legal=if_legal), find_rule("routing", "fifo")) == expected
    )


def test_the_basic_rules_of_the_package_take_the_fast_path() -> None:
    assert {sees(rule) for rule in (*routing_basic.RULES, *pacing_basic.RULES)} == {FAST}


def _through_a_helper(snap: Any, mask: Any, c: Any, params: Any, state: Any, u: float) -> int:
    return 0 if dialing.somebody_waits(snap, c) else 0


def _directly(snap: Any, mask: Any, c: Any, params: Any, state: Any, u: float) -> int:
    return 0 if snap.in_ivr > 3.0 else 0


def _under_another_name(snap: Any, mask: Any, c: Any, params: Any, state: Any, u: float) -> int:
    other = snap
    return 0 if other.in_ivr > 3.0 else 0


def test_a_field_that_is_not_declared_is_refused() -> None:
    with pytest.raises(RuleError, match="'in_ivr' of the snapshot without declaring"):
        register(_directly, "pacing")
    with pytest.raises(RuleError, match="'waiting'; allowed: epoch_kind"):
        register(_directly, "pacing", reads=("waiting",))
    register(_directly, "pacing", reads=("in_ivr",))
    for function, field in ((_under_another_name, "in_ivr"), (_through_a_helper, "queue_length")):
        register(function, "pacing")  # the source does not show it: the record that the rule is given does
        if config.DISABLE_JIT:
            with pytest.raises(AttributeError, match=field):
                simulate(short_day(), pacing=function, seeds=[1])
        else:
            with pytest.raises(RuleError, match=f"'{field}' of the snapshot without declaring"):
                simulate(short_day(), pacing=function, seeds=[1])
        register(function, "pacing", reads=(field,))
        simulate(short_day(), pacing=function, seeds=[1])


@pytest.mark.parametrize("name", NAMES)
def test_every_field_may_be_read(name: str) -> None:
    run = run_config(short_day(), owns="rules", routing=(f"{HOME}:pair_index", {}))
    rule = find_rule("routing", f"{HOME}:pair_index")._replace(reads=(name,))
    assert name in sees_names(rule, run.layout.snapshot)


def sees_names(rule: RuleSpec, snapshot: np.dtype) -> tuple[str, ...]:
    from ccenv.rules.seen import seen_record

    return seen_record(rule, snapshot).names or ()


def test_debugging_finds_reads_beyond_what_is_legal(monkeypatch: pytest.MonkeyPatch) -> None:
    simulate(short_day(), routing=f"{HOME}:reads_more", pacing="no_dial", seeds=range(3))
    monkeypatch.setenv("CCENV_DEBUG", "1")
    with pytest.raises(RuleError, match="reads_more and no_dial: one reads a field of a queue or group"):
        simulate(short_day(), routing=f"{HOME}:reads_more", pacing="no_dial", seeds=range(3))


@pytest.mark.parametrize("pacing", [rule.name for rule in PACING_RULES])
def test_the_rules_of_the_package_pass_debugging(pacing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = short_day(**needed("pacing", pacing))
    others = ROUTING_RULES if pacing == "progressive" else routing_basic.RULES[:1]
    for routing in (rule.name for rule in others if misfit(short_day().centre, rule) is None):
        chosen: dict[str, RuleChoice] = {
            "routing": routing,
            "pacing": (pacing, PARAMS.get(pacing, {})),
        }
        plain = simulate(scenario, seeds=range(3), **chosen)
        monkeypatch.setenv("CCENV_DEBUG", "1")
        found = simulate(scenario, seeds=range(3), **chosen)
        monkeypatch.delenv("CCENV_DEBUG")
        for name in plain.dtype.names or ():
            np.testing.assert_array_equal(plain[name], found[name])


def test_an_action_that_is_not_legal_is_an_error_that_names_the_rule() -> None:
    with pytest.raises(RuleError, match=rf"{HOME}:breaks_the_mask returned an action that is not legal"):
        simulate(short_day(), pacing=f"{HOME}:breaks_the_mask", seeds=[1])
    policy = RulePolicy(short_day(), pacing=f"{HOME}:breaks_the_mask")
    with pytest.raises(RuleError, match=rf"{HOME}:breaks_the_mask returned an action that is not legal"):
        simulate(short_day(), policy=policy, seeds=[1])


def test_a_fallback_of_a_user_sees_everything_beside_a_policy() -> None:
    """A policy of the routing half acts at random; the pacing rule of the other half reads the whole snapshot."""
    batch = Batch(short_day(), 4, owns="routing", pacing=f"{HOME}:predictive", autoreset="disabled")
    batch.reset(range(4))
    while not (batch.engine.envs["done"] != 0).all():
        batch.step(np.argmax(batch.mask, axis=1))
    assert batch.engine.envs["campaign_count"]["attempts"].sum() > 0


@pytest.mark.slow
def test_users_rules_run_without_a_compiler() -> None:
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    tests = "not_declared or debugging_finds or not_legal"
    command = [sys.executable, "-m", "pytest", "-q", "-x", __file__, "-k", tests, "-p", "no:cacheprovider"]
    subprocess.run(command, check=True, env=environment, capture_output=True)
