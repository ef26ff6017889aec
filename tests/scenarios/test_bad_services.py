"""Malformed answering services: each is refused with key, value and what is allowed."""

from typing import Any

import pytest

from ccenv.scenarios import ScenarioError, load_scenario

OUTSIDE = "groups.outside"
SERVICE = f"{OUTSIDE}.answering_service"
THERE = "an answering service is there in all opening hours with its `lines`; leave it out"

# what is changed, key and value named, words of what is allowed
CASES: list[tuple[dict[str, Any], str, Any, str]] = [
    ({f"{SERVICE}.lines": 0}, f"{SERVICE}.lines", 0, "must be a whole number at least 1"),
    ({f"{SERVICE}.lines": 2.5}, f"{SERVICE}.lines", 2.5, "must be a whole number at least 1"),
    ({SERVICE: {"price_per_contact": 3}}, f"{SERVICE}.lines", None, "is missing; must be a whole number at least 1"),
    ({f"{SERVICE}.price_per_contact": -1}, f"{SERVICE}.price_per_contact", -1, "must be a number at least 0"),
    ({f"{SERVICE}.own_quality": 101}, f"{SERVICE}.own_quality", 101, "must be a number at least 0 and at most 100"),
    ({f"{SERVICE}.wages": 3}, f"{SERVICE}.wages", 3, "allowed here: lines, price_per_contact, own"),
    ({SERVICE: True}, SERVICE, True, "must be a mapping"),
    ({f"{OUTSIDE}.staffing": 3}, f"{OUTSIDE}.staffing", 3, THERE),
    ({f"{OUTSIDE}.shrinkage": 0.1}, f"{OUTSIDE}.shrinkage", 0.1, "an answering service is never absent; leave it out"),
    ({f"{OUTSIDE}.wage_per_hour": 9}, f"{OUTSIDE}.wage_per_hour", 9, "is paid by the contact"),
    ({f"{OUTSIDE}.advisor_order": "fastest"}, f"{OUTSIDE}.advisor_order", "fastest", "lines of an answering service"),
    ({f"{OUTSIDE}.monitoring.share": 0.1}, f"{OUTSIDE}.monitoring", None, "is not monitored; leave it out"),
    (
        {f"{OUTSIDE}.shifts": [{"n": 1, "from_s": 32400, "until_s": 36000}]}, f"{OUTSIDE}.shifts", None, THERE,
    ),
    (
        {"groups.team.staffing": 0, "groups.team.answering_service": {"lines": 3}},
        "groups.team.answering_service",
        None,
        "needs a group of advisors beside answering services",
    ),
    (
        {"campaigns.survey": {"p_answer": 0.3, "handle_s": 60}, f"{OUTSIDE}.skills": ["billing", "survey"]},
        f"{OUTSIDE}.skills.1",
        "survey",
        "an answering service takes contacts of queues only: billing, moving",
    ),
]  # fmt: skip


@pytest.mark.parametrize("changes, key, value, allowed", CASES, ids=lambda x: None)
def test_it_is_refused_by_name(changes: dict[str, Any], key: str, value: Any, allowed: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario("overflow", **changes)
    found = {problem.key: problem for problem in caught.value.problems}
    assert key in found, sorted(found)
    assert allowed in str(caught.value)
    if value is not None:
        assert found[key].value == value


def test_all_faults_are_told_at_once() -> None:
    changes = {f"{OUTSIDE}.staffing": 3, f"{OUTSIDE}.wage_per_hour": 9, f"{OUTSIDE}.shrinkage": 0.2}
    with pytest.raises(ScenarioError) as caught:
        load_scenario("overflow", **changes)
    assert {problem.key for problem in caught.value.problems} == set(changes)
