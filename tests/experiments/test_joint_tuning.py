"""The joint tuning of both rules: what is searched, how pairs are compared, and what its command writes."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from ccenv.files.writing import write_json
from ccenv.rules import PACING_RULES, ROUTING_RULES
from ccenv.rules.spec import RuleSpec
from ccenv.scenarios import load_scenario
from ccenv.seeds import seeds
from experiments.jobs.files import ROOT, read_json
from experiments.pipeline.evaluation import Pair, Rule, own_pair
from experiments.pipeline.joint.moves import (
    Searcher,
    any_pair,
    improved,
    insertions,
    kicked,
    try_pacing,
    try_single_numbers,
    values_near,
)
from experiments.pipeline.joint.objective import Objective, Score
from experiments.pipeline.joint.search import distinct, of_each_rule, simplified, tune_rung
from experiments.pipeline.joint.space import (
    MOST_NUMBERS,
    Half,
    Number,
    Space,
    bounds_of,
    carried_over,
    is_searched_number,
    rung_of,
    with_numbers,
    with_rule,
)
from experiments.tuning.command import days_of, league_starts, tune
from experiments.tuning.page import page
from experiments.tuning.settings import Settings

PEAK = Rule("max0", {"k": 2, "c": 1})
SURGE_BEST = Pair(Rule("longest_queue", {"advisor": "least_skilled"}), Rule("no_dial"))


def searcher(scenario: str, cpu_s: float = 1e9, reserves: bool | None = None) -> Searcher:
    centre = load_scenario(scenario)
    return Searcher(Space(centre, "P1", reserves), Objective(centre, None), np.random.default_rng(1), cpu_s)


def scored(values: list[float], share: float = np.nan) -> Score:
    return Score(SURGE_BEST, np.array(values), share)


def test_insertions_are_all_orders_that_move_one_name() -> None:
    found = insertions("abcd")
    assert len({tuple(order) for order in found}) == len(found) == (4 - 1) ** 2
    assert all(sorted(order) == list("abcd") and order != list("abcd") for order in found)


def test_a_rung_has_no_rule_with_more_numbers_than_it_allows() -> None:
    for rule in (*ROUTING_RULES, *PACING_RULES):
        numbers = sum(map(is_searched_number, rule.params))
        assert rung_of(rule) == "S" or numbers <= MOST_NUMBERS[rung_of(rule)], rule.name
        assert rung_of(rule) != "S" or numbers > MOST_NUMBERS["P1"], rule.name


def test_every_number_is_searched_between_values_that_the_rule_allows() -> None:
    for rule in (*ROUTING_RULES, *PACING_RULES):
        for param in filter(is_searched_number, rule.params):
            bounds = bounds_of(param)
            assert bounds is not None and param.low <= bounds[0] < bounds[1] <= param.high, (rule.name, param.name)


def test_rules_that_need_what_the_centre_lacks_are_not_searched() -> None:
    assert "mode_reserve" in Space(load_scenario("switching_load"), "P2").rules["pacing"]
    assert "mode_reserve" not in Space(load_scenario("switching_load:hidden"), "P2").rules["pacing"]


def test_a_pair_above_the_limit_never_beats_one_within_it() -> None:
    above, within = scored([9.0, 9.1, 9.2], 0.05), scored([1.0, 1.1, 1.3], 0.02)
    assert within.beats(above, 0.03) and not above.beats(within, 0.03)
    assert above.beats(within, None) and not within.beats(above, None)


def test_a_pair_beats_another_by_the_paired_difference_not_by_the_spread_of_the_days() -> None:
    days = np.linspace(-100.0, 100.0, 64)
    sure, noise = scored(list(days + 0.5)), np.random.default_rng(0).normal(0.0, 50.0, 64)
    assert sure.beats(scored(list(days)), None)
    assert not scored(list(days + noise - noise.mean() + 0.1)).beats(scored(list(days)), None)


def test_no_two_windows_or_replicates_share_a_day() -> None:
    centre = load_scenario("tiny")
    found = [Objective(centre, None, k) for k in (0, 1)]
    days = np.concatenate([objective.window(n) for objective in found for n in (4, 64, 7)])
    assert len(set(days.tolist())) == len(days)
    assert days.min() >= 2**32 and days.max() < 2 * 2**32


@pytest.mark.parametrize("name", ["tiny", "bank_blended", "x_design", "collections"])
def test_random_and_kicked_pairs_stay_within_the_bounds_and_hold_every_name_of_an_order(name: str) -> None:
    search = searcher(name)
    for _ in range(20):
        pair = any_pair(search)
        for each in (pair, kicked(search, pair)):
            for number in search.space.numbers(each):
                assert number.low <= getattr(each, number.half).params[number.name] <= number.high
            for order in search.space.orders(each):
                assert sorted(getattr(each, order.half).params[order.name]) == sorted(order.names)


def test_numbers_keep_their_place() -> None:
    search = searcher("bank_blended")
    pair = Pair(Rule("priority"), Rule("max0"))
    numbers = search.space.numbers(pair)
    units = np.linspace(0.1, 0.9, len(numbers))
    there = with_numbers(pair, numbers, units)
    back = [number.unit(getattr(there, number.half).params[number.name]) for number in numbers]
    assert back == pytest.approx(units, abs=1e-5)


def test_another_rule_keeps_the_parameters_that_both_have() -> None:
    pair = Pair(Rule("priority", {"advisor": "most_skilled", "order": ["a", "b"]}), Rule("no_dial"))
    moved = carried_over(pair, "routing", Rule("fifo"))
    assert moved.routing == Rule("fifo", {"advisor": "most_skilled"})


@pytest.mark.parametrize(("half", "rules"), [("routing", ROUTING_RULES), ("pacing", PACING_RULES)])
def test_another_rule_takes_over_no_value_that_it_refuses(half: Half, rules: Sequence[RuleSpec]) -> None:
    own, taken = Pair(Rule("fifo"), Rule("no_dial")), 0
    for old, new in itertools.product(rules, rules):
        allowed = {param.name: param for param in new.params}
        for param in old.params:
            for value in param.words or bounds_of(param) or ():
                pair = with_rule(own, half, Rule(old.name, {param.name: value}))
                for name, kept in getattr(carried_over(pair, half, Rule(new.name)), half).params.items():
                    taken += old != new
                    bounds = (allowed[name].low, allowed[name].high)
                    assert kept in allowed[name].words if allowed[name].words else bounds[0] <= kept <= bounds[1]
    assert taken > 0


class Peaked(Objective):
    """A reward that is high where `max0` has k = 2 and c = 1 alone, so that its default numbers say nothing of it."""

    def score(self, pair: Pair, days: np.ndarray) -> Score:
        there = pair.pacing.params.get("k"), pair.pacing.params.get("c")
        value = 9.0 if there == (2, 1) else float(pair.pacing.name == "progressive_unreserved")
        return Score(pair, np.full(len(days), value), 0.0)


@pytest.mark.parametrize(("known", "found"), [({("pacing", "max0"): PEAK}, "max0"), ({}, "progressive_unreserved")])
def test_a_rule_is_tried_with_the_numbers_that_were_found_for_it(
    known: dict[tuple[Half, str], Rule], found: str
) -> None:
    centre = load_scenario("bank_blended")
    search = Searcher(Space(centre, "P1", False), Peaked(centre, None), np.random.default_rng(1), 1e9, known=known)
    start = Pair(Rule("fifo"), Rule("progressive_unreserved"))
    assert improved(search, start, [try_pacing]).pacing.name == found


def test_a_single_number_reaches_a_peak_between_steep_slopes() -> None:
    centre = load_scenario("bank_blended")
    search = Searcher(Space(centre, "P1", False), Peaked(centre, None), np.random.default_rng(1), 1e9)
    start = Pair(Rule("fifo"), Rule("max0", {"k": 2, "c": 2.4}))
    assert try_single_numbers(search, start).pacing == PEAK


def test_values_near_a_number_stay_within_its_bounds() -> None:
    found = values_near(Number("pacing", "k", 0.0, 4.0, 1.0), 3.9)
    assert {2.0, 3.0, 4.0, 0.4} <= set(found) and 3.9 not in found
    assert min(found) == 0.0 and max(found) == 4.0 and len(set(found)) == len(found)


def test_the_starts_improved_differ_in_a_rule() -> None:
    order = Pair(Rule("priority", {"order": ["a"]}), Rule("no_dial"))
    other = Pair(Rule("priority"), Rule("no_dial"))
    fifo = Pair(Rule("fifo"), Rule("no_dial"))
    assert distinct([Score(pair, np.zeros(2), np.nan) for pair in (order, other, fifo)]) == [order, fifo]


def test_each_rule_with_numbers_of_its_own_has_a_champion() -> None:
    space = Space(load_scenario("bank_blended"), "P1", False)
    pairs = [Pair(Rule("fifo"), Rule(name)) for name in ("no_dial", "max0", "fixed_ratio", "max0")]
    pairs += [Pair(Rule("tiers"), Rule("no_dial"))]
    found = of_each_rule(space, [Score(pair, np.zeros(2), np.nan) for pair in pairs])
    assert [(pair.routing.name, pair.pacing.name) for pair in found] == [
        ("fifo", "max0"), ("fifo", "fixed_ratio"), ("tiers", "no_dial")
    ]  # fmt: skip


def test_rules_of_the_other_flag_are_not_searched() -> None:
    for flag in (True, False):
        for name in Space(load_scenario("bank_blended"), "P1", flag).rules["pacing"]:
            assert next(rule for rule in PACING_RULES if rule.name == name).reserves in (None, flag)


def test_the_search_finds_the_order_that_pays() -> None:
    """On `tiny_order` accounts pay nine times what cards pay, so the order of two queues is all that matters."""
    search = searcher("x_design", 3.0)
    worse = Pair(Rule("priority", {"order": ["cards", "accounts"]}), Rule("no_dial"))
    assert improved(search, worse).label != worse.label


def test_parameters_without_effect_leave_the_result() -> None:
    search = searcher("surge_day")
    useless = Pair(Rule("longest_queue", {"advisor": "least_skilled", "overflow_after_s": 50.0}), Rule("no_dial"))
    score = search.objective.score(useless, seeds("validation", 4))
    assert score is not None
    assert simplified(search.objective, search.space, score).pair == SURGE_BEST


def test_the_result_is_never_behind_where_it_started() -> None:
    centre = load_scenario("surge_day")
    found = tune_rung(centre, "P1", limit=None, cpu_s=1.0, validation_days=16, also=[SURGE_BEST])
    days = seeds("validation", 16)
    objective = Objective(centre, None)
    for pair in (own_pair(centre), SURGE_BEST):
        score = objective.score(pair, days)
        assert score is not None and found.value >= score.value
    assert found.training_days > 0 and found.pairs > 2 and set(found.untuned) >= {"routing.p_contained"}


def test_a_start_that_is_given_is_found_where_there_is_no_time_to_search() -> None:
    centre = load_scenario("surge_day")
    fewer = {"limit": None, "cpu_s": 1e-9, "validation_days": 4}
    assert tune_rung(centre, "P1", **fewer).pair != SURGE_BEST
    assert tune_rung(centre, "P1", **fewer, starts=[SURGE_BEST]).pair == SURGE_BEST
    refused = Pair(SURGE_BEST.routing, Rule("progressive"))  # the centre has no campaign
    assert tune_rung(centre, "P1", **fewer, starts=[refused]).pair.pacing.name == "no_dial"


def test_rules_of_a_league_are_starts_whatever_their_figures(tmp_path: Path) -> None:
    assert league_starts(tmp_path / "none.json") == []
    path = ROOT / "experiments" / "results" / "tuned" / "league" / "outreach.json"
    rows = [row for row in read_json(path)["rules"] if "params" in row]
    starts = league_starts(path)
    assert [each.pacing.name for each in starts] == [row["rule"] for row in rows] and len(rows) > 20
    assert all(each.routing.name == read_json(path)["opponent"]["pair"]["routing"]["name"] for each in starts)


def quick(folder: Path, **others: object) -> Settings:
    chosen = {"scenarios": ["surge_day"], "rungs": ["P1"], "cpu_s": 0.2, "validation_days": 4, "evaluation_days": 4}
    return Settings(**{**chosen, "processes": 1, "dir": str(folder / "cells"), "results": str(folder), **others})  # type: ignore[arg-type]


def test_the_command_writes_a_result_once_and_a_better_one_on_request(tmp_path: Path) -> None:
    (path,) = tune(quick(tmp_path), "first")
    first = read_json(path)
    assert first["version"] == 1 and [row["rung"] for row in first["rows"]][-1] == "P1"
    of_p0, of_p1 = first["rows"][0]["value"], first["rows"][-1]["value"]
    assert first["rows"][-1]["over_p0"]["mean"] == pytest.approx(of_p1 - of_p0)
    assert read_json(*tune(quick(tmp_path), "second")) == first
    assert read_json(*tune(quick(tmp_path, again=True), "third")) == first  # the same pair
    better = {**first, "rungs": {"P1": {**first["rungs"]["P1"], "value": -1e9, "pair": first["rungs"]["P1"]["pair"]}}}
    better["rungs"]["P1"]["pair"] = {**better["rungs"]["P1"]["pair"], "routing": {"name": "random", "params": {}}}
    write_json(path, better)
    again = read_json(*tune(quick(tmp_path, again=True), "fourth"))
    assert (again["version"], again["command"], again["rungs"]["P1"]["pair"]) == (
        2,
        "fourth",
        first["rungs"]["P1"]["pair"],
    )
    assert "## surge_day" in (tmp_path / "opponents.md").read_text()


def test_an_earlier_pair_stays_if_it_is_better(tmp_path: Path) -> None:
    (path,) = tune(quick(tmp_path), "first")
    first = read_json(path)
    kept = {**first, "rungs": {"P1": {**first["rungs"]["P1"], "value": 1e9}}}
    write_json(path, kept)
    assert read_json(*tune(quick(tmp_path, again=True), "second")) == kept
    more = read_json(*tune(quick(tmp_path, again=True, replicates=2), "third"))
    found = more["rungs"]["P1"]
    assert (more["version"], found["pair"], found["value"]) == (1, first["rungs"]["P1"]["pair"], 1e9)
    assert [each["replicate"] for each in found["replicates"]] == [0, 1]
    assert read_json(*tune(quick(tmp_path, again=True), "fourth")) == more  # the second search stays noted


def test_a_rung_takes_what_the_search_of_another_has_found_if_it_allows_it(tmp_path: Path) -> None:
    both = {"rungs": ["P1", "P2"], "again": True}
    (path,) = tune(quick(tmp_path, **both), "first")
    first = read_json(path)
    other = {"routing": {"name": "longest_queue", "params": {}}, "pacing": {"name": "no_dial", "params": {}}}
    better = {**first["rungs"]["P2"], "value": 1e9, "pair": other}
    write_json(path, {**first, "rungs": {**first["rungs"], "P2": better}})
    (path,) = tune(quick(tmp_path, **both, replicates=0), "second")
    found = read_json(path)["rungs"]["P1"]
    assert (found["pair"], found["rung"]) == (other, "P2") and "(by the search of P2)" in page(tmp_path)
    assert found["replicates"] == first["rungs"]["P1"]["replicates"]
    with_state = next(rule.name for rule in ROUTING_RULES if rule.state_term)  # P1 has no such rule
    state = {"name": with_state, "params": {}}
    write_json(path, {**first, "rungs": {**first["rungs"], "P2": {**better, "pair": {**other, "routing": state}}}})
    (path,) = tune(quick(tmp_path, **both, replicates=0), "third")
    assert read_json(path)["rungs"]["P1"]["pair"] == first["rungs"]["P1"]["pair"]


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("rungs", ["P3"], "P1, P2"),
        ("cpu_s", 0.0, "a positive number"),
        ("replicates", -1, "0 or more"),
        ("replicates", 0, "allowed there: 1 or more"),
        ("evaluation_days", 1, "2 or more"),
        ("large_days", 1, "2 or more"),
    ],
)
def test_bad_settings_are_refused_by_name(tmp_path: Path, key: str, value: object, allowed: str) -> None:
    with pytest.raises(ValueError, match=key) as caught:
        tune(quick(tmp_path, **{key: value}), "")
    assert allowed in str(caught.value)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "experiments/results/tuned").glob("*.json")), ids=lambda path: path.stem
)
def test_committed_opponents_belong_to_the_centres_as_they_are(path: Path) -> None:
    result = read_json(path)
    assert load_scenario(result["scenario"]).digest == result["scenario_digest"]
    assert result["rungs"] and all(rung["untuned"] is not None for rung in result["rungs"].values())


@pytest.mark.parametrize(("name", "large"), [("hybrid_large", True), ("collections", True), ("surge_day", False)])
def test_large_centres_have_days_of_their_own(name: str, large: bool) -> None:
    settings = Settings(validation_days=8, evaluation_days=9, large_days=5)
    wanted = {"validation": 5, "evaluation": 5} if large else {"validation": 8, "evaluation": 9}
    assert days_of(load_scenario(name), settings) == wanted
