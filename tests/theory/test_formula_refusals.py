"""Every argument of every formula: a value out of range is an error that names it and the allowed range."""

import inspect
import math
from dataclasses import FrozenInstanceError

import pytest

from ccenv import theory

GOOD = {
    theory.mmnk: {"lambda_per_h": 100, "aht_s": 60, "n": 9, "K_total": 12, "T_s": 20},
    theory.mmn_g: {"lambda_per_h": 100, "aht_s": 60, "n": 9, "patience": "exp", "mean_patience_s": 60, "T_s": 20},
    theory.v_design: {
        "n": 9,
        "lambda1_per_h": 100,
        "lambda2_per_h": 100,
        "aht_s": 60,
        "patience1_s": 60,
        "patience2_s": 60,
    },
    theory.poisson_gamma_counts: {"mean": 100, "cv_busyness": 0.1},
    theory.mt_mnm_transient: {
        "n": 9,
        "lambda0_per_h": 100,
        "amplitude": 0.5,
        "period_s": 60,
        "aht_s": 60,
        "patience_s": 60,
        "t_s": 20,
    },
    theory.redial: {
        "n": 9,
        "fresh_lambda_per_h": 100,
        "aht_s": 60,
        "patience_s": 60,
        "redial_prob": 0.5,
        "redial_delay_s": 60,
        "reconnect_prob": 0.1,
        "reconnect_delay_s": 60,
    },
    theory.return_calls: {
        "lines": 9,
        "ring_s": 20,
        "return_prob": 0.1,
        "return_delay_s": 600,
        "n": 9,
        "aht_s": 60,
        "patience_s": 60,
        "redial_prob": 0.5,
        "redial_delay_s": 60,
    },
    theory.sqrt_staffing: {"offered_load": 100, "beta_target": 1, "theta": 1},
    theory.detection: {"n_dials": 1000, "p_called_machine": 0.4, "p_live": 0.2, "accuracy": 0.99, "limit": 0.03},
    theory.min_staffing: {"lambda_per_h": 100, "aht_s": 60, "mean_patience_s": 60},
}
CASES = [(formula, name) for formula, good in GOOD.items() for name in good]
WHOLE, POSITIVE = ("n", "K_total"), ("aht_s", "mean_patience_s", "mean", "offered_load", "theta", "period_s")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "1", None, 1j, True])
@pytest.mark.parametrize(("formula", "name"), CASES)
def test_what_is_no_finite_number_is_refused(formula, name, value):
    with pytest.raises(ValueError) as refusal:
        formula(**GOOD[formula] | {name: value})

    assert str(refusal.value).startswith(f"{name}={value!r} is not allowed: it must be ")


@pytest.mark.parametrize(("formula", "name"), [case for case in CASES if case[1] not in ("beta_target", "patience")])
def test_a_negative_number_is_refused(formula, name):
    with pytest.raises(ValueError) as refusal:
        formula(**GOOD[formula] | {name: -1})

    assert str(refusal.value).startswith(f"{name}=-1 is not allowed: it must be ")


@pytest.mark.parametrize(("formula", "name"), [case for case in CASES if case[1] in (*WHOLE, *POSITIVE)])
def test_zero_is_refused_where_nothing_could_happen(formula, name):
    with pytest.raises(ValueError) as refusal:
        formula(**GOOD[formula] | {name: 0})

    assert str(refusal.value).startswith(f"{name}=0 is not allowed: it must be ")


@pytest.mark.parametrize(("formula", "name"), [case for case in CASES if case[1] in WHOLE])
def test_half_an_advisor_is_refused(formula, name):
    with pytest.raises(ValueError, match=rf"^{name}=9.5 is not allowed: it must be a whole number >= 1$"):
        formula(**GOOD[formula] | {name: 9.5})


@pytest.mark.parametrize("K_total", [8, 9 + 1_000_001])
def test_a_waiting_room_smaller_than_none_or_beyond_a_million_is_refused(K_total):
    with pytest.raises(
        ValueError, match=rf"^K_total={K_total} is not allowed: it must lie between n=9 and n \+ 1000000$"
    ):
        theory.mmnk(**GOOD[theory.mmnk] | {"K_total": K_total})


@pytest.mark.parametrize("formula", GOOD)
def test_the_arguments_come_back_as_fields_of_a_frozen_answer(formula):
    answer = formula(**GOOD[formula])

    assert list(inspect.signature(formula).parameters) == list(GOOD[formula])
    assert {name: getattr(answer, name) for name in GOOD[formula]} == GOOD[formula]
    with pytest.raises(FrozenInstanceError):
        setattr(answer, next(iter(GOOD[formula])), 1)
