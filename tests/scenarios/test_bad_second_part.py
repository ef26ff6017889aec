"""Malformed files of the second part of the centre: each is refused with key, value and what is allowed.

Laws as presets, rings, detection, the right party, answering services, deferrable work, chats, machines, advisors who
do not pick up, and handle times by slot and day; each concept in a centre of the library, and all of them in one file.
"""

from typing import Any, NamedTuple

import pytest
import yaml

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
OMNI, CHAT, BOT, PHONE = "support_omnichannel", "queues.chat", "queues.calls.ivr", "groups.phone"

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
    # chats and machines
    one(OMNI, f"{CHAT}.chat.rate_by_level", [1, 1.5, 1], "above 0 and at most 1", f"{CHAT}.chat.rate_by_level.1", 1.5),
    one(OMNI, f"{CHAT}.chat.rate_by_level", [], "must be a list from 1 to 5 long"),
    one(OMNI, f"{CHAT}.chat.p_silent", 2, PROBABILITY),
    one(OMNI, f"{CHAT}.chat.detect_s", {"dist": "never"}, "endless", f"{CHAT}.chat.detect_s.dist", "never"),
    one(OMNI, f"{CHAT}.wrap_up_s", 5, "a chat has no wrap-up"),
    one(OMNI, f"{CHAT}.callback", {}, "a chat has no callback", told=None),
    one(OMNI, f"{MAILS}.chat", {"rate_by_level": [1, 1, 1]}, "deferrable work is no chat", told=None),
    one(OMNI, "groups.digital.capacity.chats", 4, "must be at most 3, the rates in queues.chat.chat.rate_by_level"),
    one(OMNI, "groups.digital.capacity.chats", 6, "must be a whole number at least 1 and at most 5"),
    one(OMNI, f"{BOT}.p_resolved_hard", 1.2, PROBABILITY),
    one(OMNI, f"{BOT}.price_per_minute", -1, NUMBER),
    one(OMNI, f"{BOT}.handoff_factor", 0, "must be a number above 0"),
    one(OMNI, f"{BOT}.p_contained", 0.99, "p_contained + p_hangup is 1.03", f"{BOT}.p_hangup", 0.04),
    # advisors who do not pick up, handle times by slot and day
    one(OMNI, f"{PHONE}.no_pick_up", {"p": 1}, "must be a number above 0 and below 1", f"{PHONE}.no_pick_up.p", 1),
    one(OMNI, f"{PHONE}.no_pick_up", {"ring_s": 5}, "is missing", f"{PHONE}.no_pick_up.p", None),
    one(OMNI, f"{PHONE}.no_pick_up", {"p": 0.1, "away": 3}, "did you mean 'away_s'", f"{PHONE}.no_pick_up.away", 3),
    one(OMNI, "queues.calls.handle_by_slot", [1, 1], "has 2 values; must have 24"),
    one(OMNI, "queues.calls.handle_by_slot", [0] + [1] * 23, "above 0", "queues.calls.handle_by_slot.0", 0),
    one(OMNI, f"{PHONE}.busyness_cv", -1, NUMBER),
    one(OMNI, f"{PHONE}.busyness", 0.1, "did you mean 'busyness_cv'"),
]  # fmt: skip


def test_there_are_sixty_of_them() -> None:
    assert len(CASES) >= 60
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


FILE = """
name: everything_at_once
description: a centre with all concepts
clock: {kind: day, open_s: 28800, close_s: 36000, slot_s: 3600}
queues:
  calls:
    arrivals_per_hour: 60
    handle_s: 200
    handle_by_slot: [1, 1.2]
    ivr: {time_s: 30, p_contained: 0.3, p_hangup: 0.1, p_resolved_hard: 0.2, price_per_minute: 0.1}
  web:
    arrivals_per_hour: 30
    handle_s: 250
    patience_s: 300
    chat: {rate_by_level: [1, 0.7], p_silent: 0.5, detect_s: 60}
  mails:
    arrivals_per_hour: 20
    handle_s: 240
    deferrable: {due_s: {dist: constant, value_s: 14400}, interruptible: true}
groups:
  phone: {skills: [calls, renewals], staffing: 8, no_pick_up: {p: 0.05}, busyness_cv: 0.1}
  digital: {skills: [web, mails], staffing: 4, capacity: {chats: 2}, no_pick_up: {p: 0.05}}
campaigns:
  renewals:
    p_answer: 0.3
    handle_s: 120
    handle_by_slot: [1, 0.9]
    ring_s: {dist: constant, value_s: 25}
    detector: {decide_s: 1}
    p_right_party: 0.8
    drop_after_s: 2
    calling_rules: {preset: ftc_tsr_2024}
    return_calls: {queue: calls, p_by_outcome: {no_answer: 0.1}, delay_s: 1800}
"""
# Each fault: the text of the file, its replacement, the key that is named, and words of what is allowed. Faults of the
# first list are of types; those of the second are of values that do not fit together.
TYPES = [
    ("price_per_minute: 0.1", "price_per_minute: -0.1", f"{BOT}.price_per_minute", NUMBER),
    ("p_contained: 0.3", "p_contained: all", f"{BOT}.p_contained", PROBABILITY),
    ("handle_by_slot: [1, 1.2]", "handle_by_slot: [1, 0]", "queues.calls.handle_by_slot.1", "above 0"),
    ("rate_by_level: [1, 0.7]", "rate_by_level: [1, 1.7]", "queues.web.chat.rate_by_level.1", "at most 1"),
    ("p_silent: 0.5", "p_silent: 5", "queues.web.chat.p_silent", PROBABILITY),
    ("interruptible: true", "interruptible: calls", f"{WORK}.interruptible", "must be true or false"),
    ("8, no_pick_up: {p: 0.05}", "8, no_pick_up: {p: 1}", f"{PHONE}.no_pick_up.p", "below 1"),
    ("busyness_cv: 0.1", "busynes_cv: 0.1", f"{PHONE}.busynes_cv", "did you mean 'busyness_cv'"),
    ("{chats: 2}", "{chats: two}", "groups.digital.capacity.chats", "must be a whole number"),
    ("p_right_party: 0.8", "p_right_party: 8", "campaigns.renewals.p_right_party", PROBABILITY),
    ("{decide_s: 1}", "{decide_s: -1}", "campaigns.renewals.detector.decide_s", NUMBER),
    ("{no_answer: 0.1}", "{no_answr: 0.1}", "campaigns.renewals.return_calls.p_by_outcome.no_answr", "'no_answer'"),
]
FITS = [
    ("p_contained: 0.3", "p_contained: 0.95", f"{BOT}.p_hangup", "must be at most 1"),
    ("handle_by_slot: [1, 1.2]", "handle_by_slot: [1, 1.2, 1]", "queues.calls.handle_by_slot", "must have 2"),
    ("patience_s: 300", "patience_s: 300, wrap_up_s: 9", "queues.web.wrap_up_s", "a chat has no wrap-up"),
    ("handle_s: 240", "handle_s: 240, p_balk: 0.5", "queues.mails.p_balk", "does not balk"),
    ("{chats: 2}", "{chats: 3}", "groups.digital.capacity.chats", "must be at most 2"),
    ("handle_by_slot: [1, 0.9]", "handle_by_slot: [1]", "campaigns.renewals.handle_by_slot", "must have 2"),
    ("value_s: 25", "value_s: 9", "campaigns.renewals.ring_s", "must be at least 15 s, calling_rules.min_ring_s"),
    ("{queue: calls, p", "{queue: mails, p", "campaigns.renewals.return_calls.queue", "a queue of calls"),
]


def of_file(*faults: tuple[str, str, str, str]) -> dict[str, Any]:
    """The file with its faults; a fault that adds a key stands in a line of its own."""
    text = FILE
    for old, new, _, _ in faults:
        assert text.count(old) == 1, old
        text = text.replace(old, new.replace(", wrap", "\n    wrap").replace(", p_balk", "\n    p_balk"))
    data: dict[str, Any] = yaml.safe_load(text)
    return data


def test_the_file_with_all_concepts_is_sound() -> None:
    assert load_scenario(of_file()).name == "everything_at_once"


@pytest.mark.parametrize("faults", [TYPES, FITS], ids=["types", "fits"])
def test_all_faults_of_a_file_with_all_concepts_are_told_at_once(faults: list[tuple[str, str, str, str]]) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(of_file(*faults))
    found = {problem.key: problem.allowed for problem in caught.value.problems}
    assert set(found) == {key for _, _, key, _ in faults}
    for _, _, key, allowed in faults:
        assert allowed in found[key], key
        assert key in str(caught.value)


@pytest.mark.parametrize("fault", [*TYPES, *FITS], ids=lambda fault: fault[2])
def test_each_fault_of_the_file_is_told_alone(fault: tuple[str, str, str, str]) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(of_file(fault))
    assert fault[2] in {problem.key for problem in caught.value.problems}
    assert fault[3] in str(caught.value)
