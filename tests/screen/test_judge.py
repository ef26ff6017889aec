"""The criteria of a flagship: each is met by made-up figures, and fails by a planted change that only it sees."""

from typing import Any

import pytest

from experiments.screen.judge import (
    asks_for_ends,
    is_ahead,
    is_robust,
    judged,
    kind_of,
    needs_both,
    room_of,
    scale_of,
    shares_of,
)  # fmt: skip
from tests.screen.made import VARIANT, dropping, ends, estimate, figures

ALL = {"a": True, "b": True, "c": True, "d": True}
ONE_HALF = {"routing": estimate(0.03, 0.2), "pacing": estimate(0.98, 0.2)}


def test_the_figures_made_up_are_a_flagship():
    found = figures()

    assert scale_of(found) == 10.0 and room_of(found) == pytest.approx(0.1)
    assert shares_of(found) == pytest.approx({"routing": 0.6, "pacing": 0.5})
    assert judged(VARIANT, found, ends()) == ALL
    assert kind_of(ALL, found) == "flagship"


@pytest.mark.parametrize(
    ("letter", "planted", "at_ends"),
    [
        ("a", figures(over_p2=estimate(0.4, 0.1)), {}),  # sure, but 4 % of the score
        ("a", dropping(0.031), {}),  # unlawful
        ("b", figures(halves=ONE_HALF), {}),
        ("b", figures(halves={"routing": estimate(0.85, 0.2), "pacing": estimate(0.5, 0.2)}), {}),
        ("b", figures(halves={}), {}),  # a centre without campaigns
        ("c", figures(), {"over_p2": estimate(0.1, 0.2)}),
        ("d", figures(over_p2=estimate(1.0, 1.1)), {}),  # 10 % of the score, by chance perhaps
    ],
)  # fmt: skip
def test_a_planted_result_fails_its_criterion_alone(letter: str, planted: dict[str, Any], at_ends: dict[str, Any]):
    found = judged(VARIANT, planted, ends(**at_ends))

    halves_shift = {"b"} if letter == "a" and planted["over_p2"]["mean"] < 1.0 else set()  # shares of a smaller gain
    assert {each for each, met in found.items() if not met} - halves_shift == {letter}
    assert kind_of(found, planted) != "flagship"


def test_ends_are_asked_for_only_where_the_other_criteria_are_met():
    assert asks_for_ends(figures())
    assert not asks_for_ends(figures(halves=ONE_HALF))
    assert not asks_for_ends(figures(over_p2=estimate(1.0, 1.1)))
    assert not asks_for_ends(dropping(0.2))


def test_an_end_not_tried_leaves_the_criterion_open():
    assert is_robust(VARIANT, ends()[:1]) is None
    assert kind_of({**ALL, "c": None}, figures()) == "flagship, ends not tried"
    assert is_robust(VARIANT, ends(over_p2=estimate(-1.0, 0.1))[1:]) is False


def test_the_rules_themselves_show_no_room():
    found = figures(over_p2={"mean": 0.0, "low": 0.0, "high": 0.0}, halves={})

    assert not is_ahead(found) and not needs_both(found) and shares_of(found) == {} and room_of(found) == 0.0
    assert kind_of(judged(VARIANT, found), found) == "no room found"


def test_a_showcase_is_named_by_the_half_that_wins():
    found = figures(halves=ONE_HALF)
    assert kind_of(judged(VARIANT, found), found) == "pacing showcase"
    turned = figures(halves={"routing": ONE_HALF["pacing"], "pacing": ONE_HALF["routing"]})
    assert kind_of(judged(VARIANT, turned), turned) == "routing showcase"


def test_nothing_is_a_share_of_a_score_without_a_lead_over_the_shipped_rules():
    found = figures()
    for rung in found["rungs"].values():
        rung["value"] = 5.0
    assert scale_of(found) == 0.0 and room_of(found) == 0.0
