"""Chats in scenario files: the catalogue has a level for each chat, and malformed files are refused by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ccenv.scenarios import ScenarioError, load_scenario

CENTRE: dict[str, Any] = {
    "name": "chats",
    "description": "a call and two kinds of chat",
    "clock": {"open_s": 0, "close_s": 3600, "slot_s": 3600},
    "queues": {
        "calls": {"arrivals_per_hour": 10, "handle_s": 100, "transfer": {"p": 0.1, "to": "experts"}},
        "experts": {"arrivals_per_hour": 10, "handle_s": 100},
        "web": {
            "arrivals_per_hour": 30,
            "handle_s": 100,
            "chat": {"rate_by_level": [1, 0.8, 0.7], "p_silent": 0.25, "detect_s": 20},
        },
        "app": {"arrivals_per_hour": 30, "handle_s": 100, "chat": {"rate_by_level": [0.9, 0.7]}},
    },
    "groups": {
        "phone": {"skills": ["calls", "experts"], "staffing": 2},
        "digital": {"skills": ["web"], "staffing": 2, "capacity": {"chats": 3}},
        "blended": {"skills": ["calls", "web", "app"], "staffing": 2, "capacity": {"chats": 2}},
    },
}

BESIDE = "groups.blended.capacity.chats_beside_voice"
MAIL = {"arrivals_per_hour": 5, "handle_s": 100, "deferrable": {"due_s": 3600}}
CASES = [
    ({"queues.web.chat": {}}, "queues.web.chat.rate_by_level", "is missing"),
    ({"queues.web.chat.rate_by_level": []}, "queues.web.chat.rate_by_level", "1"),
    ({"queues.web.chat.rate_by_level": [1] * 6}, "queues.web.chat.rate_by_level", "5"),
    ({"queues.web.chat.rate_by_level": [1, 0, 0]}, "queues.web.chat.rate_by_level.1", "above 0"),
    ({"queues.web.chat.rate_by_level": [1.2, 1, 1]}, "queues.web.chat.rate_by_level.0", "at most 1"),
    (
        {"queues.web.chat.rate_by_level": [0.6, 0.5, 0.55]},
        "queues.web.chat.rate_by_level.2",
        "at most 0.5, the rate with",
    ),
    (
        {"queues.web.chat.rate_by_level": [1, 0.8]},
        "groups.digital.capacity.chats",
        "at most 2, the rates in queues.web",
    ),
    ({"queues.web.chat.p_silent": 1.5}, "queues.web.chat.p_silent", "at most 1"),
    ({"queues.web.chat.detect_s": {"dist": "never"}}, "queues.web.chat.detect_s.dist", "may be endless"),
    ({"queues.web.chat.patience": 5}, "queues.web.chat.patience", "unknown"),
    ({"queues.web.chat": True}, "queues.web.chat", "mapping"),
    ({"queues.web.wrap_up_s": 10}, "queues.web.wrap_up_s", "a chat has no wrap-up"),
    ({"queues.web.callback": {"p_accept": 0.5}}, "queues.web.callback", "a chat has no callback"),
    (
        {"queues.web.transfer": {"p": 0.1, "to": "app", "kind": "warm"}},
        "queues.web.transfer.kind",
        "a chat is transferred without a meeting",
    ),
    ({"queues.web.transfer": {"p": 0.1, "to": "calls"}}, "queues.web.transfer.to", "web is a chat; allowed"),
    ({"queues.calls.transfer.to": "web"}, "queues.calls.transfer.to", "calls is no chat; allowed"),
    ({"queues.web.ivr": {"routes": {"calls": 0.1}}}, "queues.web.ivr.routes.calls", "web is a chat"),
    ({"groups.digital.capacity.chats": 0}, "groups.digital.capacity.chats", "at least 1"),
    ({"groups.digital.capacity.chats": 9}, "groups.digital.capacity.chats", "at most 5"),
    ({"groups.digital.capacity.calls": 2}, "groups.digital.capacity.calls", "unknown"),
    (
        {"groups.other": {"skills": ["calls", "web"], "answering_service": {"lines": 2}}},
        "groups.other.skills.1",
        "an answering service takes no chats",
    ),
    ({"groups.phone.capacity": {"chats": 2}}, "groups.phone.capacity.chats", "no skill for a queue with chat"),
    ({f"{BESIDE}": -1}, BESIDE, "at least 0"),
    ({f"{BESIDE}": 5}, BESIDE, "at most 4"),
    ({f"{BESIDE}": 0.5}, BESIDE, "whole number"),
    ({f"{BESIDE}": 2}, BESIDE, "at most 1, since the call counts as one of capacity.chats"),
    ({"groups.phone.capacity.chats_beside_voice": 1}, "groups.phone.capacity.chats_beside_voice", "at most 0"),
    (
        {"groups.digital.capacity.chats_beside_voice": 2},
        "groups.digital.capacity.chats_beside_voice",
        "no skill for a queue of calls or a campaign",
    ),
    (
        {
            "groups.digital.skills": ["web", "mail"],
            "groups.digital.capacity.chats_beside_voice": 1,
            "queues.mail": MAIL,
        },
        "groups.digital.capacity.chats_beside_voice",
        "no skill for a queue of calls or a campaign",
    ),
    ({"groups.blended.capacity.chats_beside_call": 1}, "groups.blended.capacity.chats_beside_call", "unknown"),
]


@pytest.mark.parametrize(("changes", "key", "words"), CASES)
def test_a_malformed_file_is_refused_by_name(changes: dict[str, Any], key: str, words: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(CENTRE, **changes)
    assert key in str(caught.value) and words in str(caught.value)


def test_a_campaign_is_a_call_beside_which_chats_may_be() -> None:
    survey = {"p_answer": 0.5, "handle_s": 100, "dial_ladder": [1], "leads": 10}
    changes = {"campaigns.survey": survey, "groups.digital.skills": ["web", "survey"], "goals_unpaid": True}
    scenario = load_scenario(CENTRE, **changes, **{"groups.digital.capacity.chats_beside_voice": 2})
    row = scenario.config()[0]
    assert row["beside"] == 1 and row["group"]["beside"][:3].tolist() == [0, 2, 0]
    assert load_scenario(CENTRE).config()[0]["beside"] == 0


def test_the_digest_is_that_of_before_where_no_chats_are_beside_calls() -> None:
    plain, same = load_scenario(CENTRE), load_scenario(CENTRE, **{BESIDE: 0})
    assert "chats_beside_voice" not in str(plain.content) and plain.digest == same.digest
    other = load_scenario(CENTRE, **{BESIDE: 1})
    assert "'chats_beside_voice': 1" in str(other.content) and other.digest != plain.digest


def test_all_findings_are_told_at_once() -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(CENTRE, **{"queues.web.wrap_up_s": 10, "groups.phone.capacity": {"chats": 2}})
    assert "queues.web.wrap_up_s" in str(caught.value) and "groups.phone.capacity.chats" in str(caught.value)


def test_the_catalogue_has_a_level_for_each_chat_that_an_advisor_may_have() -> None:
    assert [action.name for action in load_scenario(CENTRE).catalogue] == [
        "hold",
        "assign:calls>phone",
        "assign:calls>blended",
        "assign:experts>phone",
        *(f"assign:web>digital@{level}" for level in (1, 2, 3)),
        *(f"assign:web>blended@{level}" for level in (1, 2)),
        *(f"assign:app>blended@{level}" for level in (1, 2)),
    ]


def test_the_keys_are_compiled() -> None:
    row = load_scenario(CENTRE).config()[0]
    web, calls = row["queue"][2], row["queue"][0]
    assert row["chats"] == 1 and web["chat"] == 1 and web["line"] == 0 and calls["chat"] == 0 and calls["line"] == 1
    assert np.array_equal(web["chat_rate"], [1, 0.8, 0.7, 0, 0]) and web["p_silent"] == 0.25
    assert row["dist"][web["chat_detect"]]["mean_s"] == 20
    assert row["group"]["chats"][:3].tolist() == [1, 3, 2]
    plain = load_scenario(
        CENTRE,
        **{
            "queues.web.chat": None,
            "queues.app.chat": None,
            "groups.digital.capacity": {},
            "groups.blended.capacity": {},
        },
    )
    assert plain.config()[0]["chats"] == 0
