from pathlib import Path

import numpy as np
import pytest

from experiments.calibrate.logs import LogMissingError, data_folder, log_name, require
from experiments.validate.parts import PARTS
from experiments.validate.real_data import by_day, figures, measure, section
from experiments.validate.settings import Settings
from tests.calibrate.made_log import made


def test_events_of_the_log_count_where_the_simulator_counts_them() -> None:
    """Arrival at 10:00 (half hour 6), end 1,900 s later (7); after closing all events count in the last half hour."""
    contacts = made(
        4,
        day=[1, 1, 4, 4],
        arrival_s=[36_000.0, 36_000.0, 36_000.0, 86_300.0],
        wait_s=[5.0, 1_900.0, 30.0, 200.0],
        abandoned=[False, True, False, True],
    )
    offered, found = by_day(contacts)
    assert offered.shape == (2, 34)
    assert offered[:, 6].tolist() == [2.0, 1.0]
    assert offered[:, 33].tolist() == [0.0, 1.0]
    assert found["mean_wait_s"][:, [6, 7, 33]].tolist() == [[5.0, 1_900.0, 0.0], [30.0, 0.0, 200.0]]
    assert found["abandonment"][:, [6, 7, 33]].tolist() == [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    assert found["served_within_T_of_offered"].sum(axis=1).tolist() == [1.0, 0.0]


def test_without_the_logs_it_says_which_one_is_missing(tmp_path: Path) -> None:
    found = measure(str(tmp_path))
    assert found == {"skipped": "anonbank_1999_01.csv.gz is not there", "passed": None}
    assert "Skipped: anonbank_1999_01.csv.gz is not there." in section(found)
    assert figures(found) == {}


def test_the_cell_is_named_by_the_content_of_the_logs(tmp_path: Path) -> None:
    """Another folder, a new log and a changed log each give another cell; other files do not."""
    part = next(part for part in PARTS if part.name == "real_data")

    def cell(folder: Path) -> str:
        (task,) = part.tasks(Settings(data=str(folder)))
        return part.cell(task, tmp_path).name

    missing = cell(tmp_path)
    (tmp_path / "notes.txt").write_text("nothing that is read")
    assert cell(tmp_path) == missing
    (tmp_path / log_name(10)).write_bytes(b"one")
    first = cell(tmp_path)
    (tmp_path / log_name(10)).write_bytes(b"two")
    assert len({missing, first, cell(tmp_path), cell(tmp_path / "other")}) == 4


def test_the_folder_of_the_settings_is_the_one_that_is_read(tmp_path: Path) -> None:
    part = next(part for part in PARTS if part.name == "real_data")
    (task,) = part.tasks(Settings(data=str(tmp_path)))
    assert task.compute(task.inputs)["skipped"] == f"{log_name(1)} is not there"


def test_the_model_lies_in_the_band_of_the_logs() -> None:
    try:
        require(data_folder(), "anonbank_1999_10.csv.gz")
    except LogMissingError as missing:
        pytest.skip(str(missing))
    found = measure(days=48)
    assert found["passed"]
    october = found["months"]["October"]
    assert october["days"] == 21
    assert np.all(np.array(october["kpis"]["mean_wait_s"]["low"]) <= np.array(october["kpis"]["mean_wait_s"]["high"]))
    assert all(0.8 < kpi["covered"] < 0.98 for kpi in october["kpis"].values())
    assert figures(found)["real_data"].startswith(b"<?xml")
