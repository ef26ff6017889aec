"""The result columns of the reference tables of decision processes.

Relative 1e-6 where all inputs are exact; where a row was tuned to a printed parameter the objective within 1e-4 and the
constraint within 1e-3. Left out are columns that are not targets: bounds, gaps and second routes of the tables' maker.
"""

import math
from dataclasses import replace

import pytest
from scipy.optimize import brentq

from ccenv.theory.models import CrissCross, HarrisonN, SlowServer, SwitchingBlending, SwitchingPacing
from tests.theory import rows as reference
from tests.theory.rows import differences, model, rows, sets

EXACT = 1e-6
TUNED = 1e-4
CONSTRAINT = 1e-3
BLENDING = ("outbound_per_h", "e_wait_s", "p_wait", "sl_T", "p_abandon", "lq", "utilisation")
PACING = ("connects_per_h", "drops_per_h", "drop_rate", "utilisation", "mean_ringing")
JOINT = ("connects_per_h", "drop_rate", "inbound_abandon", "inbound_p_wait", "e_wait_s", "utilisation")
TUNED_CLASSES = ("fixed_ratio_randomised_rounding", "affine_k_idle_minus_c", "predictive_idle_plus_beta_soon")


def of(name, value, key="set"):
    return [row for row in rows(name) if row[key] == value]


@pytest.mark.parametrize("name", sets("blending_policies"))
def test_blending_policies(name):
    for row in of("blending_policies", name):
        found = model("Blending", row, reference.BLENDING).evaluate(
            ("reserve_threshold", {"reserve": float(row["reserve"])})
        )

        assert differences(found, row, BLENDING, EXACT) == {}, row["policy"]
        for gamma in (20, 100):
            assert found.lagrangian(gamma) == pytest.approx(float(row[f"lagr_gain_{gamma}"]), rel=EXACT, abs=1e-9)


@pytest.mark.parametrize("name", sets("blending_optimal"))
def test_blending_optimal(name):
    starts = {gamma: of("blending_policy_maps", name) for gamma in ("20", "100")}
    for row in of("blending_optimal", name):
        made, limit = model("Blending", row, reference.BLENDING), float(row["parameter"])
        if row["objective"] == "lagrangian":
            best = made.solve(gamma=limit)
            for start in starts[row["parameter"]]:
                if start["gamma"] == row["parameter"]:
                    state = {"inbound": int(start["inbound_in_service"]), "outbound": int(start["outbound_in_service"])}
                    assert best.policy.probabilities(mode=0, waiting=0, **state) == {(int(start["start"]),): 1.0}
        else:
            best = made.solve({"e_wait_s" if "E[W]" in row["objective"] else "sl_T": limit})
            (multiplier,) = best.multipliers.values()
            assert multiplier == pytest.approx(float(row["multiplier"]), rel=EXACT, abs=1e-9)
            tuned = made.evaluate(reference.reserve(row["best_randomised_reserve"]))
            assert tuned.outbound_per_h == pytest.approx(float(row["best_randomised_reserve_value"]), rel=TUNED)

        assert differences(best, row, ("optimal_value", "optimal_c_at_empty"), EXACT) == {}
        measures = ("outbound_per_h", "e_wait_s", "sl_T", "p_abandon", "utilisation")
        assert differences(best.result, row, measures, EXACT) == {}
        assert " ".join(map(str, best.target_busy_by_inbound_in_service)) == row["target_busy_by_inbound_in_service"]
        assert str(best.optimal_is_pure_threshold_in_busy) == row["optimal_is_pure_threshold_in_busy"]


@pytest.mark.parametrize("s", sets("blending_full_action_check", "s"))
def test_blending_full_action_check(s):
    for row in of("blending_full_action_check", s, "s"):
        found = model("HoldingBlending", row, reference.HOLDING).solve()

        assert differences(found, row, ("full_action_gain", "inbound_first_gain"), EXACT) == {}
        assert differences(found, row, ("loss_of_inbound_first",), EXACT, 1e-6) == {}


@pytest.mark.parametrize("name", sets("pacing_policies"))
def test_pacing_policies(name):
    for row in of("pacing_policies", name):
        made = model("Pacing", row, reference.PACING)
        if made.grace_s:
            made = replace(made, waiting_cap=6)  # where the table cuts connects off: it shows beyond 40 constant lines

        found = made.evaluate(reference.pacing_rule(row))

        tuned = row["policy_class"] in TUNED_CLASSES
        objective, constraint = (TUNED, CONSTRAINT) if tuned else (EXACT, EXACT)
        assert differences(found, row, ("connects_per_h", "utilisation", "mean_ringing"), objective) == {}
        assert differences(found, row, ("drops_per_h", "drop_rate"), constraint, 1e-9) == {}
        assert made.perfect_connects_per_h == pytest.approx(float(row["perfect_connects_per_h"]), rel=EXACT)


@pytest.mark.parametrize("name", sets("pacing_optimal"))
def test_pacing_optimal(name):
    (row,) = of("pacing_optimal", name)

    best = model("Pacing", row, reference.PACING).solve(0.03)

    columns = ("optimal_connects_per_h", "optimal_utilisation", "multiplier_connects_per_excess_drop")
    assert differences(best, row, columns, EXACT) == {}
    wrap_up = float(row["observed_wrap_s"]) > 0
    for target in of("pacing_policy_maps", name):
        waiting = int(target["waiting"])
        state = {"wrap_up": waiting, "waiting": 0} if wrap_up else {"wrap_up": 0, "waiting": waiting}
        state |= {"mode": 0, "talking": int(target["busy"]), "ringing": 0}
        if waiting and not wrap_up and state["talking"] < best.policy.states[:, 1].max():
            continue
        found = {next(iter(part.probabilities(**state)))[0] for part in best.parts}
        wanted = {int(target["target_ringing_from_zero"]), int(target["target_other_policy"])}
        assert found <= wanted  # of two policies equally good at the multiplier one may have been found twice


@pytest.mark.parametrize("name", sets("blended_pacing_policies", slow=("J5_s8_a4",)))
def test_blended_pacing_policies(name):
    for row in of("blended_pacing_policies", name):
        found = model("BlendedPacing", row, reference.JOINT).evaluate(reference.pacing_rule(row))

        assert differences(found, row, JOINT, EXACT, 1e-9) == {}, (row["policy_class"], row["parameter"])


@pytest.mark.parametrize("name", sets("blended_pacing_optimal"))
def test_blended_pacing_optimal(name):
    (row,) = of("blended_pacing_optimal", name)
    made = model("BlendedPacing", row, reference.JOINT)

    best = made.solve(float(row["abandon_limit"]))

    assert differences(best, row, ("optimal_connects_per_h", "multiplier_drop"), EXACT) == {}
    close = math.isclose(float(row["dual_gap"]), 0.0, abs_tol=1e-9)  # of J5 the table's dual was not closed
    assert differences(best, row, ("multiplier_abandon",), EXACT if close else 0.01) == {}
    empty = made.evaluate("no_dial")
    assert empty.inbound_abandon == pytest.approx(float(row["abandon_without_outbound"]), rel=EXACT)
    assert empty.inbound_p_wait == pytest.approx(float(row["p_wait_without_outbound"]), rel=EXACT)


ANSWERS = {"A1": (0.15, 0.45), "A3": (0.25, 0.35)}
LOADS = {"B1": (10, (4, 9), 180.0, 0.08), "B3": (10, (6, 7), 180.0, 0.08), "B4": (12, (4, 9), 420.0, 0.05)}


def switching_rules(answers):
    """Rules of one parameter k of the switching table, given the offset c, by the beginning of their names."""
    return {
        "mode-blind": lambda k, c: ("max0", {"k": k, "c": c}),
        "mode-aware max0": lambda k, c: [("max0", {"k": k / p, "c": c / p}) for p in answers],
    }


@pytest.mark.parametrize("case", list(ANSWERS))
@reference.needs_reference
def test_switching_pacing(case):
    made = SwitchingPacing(10, ANSWERS[case], 18.0, 210.0)
    for row in rows("modulated_headroom"):
        if not row["case"].startswith(case):
            continue
        policy, text = row["policy"].replace("max(0,", "max0("), row["parameter"]
        if policy.startswith("OPTIMAL"):
            best = made.solve(0.03)
            assert differences(best, row, ("objective_per_h", "constraint_value"), EXACT) == {}
        elif policy == "progressive":
            found = made.evaluate("progressive_unreserved")
            assert found.connects_per_h == pytest.approx(float(row["objective_per_h"]), rel=EXACT)
            assert found.drop_rate == 0.0
        elif "inside" not in policy:
            # The parameter is printed to 3 digits, too few for the constraint: the one meant must round to it.
            rule = next(r for name, r in switching_rules(ANSWERS[case]).items() if policy.startswith(name))
            k, c = reference.numbers(text)["k"], reference.numbers(text)["c"]

            def excess(k, rule=rule, c=c, row=row):
                return made.evaluate(rule(k, c)).drop_rate - float(row["constraint_value"])

            meant = brentq(excess, k - 6e-4, k + 6e-4, xtol=1e-12)
            assert made.evaluate(rule(meant, c)).connects_per_h == pytest.approx(
                float(row["objective_per_h"]), rel=EXACT
            )


@pytest.mark.parametrize("case", list(LOADS))
@reference.needs_reference
def test_switching_blending(case):
    s, loads, outbound_s, limit = LOADS[case]
    made = SwitchingBlending(s, tuple(20.0 * load for load in loads), 180.0, outbound_s, 120.0)
    for row in rows("modulated_headroom"):
        if not row["case"].startswith(case):
            continue
        text, tolerance = row["parameter"], (EXACT, EXACT)
        if row["policy"].startswith("OPTIMAL"):
            found = made.solve(limit).result
        elif "randomised" in row["policy"]:
            found, tolerance = made.evaluate(reference.reserve(text)), (1.05 * TUNED, CONSTRAINT)  # p to 3 digits
        else:
            found = made.evaluate([("progressive", {"reserve": int(r)}) for r in (text.split(",") * 2)[:2]])
        assert found.outbound_per_h == pytest.approx(float(row["objective_per_h"]), rel=tolerance[0])
        assert found.p_abandon == pytest.approx(float(row["constraint_value"]), rel=tolerance[1])


@pytest.mark.parametrize("name", sets("nmodel_callcentre"))
def test_nmodel_callcentre(name):
    for row in of("nmodel_callcentre", name):
        made = model("NDesign", row, reference.N_DESIGN)
        if row["policy"] == "OPTIMAL":
            found = made.solve().result
        else:
            found = made.evaluate(reference.n_design_rule(row["policy"]))

        assert differences(found, row, ("cost_per_h", "mean_q1", "mean_q2"), EXACT) == {}, row["policy"]


GRIDS = {"0.8": (120, 160), "0.9": (160, 300), "0.95": (200, 600)}  # noted in the table; at 0.95 they matter


@pytest.mark.parametrize("rho", ["0.8", *(pytest.param(rho, marks=pytest.mark.slow) for rho in ("0.9", "0.95"))])
@reference.needs_reference
def test_nmodel_harrison(rho):
    made = HarrisonN(float(rho), *GRIDS[rho])
    for row in of("nmodel_harrison", rho, "rho"):
        if row["policy"] == "OPTIMAL":
            best = made.solve()
            found, column = best.result, row["switching_curve_x1_at_x2_1_2_3_5_8_10_15_20_30_50"]
            assert " ".join(str(best.switching_curve[x2]) for x2 in (1, 2, 3, 5, 8, 10, 15, 20, 30, 50)) == column
        else:
            found = made.evaluate(reference.harrison_rule(row["policy"]))

        assert differences(found, row, ("avg_cost", "mean_x1", "mean_x2"), EXACT) == {}, row["policy"]


@pytest.mark.parametrize("case", ["IL", "BL", pytest.param("IM", marks=pytest.mark.slow)])
@reference.needs_reference
def test_crisscross(case):
    (row,) = of("crisscross", case, "case")
    sizes = tuple(int(size) for size in row["truncation"].split("x"))
    mu = tuple(float(rate) for rate in row["mu"].split(","))

    found = CrissCross(float(row["lambda1"]), float(row["lambda3"]), mu, sizes).solve()

    assert float(row["lower"]) - 6e-8 <= found.optimal_avg_number <= float(row["upper"]) + 6e-9  # as printed
    width = float(row["upper"]) - float(row["lower"])
    assert found.optimal_avg_number == pytest.approx(float(row["optimal_avg_number"]), rel=EXACT, abs=width)


@reference.needs_reference
def test_slow_server_threshold():
    for row in rows("slow_server_threshold"):
        made = SlowServer(float(row["lam"]), float(row["mu_fast"]), float(row["mu_slow"]))

        best = made.solve()

        assert differences(best, row, ("best_threshold", "mean_number_best"), EXACT) == {}
        assert made.evaluate(1) == pytest.approx(float(row["always_use_slow"]), rel=EXACT)
        for column in (name for name in row if name.startswith("T=")):
            assert made.evaluate(int(column[2:])) == pytest.approx(float(row[column]), rel=EXACT)
