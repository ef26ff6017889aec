"""Commands print help, and report bad settings and bad input by one message."""

import os
import re
import runpy
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from hydra.core.config_store import ConfigStore
from omegaconf import DictConfig

from ccenv.files.locking import InUseError
from experiments.jobs import commands
from experiments.jobs.commands import one_message, with_settings
from experiments.jobs.config import register
from experiments.jobs.files import ROOT
from experiments.jobs.workers import Terminated

register()
COMMANDS = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__")
    for folder in ("ccenv/serving", "experiments", "tests/golden", "tests/serving")
    for path in (ROOT / folder).rglob("*.py")
    if '\nif __name__ == "__main__":' in path.read_text()
)


def ran(main: Callable[[], object], *given: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Exit code of a command with these arguments."""
    monkeypatch.setattr(sys, "argv", ["command", *given])
    with pytest.raises(SystemExit) as stopped:
        main()
    code = stopped.value.code
    return code if isinstance(code, int) else 0


@with_settings("config")
def fine(config: DictConfig) -> None:
    sys.exit(0)


def failing(error: BaseException) -> Callable[[], None]:
    @with_settings("config")
    def main(config: DictConfig) -> None:
        raise error

    return main


@pytest.mark.slow
@pytest.mark.parametrize("module", COMMANDS)
def test_help_is_printed_and_nothing_runs(
    module: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def run() -> None:
        with warnings.catch_warnings(action="ignore"):  # the module may have been imported by another test
            runpy.run_module(module, run_name="__main__", alter_sys=True)

    before = {path: path.stat().st_mtime_ns for path in ROOT.glob("experiments/results/**/*") if path.is_file()}

    assert ran(run, "--help", monkeypatch=monkeypatch) == 0

    shown = capsys.readouterr().out
    assert re.match(rf"usage: python -m {module} |[A-Z][^\n]+\.\n", shown), shown[:200]
    assert "is powered by Hydra" not in shown.split("\n== ")[0]
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_list_of_commands_is_not_empty():
    assert {"experiments.train", "experiments.speed.readme", "experiments.validate", "ccenv.serving"} <= set(COMMANDS)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("evaluation.dayz=3", "evaluation.dayz: unknown key; did you mean 'days'? allowed: purpose, days, "),
        ("dirr=x", "dirr: unknown key; did you mean 'dir'? allowed: scenario, "),
        ("evaluation.days=many", "evaluation.days=many: Value 'many' of type 'str' could not be converted to Integer"),
        (
            "learner=ppoo",
            "learner=ppoo: unknown; did you mean 'ppo'? allowed: clones, clones_short, constrained, evol",
        ),
        ("scenario=my_centre", "scenario=my_centre: unknown; for a file give scenario.name=PATH; allowed: back_off"),
        ("scenario=a/b.yaml", "scenario=a/b.yaml: unknown; for a file give scenario.name=PATH; allowed: back_office"),
        ("hydra/launcher=joblibb", "hydra/launcher=joblibb: unknown; did you mean 'joblib'? allowed: basic, joblib\n"),
        ("rules.pacing.max0.kk=[1]", "error: Could not override 'rules.pacing.max0.kk': Key 'kk' is not in struct\n"),
        ("days", "Error parsing override 'days'"),
        ("dir=a,b", "Ambiguous value for argument 'dir=a,b'"),
    ],
)
def test_bad_setting_gives_one_message(
    given: str, message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert ran(fine, given, monkeypatch=monkeypatch) == 2

    said = capsys.readouterr().err
    assert said.startswith("error: ") and message in said
    assert "Traceback" not in said and "search path" not in said and "HYDRA_FULL_ERROR" not in said


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ValueError("days = 0; allowed: 1 or more"), 2, "error: days = 0; allowed: 1 or more\n"),
        (FileNotFoundError("a holds no job"), 2, "error: a holds no job\n"),
        (InUseError("a is in use"), 2, "error: a is in use\n"),
        (KeyboardInterrupt(), 130, "interrupted; the same command goes on after the last finished part\n"),
        (Terminated(), 143, ""),
    ],
    ids=lambda value: type(value).__name__,
)
def test_error_of_the_input_gives_its_message_alone(
    error: BaseException, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert ran(failing(error), monkeypatch=monkeypatch) == code
    assert capsys.readouterr().err == said


def test_other_error_gives_a_traceback_that_begins_in_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert ran(failing(KeyError("lost")), monkeypatch=monkeypatch) == 1

    said = capsys.readouterr().err
    assert "KeyError: 'lost'" in said and "in main" in said
    assert "hydra" not in said


def test_whole_traceback_is_given_on_request(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(commands, "WHOLE", True)
    monkeypatch.setattr(sys, "argv", ["command"])

    with pytest.raises(ValueError, match="no"):
        failing(ValueError("no"))()


def test_environment_arguments_and_options_are_left_as_they_were(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(commands.FULL, raising=False)
    options = set(ConfigStore.instance().repo)
    ran(fine, "--help", monkeypatch=monkeypatch)

    assert commands.FULL not in os.environ
    assert sys.argv == ["command", "--help"]
    assert set(ConfigStore.instance().repo) == options


def test_reader_that_goes_away_is_no_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as stopped, one_message():
        raise BrokenPipeError

    assert stopped.value.code == 1
    assert capfd.readouterr().err == ""
