"""The README repeats the verdicts of the validation page."""

import pytest

from experiments.jobs.readme import README
from experiments.validate.readme import EXCERPT, summary

MADE = """# Validation

Written by `python -m experiments.validate`; do not edit. **NOT PASSED**: 1 of 2 parts.

| part | verdict | why |
| --- | --- | --- |
| Simulator against exact values | passed | 336 comparisons, largest absolute z 3.22; Kolmogorov-Smirnov p 0.511 |
| Planted faults | NOT PASSED | 5 of 6 caught; missed: a drop not counted |

## Simulator

| row | run as | measure |
| --- | --- | --- |
| Erlang B 1 | rule | 0.3 |
"""


def test_readme_and_page_say_the_same():
    readme = README.read_text()

    assert readme == EXCERPT.renewed(readme, EXCERPT.published), "run python -m experiments.validate.readme"


def test_the_summary_has_each_part_and_its_first_figures():
    assert summary(MADE).replace("\n", " ") == (
        "[Validation](experiments/results/validation.md), not passed, 1 of 2 parts. Simulator against exact values: "
        "336 comparisons, largest absolute z 3.22. Planted faults: 5 of 6 caught."
    )


def test_only_what_stands_between_the_marks_is_renewed():
    readme = f"# a\n\n{EXCERPT.begin}\nold\n{EXCERPT.end}\n\nb\n"

    assert EXCERPT.renewed(readme, MADE) == f"# a\n\n{EXCERPT.begin}\n{summary(MADE)}\n{EXCERPT.end}\n\nb\n"


def test_a_page_or_readme_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"README\.md is not allowed"):
        EXCERPT.renewed("# a\n", MADE)
    with pytest.raises(ValueError, match=r"validation\.md is not allowed"):
        summary("# Validation\n")
