"""Parameters of rules: every kind, once, by name and by slot; and what is refused of each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ccenv import RulePolicy, load_scenario, simulate
from ccenv.rules import Param, RuleError, RuleSpec
from ccenv.rules.params import Names, check_declaration, check_values, params_record, rule_rows, state_length
from ccenv.sim.state.sizes import SIZES
from tests.env.short import short_day
from tests.rules.of_users import dialing

NAMES = Names(
    ("a", "b"), ("one", "two"), ("first", "other"), (("a", "one"), ("b", "one"), ("b", "two"), ("first", "two")), 3
)
PARAMS = (
    Param("reserve", 1.0, high=5.0),
    Param("rounding", "floor", words=("floor", "random")),
    Param("by_queue", 0.5, per="queue"),
    Param("by_group", 2.0, low=-1.0, per="group"),
    Param("by_campaign", 1.0, per="campaign"),
    Param("index", 0.0, low=-9.0, high=9.0, per="pair"),
    Param("queues", per="queue", order=True),
    Param("campaigns", per="campaign", order=True),
)
RULE = RuleSpec("every", lambda: 0, PARAMS)


def values(**given: Any) -> list[Any]:
    """Numbers of the parameter that is given."""
    (name,) = given
    return check_values(RULE, given, NAMES)[name].tolist()


@pytest.mark.parametrize(
    "name, given, expected",
    [
        ("reserve", 2, [[2]]),
        ("reserve", np.float32(2), [[2]]),
        ("reserve", [1, 2, 3], [[1], [2], [3]]),
        ("reserve", (1, 2, 3), [[1], [2], [3]]),
        ("rounding", "random", [[1]]),
        ("rounding", ["floor", "random", "floor"], [[0], [1], [0]]),
        ("by_queue", 3, [[3, 3]]),
        ("by_queue", {"b": 3}, [[0.5, 3]]),
        ("by_queue", [1, 2, 3], [[1, 1], [2, 2], [3, 3]]),
        ("by_queue", {"a": [1, 2, 3], "b": 7}, [[1, 7], [2, 7], [3, 7]]),
        ("by_group", {"two": -1, "one": 0}, [[0, -1]]),
        ("by_campaign", {"other": 4}, [[1, 4]]),
        ("index", 4, [[4, 4, 4, 4]]),
        ("index", {"b": 2, "first": -1}, [[0, 2, 2, -1]]),
        ("index", {"b": {"two": 5}, "a": {"one": 1}}, [[1, 0, 5, 0]]),
        ("index", {"b": {"two": [5, 6, 7]}}, [[0, 0, 5, 0], [0, 0, 6, 0], [0, 0, 7, 0]]),
        ("queues", ["b", "a"], [[1, 0]]),
        ("queues", [["b", "a"], ["a", "b"], ["b", "a"]], [[1, 0], [0, 1], [1, 0]]),
        ("campaigns", ("other", "first"), [[1, 0]]),
    ],
)
def test_a_value_is_read(name: str, given: Any, expected: list[Any]) -> None:
    assert values(**{name: given}) == expected


def test_defaults() -> None:
    found = {name: value.tolist() for name, value in check_values(RULE, {}, NAMES).items()}
    assert found == {
        "reserve": [[1]],
        "rounding": [[0]],
        "by_queue": [[0.5, 0.5]],
        "by_group": [[2, 2]],
        "by_campaign": [[1, 1]],
        "index": [[0] * 4],
        "queues": [[0, 1]],
        "campaigns": [[0, 1]],
    }


@pytest.mark.parametrize(
    "name, given, message",
    [
        ("reserve", 6, r"reserve = 6; allowed: a number in \[0, 5\]"),
        ("reserve", True, "reserve = True"),
        ("reserve", "2", "reserve = '2'"),
        ("reserve", float("nan"), "reserve = nan"),
        ("reserve", None, "reserve = None"),
        ("reserve", [1, 2], r"reserve = \[1, 2\]; allowed: .*a list of 3, one for each slot"),
        ("reserve", [1, 2, 9], r"reserve\[2\] = 9"),
        ("reserve", {"a": 1}, "reserve = {'a': 1}"),
        ("rounding", "up", "rounding = 'up'; allowed: floor, random"),
        ("rounding", 0, "rounding = 0"),
        ("rounding", ["floor", "up", "floor"], r"rounding\[1\] = 'up'"),
        ("by_queue", {"c": 1}, "by_queue.c = 1; allowed: keys a, b"),
        ("by_queue", {"b": -1}, "by_queue.b = -1"),
        ("by_queue", {"b": [1, 2]}, r"by_queue.b = \[1, 2\]"),
        ("by_queue", {"b": {"one": 1}}, "by_queue.b = {'one': 1}"),
        ("by_group", {"one": -2}, "by_group.one = -2"),
        ("by_campaign", {"a": 2}, "by_campaign.a = 2; allowed: keys first, other"),
        ("index", {"c": 1}, "index.c = 1; allowed: keys a, b, first"),
        ("index", {"a": {"two": 1}}, "index.a.two = 1; allowed: keys one"),
        ("index", {"a": {"one": 10}}, "index.a.one = 10"),
        ("index", {"b": {"one": [1, 2, 10]}}, r"index.b.one\[2\] = 10"),
        ("queues", "a", "queues = 'a'; allowed: each of a, b once"),
        ("queues", ["a"], "each of a, b once"),
        ("queues", ["a", "a"], "each of a, b once"),
        ("queues", {"a": 1}, "each of a, b once"),
        ("queues", [["a", "b"]], "one order, or 3"),
        ("queues", [["a", "b"], ["b"], ["a", "b"]], r"queues\[1\] = \['b'\]"),
        ("campaigns", ["a", "b"], "each of first, other once"),
        ("speed", 1, "unknown parameter 'speed'; allowed: reserve, rounding"),
    ],
)
def test_a_bad_value_is_refused_by_name(name: str, given: Any, message: str) -> None:
    with pytest.raises(RuleError, match=rf"rule every: .*{message}"):
        check_values(RULE, {name: given}, NAMES)


def test_slots_with_equal_values_share_a_row() -> None:
    rows = rule_rows(RULE, {"reserve": [1, 2, 1]}, NAMES, SIZES["S"])
    kind: Any = params_record(RULE, SIZES["S"])
    first = kind.fields["reserve"][1] // 8
    assert rows.table.shape == (2, kind.itemsize // 8)
    assert rows.table[rows.of_slot, first].tolist() == [1, 2, 1]


def test_more_rows_than_there_is_room_for_are_refused() -> None:
    names = NAMES._replace(n_slots=10_000)
    given = {"reserve": (np.arange(10_000) % 1000 / 1000).tolist(), "by_group": np.arange(10_000).tolist()}
    with pytest.raises(RuleError, match=r"every: parameters take 10000 different slots of \d+ numbers; allowed: \d+"):
        rule_rows(RULE, given, names, SIZES["S"])


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"params": (Param("a b"),)}, "identifiers"),
        ({"params": (Param("a"), Param("a"))}, "each once"),
        ({"params": (Param("a", per="advisor"),)}, "per = 'advisor'"),  # type: ignore[arg-type]
        ({"params": (Param("a", per="group", order=True),)}, "for an order queue, campaign"),
        ({"params": (Param("a", 2.0, high=1.0),)}, "default = 2.0"),
        ({"params": (Param("a", "x", words=("y", "z")),)}, "default = 'x'"),
        ({"state": -1}, "state = -1"),
        ({"state": {"advisor": 1}}, "state = {'advisor': 1}"),
        ({"state": {"queue": 1.5}}, "state = {'queue': 1.5}"),
    ],
)
def test_a_bad_declaration_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(RuleError, match=message):
        check_declaration(RULE._replace(**changes))


def test_length_of_the_memory() -> None:
    assert state_length(RULE._replace(state=7), SIZES["M"]) == 7
    assert state_length(RULE._replace(state={"rule": 2, "queue": 3, "pair": 1}), SIZES["S"]) == 2 + 3 * 8 + 64


HOME = "tests.rules.of_users.dialing"


@pytest.mark.parametrize("as_policy", [False, True])
def test_a_parameter_by_slot_has_the_value_of_the_present_slot(as_policy: bool) -> None:
    """`short_day` has two slots, and dials in both."""
    scenario = short_day()

    def lines(mode: Any) -> np.ndarray:
        rule = (dialing.levels, {"mode": mode, "level": 2.0})
        arguments: dict[str, Any] = {"policy": RulePolicy(scenario, pacing=rule)} if as_policy else {"pacing": rule}
        table: np.ndarray = simulate(scenario, seeds=range(6), **arguments)["line_s"]
        return table

    first, second, both, none = (lines(mode) for mode in (["on", "off"], ["off", "on"], ["on", "on"], ["off", "off"]))
    assert (none == 0).all() and (first > 0).all() and (second > 0).all()
    np.testing.assert_array_equal(both, lines("on"))
    assert (first < both).all() and (second < both).all()


def test_a_pair_index_decides_who_serves() -> None:
    scenario = short_day()
    groups = [pair for pair in scenario.pairs if pair.kind == "queue"]
    assert len({pair.group for pair in groups}) == 2
    one, other = (
        simulate(
            scenario,
            routing=(f"{HOME}:pair_index", {"index": {queue: {group: 100.0 for group in names} for queue in both}}),
            seeds=range(6),
        )
        for names in (["first"], ["blended"])
        for both in [[q for q in scenario.queues if all(_able(scenario, q, g) for g in ("first", "blended"))]]
    )
    assert (one["utilisation:first"] > other["utilisation:first"]).mean() > 0.5


def _able(scenario: Any, queue: str, group: str) -> bool:
    return queue in scenario.centre.groups[group].skills


def test_parameters_of_all_kinds_in_a_scenario_file() -> None:
    rules = {
        "routing": {"name": f"{HOME}:by_order", "params": {"order": ["support", "sales"], "reserve": {"first": 1}}},
        "pacing": {"name": f"{HOME}:levels", "params": {"level": {"survey": [1, 2]}, "mode": ["on", "off"]}},
    }
    scenario = short_day(rules=rules)
    found, expected = (
        simulate(scenario, seeds=range(3)),
        simulate(
            short_day(),
            routing=(rules["routing"]["name"], rules["routing"]["params"]),
            pacing=(rules["pacing"]["name"], rules["pacing"]["params"]),
            seeds=range(3),
        ),
    )
    for name in found.dtype.names or ():
        np.testing.assert_array_equal(found[name], expected[name])
    with pytest.raises(ValueError, match="level.sales = 2; allowed: keys survey"):
        short_day(**{"rules.pacing": {"name": f"{HOME}:levels", "params": {"level": {"sales": 2}}}})
    assert load_scenario("tiny").digest != scenario.digest
