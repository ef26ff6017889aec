"""The command of the room: cells that are kept, the page, and settings that are refused."""

import copy
from pathlib import Path
from typing import Any

import pytest

from ccenv.files.writing import write_json
from ccenv.scenarios import load_scenario
from experiments.jobs.files import ROOT, read_json
from experiments.pipeline.evaluation import own_pair
from experiments.planners.table import PLANNERS, refusal
from experiments.room import command
from experiments.room.command import measure, n_days, results_folder, write
from experiments.room.contest import P0, rules_of
from experiments.room.page import best_figure, best_planner, left, page
from experiments.room.settings import Settings


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("room")
    small = {"rule_days": 8, "planner_days": 2, "samples": 4, "planners": ["fluid_plan"]}
    return Settings(scenarios=["tiny"], dir=str(folder), results=str(folder), **small)


@pytest.fixture(scope="module")
def result(settings: Settings) -> dict[str, Any]:
    return measure(settings)


def test_finished_cells_are_not_computed_again(settings: Settings, result: dict[str, Any], monkeypatch: Any):
    for name in ("bound_of", "planner_row", "rule_rows"):
        monkeypatch.delattr(command, name)
    assert measure(settings) == result


def test_the_row_of_a_centre(result: dict[str, Any]):
    (row,) = result["centres"]
    (own,), (planner,) = row["rules"], row["planners"]
    assert own["rung"] == P0 and own["days"] == 8 and own["gain"]["mean"] == 0.0
    assert planner["name"] == "fluid_plan" and planner["needs"] == ["forecast"] and planner["days"] == 2
    assert planner["low"] <= planner["mean"] <= planner["high"] <= row["bound"]["high"]
    assert 0 < planner["planned"] <= planner["asked"]


def test_left_is_measured_from_the_best_figure(result: dict[str, Any]):
    row = copy.deepcopy(result["centres"][0])
    own, (planner,) = row["rules"][0], row["planners"]
    own["mean"], row["bound"]["value"] = -20.0, -4.0
    planner["gain"] = {"mean": -1.0, "low": -2.0, "high": 0.5}
    assert best_figure(row) == -20.0 and left(row) == pytest.approx(1.0)
    planner["gain"] = {"mean": 4.0, "low": -1.0, "high": 9.0}
    assert best_figure(row) == -20.0  # the gain is not sure
    planner["gain"]["low"] = 1.0
    assert best_figure(row) == -16.0 and left(row) == pytest.approx(0.75)
    row["rules"].append({**own, "rung": "P1", "mean": -8.0})
    assert best_figure(row) == -8.0 and left(row) == pytest.approx(0.25)
    row["rules"].append({**own, "rung": "P2", "mean": -8.2})  # chosen on validation days, not on these
    assert best_figure(row) == -8.2
    planner["episode_days"] = 7  # of other episodes
    assert best_planner(row) is None


def test_the_page(settings: Settings, result: dict[str, Any]):
    path = write(result, results_folder(settings))
    assert path == Path(settings.dir) / "room.md" and read_json(path.with_suffix(".json")) == result
    assert "| tiny | one contact lost | -" in path.read_text() and "| fluid bound |" in path.read_text()


def test_the_page_shows_a_hidden_mode(result: dict[str, Any], monkeypatch: Any, settings: Settings):
    assert result["hidden"] == [] and "mode hidden" not in page(result)
    row = {"centre": "c:hidden", "points": 3, "reserve": 3, "fixed": -3.0, "low": -2.1, "high": -1.9, "seen": -1.0}
    shown = page(result | {"hidden": [row]})
    assert "| c:hidden | -3 (reserve 3) | -2.1 to -1.9 | 10.00 % | 3 | -1 | 50 % |" in shown
    monkeypatch.setattr(command, "hidden_row", lambda name, points: row | {"centre": name, "points": points})
    assert command.hidden_of("switching_load", settings) == row | {"centre": "switching_load", "points": 850}


def test_tuned_rules_are_read(tmp_path: Path):
    scenario = load_scenario("tiny")
    own = own_pair(scenario)
    assert rules_of(scenario, tmp_path) == {P0: own}
    half = {"name": "longest_queue", "params": {}}
    pair = {"routing": half, "pacing": {"name": own.pacing.name, "params": {}}}
    write_json(tmp_path / "tuned" / "tiny.json", {"rungs": {"P1": {"pair": pair}}})
    assert rules_of(scenario, tmp_path)["P1"].routing.name == "longest_queue"


def test_the_committed_page_is_that_of_its_result_file():
    folder = ROOT / "experiments" / "results"
    result = read_json(folder / "room.json")
    assert (folder / "room.md").read_text() == page(result)
    for row in result["centres"]:
        best = max(each["low"] for each in row["rules"])
        assert best <= row["bound"]["high"], row["centre"]


def test_large_centres_have_fewer_days_and_no_planner():
    large = load_scenario("hybrid_large")
    assert n_days(large, Settings()) == 8 and n_days(load_scenario("tiny"), Settings()) == 256
    assert all(refusal(name, large) for name in PLANNERS)


def test_bad_settings_are_refused():
    for change, message in (
        ({"scenarios": ["nowhere"]}, "scenarios: 'nowhere'; allowed: back_office"),
        ({"planners": ["oracle"]}, "planners: 'oracle'; allowed: look_ahead, fluid_plan"),
        ({"beliefs": 2}, "beliefs = 2; allowed: 3 or more"),
        ({"planner_days": 1}, "planner_days = 1; allowed: 2 or more"),
    ):
        with pytest.raises(ValueError, match=message):
            measure(Settings(**change))
