"""The committed list of rows."""

from collections import Counter

import pytest

from ccenv.rules.pacing import basic
from ccenv.scenarios.compile.dists import dist_values, survival
from ccenv.scenarios.load import load_scenario
from ccenv.theory import models
from ccenv.theory.patience import patience_dist as dist_of_theory
from experiments.validate.simulated.centres import centre_of, patience_dist
from experiments.validate.simulated.measures import COUNTS
from experiments.validate.simulated.rows import LIST, read_rows, rule_of

ROWS = read_rows()


def test_rows_have_seeds_of_their_own_from_0_on():
    seeds = [seed for row in ROWS for seed in row.seeds]

    assert seeds == list(range(len(seeds)))


def test_every_model_that_has_a_scenario_is_held_under_rules_and_under_its_optimum():
    ways = Counter((row.model, row.way) for row in ROWS)
    for name in models.__all__:
        if hasattr(getattr(models, name), "scenario"):
            assert ways[name, "optimal"] >= 1, name
            assert ways[name, "rule"] + ways[name, "table"] >= 2, name


def test_every_basic_pacing_rule_is_run_by_the_kernel_and_priority_in_both_orders():
    run = [rule_of(row.choice) for row in ROWS if row.way == "rule"]

    assert {name for name, _ in run} >= {rule.name for rule in basic.RULES} | {"priority"}
    assert {params["order"][0] for name, params in run if name == "priority"} == {"class1", "class2"}


def test_every_rule_that_a_model_can_express_has_an_exact_row():
    """All others read what no model has: waits, idle times, preferred advisors, callbacks, windows, estimated rates.

    Ties of `longest_queue` go by waits, and `idle_thresholds` keeps dedicated advisors idle too.
    """
    run = {rule_of(row.choice)[0] for row in ROWS if row.same is not None}

    assert run == {
        *("c_mu", "c_mu_theta", "generalised_c_mu", "comparative_advantage", "planned_pairs", "max_weight"),
        *("fixed_queue_ratio", "queue_and_idleness_ratio", "own_team_first", "overflow_at_length"),
        *("tiers", "penalties", "profiles", "shortest_expected_delay"),
        *("slot_reserve", "log_safety", "mode_reserve", "no_dial_while_waiting", "manual"),
        *("slot_reserve_unreserved", "log_safety_unreserved", "mode_reserve_unreserved"),
        *("no_dial_while_waiting_unreserved", "power", "genesys_lines", "predictive"),
    }


def test_tables_are_made_by_rules_of_their_models():
    made = [
        (rule_of(row.choice)[0], getattr(models, row.model).RULES)
        for row in ROWS
        if row.way == "table" and isinstance(row.choice, dict) and hasattr(getattr(models, row.model), "RULES")
    ]

    assert [name for name, rules in made if name not in rules] == [] and len(made) > 3


def test_the_same_rule_stands_beside_a_registered_one_only(tmp_path):
    text = LIST.read_text()
    (tmp_path / "rows.yaml").write_text(text.replace("table: 5\n", "table: 5\n    same: 4\n", 1))

    with pytest.raises(ValueError, match="'slow server from 5': same = 4; allowed: beside `rule` only"):
        read_rows(tmp_path / "rows.yaml")


def test_every_measure_is_counted_somehow():
    assert {name for row in ROWS for name in row.measures} <= {*COUNTS, "cost_per_h", "mean_ringing"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_has_a_centre(row):
    scenario, days, span_s = centre_of(row)

    assert span_s == pytest.approx(row.span_s, rel=0.2)
    clock = scenario.centre.clock
    assert days == 1 or clock.close_s * days == span_s
    assert clock.kind == "day" or clock.horizon_s == span_s


def test_a_row_with_two_ways_to_run_it_is_refused(tmp_path):
    both = LIST.read_text().replace("rule: {no_dial: {}}", "rule: {no_dial: {}}, table: {no_dial: {}}")
    (tmp_path / "rows.yaml").write_text(both)

    with pytest.raises(ValueError, match="rule and table; allowed: at most one"):
        read_rows(tmp_path / "rows.yaml")


def test_a_name_that_stands_twice_is_refused(tmp_path):
    (tmp_path / "rows.yaml").write_text(LIST.read_text().replace("name: Erlang B 5,", "name: Erlang B 1,"))

    with pytest.raises(ValueError, match="'Erlang B 1'"):
        read_rows(tmp_path / "rows.yaml")


@pytest.mark.parametrize("name", ["det", "unif", "erlang2", "hyper2_scv4", "lognormal_scv4", "lognormal_scv1"])
def test_a_distribution_of_patience_is_that_of_the_formula(name):
    queue = {"arrivals_per_hour": 1.0, "handle_s": 1.0, "patience_s": patience_dist(name, 120.0)}
    groups = {"advisors": {"skills": ["inbound"], "staffing": 1}}
    clock = {"kind": "steady", "horizon_s": 1.0}
    made = load_scenario(
        {"name": "a", "description": "b", "clock": clock, "queues": {"inbound": queue}, "groups": groups}
    )
    dist, meant = dist_values(made.centre.queues["inbound"].patience_s), dist_of_theory(name, 120.0)

    for t in (0.5, 20.0, 119.0, 121.0, 230.0, 900.0):
        assert survival(dist, t) == pytest.approx(float(meant.survival(t)), rel=1e-9, abs=1e-12)


def test_an_unknown_distribution_of_patience_is_refused():
    with pytest.raises(ValueError, match="'gamma'; allowed: det, unif"):
        patience_dist("gamma", 120.0)
