"""Handle times of all groups and queues at once: as a mapping, a matrix and a CSV file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ccenv.scenarios import ScenarioError, load_scenario

CENTRE: dict[str, Any] = {
    "name": "pairs",
    "description": "made by the tests",
    "clock": {"kind": "day", "open_s": 0, "close_s": 3_600, "slot_s": 1_800},
    "queues": {
        "a": {"arrivals_per_hour": 20, "handle_s": 100, "patience_s": 60},
        "b": {"arrivals_per_hour": 20, "handle_s": 200, "patience_s": 60},
    },
    "groups": {"x": {"skills": ["a", "b"], "staffing": 2}, "y": {"skills": ["a", "b"], "staffing": 2}},
    "campaigns": {},
    "sources": {"*": "made up"},
}
MATRIX = {"groups": ["x", "y"], "queues": ["a", "b"], "mean_s": [[90, 150.5], [None, 300]]}
MAPPING = {"x": {"a": 90, "b": 150.5}, "y": {"b": 300}}


def times(scenario: Any) -> dict[str, dict[str, float]]:
    """The handle times of the groups."""
    return {name: dict(group.handle_s) for name, group in scenario.centre.groups.items()}


@pytest.mark.parametrize("given", [MATRIX, MAPPING])
def test_times_go_to_the_groups(given: Any) -> None:
    assert times(load_scenario({**CENTRE, "handle_times": given})) == MAPPING | {"y": {"b": 300}}


def test_a_csv_file_stands_beside_the_scenario_file(tmp_path: Path) -> None:
    (tmp_path / "times.csv").write_text(",a,b\nx,90,150.5\n\ny,,300\n", encoding="utf-8")
    (tmp_path / "centre.yaml").write_text(json.dumps({**CENTRE, "handle_times": "times.csv"}), encoding="utf-8")
    assert times(load_scenario(tmp_path / "centre.yaml")) == MAPPING


def test_a_group_may_give_other_times_itself() -> None:
    groups = {**CENTRE["groups"], "y": {"skills": ["a", "b"], "staffing": 2, "handle_s": {"a": 70}}}
    found = times(load_scenario({**CENTRE, "groups": groups, "handle_times": MAPPING}))
    assert found == {"x": {"a": 90, "b": 150.5}, "y": {"a": 70, "b": 300}}


@pytest.mark.parametrize(
    ("given", "key", "words"),
    [
        (7, "handle_times", "must be a mapping by group and queue"),
        ({"z": {"a": 1}}, "handle_times.z.a", "not one of the groups: x, y"),
        ({"x": {"aa": 1}}, "handle_times.x.aa", "did you mean 'a'"),
        ({"x": 3}, "handle_times.x", "must be a mapping from queues to times"),
        ({**MATRIX, "sd_s": []}, "handle_times.sd_s", "unknown key"),
        ({**MATRIX, "mean_s": [[1, 2]]}, "handle_times.mean_s", "has 1 rows; expected 2"),
        ({**MATRIX, "mean_s": [[1, 2], [3]]}, "handle_times.mean_s.1", "must be a list of 2 numbers"),
        ({**MATRIX, "queues": ["a", 4]}, "handle_times.queues.1", "must be a name"),
        ({"x": {"a": -3}}, "groups.x.handle_s.a", "at least 0"),
        ("nowhere.csv", "handle_times", "there is no such file"),
    ],
)
def test_a_wrong_entry_is_named(given: Any, key: str, words: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario({**CENTRE, "handle_times": given})
    assert caught.value.key == key and words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "must begin with a header"),
        (",a,b\nx,1\n", "line 2 has 2 cells; expected 3"),
        (",a,b\nx,1,soon\n", "must be a number of seconds"),
        (",a,c\nx,1,2\n", "not one of the queues: a, b"),
        (",a,b\nx,nan,2\n", "must be a number between"),
        (",a,b\nx,inf,2\n", "must be a number between"),
        (",a,b\nx,1e300,2\n", "must be a number between"),
        (",a,b\nx,1,2\nx,3,\n", "the pair has a time already"),
    ],
)
def test_a_wrong_file_is_named(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "times.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=words):
        load_scenario({**CENTRE, "handle_times": str(tmp_path / "times.csv")})


def test_a_time_given_twice_is_refused() -> None:
    groups = {**CENTRE["groups"], "x": {"skills": ["a", "b"], "staffing": 2, "handle_s": {"a": 70}}}
    with pytest.raises(ScenarioError, match=r"already, here or in groups.x.handle_s.a"):
        load_scenario({**CENTRE, "groups": groups, "handle_times": MAPPING})


def test_all_wrong_entries_come_at_once(tmp_path: Path) -> None:
    (tmp_path / "times.csv").write_text(",a,c\nx,soon,2\ny,1\nz,3,\nx,1e300,\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(
            {**CENTRE, "handle_times": str(tmp_path / "times.csv")},
            **{"queues.d.handle_s": 3, "queues.a.patience_s": -1, "groups.q.staffing.0": 2, "queues.a.handle_s.x.y": 1},
        )
    assert {problem.key for problem in caught.value.problems} == {
        "handle_times.x.a", "handle_times.x.c", "handle_times", "handle_times.z.a",
        "queues.d.handle_s", "queues.a.patience_s", "groups.q.staffing.0", "queues.a.handle_s.x.y",
    }  # fmt: skip
