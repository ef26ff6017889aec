"""The bars are declared once: every bar is judged, belongs to a part, and missed bars are named."""

import string

import pytest

from experiments.speed.bars import BARS, Bar, bound_text, judge, missed, three_digits
from experiments.speed.parts import PARTS
from tests.speed.made import results

HELD = [bar for bar in BARS if bar.bound is not None]


def figures(made):
    return {name: part["figures"] for name, part in made.items()}


def test_every_part_has_a_bar_or_a_figure_and_every_bar_a_part():
    assert {bar.part for bar in BARS} == {part.name for part in PARTS}
    assert len({(bar.part, bar.figure) for bar in BARS}) == len(BARS)
    assert len({bar.what for bar in BARS}) == len(BARS)


def test_results_that_meet_all_bars_pass():
    verdicts = judge(figures(results()))

    assert all(verdict.passed is (None if verdict.bar.bound is None else True) for verdict in verdicts)
    assert missed(verdicts) == []


@pytest.mark.parametrize("bar", HELD, ids=lambda bar: f"{bar.part}-{bar.figure}")
def test_a_bar_that_is_missed_is_named_with_its_figure(bar: Bar):
    verdicts = judge(figures(results(missed=bar)))

    (line,) = missed(verdicts)
    (verdict,) = (verdict for verdict in verdicts if verdict.passed is False)
    assert verdict.bar is bar
    assert line.startswith(bar.what)
    assert bound_text(bar) in line
    assert three_digits(verdict.measured["value"]) in line


def test_a_figure_on_the_bar_passes():
    for bar in HELD:
        on_it = {"value": bar.bound, "low": 0.5 * bar.bound, "high": 2.0 * bar.bound}  # the value is judged alone
        names = [name for _, name, _, _ in string.Formatter().parse(bar.note) if name]
        (verdict,) = judge({bar.part: {**dict.fromkeys(names, on_it), bar.figure: on_it}}, [bar])
        assert verdict.passed


def test_what_was_not_measured_is_neither_met_nor_missed():
    verdicts = judge({})

    assert all(verdict.measured is None and verdict.passed is None for verdict in verdicts)
    assert missed(verdicts) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (1234.5, "1,234"), (12.345, "12.3"), (0.02345, "0.0234"), (-3.0, "-3"), (-6.014e-5, "-0.0000601")],
)
def test_numbers_have_three_digits(value, text):
    assert three_digits(value) == text


def test_a_bar_in_words():
    assert bound_text(Bar("a", "b", "c", "least", 6.0, 10.0)) == "at least 6 x (aim 10)"
    assert bound_text(Bar("a", "b", "c", "most", 0.5, unit="CPU s")) == "at most 0.5 CPU s"
    assert bound_text(Bar("a", "b", "c")) == "reported"
