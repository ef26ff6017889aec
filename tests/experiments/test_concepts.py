import ast
import dataclasses
import functools
import importlib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ccenv.kpis import KPIS, LABELS
from ccenv.scenarios import Scenario, load_scenario
from ccenv.scenarios.means import mean_s
from experiments.concepts.concept import Concept, Experiment
from experiments.concepts.keys import conceptual_keys, uses, values_at
from experiments.concepts.measure import DIGITS, described, failure, measure, sides
from experiments.concepts.page import page, settings_text
from experiments.jobs.config import ConceptsConfig, Settings, register
from experiments.jobs.files import ROOT, read_json
from tests.experiments.test_config import settings

register()
RESULTS = ROOT / "experiments" / "results"
NO_LEAVES = {"rules.routing", "rules.pacing", "campaigns.*.compliance", "campaigns.*.detector"}  # chosen by name
# The declarations load scenarios, so they are imported by fixtures. The names come from the published table, which
# `test_the_published_table_is_that_of_the_declarations` holds equal to the declarations.
NAMES = [row["name"] for row in read_json(RESULTS / "concepts.json")["rows"]]
Sides = Callable[[str], tuple[Scenario, Scenario]]
by_name = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module")
def concepts() -> dict[str, Concept]:
    """The declared concepts by name."""
    declared = importlib.import_module("experiments.concepts.table").CONCEPTS
    by_name = {concept.name: concept for concept in declared}
    assert len(by_name) == len(declared), "names of concepts are unique"
    return by_name


@pytest.fixture
def concept(concepts: dict[str, Concept], name: str) -> Concept:
    return concepts[name]


@pytest.fixture(scope="module")
def both_sides(concepts: dict[str, Concept]) -> Sides:
    """The scenarios of a concept's experiment, off and on, by the concept's name."""
    return functools.cache(lambda name: sides(concepts[name].experiment))


@pytest.fixture(scope="module")
def command() -> ModuleType:
    return importlib.import_module("experiments.concepts.__main__")


@pytest.fixture(scope="module")
def report() -> ModuleType:
    return importlib.import_module("experiments.concepts.report")


def test_every_key_of_the_schema_belongs_to_a_concept(concepts: dict[str, Concept]):
    claimed = {key.partition("=")[0] for concept in concepts.values() for key in concept.keys}

    assert set(conceptual_keys()) == claimed - NO_LEAVES


def test_keys_are_found_in_named_mappings_in_lists_and_behind_what_may_be_left_out():
    keys = conceptual_keys()

    assert {"queues.*.ivr.routes", "groups.*.shifts.*.breaks.*.at_s", "surge.lasts_s", "trunks"} <= set(keys)
    assert "queues.*.patience_s.mean_s" not in keys


def test_a_key_is_used_where_its_value_is_not_the_default():
    centre = load_scenario("tiny").centre

    assert uses(centre, "queues.*.redial.p")
    assert uses(centre, "queues.*.patience_s=piecewise_hazard")
    assert uses(centre, "rules.routing=fifo")
    assert not uses(centre, "queues.*.p_balk")
    assert not uses(centre, "queues.*.ivr.time_s")
    assert not uses(centre, "queues.*.patience_s=constant")
    assert not uses(centre, "groups.*.shifts.*.n")


@by_name
def test_the_library_uses_it(concept: Concept):
    name, _, variant = concept.used_in.partition(":")

    assert uses(load_scenario(name, variant=variant or None).centre, concept.keys[0])


@by_name
def test_its_test_is_there(concept: Concept):
    path, _, name = concept.test.partition("::")

    assert name in names_in(ROOT / path)


@functools.cache
def names_in(path: Path) -> set[str]:
    return {node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)}


@by_name
def test_its_experiment_switches_it_on(concept: Concept, both_sides: Sides):
    off, on = (scenario.centre for scenario in both_sides(concept.name))
    key = concept.keys[0]

    assert uses(on, key)
    if concept.experiment.days_off is None:
        paths = [key.partition("=")[0] for key in concept.keys]
        assert any(values_at(off, path) != values_at(on, path) for path in paths)


@by_name
def test_its_kpi_is_a_column(concept: Concept, both_sides: Sides):
    name, _, entity = concept.experiment.kpi.partition(":")
    _, on = both_sides(concept.name)

    assert name in {*KPIS, *(labelled.column for labelled in LABELS.values())}
    assert not entity or entity in {*on.queues, *on.groups, *on.campaigns}


@pytest.mark.parametrize(("table", "mean"), [("PATIENCE", "MEAN_PATIENCE_S"), ("HANDLE", "MEAN_HANDLE_S")])
def test_distributions_are_compared_at_equal_means(table: str, mean: str):
    declared = importlib.import_module("experiments.concepts.patience")
    dists, equal_s = getattr(declared, table), getattr(declared, mean)

    means = {
        name: mean_s(load_scenario("tiny", **{"queues.support.patience_s": dist}).centre.queues["support"].patience_s)
        for name, (dist, *_) in dists.items()
    }

    assert means == pytest.approx(dict.fromkeys(dists, equal_s), rel=1e-3)


def contacts_a_day(scenario: Scenario) -> float:
    """Expected fresh contacts of a day: the integral of the profiles, or the number of a trace."""
    total = 0.0
    for queue in scenario.centre.queues.values():
        a = queue.arrivals_per_hour
        n_slots = (scenario.centre.clock.close_s - scenario.centre.clock.open_s) / scenario.centre.clock.slot_s
        values = list(a) if isinstance(a, list) else [a] * int(n_slots)
        if queue.interpolation == "linear":
            values = [(first + following) / 2 for first, following in pairwise([*values, values[-1]])]
        hours = scenario.centre.clock.slot_s / 3_600.0
        total += sum(values) * hours if queue.trace_s is None else len(queue.trace_s)
    return total


@pytest.mark.parametrize("name", ["profile by slot", "linear profile", "recorded trace"])
def test_arrivals_are_compared_at_equal_volume(name: str, both_sides: Sides):
    off, on = both_sides(name)

    assert contacts_a_day(on) == pytest.approx(contacts_a_day(off), rel=1e-3)


def test_staffing_is_compared_at_equal_hours(both_sides: Sides):
    off, on = both_sides("staffing by slot")

    assert sum(off.centre.groups["all_round"].staffing) == sum(on.centre.groups["all_round"].staffing)


FEW = ["redials", "patience: constant"]


def small(folder: Path, *only: str) -> Settings:
    given = settings(command="concepts")
    return dataclasses.replace(given, dir=str(folder), concepts=ConceptsConfig(list(only), 20))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, command: ModuleType) -> Path:
    where = tmp_path_factory.mktemp("concepts")
    assert command.run(small(where, *FEW)) == 0
    return where


def test_results_are_the_concepts_asked_for(folder: Path):
    rows = read_json(folder / "concepts.json")["rows"]

    assert [row["name"] for row in rows] == FEW
    assert all(row["measured"]["runs"] == 20 and row["failure"] is None for row in rows)
    assert rows[0]["measured"]["difference"]["low"] > 0.0 > rows[1]["measured"]["difference"]["high"]
    assert len((folder / "concepts.csv").read_text().splitlines()) == 3


def test_the_page_is_made_from_the_result_file(folder: Path):
    assert (folder / "concepts.md").read_text() == page(read_json(folder / "concepts.json"))


def test_finished_cells_are_kept(folder: Path, command: ModuleType):
    cells = sorted((folder / "cells").glob("*.json"))
    before = [(path.stat().st_mtime_ns, path.read_bytes()) for path in cells]
    cells[0].unlink()

    assert command.run(small(folder, *FEW)) == 0
    after = [(path.stat().st_mtime_ns, path.read_bytes()) for path in cells]

    assert len(before) == 2
    assert after[1] == before[1]
    assert after[0][1] == before[0][1]


NO_EFFECT = Experiment("tiny", "mean_wait_s", "up", off={"groups.first.wage_per_hour": 1.0})
OTHER_WAY = Experiment("tiny", "cost_per_contact", "down", off={"groups.first.wage_per_hour": 1.0})


@pytest.mark.parametrize(
    ("experiment", "says"), [(NO_EFFECT, "planted: mean_wait_s does not move"), (OTHER_WAY, "goes up, not down")]
)
def test_a_concept_that_does_not_do_what_it_should_fails_the_command(
    experiment: Experiment,
    says: str,
    concepts: dict[str, Concept],
    command: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    planted = concepts["redials"]._replace(name="planted", experiment=experiment)
    monkeypatch.setattr(command, "chosen", lambda only: {"Planted": (planted,)})

    assert command.run(small(tmp_path)) == 1
    assert says in capsys.readouterr().err
    assert (
        f"**{read_json(tmp_path / 'concepts.json')['rows'][0]['failure']}**" in (tmp_path / "concepts.md").read_text()
    )


def test_a_figure_without_an_interval_is_a_failure():
    measured = measure(OTHER_WAY._replace(moves="up"), "evaluation", 1)

    assert failure(OTHER_WAY, measured) == "cost_per_contact has no interval"


@pytest.mark.parametrize(
    ("experiment", "says"),
    [
        (Experiment("tiny", "mean_wait_s", "up"), "off and on are the same"),
        (Experiment("tiny", "n_repeats", "up", days=2, days_off=1), "unequal length"),
    ],
)
def test_what_cannot_be_compared_is_refused(experiment: Experiment, says: str):
    with pytest.raises(ValueError, match=says):
        measure(experiment, "evaluation", 2)


def test_an_unknown_concept_is_refused_by_name(command: ModuleType):
    with pytest.raises(ValueError, match="'redial': not a concept; allowed: .*redials"):
        command.chosen(["redials", "redial"])


def test_only_the_whole_table_is_published(tmp_path: Path, command: ModuleType):
    whole = settings(command="concepts")

    assert command.results_folder(whole) == RESULTS
    assert command.results_folder(small(tmp_path, *FEW)) == tmp_path
    assert command.results_folder(settings("concepts.most_runs=3", command="concepts")) == Path("outputs/concepts")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, ""),
        ({"trunks": None}, "trunks = null"),
        ({"queues.a.redial.p": 0.0, "queues.b.redial.p": 0.0, "queues.c.redial.p": 1.0},
         "queues.{a, b}.redial.p = 0.0; queues.c.redial.p = 1.0"),
        ({"campaigns.c.segments.a.size": 1, "campaigns.c.segments.b.size": 1, "campaigns.c.p_busy": 0.1},
         "campaigns.c.segments.{a, b}.size = 1; campaigns.c.p_busy = 0.1"),
        ({"queues.a.trace_s": list(range(9))}, "queues.a.trace_s = [0, 1, 2, ... 9 values]"),
        ({"queues.a.patience_s": {"dist": "constant"}}, "queues.a.patience_s = {dist: constant}"),
    ],
)  # fmt: skip
def test_changes_in_one_line(changes: dict[str, Any], text: str):
    assert settings_text(changes) == text


def test_the_published_table_is_that_of_the_declarations(concepts: dict[str, Concept]):
    result = read_json(RESULTS / "concepts.json")
    declared = [{**concept._asdict(), "experiment": described(concept.experiment)} for concept in concepts.values()]
    published = [{key: row[key] for key in Concept._fields} for row in result["rows"]]

    assert published == [row | {"keys": list(row["keys"])} for row in declared]
    assert [row["failure"] for row in result["rows"]] == [None] * len(concepts)
    assert all(
        failure(c.experiment, row["measured"]) is None for c, row in zip(concepts.values(), result["rows"], strict=True)
    )
    assert (RESULTS / "concepts.md").read_text() == page(result)


def test_a_report_has_the_words_of_the_declarations_and_the_figures_of_the_measurement(
    report: ModuleType, concepts: dict[str, Concept]
):
    concept = concepts[NAMES[0]]
    other = concept._replace(equation="x = y", experiment=concept.experiment._replace(why="so"))
    result = read_json(RESULTS / "concepts.json")

    (row,) = report.renewed(result, {"A part": [other]})["rows"]

    assert (row["part"], row["equation"], row["experiment"]["why"]) == ("A part", "x = y", "so")
    assert row["measured"] == result["rows"][0]["measured"]


def test_a_report_of_another_experiment_or_scenario_is_refused(report: ModuleType, concepts: dict[str, Concept]):
    concept = concepts[NAMES[0]]
    result = read_json(RESULTS / "concepts.json")
    other = concept._replace(experiment=concept.experiment._replace(runs=3))

    with pytest.raises(ValueError, match="its experiment was not measured"):
        report.renewed(result, {"A part": [other]})
    with pytest.raises(ValueError, match="its experiment was not measured"):
        report.renewed({**result, "rows": []}, {"A part": [concept]})
    row = result["rows"][0]
    stale = {**row, "measured": {**row["measured"], "scenarios": ["0", "1"]}}
    with pytest.raises(ValueError, match="its scenario has changed"):
        report.renewed({**result, "rows": [stale]}, {"A part": [concept]})


def test_the_published_figures_are_those_of_the_scenarios_as_they_are(both_sides: Sides):
    rows = read_json(RESULTS / "concepts.json")["rows"]
    stale = [
        row["name"]
        for row in rows
        if row["measured"]["scenarios"] != [side.digest[:DIGITS] for side in both_sides(row["name"])]
    ]

    assert stale == [], "run python -m experiments.concepts"
