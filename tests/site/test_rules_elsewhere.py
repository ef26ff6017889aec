"""The page of the names of other systems: every reference exists, and every registered rule has a name or a reason."""

from __future__ import annotations

from typing import Any

import pytest

from experiments.site import rules_elsewhere
from experiments.site.rules_elsewhere import REFERENCE, RULES, entries, link_of, pages

#: Rules of ours or of papers that no other system names.
OF_NO_SYSTEM = {
    "random", "planned_pairs", "wait_over_target", "adaptive_threshold", "no_dial",
    "fixed_ratio", "max0", "max0_by_rate", "slot_reserve", "log_safety", "mode_reserve", "belief_reserve",
}  # fmt: skip


def test_the_page_has_a_row_for_every_name():
    text = pages()["rules/elsewhere"]
    for system, names in entries().items():
        rows = text.split(f"## {system}\n")[1].split("\n## ")[0]
        assert all(f"| {name} |" in rows for name in names), system
    assert "| ring-all | – | A contact rings at one advisor at a time. |" in text
    assert "| inbound_queue_no_dial | [`no_dial_while_waiting`](pacing-no_dial_while_waiting.md) with `above`, " in text


def test_every_rule_has_a_name_elsewhere_or_is_of_no_system():
    entry = [
        reference for names in entries().values() for each in names.values() for reference in each.get("means", ())
    ]
    found = [match for reference in entry if (match := REFERENCE.fullmatch(reference))]
    named = {match[2].removesuffix("_unreserved") for match in found if match[1] in RULES}
    every = {rule.name.removesuffix("_unreserved") for rules in RULES.values() for rule in rules}

    assert len(found) == len(entry)
    assert every - named == OF_NO_SYSTEM and not named & OF_NO_SYSTEM


@pytest.mark.parametrize(
    ("reference", "link"),
    [
        ("routing tiers", "[`tiers`](routing-tiers.md)"),
        ("pacing power(tally=available)", "[`power`](pacing-power.md) with `tally` = `available`"),
        ("key groups.*.advisor_order(linear)", "[`groups.advisor_order`](#key-groups) = `linear`"),
        ("key trunks", "[`trunks`](#key-centre)"),
        ("planner look_ahead", "planner `look_ahead`"),
    ],
)
def test_a_reference_is_a_link(reference: str, link: str):
    assert link_of(reference, "") == link


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("routing tier", "no routing rule 'tier'"),
        ("routing tiers(wait_s)", "tiers has no parameter 'wait_s'"),
        ("routing fifo(advisor=fastest)", "advisor = 'fastest' of fifo; allowed: longest_idle, "),
        ("key groups.*.order", "no key 'groups.*.order'"),
        ("key groups.*.advisor_order(slowest)", "groups.*.advisor_order = 'slowest' is not allowed"),
        ("planner replayed", "no planner 'replayed'; allowed: look_ahead, "),
        ("rule fifo", "allowed: routing, pacing, key or planner"),
    ],
)
def test_what_does_not_exist_is_refused_with_the_name_of_the_entry(reference: str, message: str):
    with pytest.raises(ValueError, match="rules_elsewhere.yaml: System, name: ") as caught:
        link_of(reference, "System, name")
    assert message in str(caught.value)


@pytest.mark.parametrize("entry", [{}, {"means": [], "not": "x"}, {"means": [], "differ": "x"}])
def test_an_entry_says_what_means_the_same_or_that_nothing_does(entry: dict[str, Any], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rules_elsewhere, "entries", lambda: {"System": {"name": entry}})
    with pytest.raises(ValueError, match="System, name: .*allowed: `means`, perhaps with `differs`, or else `not`"):
        pages()
