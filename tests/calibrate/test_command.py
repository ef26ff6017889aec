"""The command, with and without the logs."""

import sys

import numpy as np
import pytest

from ccenv.scenarios import load_scenario
from experiments.calibrate import __main__, campaign, command, procedure
from experiments.calibrate.logs import LogMissingError, data_folder, held_back, n_days, read_weekdays


@pytest.fixture(scope="module")
def contacts() -> np.ndarray:
    try:
        return read_weekdays(data_folder())
    except LogMissingError as missing:
        pytest.skip(str(missing))


def test_without_the_logs_the_command_says_so_and_exits_with_2(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["calibrate", "--data", str(tmp_path)])

    assert __main__.main() == 2
    assert "anonbank_1999_01.csv.gz is not there" in capsys.readouterr().err


def test_the_log_has_its_published_days_and_contacts(contacts):
    # 59 regular weekdays with 1,489 contacts a day, of which 3.3 outside opening time; 21 of the days are October's
    assert n_days(contacts) == 59
    assert len(contacts) / 59 == pytest.approx(1_489 - 3.3, abs=0.5)
    assert n_days(contacts[contacts["month"] == 10]) == 21
    assert n_days(contacts[held_back(contacts)]) == 10


def test_october_comes_to_the_published_abandonment_and_wait(contacts):
    october = contacts[contacts["month"] == 10]

    # 6.4 % and 27 s are published for all October days; Fridays, Saturdays and nights move them by little
    assert october["abandoned"].mean() == pytest.approx(0.064, abs=0.002)
    assert october["wait_s"].mean() == pytest.approx(27.0, abs=0.6)


def test_the_campaign_has_the_published_figures(contacts):
    deposits = campaign.campaign(data_folder(), 10.0)

    assert deposits["p_sale"][:10] == pytest.approx(
        [0.057, 0.051, 0.041, 0.033, 0.023, 0.021, 0.015, 0.014, 0.012, 0.01], abs=6e-4
    )
    assert sum(deposits["contact_number"]) == pytest.approx(1.0, abs=1e-9)
    assert np.dot(np.pad(deposits["p_sale"], (0, 5), "edge"), deposits["contact_number"]) == pytest.approx(
        0.0423, abs=2e-4
    )
    assert (deposits["handle_s"]["mu"], deposits["handle_s"]["sigma"]) == pytest.approx((5.047, 0.895), abs=1e-3)
    assert (deposits["handle_sale_s"]["mu"], deposits["handle_sale_s"]["sigma"]) == pytest.approx(
        (6.037, 0.726), abs=1e-3
    )


@pytest.mark.slow
def test_a_short_calibration_writes_scenarios_that_load_and_results(contacts, tmp_path, monkeypatch):
    monkeypatch.setattr(procedure, "ROUNDS", ((3, 1),))
    monkeypatch.setattr(command, "SHOWN_DAYS", 12)
    monkeypatch.setattr(command, "BLENDING_DAYS", 3)

    verdict = command.calibrate(data_folder(), tmp_path / "library", tmp_path / "results")

    assert set(verdict) == {"abandonment_difference", "mean_wait_relative", "accepted"}
    for name in ("bank_inbound", "bank_blended"):
        assert load_scenario(tmp_path / "library" / f"{name}.yaml").name == name
    assert {p.name for p in (tmp_path / "results").iterdir()} == {
        "calibration.json",
        "calibration.md",
        "calibration.svg",
    }
