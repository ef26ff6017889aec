"""Malformed files of the second part of the centre: each is refused with key, value and what is allowed.

Laws as presets, rings, detection, the right party, answering services and deferrable work; each concept in a centre of
the library.
"""

from typing import Any, NamedTuple

import pytest

from ccenv.scenarios import ScenarioError, load_scenario

NUMBER = "must be a number at least 0"
PROBABILITY = "must be a number at least 0 and at most 1"


class Bad(NamedTuple):
    """A centre of the library, what is changed, the key that is named, its value, and words of what is allowed."""

    centre: str
    changes: dict[str, Any]
    key: str
    value: Any
    allowed: str


def one(centre: str, key: str, value: Any, allowed: str, at: str = "", told: Any = ...) -> Bad:
    """One changed key; `at` and `told`: the key and value that are named, if others."""
    return Bad(centre, {key: value}, at or key, value if told is ... else told, allowed)


SALES, RULES = "campaigns.survey", "campaigns.survey.calling_rules"
OUTSIDE, SERVICE = "groups.outside", "groups.outside.answering_service"
MAILS, WORK = "queues.mails", "queues.mails.deferrable"

CASES = [
    # laws, rings
    one("tiny", f"{RULES}.preset", "ftc", "ftc_tsr_2024"),
    one("tiny", f"{RULES}.preset", 3, "must be text"),
    one("tiny", f"{RULES}.min_ring_s", -1, NUMBER),
    one("tiny", f"{RULES}.min_ring_s", "long", NUMBER),
    one("tiny", f"{RULES}.law", "ofcom_2017", "unknown key"),
    # detection, right party
    one("tiny", f"{SALES}.detector", "off", "none"),
    one("tiny", f"{SALES}.detector.decide_s", -2, NUMBER),
    one("tiny", f"{SALES}.detector.decide_s", {"dist": "never"}, "endless", f"{SALES}.detector.decide_s.dist", "never"),
    one("tiny", f"{SALES}.detector.p_false_positive", 1.5, PROBABILITY),
    one("tiny", f"{SALES}.detector.seconds", 2, "unknown key"),
    one("tiny", f"{SALES}.p_right_party", 1.1, PROBABILITY),
    one("tiny", f"{SALES}.p_right_party", "all", PROBABILITY),
    one("tiny", f"{SALES}.handle_wrong_party_s", -5, NUMBER),
    one("tiny", f"{SALES}.p_wrong_party", 0.2, "unknown key"),
    # answering services
    one("overflow", f"{SERVICE}.lines", 0, "must be a whole number at least 1"),
    one("overflow", f"{SERVICE}.lines", "many", "must be a whole number at least 1"),
    one("overflow", f"{SERVICE}.price_per_contact", -0.5, NUMBER),
    one("overflow", f"{SERVICE}.own_quality", 120, "must be a number at least 0 and at most 100"),
    one("overflow", f"{SERVICE}.price", 3, "did you mean 'price_per_contact'"),
    one("overflow", SERVICE, [4], "must be a mapping"),
    one("overflow", f"{OUTSIDE}.staffing", 4, "with its `lines`; leave it out"),
    one("overflow", f"{OUTSIDE}.shrinkage", 0.1, "is never absent; leave it out"),
    one("overflow", f"{OUTSIDE}.wage_per_hour", 12, "is paid by the contact"),
    one("overflow", f"{OUTSIDE}.fatigue.strength", 0.5, "does not change", f"{OUTSIDE}.fatigue", None),
    one("overflow", f"{OUTSIDE}.learning.excess", 0.5, "does not change", f"{OUTSIDE}.learning", None),
    one("overflow", f"{OUTSIDE}.script.strength", 0.5, "has scripts of its own", f"{OUTSIDE}.script", None),
    one("overflow", f"{OUTSIDE}.advisor_order", "linear", "lines of an answering service are alike"),
    one("overflow", "rules.routing.params.overflow_after_s", -1, "allowed: a number in [0, inf]",
        "rules.routing.params", None),
    one("overflow", "rules.routing.params.overflow_s", 5, "unknown parameter 'overflow_s'",
        "rules.routing.params", None),
    # deferrable work
    one("back_office", f"{WORK}.due_s", -1, "must be a number at least 0 or a distribution"),
    one("back_office", f"{WORK}.due_s", {"dist": "never"}, "endless", f"{WORK}.due_s.dist", "never"),
    one("back_office", f"{WORK}.interruptible", "yes", "must be true or false"),
    one("back_office", f"{WORK}.resume_s", -1, NUMBER),
    one("back_office", f"{WORK}.patience_s", 9, "unknown key"),
    one("back_office", WORK, 86_400, "must be a mapping"),
    one("back_office", f"{MAILS}.patience_s", 300, "deferrable work has no patience"),
    one("back_office", f"{MAILS}.p_balk", 0.2, "deferrable work does not balk"),
    one("back_office", f"{MAILS}.ivr", {"time_s": 5}, "deferrable work has no voice menu", told=None),
    one("back_office", f"{MAILS}.callback", {}, "deferrable work is not called back", told=None),
    one("back_office", f"{MAILS}.redial.p", 0.3, "does not give up", f"{MAILS}.redial", None),
    one("back_office", f"{MAILS}.service_level_s", 60, "`deferrable.due_s`"),
    one("back_office", "queues.calls.transfer", {"p": 0.1, "to": "mails"}, "to which no contact is transferred",
        "queues.calls.transfer.to", "mails"),
    one("back_office", "queues.calls.ivr", {"routes": {"claims": 0.1}}, "to which no contact is routed",
        "queues.calls.ivr.routes.claims", 0.1),
    one("back_office", "rules.routing.params.work_reserve", -1, "allowed: a number in [0, inf]",
        "rules.routing.params", None),
]  # fmt: skip


def test_there_are_forty_of_them() -> None:
    assert len(CASES) >= 40
    assert len({f"{case.centre} {case.changes}" for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.key}={case.value}")
def test_it_is_refused_by_name(case: Bad) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(case.centre, **case.changes)
    found = {problem.key: problem for problem in caught.value.problems}
    assert case.key in found, sorted(found)
    assert case.allowed in str(caught.value)
    assert case.key in str(caught.value)
    if case.value is not None:
        assert found[case.key].value == case.value


@pytest.mark.parametrize(
    "centre, changes",
    [
        ("tiny", {f"{RULES}.min_ring_s": -1, f"{SALES}.p_right_party": 2, f"{SALES}.detector.decide_s": -1}),
        ("overflow", {f"{OUTSIDE}.staffing": 4, f"{OUTSIDE}.shrinkage": 0.1, f"{OUTSIDE}.wage_per_hour": 12}),
        ("back_office", {f"{MAILS}.p_balk": 0.2, f"{MAILS}.patience_s": 9, "queues.claims.service_level_s": 9}),
    ],
)
def test_all_faults_of_a_centre_are_told_at_once(centre: str, changes: dict[str, Any]) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(centre, **changes)
    assert {problem.key for problem in caught.value.problems} == set(changes)
