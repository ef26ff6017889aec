"""Near words, and messages that stay short."""

import pickle

import pytest

from ccenv.files.errors import LISTED, MOST_PROBLEMS, SHOWN, Problem, ScenarioError, closest, nearest, shown
from ccenv.scenarios import load_scenario
from ccenv.scenarios.files.decode import decode, stand_in
from ccenv.scenarios.schema import Campaign, Centre, Clock, Group, Queue
from tests.scenarios.inbound import CENTRE

QUEUE_KEYS = Queue.__struct_fields__


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("arivals", "arrivals_per_hour"),
        ("arrivals", "arrivals_per_hour"),
        ("arrival_rate", "arrivals_per_hour"),
        ("Arrivals-Per-Hour", "arrivals_per_hour"),
        ("arrphr", "arrivals_per_hour"),
        ("handle", "handle_s"),
        ("handle_time", "handle_s"),
        ("handle_time_s", "handle_s"),
        ("patience", "patience_s"),
        ("pateince_s", "patience_s"),
        ("balk", "p_balk"),
        ("transfers", "transfer"),
        ("wrapup", "wrap_up_s"),
    ],
)
def test_the_nearest_key_comes_first(word, expected):
    keys = [*Queue.__struct_fields__, *Group.__struct_fields__]
    assert nearest(word, keys)[0] == expected


def test_nothing_is_suggested_for_a_word_of_another_kind():
    for word in ("", "x", "qqqqq", "zebra", "q" * 100_000):
        assert closest(word, QUEUE_KEYS) == ""


def problem(changes):
    with pytest.raises(ScenarioError) as caught:
        load_scenario(CENTRE, **changes)
    return caught.value


def test_a_key_in_a_wrong_place_is_told_where_it_stands():
    assert "it is a key elsewhere: clock.slot_s" in problem({"slot_s": 900}).allowed
    assert "did you mean queues.*.arrivals_per_hour" in problem({"arivals_per_hour": 5}).allowed
    found = problem({"queues.first.staffing": 5}).allowed
    assert "it is a key elsewhere: groups.*.staffing" in found


def test_all_problems_of_a_file_come_at_once():
    """Unknown and missing keys, wrong types, unknown names and inconsistent values, of the schema and of the checks."""
    error = problem(
        {
            "queues.first.arivals": 3,
            "queues.second.handle_s": "long",
            "trunks": "many",
            "typo": 1,
            "groups.late.skills": ["first", "secnd"],
            "reward": "servise",
            "rules": {"routing": {"name": "fifoo"}, "pacing": {"name": "no_dial"}},
            "queues.third.transfer": {"p": 0.1, "to": "nowhere"},
        }
    )
    keys = [found.key for found in error.problems]
    assert keys == list(dict.fromkeys(keys))
    assert {
        "queues.first.arivals",
        "queues.second.handle_s",
        "trunks",
        "typo",
        "groups.late.skills.1",
        "reward",
        "rules.routing.name",
        "queues.third.transfer.to",
    } <= set(keys)
    assert error.key == keys[0]
    lines = str(error).splitlines()
    assert len(lines) == len(keys)
    assert all(line.startswith(f"{error.file}: {key}") for line, key in zip(lines, keys, strict=True))


def test_what_follows_from_another_problem_is_not_listed():
    """A faulty clock, group or queue makes its values unknown, so nothing is said that depends on them."""
    for changes, expected in (
        ({"clock.slot_s": "x"}, {"clock.slot_s"}),
        ({"clock.close_s": 0}, {"clock.close_s"}),
        ({"groups.late.skills": "first"}, {"groups.late.skills"}),
        ({"queues.first": 5}, {"queues.first"}),
        (
            {"queues.first.interpolation": "linear", "queues.first.arrivals_per_hour": "x"},
            {"queues.first.arrivals_per_hour"},
        ),
        ({"queues": []}, {"queues"}),
        ({"groups.late": {"skills": ["first", "second", "third"], "staffed": 3}}, {"groups.late.staffed"}),
    ):
        assert {found.key for found in problem(changes).problems} == expected


def test_a_faulty_centre_is_mended_for_the_checks():
    for kind in (Queue, Group, Campaign, Clock, Centre):
        given = stand_in(kind)
        assert isinstance(given, dict)
    centre, problems = decode({"name": 5, "queues": {"a": 3}, "groups": {"g": {"skills": ["a"], "staffing": -1}}})
    assert centre is not None
    assert {found.key for found in problems} >= {"name", "description", "clock", "queues.a", "groups.g.staffing"}
    assert list(centre.queues) == ["a"]


def test_the_error_keeps_its_problems_when_it_is_pickled():
    error = problem({"typo": 1, "trunks": "x"})
    again = pickle.loads(pickle.dumps(error))
    assert again.problems == error.problems
    assert str(again) == str(error)
    assert len(error.problems) == 2


def test_a_long_list_of_problems_is_cut():
    error = ScenarioError.of("f", [Problem(f"k{i}", i, "no") for i in range(500)])
    assert len(error.problems) == MOST_PROBLEMS
    lines = str(error).splitlines()
    assert len(lines) == LISTED + 1
    assert lines[-1] == f"and {MOST_PROBLEMS - LISTED} more problems"


@pytest.mark.parametrize(
    "value",
    [
        "short",
        "x" * 500,
        [1] * 500,
        {"a": [1, {"b": None}]},
        {str(n): n for n in range(500)},
        (1, 2),
        1.5,
        None,
        [[[]]],
    ],
)
def test_a_value_is_shown_as_python_writes_it_and_cut(value):
    whole = repr(value)
    assert shown(value) == (whole if len(whole) <= SHOWN else whole[: SHOWN - 3] + "...")
