"""Each closed form against the result columns of its reference table."""

from dataclasses import asdict

import pytest

from ccenv import theory
from tests.theory.rows import REFERENCE, needs_reference, rows

DIAGNOSTICS = ("bd_", "sim_", "ci_", "max_", "closed_", "check_", "edge_", "abs_diff", "erlangC_bd_")
MMN_G = ("lambda_per_h", "aht_s", "n", "patience", "mean_patience_s", "T_s")
TRANSIENT = ("n", "lambda0_per_h", "amplitude", "period_s", "aht_s", "patience_s", "t_s")
REDIAL = ("n", "fresh_lambda_per_h", "aht_s", "patience_s", "redial_prob", "redial_delay_s")
REDIAL += ("reconnect_prob", "reconnect_delay_s")
V_DESIGN = ("n", "lambda1_per_h", "lambda2_per_h", "aht_s", "patience1_s", "patience2_s")
FORMULAS = {
    "mmnk": (theory.mmnk, ("lambda_per_h", "aht_s", "n", "K_total", "T_s")),
    "mmn_g": (theory.mmn_g, MMN_G),
    "v_design": (theory.v_design, V_DESIGN),
    "poisson_gamma_counts": (theory.poisson_gamma_counts, ("mean", "cv_busyness")),
    "mt_mnm_transient": (theory.mt_mnm_transient, TRANSIENT),
    "redial": (theory.redial, REDIAL),
    "min_staffing": (theory.min_staffing, ("lambda_per_h", "aht_s", "mean_patience_s")),
}


def reference_rows():
    if not REFERENCE.exists():
        return [pytest.param(None, None, marks=needs_reference)]
    return [pytest.param(name, row, id=f"{name}-{i}") for name in FORMULAS for i, row in enumerate(rows(name))]


def value(text):
    try:
        return float(text)
    except ValueError:
        return text


@pytest.mark.parametrize(("name", "row"), reference_rows())
def test_the_formula_gives_the_reference_row(name, row):
    formula, arguments = FORMULAS[name]
    wanted = {
        column: value(text)
        for column, text in row.items()
        if text != "" and not column.startswith(DIAGNOSTICS) and not column.endswith("_unif")
    }

    answer = asdict(formula(**{argument: wanted[argument] for argument in arguments}))

    assert answer.keys() == wanted.keys()
    for column, expected in wanted.items():
        assert answer[column] == (expected if column == "patience" else pytest.approx(expected, rel=1e-6, abs=1e-14))


@needs_reference
@pytest.mark.parametrize("theta", ["0.5", "1", "2"])
def test_square_root_staffing_gives_the_reference_table(theta):
    for row in rows("sqrt_staffing"):
        answer = asdict(theory.sqrt_staffing(float(row["offered_load"]), float(row["beta_target"]), float(theta)))
        assert answer.pop("theta") == float(theta)
        for field, found in answer.items():
            expected = row[field] if field in row else row[f"{field}_theta{theta}"]
            assert found == pytest.approx(float(expected), rel=1e-6, nan_ok=True), (row["offered_load"], field)
