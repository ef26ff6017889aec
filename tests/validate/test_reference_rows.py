"""Rows of the reference tables that the tables do not have today are read as well."""

import math

import pytest

from experiments.validate.reference.compare import ANSWERS, columns
from experiments.validate.reference.networks import NETWORKS
from experiments.validate.reference.parameters import grid, limit_of, modes

BLEND = {
    "s": "5", "lambda_per_h": "30", "inbound_aht_s": "150", "outbound_aht_s": "200", "mean_patience_s": "90",
    "T_s": "15", "offered_load": "1.25",
}  # fmt: skip
PACE = {
    "n": "4", "answer_prob": "0.4", "ring_s": "15", "talk_s": "160", "grace_s": "0", "observed_wrap_s": "0",
    "max_ringing": "16",
}  # fmt: skip
JOINT = {
    "s": "3", "lambda_per_h": "20", "inbound_aht_s": "150", "patience_s": "90", "outbound_aht_s": "200", "ring_s": "15",
    "answer_prob": "0.4", "max_ringing": "8", "queue_cap": "8", "abandon_limit": "0.1",
}  # fmt: skip
N_DESIGN = {
    "s1": "1", "s2": "2", "lambda1_per_h": "15", "lambda2_per_h": "25", "aht_c1p1": "170", "aht_c1p2": "190",
    "aht_c2p2": "150", "patience1": "70", "patience2": "90", "cost_ab1": "2", "cost_ab2": "1", "w1": "1", "w2": "0",
}  # fmt: skip
ROWS = {  # of each table one that it does not have, and a result of it
    "erlang_b": ({"n": "6", "offered_load": "4.2"}, "blocking"),
    "erlang_c": ({"lambda_per_h": "70", "aht_s": "190", "n": "5", "T_s": "30", "offered_load": ""}, "p_wait"),
    "erlang_a": (
        {"lambda_per_h": "70", "aht_s": "190", "mean_patience_s": "45", "n": "3", "T_s": "30", "offered_load": ""},
        "p_abandon",
    ),
    "mmnk": ({"lambda_per_h": "70", "aht_s": "190", "n": "3", "K_total": "7", "T_s": "30"}, "p_block"),
    "mmn_g": (
        {"lambda_per_h": "70", "aht_s": "190", "n": "3", "patience": "unif", "mean_patience_s": "45", "T_s": "30"},
        "p_abandon",
    ),
    "v_design": (
        {"n": "4", "lambda1_per_h": "20", "lambda2_per_h": "30", "aht_s": "190", "patience1_s": "0",
         "patience2_s": "0"},
        "ew1_s",
    ),
    "mt_mnm_transient": (
        {"n": "6", "lambda0_per_h": "80", "amplitude": "0.3", "period_s": "7200", "aht_s": "200", "patience_s": "90",
         "t_s": "600"},
        "e_queue",
    ),
    "redial": (
        {"n": "4", "fresh_lambda_per_h": "40", "aht_s": "250", "patience_s": "90", "redial_prob": "0.3",
         "redial_delay_s": "400", "reconnect_prob": "0.1", "reconnect_delay_s": "700"},
        "p_abandon_per_call",
    ),
    "poisson_gamma_counts": ({"mean": "35", "cv_busyness": "0.15"}, "p_exceed_120pct"),
    "min_staffing": ({"lambda_per_h": "75", "aht_s": "210", "mean_patience_s": "75"}, "erlangA_n_80_20"),
    "sqrt_staffing": ({"offered_load": "14", "beta_target": "0.7"}, "n"),
    "slow_server_threshold": ({"lam": "0.4", "mu_fast": "1", "mu_slow": "0.3", "T=7": ""}, "T=7"),
    "blending_policies": (BLEND | {"reserve": "2"}, "lagr_gain_20"),
    "blending_optimal": (
        BLEND | {"objective": "max outbound s.t. E[W]<=9 s", "parameter": "9", "best_fixed_reserve": "1",
                 "best_randomised_reserve": "1/0 mix 0.3"},
        "optimal_value",
    ),
    "blending_policy_maps": (
        BLEND | {"gamma": "35", "inbound_in_service": "1", "outbound_in_service": "1"}, "start"
    ),
    "blending_full_action_check": (
        {"s": "4", "inbound_aht_s": "150", "outbound_aht_s": "150", "offered_load": "1.7", "mean_patience_s": "60",
         "gamma": "30", "cost_per_abandon_in_outbound_calls": "1"},
        "full_action_gain",
    ),
    "pacing_policies": (PACE | {"policy_class": "affine_k_idle_minus_c", "parameter": "k=1.7 c=0.5"}, "drop_rate"),
    "pacing_optimal": (PACE | {"affine_k_idle_minus_c_param": "k=1.7 c=0.5", "affine_k_idle_minus_c_connects": "1"},
                       "optimal_connects_per_h"),
    "pacing_policy_maps": (
        PACE | {"busy": "2", "waiting": "0", "target_other_policy": "-1", "target_ringing_from_zero": "-1"},
        "target_ringing_from_zero",
    ),
    "blended_pacing_policies": (JOINT | {"policy_class": "progressive_reserve", "parameter": "1"}, "connects_per_h"),
    "blended_pacing_optimal": (
        JOINT | {"progressive_reserve_param": "1", "progressive_reserve": "1"}, "optimal_connects_per_h"
    ),
    "modulated_headroom": (
        {"case": "B9 a=1/2 20min s=4", "policy": "OPTIMAL (mode observed, overall abandonment <= 0.11)",
         "parameter": ""},
        "constraint_value",
    ),
    "nmodel_callcentre": (N_DESIGN | {"policy": "class1_if_q1_ge_9_else_class2"}, "cost_per_h"),
    "nmodel_harrison": ({"rho": "0.5", "policy": "threshold_17"}, "avg_cost"),
    "crisscross": (
        {"lambda1": "0.2", "lambda3": "0.2", "mu": "2,1.7,2", "truncation": "9x9x9", "upper": "1", "lower": "1",
         "optimal_avg_number": "0"},
        "optimal_avg_number",
    ),
}  # fmt: skip


def test_a_row_of_each_table_is_listed_here() -> None:
    assert set(ROWS) == set(columns()) == set(ANSWERS)


@pytest.mark.parametrize("table", ROWS)
def test_a_row_that_no_table_has_is_answered(table: str) -> None:
    line, result = ROWS[table]

    found = ANSWERS[table](line)

    assert math.isfinite(float(found[result])) and float(found[result]) >= 0


def test_a_case_of_answer_probabilities_is_read_from_its_text() -> None:
    assert modes("A2 p=.2/.4 15min") == ((0.2, 0.4), None, (900.0, 900.0), 0, 180.0)


def test_a_case_of_loads_is_read_from_its_text() -> None:
    assert modes("B9 a=5/8 30min s=12 outbound 420 s") == (None, (5.0, 8.0), (1_800.0, 1_800.0), 12, 420.0)


def test_what_no_text_says_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"policy 'OPTIMAL' of the switching table; allowed: an optimum with <= 0.08"):
        limit_of("OPTIMAL")
    with pytest.raises(ValueError, match=r"case 'C1' of the switching table; allowed: with p=.15/.45 or a=4/9"):
        modes("C1")


def test_the_limit_of_an_optimum_is_that_of_its_row() -> None:
    assert limit_of("OPTIMAL (mode observed, overall abandonment <= 0.11)") == 0.11
    assert limit_of("OPTIMAL (mode observed, overall 2.5 %)") == pytest.approx(0.025)
    case = {"case": "B2 a=1/2 15min s=3", "parameter": ""}
    for limit in (0.1, 0.12):
        found = NETWORKS["modulated_headroom"](case | {"policy": f"OPTIMAL (overall abandonment <= {limit})"})
        assert found["constraint_value"] == pytest.approx(limit)


def test_the_caps_of_a_load_that_no_row_has_lie_between_those_of_its_neighbours() -> None:
    assert grid("0.95") == grid("0.950") == (200, 600) and 300 < grid("0.92")[1] < 600
