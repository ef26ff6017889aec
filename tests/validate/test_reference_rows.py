"""Rows of the reference tables that the tables do not have today are read as well."""

import pytest

from experiments.validate.reference.networks import NETWORKS
from experiments.validate.reference.parameters import grid, modes


def test_a_case_of_answer_probabilities_is_read_from_its_text() -> None:
    assert modes("A2 p=.2/.4 15min") == ((0.2, 0.4), None, (900.0, 900.0), 0, 180.0)


def test_a_case_of_loads_is_read_from_its_text() -> None:
    case = modes("B9 a=5/8 30min s=12 outbound 420 s")

    assert case == (None, (5.0, 8.0), (1_800.0, 1_800.0), 12, 420.0)
    assert case.abandon_limit == 0.05


def test_what_no_text_says_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"s=11 in the switching table; allowed: 10, 12"):
        _ = modes("B9 a=5/8 s=11").abandon_limit
    with pytest.raises(ValueError, match=r"case 'C1' of the switching table; allowed: with p=.15/.45 or a=4/9"):
        modes("C1")


def test_the_caps_of_a_load_that_no_row_has_lie_between_those_of_its_neighbours() -> None:
    assert grid("0.95") == (200, 600) and 300 < grid("0.92")[1] < 600


def test_a_new_row_has_an_answer() -> None:
    line = {"model": "B blending", "case": "B2 a=5/8 15min s=10", "policy": "OPTIMAL", "parameter": "", "rho": ""}

    found = NETWORKS["modulated_headroom"](line)

    assert found["constraint_value"] == pytest.approx(0.08) and 50.0 < found["objective_per_h"] < 70.0
