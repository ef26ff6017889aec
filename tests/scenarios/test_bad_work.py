"""Malformed deferrable work: each is refused with key, value and what is allowed."""

from typing import Any

import pytest

from ccenv.scenarios import ScenarioError, load_scenario

MAILS = "queues.mails"
WORK = f"{MAILS}.deferrable"

# what is changed, key and value named, words of what is allowed
CASES: list[tuple[dict[str, Any], str, Any, str]] = [
    ({f"{WORK}.due_s": -1}, f"{WORK}.due_s", -1, "must be a number at least 0 or a distribution"),
    ({f"{WORK}.due_s": {"dist": "never"}}, f"{WORK}.due_s.dist", "never", "may be endless"),
    ({f"{WORK}.interruptible": 1}, f"{WORK}.interruptible", 1, "must be true or false"),
    ({f"{WORK}.resume_s": -5}, f"{WORK}.resume_s", -5, "must be a number at least 0"),
    ({f"{WORK}.due": 5}, f"{WORK}.due", 5, "unknown key; did you mean 'due_s'"),
    ({WORK: True}, WORK, True, "must be a mapping"),
    ({f"{MAILS}.patience_s": 300}, f"{MAILS}.patience_s", 300, "it is due after `deferrable.due_s`; leave it out"),
    ({f"{MAILS}.p_balk": 0.1}, f"{MAILS}.p_balk", 0.1, "deferrable work does not balk; leave it out"),
    ({f"{MAILS}.ivr": {"time_s": 9}}, f"{MAILS}.ivr", None, "deferrable work has no voice menu; leave it out"),
    ({f"{MAILS}.callback": {}}, f"{MAILS}.callback", None, "deferrable work is not called back; leave it out"),
    ({f"{MAILS}.sale.p": 0.1}, f"{MAILS}.sale", None, "deferrable work does not buy; leave it out"),
    ({f"{MAILS}.service_level_s": 60}, f"{MAILS}.service_level_s", 60, "the time of deferrable work is"),
    ({f"{MAILS}.transfer": {"p": 0.1, "to": "calls"}}, f"{MAILS}.transfer", None, "is not transferred; leave it out"),
    (
        {"queues.calls.transfer": {"p": 0.1, "to": "mails"}},
        "queues.calls.transfer.to",
        "mails",
        "mails is deferrable work, to which no contact is transferred",
    ),
    (
        {"queues.calls.ivr": {"time_s": 9, "routes": {"mails": 0.2}}},
        "queues.calls.ivr.routes.mails",
        0.2,
        "mails is deferrable work, to which no contact is routed",
    ),
    (
        {"groups.outside": {"skills": ["calls", "mails"], "answering_service": {"lines": 2}}},
        "groups.outside.skills.1",
        "mails",
        "mails is deferrable work, and an answering service takes contacts on a line only",
    ),
]


@pytest.mark.parametrize("changes, key, value, allowed", CASES, ids=lambda x: None)
def test_it_is_refused_by_name(changes: dict[str, Any], key: str, value: Any, allowed: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario("back_office", **changes)
    found = {problem.key: problem for problem in caught.value.problems}
    assert key in found, sorted(found)
    assert allowed in str(caught.value)
    if value is not None:
        assert found[key].value == value


def test_all_faults_are_told_at_once() -> None:
    changes = {f"{MAILS}.p_balk": 0.2, f"{MAILS}.patience_s": 9, "queues.claims.service_level_s": 9}
    with pytest.raises(ScenarioError) as caught:
        load_scenario("back_office", **changes)
    assert {problem.key for problem in caught.value.problems} == set(changes)
