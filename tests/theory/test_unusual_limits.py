"""Limits of any value: the optimum, or an error that says why there is none."""

import re

import pytest

from ccenv.theory.models import BlendedPacing, Blending, Pacing, SwitchingPacing

LINES = Pacing(3, 0.3, 18.0, 210.0)
SWITCHING = SwitchingPacing(2, (0.2, 0.4), 18.0, 210.0)


@pytest.mark.parametrize("model", [LINES, SWITCHING])
def test_without_a_limit_nothing_bounds_the_lines(model) -> None:
    with pytest.raises(ValueError, match="limit=None is not allowed without max_ringing: nothing bounds the lines"):
        model.solve(None)


def test_a_given_cap_bounds_the_lines() -> None:
    free, limited = (Pacing(3, 0.3, 18.0, 210.0, max_ringing=6).solve(limit) for limit in (None, 1.0))

    assert free.optimal_connects_per_h == pytest.approx(limited.optimal_connects_per_h)
    assert free.result.p_max_ringing > 0.1


def test_an_optimum_that_the_cap_cuts_is_no_optimum() -> None:
    message = r"limit=1.0 is not allowed without max_ringing: the optimum still reaches the cap of 352 ringing lines"
    with pytest.raises(ValueError, match=message):
        LINES.solve(1.0)


def test_a_loose_limit_that_the_lines_can_meet_has_its_optimum() -> None:
    best = LINES.solve(0.9)

    assert best.result.drop_rate == pytest.approx(0.9) and best.result.p_max_ringing <= 1e-12
    assert LINES.solve(0.5).optimal_connects_per_h < best.optimal_connects_per_h < LINES.perfect_connects_per_h


@pytest.mark.parametrize(
    ("solve", "name"),
    [
        (lambda: LINES.solve(-0.1), "drop_rate"),
        (lambda: BlendedPacing(1, 27.2, 34.56, 22.99, 80.49, 6.489, 0.5505).solve(drop_limit=-1e-9), "drop_rate"),
        (lambda: Blending(2, 10.0, 240.0, 240.0, 120.0).solve({"e_wait_s": -1.0}), "e_wait_s"),
    ],
)
def test_negative_limits_are_refused(solve, name: str) -> None:
    with pytest.raises(ValueError, match=rf"limit=-\S+ on {name} is not allowed: it must be at least 0"):
        solve()


@pytest.mark.parametrize("name", ["e_wait_s", "p_wait", "p_abandon"])
def test_limits_at_the_edge_of_what_can_be_reached(name: str) -> None:
    """Without any outbound call. A limit below it by less than rounding counts as met."""
    model = Blending(5, 60.0, 240.0, 240.0, 120.0, 20.0)
    least = getattr(model.evaluate("no_dial"), name)

    assert model.solve({name: least * (1 + 1e-9)}).optimal_value == pytest.approx(0.0, abs=1e-5)
    for below in (1e-11, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6):
        try:
            assert model.solve({name: least * (1 - below)}).optimal_value == pytest.approx(0.0, abs=1e-9)
            assert below < 1e-7
        except ValueError as error:
            assert re.search(f"on {name} is not allowed: no policy meets it", str(error))
            assert below > 1e-10
