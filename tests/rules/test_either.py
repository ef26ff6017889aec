"""Campaigns whose dials may be of either kind: a rule plays its own kind, and a policy may own one kind alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ccenv import simulate
from ccenv.batch import Batch, IllegalActionError
from ccenv.policy import RulePolicy
from ccenv.rules import PACING_RULES, RuleError
from ccenv.rules.pacing import basic
from ccenv.run.config import RuleChoice, run_config
from ccenv.run.engine import CapacityError, Engine
from ccenv.run.history import past_of
from ccenv.scenarios import Scenario, list_scenarios, load_scenario
from ccenv.scenarios.schema import Reserves
from ccenv.sim.state.codes import DIAL, DIAL_RESERVED, LOG_ACTION, LOG_FULL
from tests.env.short import random_legal, short_day
from tests.samples import samples

CENTRES = (
    "bank_blended",
    "collections",
    "hybrid_large",
    "hybrid_small",
    "lead_generation",
    "outreach",
    "sales_returns",
    "switching_answer_rate",
    "switching_load",
    "tiny",
)
RINGS = {"switching_load": {"campaigns.outbound.ring_s": 5.0}}  # for rules that keep lines ringing
RULES: tuple[RuleChoice, ...] = (
    "progressive",
    ("reserve_threshold", {"reserve": 2, "p_next": 0.4}),
    "progressive_unreserved",
    ("fixed_ratio", {"ratio": 1.6, "rounding": "random"}),
    ("max0", {"k": 2.3, "c": 0.7}),
    ("constant_lines", {"n": 2.5}),
    ("dial_x_free", {"kappa": 1.5}),
)


def name_of(choice: RuleChoice) -> str:
    return choice if isinstance(choice, str) else str(choice and choice[0])


def flag_of(choice: RuleChoice) -> Reserves:
    flag = next(rule.reserves for rule in PACING_RULES if rule.name == name_of(choice))
    assert flag is not None
    return flag


def named_log(scenario: Scenario, pacing: RuleChoice, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The event log without the numbers of actions, the names of the actions, and the counters of a run.

    A run that is longer than the log stops where the log is full.
    """
    run = run_config(scenario, owns="rules", pacing=pacing)
    engine = Engine(run, 1, log=True, past=past_of(run))
    try:
        engine.start(np.array([seed], np.uint64), np.ones(1, np.bool_))
    except CapacityError:
        assert engine.envs["failure"][0] == LOG_FULL
    log = engine.log.copy()
    acts = log["code"] == LOG_ACTION
    names = np.array([action.name for action in scenario.catalogue])[log["detail"][acts]]
    log["detail"][acts] = 0
    return log, names, engine.counters()


def assert_same_run(scenario: Scenario, pacing: RuleChoice, seed: int) -> None:
    """Raise AssertionError unless a rule leaves the same log under `either` as under its own flag, byte for byte."""
    own = named_log(scenario.with_reserves(flag_of(pacing)), pacing, seed)
    either = named_log(scenario.with_reserves("either"), pacing, seed)
    assert own[0].tobytes() == either[0].tobytes()
    assert own[1].tolist() == either[1].tolist()
    assert any(name.startswith("dial:") for name in own[1])
    assert own[2].tobytes() == either[2].tobytes()


@pytest.mark.parametrize("pacing", RULES, ids=name_of)
@pytest.mark.parametrize("seed", [0, 1])
def test_a_rule_leaves_the_same_log_under_either_as_under_its_own_flag(pacing: RuleChoice, seed: int) -> None:
    assert_same_run(load_scenario("tiny"), pacing, seed)
    assert_same_run(short_day(**{"clock.review_s": 0, "history": {"kind": "steady", "days": 1}}), pacing, seed)


@pytest.mark.parametrize("seed", samples((2,), (3, 4)))
@pytest.mark.parametrize("pacing", RULES, ids=name_of)
@pytest.mark.parametrize("name", CENTRES)
def test_a_rule_leaves_the_same_log_in_every_centre_of_the_library(name: str, pacing: RuleChoice, seed: int) -> None:
    scenario = load_scenario(name, **({} if flag_of(pacing) else RINGS.get(name, {})))
    assert_same_run(scenario, pacing, seed)


def test_every_centre_with_campaigns_and_every_basic_rule_with_a_flag_is_compared() -> None:
    assert [name for name in list_scenarios() if load_scenario(name).campaigns] == list(CENTRES)
    assert [rule.name for rule in basic.RULES if rule.reserves is not None] == [name_of(rule) for rule in RULES]


@pytest.mark.parametrize("pacing", RULES, ids=name_of)
@pytest.mark.parametrize("owns", ["routing", "pacing", "blended"])
def test_a_policy_of_rules_is_the_same_under_either(owns: str, pacing: RuleChoice) -> None:
    either = short_day(**{"campaigns.survey.reserves": "either"})
    expected = simulate(short_day(), pacing=pacing, seeds=range(3))
    for found in (
        simulate(either, pacing=pacing, seeds=range(3)),
        simulate(either, policy=RulePolicy(either, pacing=pacing, owns=owns), pacing=pacing, seeds=range(3)),
        simulate(short_day(), pacing=pacing, seeds=range(3), reserves="either"),
    ):
        assert found.dials == expected.dials == ("reserved" if flag_of(pacing) else "unreserved")
        for column in expected.dtype.names:
            np.testing.assert_array_equal(found[column], expected[column], err_msg=column)


@pytest.mark.parametrize("pacing", ["no_dial", *RULES], ids=name_of)
def test_a_run_says_which_dials_it_has(pacing: RuleChoice) -> None:
    either = short_day(**{"campaigns.survey.reserves": "either"})
    run = run_config(either, owns="rules", pacing=pacing)
    policy = RulePolicy(either, pacing=pacing)
    if pacing == "no_dial":
        assert (run.dials, policy.actions) == ("both", "all")
    else:
        assert run.dials == policy.dials == policy.actions == ("reserved" if flag_of(pacing) else "unreserved")
    assert (run.scenario.reserves, policy.reserves) == ("either", "either")


@pytest.mark.parametrize(
    "actions, kinds", [("all", {DIAL, DIAL_RESERVED}), ("reserved", {DIAL_RESERVED}), ("unreserved", {DIAL})]
)
@pytest.mark.parametrize("owns", ["pacing", "blended"])
def test_a_policy_finds_the_dials_that_it_owns_legal_and_no_others(owns: str, actions: str, kinds: set[int]) -> None:
    batch = Batch(short_day(), 4, owns=owns, pacing="no_dial", reserves="either", actions=actions)
    kind = np.array([action.kind for action in batch.catalogue])
    batch.reset(range(4))
    seen: set[int] = set()
    for _ in range(300):
        seen |= set(kind[batch.mask.any(axis=0)].tolist())
        batch.step(random_legal(batch.mask, batch.u))
    assert seen & {DIAL, DIAL_RESERVED} == kinds
    assert batch.run.dials == ("both" if actions == "all" else actions)
    for other in {DIAL, DIAL_RESERVED} - kinds:
        with pytest.raises(IllegalActionError):
            batch.step(np.full(4, np.flatnonzero(kind == other)[0]))


def test_a_connect_without_an_advisor_can_be_dropped_while_another_has_one() -> None:
    batch = Batch(short_day(), 8, pacing="no_dial", reserves="either", autoreset="disabled")
    batch.reset(range(8))
    while not np.all(batch.terminated | batch.truncated):
        batch.step(random_legal(batch.mask, batch.u))
    assert batch.engine.envs["campaign_count"]["dropped"][:, 0].sum() > 0
    assert batch.engine.envs["group_count"]["reserved_s"].sum() > 0


@pytest.mark.parametrize(
    "arguments, error, says",
    [
        ({"actions": "none"}, ValueError, "actions = 'none'; allowed: all, reserved, unreserved"),
        ({"actions": "reserved"}, ValueError, "actions = 'reserved': no campaign has such dials"),
        ({"actions": "reserved", "owns": "routing"}, ValueError, "where the policy does not own pacing: all"),
        ({"reserves": "both"}, ValueError, "reserves = 'both'; allowed: True, False, 'either'"),
        (
            {"reserves": "either", "actions": "reserved", "pacing": "max0"},
            RuleError,
            "max0 has unreserved dials alone; actions = 'reserved' has none of them",
        ),
    ],
)
def test_dials_that_are_not_there_are_refused(arguments: dict[str, Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        Batch(short_day(), 1, **{"pacing": "no_dial", **arguments})


@pytest.mark.parametrize("pacing", RULES, ids=name_of)
def test_a_fallback_rule_of_any_flag_is_taken_under_either(pacing: RuleChoice) -> None:
    batch = Batch(short_day(), 4, reserves="either", pacing=pacing, on_illegal="rules")
    batch.reset(range(4))
    for _ in range(200):
        batch.step(np.full(4, -1))
        assert batch.illegal.all()
    counts = batch.engine.envs
    assert counts["campaign_count"]["attempts"].sum() > 0
    assert (counts["group_count"]["reserved_s"].sum() > 0) == flag_of(pacing)
