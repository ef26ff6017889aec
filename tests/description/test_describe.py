"""What a description says of a centre."""

import copy
import json
import re
import warnings
import xml.etree.ElementTree

import pytest

import ccenv
from ccenv.description.page import page_of
from ccenv.description.sections import averaged
from ccenv.description.tables import Table, aligned, fitted
from ccenv.scenarios import ScenarioError, list_scenarios, load_scenario
from tests.scenarios.test_offered import TWO_GROUPS

CAMPAIGN = {"p_answer": 0.3, "handle_s": 120, "ring_s": 20, "p_sale": 0.05, "sale_value": 50, "max_lines": 8}
IMPATIENT = TWO_GROUPS["queues"] | {"b": {"arrivals_per_hour": 1, "handle_s": 100, "patience_s": 60}}
WITH_CAMPAIGN = TWO_GROUPS | {
    "campaigns": {"c": CAMPAIGN},
    "groups": {**TWO_GROUPS["groups"], "both": {"skills": ["a", "b", "c"], "staffing": [3, 2]}},
}


def described(**changes):
    return ccenv.describe({**WITH_CAMPAIGN, **changes})


@pytest.mark.parametrize("name", [*list_scenarios(), "tiny:recorded"])
def test_every_centre_of_the_library_can_be_described(name):
    found = ccenv.describe(name)
    scenario = load_scenario(name)
    facts = found.as_dict()

    json.dumps(facts, allow_nan=False)
    assert [each["name"] for each in facts["queues"]] == list(scenario.queues)
    assert all(len(group["rho"]) == len(facts["slots"]) for group in facts["groups"])
    text = found.text(100)
    assert max(map(len, text.splitlines())) <= 100
    assert all(name in text for name in (*scenario.queues, *scenario.groups, *scenario.campaigns))


def test_text_has_the_matrix_of_skills_with_handle_times():
    text = described().text()

    assert re.search(r"^group +advisors +a +b +c$", text, re.M)
    assert re.search(r"^one +2 +100 +\. +\.$", text, re.M)
    assert re.search(r"^both +3 +100 +100 +120$", text, re.M)


def test_load_is_told_by_slot_and_group():
    text = ccenv.describe(TWO_GROUPS).text()

    assert re.search(r"^Load per advisor.*\n +00:00 +00:30\none +0\.50 +0\.75\nboth +0\.50 +0\.75$", text, re.M)
    assert "as equally busy as possible" in text


def test_overload_is_a_warning_and_marked():
    found = ccenv.describe(
        {
            **TWO_GROUPS,
            "queues": {
                **TWO_GROUPS["queues"],
                "b": {"arrivals_per_hour": [36, 360], "handle_s": 100},
                "a": {"arrivals_per_hour": 36, "handle_s": 100},
            },
        }
    )

    assert found.warnings == ["overload: both: 10 erlangs for 2 advisors at 00:30, 5.00 each"]
    assert re.search(r"^both +0\.50 +5\.00!$", found.text(), re.M)
    assert '<td class="marked">5.00</td>' in found.html()


def test_equal_overloads_are_told_together():
    found = ccenv.describe(
        {**TWO_GROUPS, "queues": {**TWO_GROUPS["queues"], "a": {"arrivals_per_hour": 360, "handle_s": 100}}}
    )

    assert found.warnings[0].startswith(
        "overload: one, both: 11 erlangs for 4 advisors at 00:00, 2.75 each; 1 or more in 2"
    )


def test_an_empty_roster_is_a_warning():
    groups = {**TWO_GROUPS["groups"], "both": {"skills": ["a", "b"], "staffing": [0, 2]}}

    assert any(
        w.startswith("nobody on duty: b has 36 contacts")
        for w in ccenv.describe(TWO_GROUPS | {"groups": groups}).warnings
    )


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"reward": "service"}, "goals of c are worth nothing"),
        (
            {"reward": "hybrid", "queues": IMPATIENT, "value_unit": 1},
            "it pays to let inbound contacts give up",
        ),
        ({}, "drops: c dials without reserving an advisor and has no drop_after_s"),
        ({"sources": {"queues.*": "made"}}, "sources: no entry for .* figures: "),
    ],
)
def test_faults_of_the_reward_and_the_file_are_warnings(changes, warning):
    assert any(re.search(warning, said) for said in described(**changes).warnings)


def test_describing_warns_in_the_description_alone():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert described(reward="service").warnings


OWN = {"threshold_s": 5, "base": "queue", "hang_ups": "none", "window": "rolling_24h"}


@pytest.mark.parametrize(
    ("compliance", "said"),
    [
        ("run_total", "dropped / (joined + dropped) over the whole run; limit 3 %"),
        ("ofcom_24h", "joined more than 2 s after the answer; later hang-ups count; persons taken for machines are"),
        (OWN, "share of persons and machines that reach the queue in any 24 hours: dropped or joined more than 5 s"),
    ],
)
def test_the_definition_of_the_dropped_share_is_told_in_words(compliance, said):
    text = described(campaigns={"c": CAMPAIGN | {"compliance": compliance}}).text(500)

    assert said in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "A connect that no advisor takes at once is dropped."),
        ({"drop_after_s": 3}, "A connect that no advisor takes is dropped after 3 s on average; it does not hang up."),
        ({"drop_after_s": 3, "hang_up_s": 8}, "dropped after 3 s on average; it hangs up after 8 s on average."),
    ],
)
def test_what_becomes_of_a_connect_that_nobody_takes_is_told(changes, said):
    assert said in described(campaigns={"c": CAMPAIGN | changes}).text(200)


def test_calling_rules_and_lists_are_told():
    campaign = CAMPAIGN | {
        "calling_rules": {
            "calling_from_s": 28800,
            "calling_until_s": 75600,
            "max_per_7_days": 7,
            "lockout_after_drop_s": 259200,
        },
        "segments": {
            "old": {"size": 1200, "zone_s": -3600, "p_consent": 0.9},
            "new": {"size": "unlimited", "sale_value": 7},
        },
        "retries": {"max_attempts": 4, "busy": 600},
    }
    day = {"open_s": 28800, "close_s": 36000, "slot_s": 3600}
    text = described(campaigns={"c": campaign}, clock=day).text()

    assert "c: calls 08:00-21:00 local time, at most 7 in 7 days, none within 72 h of a drop." in text
    assert re.search(r"^c old +1,200 +0\.3 +0\.05 +50 +4 times +-1 h +90 % +0 %$", text, re.M)
    assert re.search(r"^c new +unlimited +0\.3 +0\.05 +7 +4 times +centre +100 %", text, re.M)


def test_ringing_is_the_mean_over_the_outcomes():
    """A person 0.3, a machine 0.2, busy 0.1, nobody 0.4."""
    by_outcome = {"person": 10, "machine": 20, "busy": 5, "no_answer": 30}
    campaign = CAMPAIGN | {"ring_s_by_outcome": by_outcome, "ring_s": 0, "p_machine": 0.2, "p_busy": 0.1}
    facts = described(campaigns={"c": campaign}).as_dict()

    assert facts["campaigns"][0]["ring_s"] == pytest.approx(3 + 4 + 0.5 + 12)


def test_page_is_whole_and_needs_nothing_else():
    page = described().html()

    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "<script" not in page
    pictures = re.findall(r"<svg.*?</svg>", page, re.S)
    assert len(pictures) == 3
    assert all(xml.etree.ElementTree.fromstring(picture) is not None for picture in pictures)
    assert page.count("rho 0.50") == 2 and page.count("rho 0.75") == 2


def test_a_notebook_shows_the_page_in_a_frame():
    found = described()
    frame = xml.etree.ElementTree.fromstring(found._repr_html_())

    assert frame.tag == "iframe"
    assert frame.get("srcdoc").split() == found.html().split()


def test_names_cannot_break_the_page():
    assert "<b>" not in ccenv.describe(TWO_GROUPS | {"description": "of <b>bold</b> men"}).html()


def test_cells_cannot_break_the_page():
    facts = copy.deepcopy(described().as_dict())
    facts["campaigns"][0]["lists"][0]["zone"] = "<b>"

    assert "<td>&lt;b&gt;</td>" in page_of(facts)


def test_a_wide_table_goes_on_below():
    table = Table(("name", *(f"column_{k}" for k in range(7))), (("row", *"0123456"),), frozenset({(0, 5)}), "title")
    parts = fitted(table, 45)

    assert [part.heads[0] for part in parts] == ["name"] * 2
    assert [head for part in parts for head in part.heads[1:]] == list(table.heads[1:])
    assert max(len(line) for part in parts for line in aligned(part)) <= 46
    assert "4!" in "\n".join(aligned(parts[1]))
    assert parts[1].title == "title (continued)"


def test_slots_are_averaged_when_there_are_too_many():
    assert averaged([1.0, 3.0, None, 2.0], 2) == [2.0, 1.0]
    week = {**TWO_GROUPS, "clock": {"kind": "continuous", "weekly": True, "slot_s": 3600}}
    week["queues"] = {"a": {"arrivals_per_hour": 36, "handle_s": 100}}
    week["groups"] = {"one": {"skills": ["a"], "staffing": 2}}
    found = ccenv.describe(week)

    assert len(found.as_dict()["slots"]) == 168
    assert "means of 6 slots" in found.text() and "Sun 18:00" in found.text()


def test_a_faulty_scenario_is_refused():
    with pytest.raises(ScenarioError, match="arrivals_per_hour"):
        ccenv.describe({**TWO_GROUPS, "queues": {"a": {"handle_s": 3}}})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "The detector takes 0 % of persons for machines and 0 % of machines for persons, at once."),
        ({"detector": "none"}, "No detector: all machines reach advisors."),
        (
            {"detector": {"p_false_positive": 0.02, "p_machine_passed": 0.1, "decide_s": 2.5}, "p_right_party": 0.7},
            "The detector takes 2 % of persons for machines and 10 % of machines for persons, after 2.5 s on average. "
            "Of those who are joined, 70 % are the person on the list.",
        ),
    ],
)
def test_who_is_at_the_line_is_told(changes, said):
    text = " ".join(described(campaigns={"c": CAMPAIGN | changes}).text(200).split())

    assert f"c: {said}" in text


def test_chats_at_once_are_told_for_each_group_that_takes_chats():
    plain, beside = ccenv.describe("support_omnichannel"), ccenv.describe("support_omnichannel:beside")

    told = re.findall(r"^- (.*): an advisor has at most (.*)$", plain.text(), re.M)
    assert told == [("digital", "3 chats at once"), ("either", "2 chats at once")]
    assert {group["name"]: group["chats"] for group in plain.as_dict()["groups"]} == {
        "phone": None, "digital": 3, "either": 2
    }  # fmt: skip
    assert "- either: an advisor has at most 2 chats at once, and at most 1 beside a call" in beside.text()
    assert "at most 2 chats at once, and at most 1 beside a call" in beside.html()
    assert "chats at once" not in ccenv.describe("tiny").text()
