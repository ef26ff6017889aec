"""The scenarios and results that the command left in the repository."""

import numpy as np
import pytest
import yaml

from ccenv.scenarios import load_scenario
from ccenv.scenarios.files.sources import unsourced, unused
from ccenv.seeds import seeds
from experiments.calibrate import acceptance, blending, model
from experiments.calibrate.logs import LogMissingError, data_folder, held_back, read_weekdays
from experiments.calibrate.page import page
from experiments.jobs.files import ROOT, read_json

LIBRARY, RESULTS = ROOT / "ccenv/scenarios/library", ROOT / "experiments/results"
NAMES = ("bank_inbound", "bank_blended")


def document(name: str) -> dict:
    return yaml.safe_load((LIBRARY / f"{name}.yaml").read_text())


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_has_a_source_and_every_source_a_figure(name):
    assert unsourced(document(name)) == []
    assert unused(document(name)) == []


@pytest.mark.parametrize("variant", [None, "january", "may"])
def test_the_inbound_centre_loads_with_each_variant(variant):
    assert load_scenario("bank_inbound", variant=variant).size.name == "S"


def test_the_blended_centre_differs_from_the_inbound_one_by_its_group_and_campaign():
    inbound, blended = document("bank_inbound"), document("bank_blended")

    assert blended["queues"] == inbound["queues"]
    assert {name: blended["groups"][name] for name in inbound["groups"]} == inbound["groups"]
    assert [name for name, group in blended["groups"].items() if "deposits" in group["skills"]] == ["blended"]


def test_page_and_scenarios_say_what_the_result_file_says():
    result = read_json(RESULTS / "calibration.json")

    assert (RESULTS / "calibration.md").read_text() == page(result)
    assert document("bank_blended")["groups"]["blended"]["staffing"] == result["blending"]["staffing"]
    assert document("bank_inbound")["groups"]["general"]["staffing"] == result["day"]["general"]["staffing"]
    assert result["verdict"]["accepted"]


def test_the_scenario_still_comes_to_what_the_result_file_says():
    result = read_json(RESULTS / "calibration.json")["model"]

    table = model.run(document("bank_inbound"), seeds("validation", result["days"]))

    for kpi in acceptance.KPIS:
        assert table.summary()[kpi].value == pytest.approx(result["all"][kpi][0], rel=1e-9), kpi


def test_inbound_occupancy_is_at_most_the_limit_in_every_hour():
    inbound, blended = document("bank_inbound"), document("bank_blended")

    work, duty = blending.occupancy_by_slot(
        inbound, blended["campaigns"]["deposits"], blended["groups"]["blended"]["staffing"], seeds("training", 512)
    )

    by_hour = work.reshape(-1, 2).sum(axis=1) / duty.reshape(-1, 2).sum(axis=1)
    assert np.all(by_hour <= blending.GREATEST_OCCUPANCY)


def test_the_days_held_back_are_those_of_the_log():
    try:
        contacts = read_weekdays(data_folder())
    except LogMissingError as missing:
        pytest.skip(str(missing))

    log = acceptance.of_log(contacts[held_back(contacts)])

    written = read_json(RESULTS / "calibration.json")["held_back"]
    assert log["all"]["abandonment"] == pytest.approx(written["all"]["abandonment"])
    assert log["all"]["mean_wait_s"] == pytest.approx(written["all"]["mean_wait_s"])
