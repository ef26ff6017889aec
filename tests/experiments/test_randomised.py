"""Trainings on ranges of parameters: what is trained, shares lost, bars, and a reduced form of the command."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from ccenv.scenarios import load_scenario
from experiments.headline import replicate
from experiments.headline.replicate import Cell, folder_of
from experiments.headline.settings import Settings as Pipelines
from experiments.headline.settings import register as register_pipelines
from experiments.jobs.config import CONFIGS, LearnerConfig
from experiments.jobs.files import read_json
from experiments.randomised import command
from experiments.randomised.bars import MOST_LOST, bar_rows, is_kept, verdict
from experiments.randomised.command import measure
from experiments.randomised.judging import AS_IT_IS, CHANGES, changed, given_up
from experiments.randomised.page import page
from experiments.randomised.plan import RANDOMISED, plan_of, ranges_of
from experiments.randomised.settings import Settings, register

ARRIVALS, ANSWERS = "queues.*.arrivals_per_hour", "campaigns.*.p_answer"
RANGES = {ARRIVALS: {"factor": [0.9, 1.1]}, ANSWERS: {"factor": [0.8, 1.0]}}


def small(**changes: Any) -> Settings:
    learner = LearnerConfig(
        name="tests.agents.climber:CLIMBER", copies=4, training={"steps": 10, "n_checkpoints": 2}, select_by=["argmax"],
        validation_days=4,
    )  # fmt: skip
    settings = {
        "centres": ["tiny"], "learner": learner, "randomise": RANGES, "draws": 3, "cpu_s": 0.6, "replicates": 2,
        "days": 4, "month_runs": 2,
    }  # fmt: skip
    return Settings(**{**settings, **changes})


# ---- what is trained


def test_the_training_on_the_centre_as_it_is_is_that_of_the_headline(monkeypatch: Any):
    monkeypatch.setattr(replicate, "_code", lambda learner: "")
    register()
    register_pipelines()
    with initialize_config_dir(CONFIGS, version_base="1.3"):
        settings, pipelines = (OmegaConf.to_object(compose(name)) for name in ("randomised", "headline"))
    assert isinstance(settings, Settings) and isinstance(pipelines, Pipelines)
    for name in settings.centres:
        plan, cell = plan_of(settings, name), Cell(name, "search", 3)
        assert folder_of(plan, cell) == folder_of(pipelines, cell)
        assert folder_of(plan, cell) != folder_of(plan, cell._replace(learner=RANDOMISED))


def test_ranges_of_what_a_centre_does_not_have_are_left_out():
    assert list(ranges_of(small(), load_scenario("tiny"))) == [ARRIVALS, ANSWERS]
    assert list(ranges_of(small(), load_scenario("surge_day"))) == [ARRIVALS]
    assert list(ranges_of(small(), load_scenario("switching_answer_rate"))) == [ANSWERS]


def test_changes_of_what_a_centre_does_not_have_are_left_out():
    assert list(changed(load_scenario("tiny"), CHANGES)) == list(CHANGES)
    assert list(changed(load_scenario("surge_day"), CHANGES)) == list(CHANGES)[:-1]
    outbound = changed(load_scenario("switching_answer_rate"), CHANGES)
    assert list(outbound) == [AS_IT_IS, "handle times x 1.15", "answers x 0.8"]
    assert outbound["answers x 0.8"].centre.campaigns["outbound"].p_answer == pytest.approx(0.24)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"centres": []}, r"centres = \[\]; allowed: one name"),
        ({"centres": ["tinny"]}, r"centres: 'tinny' has no opponents"),
        ({"cpu_s": 0.0}, r"cpu_s = 0\.0; allowed: a positive number"),
        ({"draws": 0}, r"draws = 0; allowed: 1 or more"),
        ({"replicates": 1}, r"replicates = 1; allowed: 2 or more"),
        ({"randomise": {}}, r"randomise: none of \[\] is in tiny; allowed: one or more"),
        ({"randomise": {"queue.*.p": {"factor": [1, 1]}}}, r"randomise: queue\.\*\.p: no key 'queue'"),
        ({"randomise": {ARRIVALS: {"factor": [2, 1]}}}, r"randomise: queues.*; allowed: two numbers"),
        ({"learner": LearnerConfig(name="search", training={"randomise": RANGES})}, "learner.training.randomise: "),
    ],
)
def test_bad_settings_are_refused(given: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        measure(small(**given), "test")


# ---- figures and bars


def tables(*means: float) -> list[Any]:
    noise = np.random.default_rng(0).normal(0.0, 0.1, 60)
    return [{"value": mean + noise} for mean in means]


def test_the_share_lost_is_of_the_lead_over_p2():
    found = given_up(tables(12.9, 13.1), tables(12.4, 12.6), tables(10.0)[0])
    assert found is not None and found["mean"] == pytest.approx(0.5 / 3)
    assert found["each"] == pytest.approx([0.5 / 3, 0.5 / 3])
    ahead = given_up(tables(12.0, 12.2, 12.1), tables(12.4, 12.1, 12.3), tables(10.0)[0])
    assert ahead is not None and ahead["low"] < ahead["mean"] < 0.0 and ahead["each"][1] > 0.0
    assert given_up(tables(9.0, 11.0), tables(9.0, 11.0), tables(10.0)[0]) is None  # no sure lead


@pytest.mark.parametrize(("each", "kept"), [([0.05, MOST_LOST, 0.9], True), ([0.05, 0.11, 0.12], False)])
def test_the_median_replicate_keeps_the_lead(each: list[float], kept: bool):
    assert is_kept({"each": each}) == kept


def row(mean: float, p: float, **more: Any) -> dict[str, Any]:
    return {"over_p2": {"mean": mean, "low": mean - 1.0, "high": mean + 1.0, "p": p}, "each": [{"mean": mean}], **more}


def test_a_training_on_ranges_is_not_behind_unless_it_is_surely():
    assert verdict(row(-3.0, 0.001)) == "not met"
    assert verdict(row(-0.5, 0.3)) == "met: tied"
    assert verdict(row(3.0, 0.001)) == "met: won"
    drops = {"within": False, "not_more": True}
    assert verdict(row(3.0, 0.001, compliance=drops)).startswith("not met: ahead, but the dropped share")
    equal = {"over_p2": {"mean": 0.0, "low": -1.0, "high": 1.0, "p": 1.0, "bound": True}}
    assert verdict(equal).startswith("undecided")


def test_each_change_has_a_bar():
    lost = {"mean": 0.05, "low": -0.1, "high": 0.2, "each": [0.04, 0.06]}
    as_it_is = {"change": AS_IT_IS, "lost": lost, "rows": {RANDOMISED: row(3.0, 0.001)}}
    elsewhere = {"change": "answers x 0.8", "lost": None, "rows": {RANDOMISED: row(-3.0, 0.001)}}
    rows = bar_rows([{"centre": "tiny", "changes": [as_it_is, elsewhere]}])
    assert [each[-1] for each in rows] == ["met", "not met"]
    assert rows[0][3:5] == ["5 [-10, 20] %", "4 %, 6 %"]
    assert bar_rows([{"centre": "tiny", "changes": [as_it_is | {"lost": None}]}])[0][-1].startswith("undecided")


# ---- the command


@pytest.mark.slow
def test_the_command_judges_policies_where_the_centre_differs(tmp_path: Path, monkeypatch: Any):
    """One training on ranges stands for all replicates."""
    monkeypatch.setattr(replicate, "_code", lambda learner: "")
    monkeypatch.setattr("experiments.headline.judging.code_digest", lambda entries: "")
    monkeypatch.setattr("experiments.headline.judging.MONTH", 2)
    settings = small(dir=str(tmp_path), results=str(tmp_path / "results"))
    plan, cell = plan_of(settings, "tiny"), Cell("tiny", RANDOMISED, 0)
    made, folder = replicate.make(plan, cell), folder_of(plan, cell)
    monkeypatch.setattr(command, "make", lambda plan, cell: made)
    monkeypatch.setattr(command, "folder_of", lambda plan, cell: folder)
    path = measure(settings, "a command")
    result = read_json(path.with_suffix(".json"))
    (found,) = result["centres"]
    assert [each["change"] for each in found["changes"]] == list(CHANGES)
    for each in found["changes"]:
        assert [len(mine["each"]) for mine in each["rows"].values()] == [2, 2]
        assert all("within" in mine["compliance"] for mine in each["rows"].values())
    values = [each["p2"]["mean"] for each in found["changes"]]
    assert len(set(values)) == len(values) - 1  # P2 does not dial here: answers change nothing
    assert [len(each) for each in found["replicates"].values()] == [2, 2]

    # the safe range is in the manifest, and what lies outside is flagged
    safe = found["safe_range"]
    assert safe["ranges"] == RANGES and safe["checked"] == [ARRIVALS] and safe["not_checkable"] == [ANSWERS]
    assert safe["flagged"][AS_IT_IS] == 0.0 and safe["flagged"]["arrivals x 1.5"] > 0.9

    text = path.read_text()
    assert text == page(result) and "median at most 10 % of the lead lost" in text
    assert f"| {AS_IT_IS} | {RANDOMISED} |" in text

    monkeypatch.setattr("experiments.headline.judging.entrant_days", None)
    measure(settings, "a command")
    assert read_json(path.with_suffix(".json")) == result
