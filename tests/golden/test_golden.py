"""The registered environments do what they did when their golden rollouts were committed."""

import json
from typing import Any

import pytest

from tests.golden.rollout import DIGITS, FOLDER, IDS, SCENARIOS, as_text, path_of, rollout

TOLERANCE = 2 * 10.0 ** (1 - DIGITS)  # relative: the last digit may be rounded either way


def near(expected: Any, found: Any) -> bool:
    """Whether two values are equal: integers and flags exactly, other numbers to the digits that are stored."""
    if isinstance(expected, list):
        return len(expected) == len(found) and all(map(near, expected, found))
    if isinstance(expected, dict):
        return expected.keys() == found.keys() and all(near(expected[k], found[k]) for k in expected)
    if isinstance(expected, float):
        return bool(abs(expected - found) <= TOLERANCE * max(abs(expected), 1e-3))
    return bool(expected == found)


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("env_id", IDS)
def test_a_rollout_is_the_committed_one(env_id: str, scenario: str) -> None:
    expected = json.loads(path_of(env_id, scenario).read_text(encoding="utf-8"))
    found = json.loads(as_text(rollout(env_id, scenario)))
    for number, (then, now) in enumerate(zip(expected["steps"], found["steps"], strict=False), 1):
        assert near(then, now), f"step {number}: {now}, committed {then}; `make golden` if that is meant"
    assert len(expected["steps"]) == len(found["steps"])
    assert near(expected["observations"], found["observations"])


def test_no_other_rollouts_are_committed() -> None:
    assert {path.name for path in FOLDER.glob("*.json")} == {path_of(i, s).name for i in IDS for s in SCENARIOS}


def test_a_difference_is_seen() -> None:
    assert near([1, 0.5, {"3": 2.0}], [1, 0.500001, {"3": 2.0}])
    assert not near([1, 0.5], [1, 0.5001]) and not near([1], [2]) and not near({"3": 1.0}, {"4": 1.0})
