"""`ccenv replay`: the file that it writes, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ccenv import load_scenario, simulate
from ccenv.cli.app import app
from ccenv.playback.page import unpacked

PAIRS = ("--rules", "fifo+progressive", "--rules", "mine=lwt+max0,k=2")


def test_it_writes_the_runs_of_both_pairs(tmp_path: Path) -> None:
    file = tmp_path / "day.html"
    result = CliRunner().invoke(app, ["replay", "tiny", *PAIRS, "--seed", "7", "--out", str(file)])
    assert result.exit_code == 0 and "day.html" in result.stderr.replace("\n", ""), result.output
    data = unpacked(file.read_text())
    assert [run["name"] for run in data["runs"]] == ["fifo+progressive", "mine"] and data["seed"] == "7"
    centre = load_scenario("tiny")
    table = simulate(centre, routing="lwt", pacing=("max0", {"k": 2}), seeds=[7], reward=centre.reward)
    assert data["runs"][1]["reward"] == table["reward"][0]


def test_without_rules_it_shows_those_of_the_scenario(tmp_path: Path) -> None:
    file = tmp_path / "day.html"
    assert CliRunner().invoke(app, ["replay", "tiny", "--out", str(file)]).exit_code == 0
    (run,) = unpacked(file.read_text())["runs"]
    assert run["name"] == "the scenario's rules"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((*PAIRS, "--rules", "third=lwt+max0"), "one or two"),
        (("--rules", "a=lwt+max0", "--rules", "a=fifo+max0"), "two are named 'a'"),
        (("--rules", "lwt"), "name=routing+pacing"),
        (("--rules", "lwt+best"), "best"),
    ],
)
def test_what_it_cannot_show_is_refused(words: tuple[str, ...], message: str, tmp_path: Path) -> None:
    file = tmp_path / "day.html"
    result = CliRunner().invoke(app, ["replay", "tiny", *words, "--out", str(file)], env={"COLUMNS": "200"})
    assert result.exit_code != 0 and message in result.output + result.stderr
    assert not file.exists()
