"""The comparison of the simulator with exact values, on a few short rows."""

import dataclasses

import numpy as np
import pytest
from scipy import stats

from ccenv import theory
from experiments.validate.simulated import exact, family, run
from experiments.validate.simulated.rows import Row, read_rows

ROWS = {row.name: row for row in read_rows()}
SHORT = 4_000.0  # hours


def short(name: str, **changes) -> Row:
    row = ROWS[name]
    return dataclasses.replace(row, **{"hours": min(row.hours, SHORT), **changes})


def result(row: Row) -> dict:
    return run.run_row(dataclasses.asdict(row))


def agree(results: list[dict]) -> bool:
    found = family.family_of(results)
    return found.near and found.normal


@pytest.mark.parametrize(
    "name",
    [
        "Erlang A 7",
        "V-design, equally impatient",
        "redials",
        "M/M/8+uniform",
        "blending C1, reserve 1",
        "pacing P3, max0",
        "N-design N2, priority to class 2",
    ],
)
def test_rows_of_the_kernel_agree(name):
    found = result(short(name, hours=30_000.0) if name == "redials" or "N-design" in name else short(name))

    assert len(found["measures"]) >= 4
    assert agree([found])


SAME = [name for name, row in ROWS.items() if row.same is not None]
QUICK = ("N-design N3, generalised c mu of contacts", "loads 4/9, reserve by mode", "pacing P3, power of all advisors")


@pytest.mark.parametrize("name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in SAME])
def test_a_registered_rule_decides_as_the_rule_of_the_model(name):
    found = result(short(name, hours=min(ROWS[name].hours, 6_000.0)))

    assert found["measures"] and agree([found])


@pytest.mark.parametrize(
    ("name", "other"),
    [
        (QUICK[0], {"fixed_queue_ratio": {"ratio": 3.5}}),
        (QUICK[1], [{"reserve_threshold": {"reserve": 2}}, {"reserve_threshold": {"reserve": 5}}]),
        (QUICK[2], {"dial_x_free": {"kappa": 1, "c": 3, "s_t": 0, "s_d": 0, "when": "event"}}),
    ],
)
def test_a_registered_rule_differs_from_another_rule_of_the_model(name, other):
    assert not agree([result(short(name, hours=6_000.0, same=other))])


@pytest.mark.parametrize(
    "name", ["optimal pacing P2", "optimal N-design N1", "optimal loads 4/9", "slow server from 5"]
)
def test_tabulated_and_optimal_policies_agree(name):
    found = result(short(name, hours=6_000.0 if "N-design" in name or "server" in name else 1_000.0))

    assert agree([found])


def test_a_transient_agrees():
    assert agree([result(short("M_t/M/10+M, rising"))])


def test_a_rule_with_coins_is_the_same_policy_as_its_table():
    kernel = short("blending C2, reserve 3 or 2")
    table = dataclasses.replace(kernel, way="table", first_seed=10_000)

    assert agree([result(kernel), result(table)])


@pytest.mark.parametrize(
    "name, other",
    [
        ("Erlang A 7", {"patience_s": 132.0}),
        ("blending C1, reserve 1", {"outbound_aht_s": 190.0}),
        ("pacing P3, max0", {"answer_prob": 0.31}),
        ("optimal N-design N1", {"lambda2_per_h": 44.0}),
    ],
)
def test_another_centre_is_noticed(name, other):
    row = short(name, hours=6_000.0)
    meant = exact.exact_of(row)
    changed = dataclasses.replace(row, parameters=row.parameters | other)
    table, span_s = run.simulated(changed, meant)

    assert not agree([run.compared(row, meant, table, span_s)])


def test_certain_measures_are_found_exactly_and_rare_ones_left_out():
    found = result(short("pacing P1, progressive", hours=600.0))

    assert found["certain"] == [{"measure": "drop_rate", "exact": pytest.approx(0), "simulated": 0, "right": True}]
    assert "connects_per_h" in {line["measure"] for line in found["rare"]}


def test_the_average_of_a_transient_is_that_of_its_path():
    row = ROWS["M_t/M/10+M, one period"]
    times = np.linspace(0.0, row.parameters["t_s"], 2_001)
    given = {name: value for name, value in row.parameters.items() if name != "t_s"}
    path = theory.mt_mnm_path(**given, times_s=times.tolist())
    values = exact.exact_of(row).values

    queue = np.trapezoid([state.e_queue for state in path], times) / times[-1]
    rate = np.array([state.lambda_t_per_h for state in path])
    full = np.trapezoid(rate * [state.p_all_busy for state in path], times) / np.trapezoid(rate, times)
    assert values["e_queue"] == pytest.approx(queue, rel=1e-6)
    assert values["p_wait"] == pytest.approx(full, rel=1e-6)
    assert values["p_abandon"] == pytest.approx(queue * times[-1] / 120 / (np.trapezoid(rate, times) / 3600), rel=1e-6)


def test_the_error_of_a_ratio_of_totals_is_as_wide_as_ratios_spread():
    random = np.random.default_rng(1)
    below = random.gamma(4.0, 5.0, (2_000, 64))
    above = 0.3 * below + random.normal(0, 1, below.shape)

    ratios, errors = zip(*(run.ratio(a, b) for a, b in zip(above, below, strict=True)), strict=True)

    told = np.mean([error.std(ddof=1) / 8 for error in errors])
    assert told == pytest.approx(np.std(ratios), rel=0.06)
    assert np.mean(ratios) == pytest.approx(0.3, abs=4 * told / np.sqrt(2_000))


def fake(z: np.ndarray, correlation: np.ndarray) -> dict:
    return {"measures": [{"z": value} for value in z], "correlation": correlation.tolist()}


def test_the_distance_is_that_of_kolmogorov_and_smirnov():
    z = np.random.default_rng(2).standard_normal((3, 40)) * 1.2 + 0.1

    assert family.distances(z) == pytest.approx([stats.kstest(line, "norm").statistic for line in z])


def test_without_correlation_the_probability_is_that_of_the_textbook():
    z = np.random.default_rng(3).standard_normal(60)

    found = family.family_of([fake(part, np.eye(3)) for part in z.reshape(20, 3)])

    assert found.p == pytest.approx(found.p_independent, abs=0.02)


def test_measures_that_say_the_same_count_once():
    z = np.random.default_rng(4).standard_normal(20) + 0.25

    once = family.family_of([fake(part, np.eye(1)) for part in z.reshape(20, 1)])
    thrice = family.family_of([fake(np.repeat(part, 3), np.ones((3, 3))) for part in z])

    assert thrice.distance == pytest.approx(once.distance)
    assert thrice.p == pytest.approx(once.p, abs=0.02)
    assert thrice.p_independent < 0.6 * once.p_independent


def test_a_family_falls_by_its_largest_z_or_by_its_distribution():
    fine = np.array(stats.norm.ppf((np.arange(40) + 0.5) / 40))

    found = family.family_of([fake(fine, np.eye(40))])
    assert found.near and found.normal
    assert not family.family_of([fake(np.append(fine, 4.5), np.eye(41))]).near
    assert not family.family_of([fake(fine + 1.0, np.eye(40))]).normal
    assert not family.family_of([fake(0.1 * fine, np.eye(40))]).normal
    assert not family.family_of([]).near
