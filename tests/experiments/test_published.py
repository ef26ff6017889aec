"""Published problems on a share of their runs, with planted faults, and the committed page."""

import dataclasses
import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from ccenv.files.writing import write_json
from ccenv.theory import mt_mnm_path
from experiments.jobs.config import CONFIGS
from experiments.jobs.files import ROOT, read_json
from experiments.published import command, many_classes, table
from experiments.published import search as search_of_orders
from experiments.published.__main__ import run
from experiments.published.benchmarks import Problem
from experiments.published.compare import bound_of, compared, failures, judged, with_verdicts
from experiments.published.control import SEARCHED, costs_in, costs_of, order_of, pair_order
from experiments.published.league import LEAGUES, meets_bar, missed
from experiments.published.page import league_section, page
from experiments.published.preemptive import run_costs
from experiments.published.row import Figure, Measure, Row
from experiments.published.search import Descent, search, search_all
from experiments.published.settings import Settings
from experiments.published.simulated import estimated
from experiments.published.table import ROWS, chosen

RESULTS = ROOT / "experiments" / "results"
SHARES = {"CallCC": 0.3, "Bank": 0.3, "Bilingual, reference kernel": 0.5}  # of the runs; others take `SHARE`
SHARE = 0.05
SLOW = ("Bilingual, reference kernel",)
BENCHMARKS = ROOT / Settings().benchmarks
HERE = tuple(row for row in ROWS if "problem" not in row.inputs or (BENCHMARKS / row.inputs["problem"]).is_dir())


def by_row(rows: tuple[Row, ...] = HERE) -> pytest.MarkDecorator:
    marks = {True: (pytest.mark.slow,), False: ()}
    return pytest.mark.parametrize(
        "row",
        [pytest.param(row, marks=marks["problem" in row.inputs or row.name in SLOW], id=row.name) for row in rows],
    )


def slower(value: Any, handling: bool = False) -> Any:
    """Inputs of a row with all handle times 10 % longer."""
    if isinstance(value, Mapping):
        return {key: slower(each, handling or key in ("handle_s", "handle_factor")) for key, each in value.items()}
    if handling and isinstance(value, int | float):
        return 1.1 * value
    return value


def found(row: Row) -> dict[str, Any]:
    """The row on a share of its runs; a difference that is isolated is not looked at."""
    if "problem" in row.inputs:
        row = dataclasses.replace(row, inputs={**row.inputs, "folder": str(BENCHMARKS / row.inputs["problem"])})
    return judged(row, row.compute(row, SHARES.get(row.name, SHARE)))


@by_row(tuple(row for row in HERE if not row.isolated))
def test_a_row_is_inside_on_a_share_of_its_runs(row: Row):
    assert not failures(with_verdicts([found(row)]))


@by_row()
def test_handle_times_ten_percent_longer_are_caught(row: Row):
    faulty = dataclasses.replace(row, inputs=slower(row.inputs), isolated="", isolated_by=())

    assert faulty.inputs != row.inputs
    assert failures(with_verdicts([found(faulty)]))


def test_ten_rows_or_more_come_from_four_sources_or_more():
    rows = [row for row in ROWS if row.kind != "exact"]

    assert len(rows) >= 10 and len({re.split(r"[ ,(]", row.source)[0] for row in rows}) >= 4


@pytest.mark.parametrize(("text", "half"), [("14", 0.5), ("0.902", 5e-4), ("6.0E-3", 5e-5), ("1816.158", 5e-4)])
def test_the_rounding_is_half_the_last_printed_digit(text: str, half: float):
    assert Measure("x", text, 0.0).rounding == pytest.approx(half)


def test_a_figure_is_inside_up_to_rounding_and_errors_of_both():
    measure = Measure("x", "1.50", 0.03)
    allowed = 0.005 + 2.0 * 0.05

    assert compared(measure, Figure(1.5 + allowed - 1e-6, 0.04), 2.0)["inside"]
    assert not compared(measure, Figure(1.5 - allowed - 1e-6, 0.04), 2.0)["inside"]
    assert not compared(measure, Figure(math.nan, 0.0), 2.0)["inside"]
    assert bound_of(1) == pytest.approx(2.5758, abs=1e-4) and bound_of(10) > 3.2


def test_a_ratio_is_that_of_totals_with_the_error_of_its_linear_approximation():
    runs = {"good": [1.0, 3.0], "bad": [1.0, 1.0], "all": [2.0, 6.0]}
    columns = {name: np.array(values) for name, values in runs.items()}

    class Table(dict):
        def __len__(self) -> int:
            return 2

    ratio = estimated(Measure("x", "1", 0.0, ("good", "-bad"), ("all",), 100.0), Table(columns))
    mean = estimated(Measure("x", "1", 0.0, ("good",), scale=2.0), Table(columns))

    assert ratio == (25.0, pytest.approx(100 * math.sqrt(0.5) / (math.sqrt(2) * 4)))
    assert mean == (4.0, pytest.approx(2.0 * math.sqrt(2.0) / math.sqrt(2)))


def test_a_difference_counts_as_isolated_only_if_the_rows_that_show_it_are_inside():
    rows = [
        {"name": "differs", "inside": False, "isolated_by": ["shown"]},
        {"name": "shown", "inside": True, "isolated_by": []},
        {"name": "unshown", "inside": False, "isolated_by": ["differs"]},
        {"name": "alone", "inside": False, "isolated_by": []},
    ]

    assert [row["verdict"] for row in with_verdicts(rows)] == ["isolated", "inside", "outside", "outside"]


def test_rows_isolate_by_rows_that_exist_and_names_are_unique():
    names = [row.name for row in ROWS]

    assert len(set(names)) == len(names)
    assert all(set(row.isolated_by) <= set(names) for row in ROWS)
    assert all(len({each.name for each in row.measures}) == len(row.measures) for row in ROWS)


def test_the_command_fails_on_a_planted_fault_and_keeps_its_cells(tmp_path, monkeypatch, capsys):
    staff = next(row for row in ROWS if row.name == "pyworkforce")
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.setattr(table, "ROWS", (staff,))
    settings = Settings(share=0.5)

    assert run(settings) == 0
    assert len(list((tmp_path / "outputs/published/cells").glob("*.json"))) == 1

    monkeypatch.setattr(table, "ROWS", (dataclasses.replace(staff, inputs=slower(staff.inputs)),))
    assert run(settings) == 1
    assert "pyworkforce: advisors 15, printed 14" in capsys.readouterr().err
    assert "**outside**" in (tmp_path / "outputs/published/published.md").read_text()
    assert len(list((tmp_path / "outputs/published/cells").glob("*.json"))) == 2


def test_a_row_that_is_not_declared_is_refused():
    with pytest.raises(ValueError, match="rows = 'MMD': not a row; allowed: MMC, MMCAb"):
        chosen(["MMD"])


def test_the_configuration_has_the_defaults_of_the_schema():
    with initialize_config_dir(CONFIGS, version_base="1.3"):
        composed = compose("published")

    found = OmegaConf.to_object(composed)
    assert isinstance(found, Settings)
    assert dataclasses.replace(found, learners={}, learn_cpu_s={}) == Settings()


def test_the_committed_page_is_that_of_the_declared_rows_and_all_pass():
    result = read_json(RESULTS / "published.json")
    declared = [(row.name, row.kind, row.source, [each.printed for each in row.measures]) for row in ROWS]
    saved = [
        (row["name"], row["kind"], row["source"], [each["printed"] for each in row["measures"]])
        for row in result["rows"]
    ]

    assert saved == declared
    assert not failures(result["rows"])
    assert (RESULTS / "published.md").read_text() == page(result)


def small(**changes: Any) -> Problem:
    """Two classes, two stations, one hour."""
    problem = Problem(
        "small",
        rates=np.array([[60.0, 30.0]]),
        agents=np.array([[4, 2]]),
        mu=np.array([[12.0, 0.0], [6.0, 12.0]]),
        theta=np.array([4.0, 6.0]),
        cost=np.array([10.0, 40.0]),
        initial=np.zeros(2),
        terminal=0.0,
        slot_s=3_600.0 * 8,
    )
    return problem._replace(**changes)


def test_the_preemptive_kernel_is_erlang_a_where_classes_are_equal():
    one = small(mu=np.full((2, 2), 12.0), theta=np.full(2, 6.0), cost=np.full(2, 10.0))
    exact = mt_mnm_path(6, 90.0, 0.0, 3_600.0, 300.0, 600.0, [36.0 * k for k in range(1, 801)])
    costs = run_costs(one, np.argwhere(one.mu > 0.0), range(400))

    assert abs(costs.mean() - 10.0 * 0.01 * sum(each.e_queue for each in exact)) < 4.0 * costs.std() / 20.0


def test_a_preemptive_order_favours_the_class_that_comes_first():
    dear_first, cheap_first = (run_costs(small(), np.array(order), range(40)).mean() for order in ORDERS)

    assert dear_first < 0.9 * cheap_first
    with pytest.raises(ValueError, match="2 given; allowed: each of the 3 pairs"):
        run_costs(small(), np.array(ORDERS[0][:2]), range(1))


def test_falling_staffing_sends_calls_back_to_the_queue_of_the_preemptive_kernel():
    rates, agents = np.array([[300.0, 0.0], [1e-9, 0.0]]), np.array([[30, 0], [0, 0]])
    problem = small(rates=rates, agents=agents, theta=np.full(2, 1e-9), slot_s=3_600.0, terminal=1.0)
    costs = run_costs(problem._replace(cost=np.zeros(2)), np.array(ORDERS[0]), range(40))

    assert 20.0 < costs.mean() < 30.0  # about 25 in service when all servers leave, all waiting at the end


ORDERS = ([(1, 1), (1, 0), (0, 0)], [(0, 0), (1, 1), (1, 0)])


def test_the_exact_row_of_equal_classes_is_that_of_the_solver():
    (row,) = [row for row in ROWS if row.kind == "exact"]

    assert {each.printed for each in row.measures} == {f"{many_classes.equal_cost():.0f}"}


def league(**changes: Any) -> dict[str, Any]:
    """A played league with a bar of 30 %."""
    none = {"preemptive": None, "preemptive_error": None}
    rules = [
        {"name": "longest_queue", "cost": 100.0, "error": 2.0, "difference": 0.0, "difference_error": 0.0, **none},
        {"name": "found", "cost": 69.0, "error": 1.0, "difference": -31.0, "difference_error": 1.0}
        | {"preemptive": 60.0, "preemptive_error": 1.0},
    ]
    bar = ("found", -0.30)
    return {
        "problem": "p",
        "about": "x",
        "runs": 8,
        "bar": bar,
        "rules": rules,
        "passed": meets_bar(bar, rules),
    } | changes


def test_a_league_passes_if_its_rule_is_far_enough_below_the_reference():
    played = league()
    near = [{**rule, "difference": rule["difference"] + 1.5} for rule in played["rules"]]

    assert played["passed"] and not missed([played])
    assert missed([league(passed=meets_bar(played["bar"], near))]) == ["p: found is not 30% below longest_queue"]
    assert meets_bar(None, near)


def test_the_page_of_a_league_orders_rules_by_cost_and_shows_both_models():
    lines = league_section(league()).splitlines()

    assert [line.split(" | ")[0] for line in lines[-2:]] == ["| found", "| longest_queue"]
    assert lines[-2].endswith("| -31.0 (1) | -31.0% | 60.0 (1) |") and lines[-1].endswith("| - |")
    assert "Bar: found costs at least 30% less; met." in " ".join(lines)
    assert "a dash: the rule is no order." in " ".join(lines)


def test_an_order_gives_the_reference_kernel_its_pairs_scarce_stations_first():
    problem = small()

    assert order_of(problem, {"index": "c mu"}).tolist() == [1, 0]
    assert pair_order(problem, np.array([1, 0])).tolist() == [[1, 1], [1, 0], [0, 0]]
    with pytest.raises(ValueError, match="it has no order of classes; allowed: index = c, c mu,"):
        order_of(problem, {"rule": "fifo"})


def test_the_cost_of_a_run_is_that_of_all_waiting():
    problem = small(terminal=2.0)
    table = {"waiting_s:c00": np.array([360.0]), "waiting_s:c01": np.array([36.0]), "n_unserved": np.array([3.0])}

    assert costs_in(problem, table).tolist() == pytest.approx([0.1 * 10.0 + 0.01 * 40.0 + 6.0])


def test_the_committed_leagues_are_those_declared_and_meet_their_bars():
    leagues = read_json(RESULTS / "published.json")["leagues"]

    assert [(each["problem"], [rule["name"] for rule in each["rules"]]) for each in leagues] == [
        (each.problem, [entry.name for entry in each.entries]) for each in LEAGUES
    ]
    assert not missed(leagues) and any(each["bar"] for each in leagues)


def two_classes() -> Problem:
    """One pool that is busy, and a class four times as dear as the other."""
    return small(agents=np.array([[6]]), mu=np.full((2, 1), 12.0), slot_s=3_600.0 * 4)


@pytest.mark.slow
def test_the_search_serves_the_dear_class_first(tmp_path):
    problem = two_classes()
    found = search(problem, 400, 0, tmp_path / "state.json")
    policies = [
        {"engine": "ccenv", "rule": "priority", "params": {"order": order, "advisor": found["advisor"]}}
        for order in (found["order"], found["order"][::-1])
    ]
    best, other = (costs_of(problem, policy, 40).mean() for policy in policies)

    assert best < 0.9 * other and found["training_runs"] >= 400


def test_an_interrupted_search_ends_with_the_state_of_an_uninterrupted_one(tmp_path, monkeypatch):
    three = {"mu": np.full((3, 1), 12.0), "theta": np.full(3, 4.0), "cost": np.full(3, 9.0), "initial": np.zeros(3)}
    problem = small(rates=np.full((1, 3), 30.0), agents=np.array([[6]]), slot_s=3_600.0, **three)
    whole = search(problem, 800, 7, tmp_path / "whole.json")
    moves, left = Descent.move, iter(range(3))
    monkeypatch.setattr(Descent, "move", lambda self: moves(self) if next(left, None) is not None else stop())
    monkeypatch.setattr(search_of_orders, "KEPT_EVERY", 1)
    with pytest.raises(KeyboardInterrupt):
        search(problem, 800, 7, tmp_path / "parts.json")
    monkeypatch.setattr(Descent, "move", moves)
    state = read_json(tmp_path / "parts.json")
    write_json(tmp_path / "parts.json", {**state, "cpu_s": 1e6})
    parts = search(problem, 800, 7, tmp_path / "parts.json")

    assert 0 < state["training_runs"] < whole["training_runs"] and parts["cpu_s"] > 1e6
    ends = [{**read_json(tmp_path / f"{name}.json"), "cpu_s": 0} for name in ("whole", "parts")]
    assert ends[0] == ends[1] and {**parts, "cpu_s": 0} == {**whole, "cpu_s": 0}


def stop() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [("search", ["nowhere"], "no folder of"), ("search_runs", 0, "1 run or more"), ("search_seed", -1, "seed of 0")],
)
def test_bad_settings_of_a_search_are_refused_by_name(key: str, value: Any, allowed: str):
    with pytest.raises(ValueError, match=key) as caught:
        search_all(Settings(**{key: value}), "")
    assert allowed in str(caught.value)


def test_the_searched_orders_say_their_command_and_effort():
    for name, found in read_json(SEARCHED).items():
        assert f"search=[{name}]" in found["command"] and found["seed"] >= 0
        assert (
            found["cpu_s"] > 0 and found["training_runs"] > 0 and sorted(found["order"]) == sorted(set(found["order"]))
        )


def test_rows_and_leagues_computed_anew_replace_their_own_alone(tmp_path, monkeypatch):
    kept = read_json(RESULTS / "published.json")
    new = {**kept["leagues"][1], "runs": 8}
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.setattr(command, "league_table", lambda *_: new)
    monkeypatch.setattr(command, "LEAGUES", LEAGUES[:2])
    command.write({**kept, "leagues": kept["leagues"][:2]}, tmp_path / Settings().results)
    found = command.measure(Settings(only=[new["problem"]]))

    assert found == {**kept, "leagues": [kept["leagues"][0], new]}
    with pytest.raises(ValueError, match="only = 'MMD': neither a row nor a league; allowed: MMC, "):
        command.measure(Settings(only=["MMD"]))
    with pytest.raises(ValueError, match="leave out rows and share"):
        command.measure(Settings(only=["MMC"], share=0.5))
