"""The command on a few rows: page, kept cells and exit code."""

import sys
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from ccenv.files.writing import write_json
from experiments.jobs.config import CONFIGS
from experiments.jobs.files import read_json
from experiments.jobs.parts import named
from experiments.validate import __main__
from experiments.validate.command import FILES, PAGE, validate
from experiments.validate.parts import PARTS
from experiments.validate.settings import Settings, register
from experiments.validate.simulated.part import rows_of, too_wide

register()
ROWS = ["Erlang B 5", "M/M/8/12", "answers .15/.45, max0"]


def settings(folder: Path, **more) -> Settings:
    return Settings(
        parts=["simulator"], rows=ROWS, share=0.5, processes=1, dir=str(folder / "out"), results=str(folder), **more
    )


@pytest.fixture(scope="module")
def done(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("validate")
    assert validate(settings(folder), "the command")
    return folder


def test_the_page_says_what_was_found(done):
    page = (done / PAGE).read_text()

    assert "`the command`" in page
    assert "| Simulator against exact values | passed |" in page
    assert "| answers .15/.45, max0 | rule | `connects_per_h` |" in page
    assert (done / FILES / "simulator.svg").read_bytes().startswith(b"<?xml")
    assert (done / FILES / "simulator.csv").read_text().startswith("row,model,way,measure,exact,simulated")


def test_cells_are_kept_and_the_page_is_written_again_from_them(done):
    cells = {path: path.stat().st_mtime_ns for path in (done / "out" / "cells").iterdir()}
    page = (done / PAGE).read_text()
    (done / PAGE).unlink()

    assert validate(settings(done), "the command")

    assert len(cells) == len(ROWS)
    assert {path: path.stat().st_mtime_ns for path in (done / "out" / "cells").iterdir()} == cells
    assert (done / PAGE).read_text() == page


def test_a_row_that_is_off_fails_the_command_and_stands_on_the_page(done, monkeypatch):
    cell = next(path for path in (done / "out" / "cells").iterdir() if "M/M/8/12" in path.read_text())
    right = read_json(cell)
    wrong = read_json(cell)
    wrong["measures"][0]["z"] = 6.5
    write_json(cell, wrong)
    given = [f"dir={done}/out", f"results={done}", "parts=[simulator]", "share=0.5", "processes=1"]
    monkeypatch.setattr(sys, "argv", ["validate", *given, 'rows=["Erlang B 5","M/M/8/12","answers .15/.45, max0"]'])

    with pytest.raises(SystemExit) as stopped:
        __main__.main()

    write_json(cell, right)
    assert stopped.value.code == 1
    assert "**NOT PASSED**" in (done / PAGE).read_text()


def test_wide_intervals_are_named():
    line = {"measure": "p_wait", "half_width_pct": 1.01}
    share = {"measure": "drop_rate", "half_width_pct": 1.9}

    assert too_wide([{"row": {"name": "a"}, "measures": [line, share]}]) == ["a, `p_wait`"]


def test_the_configuration_has_the_defaults_of_the_schema():
    with initialize_config_dir(CONFIGS, version_base="1.3"):
        composed = compose("validate")

    assert OmegaConf.to_object(composed) == Settings()


def test_an_unknown_part_or_row_is_refused():
    with pytest.raises(ValueError, match="parts: 'simulater'; allowed: simulator, reference"):
        named(PARTS, ["simulater"])
    with pytest.raises(ValueError, match="rows: 'Erlang D'; allowed: beginnings of Erlang B 1,"):
        rows_of(Settings(rows=["Erlang D"]))


def test_parts_have_names_of_their_own():
    assert len({part.name for part in PARTS}) == len(PARTS)
