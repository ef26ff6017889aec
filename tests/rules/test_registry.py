"""The registry and the dispatch agree; a rule or parameter that is not allowed is named in the error."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ccenv import Batch, CentreEnv, RulePolicy, simulate
from ccenv.rules import PACING_RULES, ROUTING_RULES, RuleError, RuleSpec
from ccenv.rules.params import params_record, state_length
from ccenv.run.config import RuleChoice, run_config
from ccenv.sim.state.codes import ASSIGN
from ccenv.sim.state.layout import HELD
from tests.env.short import short_day
from tests.rules.bench import Bench, needed, random_snapshots, second, whole_centre

N = 150
PARAMS: dict[str, dict[str, Any]] = {
    "priority": {"order": ["c", "a", "b", "d"]},
    "generalised_c_mu": {"power": 2.0},
    "max_weight": {"weight": {"a": 3.0}},
    "planned_pairs": {"planned_share": {"a": {"three": 1.0, "one": 0.0}, "c": {"two": 1.0, "three": 0.0}}},
    "weighted_wait": {"weight": {"b": 2.0}},
    "wait_and_idle_weights": {"bonus": {"c": 30.0}, "delay_s": {"a": 20.0}},
    "tiers": {"tier_wait_s": 30.0},
    "penalties": {"change_s": 10.0, "rise": 0.5},
    "profiles": {"order": ["c", "b", "a", "d"], "delay_s": {"b": 20.0}},
    "overflow_at_length": {"length": 2},
    "preferred_advisor": {"others_after_s": 20.0},
    "shortest_expected_delay": {"margin_s": 5.0},
    "idle_thresholds": {"order": ["c", "b", "a", "d"], "step": 1.0},
    "callback_offer": {"callback_reserve": 3.0},
    "adaptive_threshold": {"service_level": 0.9, "every_s": 200.0},
    "progressive": {"reserve": 1},
    "reserve_threshold": {"reserve": 2, "p_next": 0.5},
    "progressive_unreserved": {"reserve": 1},
    "fixed_ratio": {"ratio": 1.6, "rounding": "random"},
    "max0": {"k": 1.5, "c": 1.3, "reserve": 1},
    "constant_lines": {"n": 4.5},
    "dial_x_free": {"kappa": 1.5, "c": 1, "s_t": 3, "s_d": 2},
    "predictive": {"least_advisors": 0, "limit": 0.05},
    "slot_reserve": {"r0": 0.9, "beta": 0.5},
    "slot_reserve_unreserved": {"r0": 0.4, "beta": 0.5},
    "load_reserve": {"r0": 1.2, "w": 0.3},
    "load_reserve_unreserved": {"r0": 1.2, "w": 0.3},
    "log_safety": {"scale": 0.8},
    "log_safety_unreserved": {"scale": 0.8},
    "mode_reserve": {"r_0": 0.5, "r_1": 2.5},
    "mode_reserve_unreserved": {"r_0": 0.5, "r_1": 2.5},
    "belief_reserve": {"r_0": 0.5},
    "belief_reserve_unreserved": {"r_0": 0.9},
    "blend_trigger": {"reserve": 0.5, "stop_wait_s": 15},
    "blend_trigger_unreserved": {"k": 1.3, "stop_wait_s": 15},
    "no_dial_while_waiting": {"reserve": 1.5, "least_idle": 2},
    "no_dial_while_waiting_unreserved": {"k": 1.2, "least_idle": 2},
    "advisors_move": {"start": 3},
    "advisors_move_unreserved": {"start": 3, "ratio": 1.3},
    "pi_controller": {"start_s": 0, "least_answers": 0, "limit": 0.05, "least_idle": 1},
    "abandon_target": {"start": 2.5},
    "cisco_predictive": {"limit": 0.06, "correction": 10},
    **dict.fromkeys(("vicidial_hard_limit", "vicidial_tapered", "vicidial_average"), {"tally": "available"}),
    "power": {"ratio": 1.2},
    "manual": {"dial_s": 1},
    "preview": {"preview_s": 1, "p_skip": 0.5},
    "genesys_lines": {"lines_each": 1.4},
    "max0_by_rate": {"kappa": 0.5},
}


def choice(rule: RuleSpec) -> RuleChoice:
    """The rule with parameters under which it differs from the others."""
    return rule.name, PARAMS.get(rule.name, {})


def chosen(rule: RuleSpec, routing: bool, u: np.ndarray) -> tuple[Bench, list[int], list[int]]:
    """What the dispatch and the function itself do with the same random snapshots."""
    bench = Bench(choice(rule), scenario=whole_centre()) if routing else Bench(pacing=choice(rule))
    snaps = random_snapshots(bench, N)
    if not routing:
        snaps["queue_length"] = 0  # so that pacing alone is asked
    masks = bench.mask(snaps)
    memory = np.random.default_rng(3).integers(0, 3, (N, bench.run.memory)).astype(np.float64)
    memory[:, : HELD + 1] = 0.0
    before = memory.copy()
    found = bench.choose(snaps, masks, u, memory)
    rows, config = snaps.view(np.recarray), bench.run.config.view(np.recarray)[0]  # as interpreted code reads them
    kind = params_record(rule, bench.scenario.size)
    numbers = config["routing_params"] if routing else config["pacing_params"]
    params = numbers[: kind.itemsize // 8].copy().view(kind).view(np.recarray)[0]
    kinds = np.array([action.kind for action in bench.scenario.catalogue])
    assigns = kinds == ASSIGN
    expected = []
    for k in range(N):
        n_state = state_length(rule, bench.scenario.size)
        at = HELD + 1 + (0 if routing else int(config["routing_state"]))
        state = before[k, at : at + n_state].copy()
        coin = u[k] if routing else second(u[k])
        asked = masks[k, assigns].any() if routing else masks[k, 1:].any()
        action = rule.function(rows[k], masks[k], config, params, state, coin) if asked else 0
        expected.append(int(action))
    return bench, found.tolist(), expected


def rules_of_a_kind(routing: bool) -> tuple[RuleSpec, ...]:
    """Registered rules."""
    return ROUTING_RULES if routing else PACING_RULES


@pytest.mark.parametrize("routing", [True, False])
def test_the_dispatch_calls_the_function_of_each_rule(routing: bool) -> None:
    u = np.random.default_rng(8).random(N)
    actions: dict[str, list[str]] = {}
    for rule in rules_of_a_kind(routing):
        bench, found, expected = chosen(rule, routing, u)
        assert found == expected, rule.name
        actions[rule.name] = [bench.names[a] for a in found]
    for one, other in combinations(actions, 2):
        assert actions[one] != actions[other], f"nothing here tells {one} from {other}"


def test_rules_take_legal_actions_only() -> None:
    u = np.random.default_rng(9).random(N)
    for k in range(max(len(ROUTING_RULES), len(PACING_RULES))):
        routing, pacing = ROUTING_RULES[k % len(ROUTING_RULES)], PACING_RULES[k % len(PACING_RULES)]
        scenario = whole_centre().replace(**needed("pacing", pacing.name)).with_reserves(bool(pacing.reserves))
        bench = Bench(choice(routing), choice(pacing), scenario)
        snaps = random_snapshots(bench, N, seed=1)
        masks = bench.mask(snaps)
        actions = bench.choose(snaps, masks, u, np.zeros((N, bench.run.memory)))
        asked = masks[:, 1:].any(axis=1)
        assert masks[np.arange(N), actions][asked].all()


def test_every_rule_has_one_line_of_meaning_and_its_own_name() -> None:
    for rules in (ROUTING_RULES, PACING_RULES):
        assert len({rule.name for rule in rules}) == len({rule.function for rule in rules}) == len(rules)
        for rule in rules:
            assert rule.meaning.endswith(".") and "\n" not in rule.meaning


@pytest.mark.parametrize(
    "routing, pacing, names",
    [
        ("best", None, ["best", *(rule.name for rule in ROUTING_RULES)]),
        (None, "best", ["best", *(rule.name for rule in PACING_RULES)]),
        (("fifo", {"speed": 1}), None, ["fifo", "speed", "advisor"]),
        (("priority", {"ranks": [1]}), None, ["priority", "ranks", "advisor", "order"]),
        (("priority", {"order": "sales"}), None, ["priority", "order", "'sales'", "support"]),
        (
            ("priority", {"advisor": "nearest"}),
            None,
            ["priority", "advisor", "nearest", "longest_idle", "most_skilled"],
        ),
        (("random", {"advisor": "longest_idle"}), None, ["random", "advisor", "p_contained"]),
        (("priority", {"order": ["sales"]}), None, ["priority", "order", "sales", "support"]),
        (("priority", {"order": ["sales", "mail"]}), None, ["mail", "support"]),
        (None, ("fixed_ratio", {"rate": 1}), ["fixed_ratio", "rate", "ratio", "rounding", "reserve"]),
        (None, ("fixed_ratio", {"rounding": "up"}), ["fixed_ratio", "rounding", "up", "floor", "random"]),
        (None, ("fixed_ratio", {"ratio": -0.5}), ["fixed_ratio", "ratio", "-0.5", "[0, inf]"]),
        (None, ("fixed_ratio", {"ratio": float("nan")}), ["fixed_ratio", "ratio", "nan"]),
        (None, ("max0", {"k": "2"}), ["max0", "k", "'2'"]),
        (None, ("max0", {"c": True}), ["max0", "c", "True"]),
        (None, ("dial_x_free", {"when": "always"}), ["dial_x_free", "when", "always", "freed", "event"]),
        (None, ("reserve_threshold", {"p_next": 1.2}), ["reserve_threshold", "p_next", "1.2", "[0, 1]"]),
    ],
)
def test_what_is_not_allowed_is_refused_by_name(routing: RuleChoice, pacing: RuleChoice, names: list[str]) -> None:
    scenario = short_day(**{"campaigns.survey.reserves": "reserve_threshold" in str(pacing)})
    calls = (
        lambda: simulate(scenario, routing=routing, pacing=pacing, seeds=[1]),
        lambda: Batch(scenario, 1, routing=routing, pacing=pacing),
        lambda: CentreEnv(scenario, routing=routing, pacing=pacing),
        lambda: RulePolicy(scenario, routing, pacing),
    )
    for call in calls:
        with pytest.raises(RuleError) as error:
            call()
        for name in names:
            assert name in str(error.value)


@pytest.mark.parametrize("owns", ["pacing", "blended"])
@pytest.mark.parametrize("rule, reserves", [("progressive", False), ("reserve_threshold", False), ("max0", True)])
def test_a_fallback_of_the_other_flag_is_refused_where_the_policy_paces(owns: str, rule: str, reserves: bool) -> None:
    with pytest.raises(RuleError, match=rf"{rule} needs campaigns\.survey\.reserves = {str(not reserves).lower()}"):
        Batch(short_day(**{"campaigns.survey.reserves": reserves}), 1, owns=owns, pacing=rule)
    with pytest.raises(RuleError, match=rule):
        Batch(short_day(), 1, owns=owns, pacing=rule, reserves=reserves)


@pytest.mark.parametrize("rule", PACING_RULES)
def test_where_rules_pace_the_flag_is_theirs(rule: RuleSpec) -> None:
    for reserves in (False, True):
        more = needed("pacing", rule.name)
        scenario = short_day(**{"campaigns.survey.reserves": reserves, **more})
        run = run_config(scenario, owns="routing", pacing=rule.name)
        expected = reserves if rule.reserves is None else rule.reserves
        assert run.scenario.centre.campaigns["survey"].reserves is expected
        assert RulePolicy(scenario, pacing=rule.name).reserves is rule.reserves


def test_a_flag_makes_the_run_and_nothing_else() -> None:
    """A rule sets the flag of the run, so the file's flag changes nothing and runs stay paired."""
    one, other = (
        simulate(short_day(**{"campaigns.survey.reserves": flag}), pacing="progressive", seeds=range(4))
        for flag in (False, True)
    )
    for name in one.dtype.names:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def test_the_readme_counts_the_rules() -> None:
    """The number of rules stands in the README's list of contents."""
    text = (Path(__file__).parents[2] / "README.md").read_text()
    assert f"{len(ROUTING_RULES)} routing and {len(PACING_RULES)} pacing rules" in text


@pytest.mark.parametrize("rule", (*ROUTING_RULES, *PACING_RULES), ids=lambda rule: rule.name)
def test_what_a_supervisor_may_set_is_allowed(rule: RuleSpec) -> None:
    for param in rule.params:
        if param.settable is not None and not param.words:
            assert param.low <= param.settable[0] < param.settable[1] <= param.high, param.name
