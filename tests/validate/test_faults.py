from pathlib import Path

import pytest

from experiments.jobs.files import ROOT
from experiments.validate.faults import FAULTS, FAULTS_PART, NONE, Fault, bound, noticed, plant, run_planted
from experiments.validate.planted import RETURNS, compare
from experiments.validate.settings import Settings


def line(z: float | None, found: float = 2.0) -> dict[str, object]:
    """A measure whose exact value is 2."""
    return {"row": "row", "measure": "measure", "exact": 2.0, "found": found, "z": z}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_text_of_a_fault_stands_once_in_the_sources(fault: Fault) -> None:
    assert (ROOT / fault.file).read_text().count(fault.text) == 1
    assert fault.text != fault.instead


def test_a_fault_whose_text_has_gone_is_refused(tmp_path: Path) -> None:
    fault = FAULTS[0]._replace(file="a.py", text="x = 1")
    for source in ("y = 1\n", "x = 1\nx = 1\n"):
        (tmp_path / "a.py").write_text(source)
        with pytest.raises(ValueError, match="allowed: once"):
            plant(fault, tmp_path)
    (tmp_path / "a.py").write_text("x = 1\n")
    plant(fault._replace(instead="x = 2"), tmp_path)
    assert (tmp_path / "a.py").read_text() == "x = 2\n"


def test_what_varies_is_noticed_beyond_the_bound_and_what_does_not_at_all() -> None:
    assert bound(1) == pytest.approx(3.2905, abs=1e-4)
    measures = [line(4.5), line(-4.5), line(3.3), line(None, 2.0 + 1e-6), line(None, 2.0)]
    assert noticed(measures) == [measures[0], measures[1], measures[3]]


def test_a_discount_at_the_wrong_end_is_caught_and_the_sound_code_is_not() -> None:
    assert noticed(compare([RETURNS])) == []
    assert [found["row"] for found in noticed(run_planted(FAULTS[-1]._asdict()))] == [RETURNS]


def test_a_fault_that_nobody_noticed_and_a_false_alarm_fail_the_part() -> None:
    sound, caught = [line(0.5)], [line(9.0)]
    results = [sound, *[caught] * len(FAULTS)]
    assert FAULTS_PART.report(Settings(), results).passed
    missed = FAULTS_PART.report(Settings(), [*results[:-1], sound])
    assert not missed.passed
    assert missed.verdict == [f"{len(FAULTS) - 1} of {len(FAULTS)} caught", f"missed: {FAULTS[-1].name}"]
    assert missed.body.count("NOT CAUGHT") == 1
    assert not FAULTS_PART.report(Settings(), [caught, *results[1:]]).passed


def test_every_fault_is_a_cell_of_its_own_beside_the_sound_code() -> None:
    tasks = FAULTS_PART.tasks(Settings())
    assert [task.name for task in tasks] == [NONE.name, *(fault.name for fault in FAULTS)]
