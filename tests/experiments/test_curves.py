"""Learning curves: times, starts, bars, parts that are kept, and a reduced form of the command."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from agents.registry import LEARNERS
from ccenv.policy import RulePolicy
from experiments.curves import command, replicate
from experiments.curves.bars import BARS, FEW, GRADIENT, MET, MISSED, reached
from experiments.curves.command import measure, result_of
from experiments.curves.committed import committed_curves
from experiments.curves.declared import MARKS, PER_UNIT, RESERVE, SCRATCH, SHOWN, WARM, marks_of
from experiments.curves.figures import figure_of
from experiments.curves.page import bar_rows, page
from experiments.curves.replicate import Cell, at, cells_of, cpu_s_of, folder_of, kept_policies
from experiments.curves.settings import Settings, register
from experiments.headline.declared import FIFO, P1, P2
from experiments.jobs.config import CONFIGS, LearnerConfig
from experiments.jobs.files import ROOT, read_json
from experiments.pipeline.evaluation import Pair, Rule

X, HIDDEN = "x_design", "switching_load:hidden"
TUNED = {"pair": dataclasses.asdict(Pair(Rule("lwt"), Rule("no_dial"))), "cpu_s": 2.0}


def settings(**given: Any) -> Settings:
    learners = {
        name: LearnerConfig(name=name, copies=4, training={"steps": 1}, select_by=["argmax"], validation_days=4)
        for name in ("search", *GRADIENT)
    }
    small = {"centres": [X], "learners": learners, "times": {"search": 1.0, "ppo": 10.0, "vine": 10.0}, "days": 4,
             "validation_days": 2}  # fmt: skip
    return Settings(**(small | given))


def cell(settings: Settings, learner: str, shift: float) -> dict[str, Any]:
    """Result of a cell whose values rise with the time, to 100 + shift."""
    times = settings.times[learner]
    days = np.arange(settings.days, dtype=float)
    points = [
        {"mark": mark, "cpu_s": mark * settings.search_cpu_s, "steps": round(1000 * mark), "dropped_share": None,
         "values": (100.0 + shift - 50.0 * (1.0 - mark / times) + days).tolist()}
        for mark in marks_of(times)
    ]  # fmt: skip
    return {"points": points, "tuning_s": 0.0}


@pytest.fixture
def finished(monkeypatch: pytest.MonkeyPatch) -> dict[Cell, float]:
    """Cells that are finished, with the shift of their values; rules are worth 90 and 60, the bound 110."""
    there: dict[Cell, float] = {}

    def found(settings: Settings, which: Cell) -> dict[str, Any] | None:
        return cell(settings, which.learner, there[which]) if which in there else None

    def centre(settings: Settings, name: str) -> dict[str, Any]:
        values = {FIFO: 60.0, P1: 90.0, P2: 90.0, **({RESERVE: 99.0} if name == HIDDEN else {})}
        days = np.arange(settings.days, dtype=float)
        rules = {row: {"label": row, "values": (value + days).tolist()} for row, value in values.items()}
        return {"centre": name, "scenario_digest": "a", "opponents": "b", "unit": "one sale",
                "score": {"p0": 60.0, "denominator": 110.0, "kind": "fluid bound"}, "rules": rules}  # fmt: skip

    monkeypatch.setattr(command, "found_of", found)
    monkeypatch.setattr(command, "centre_of", centre)
    monkeypatch.setattr(command, "opponents_file", lambda settings, name: ROOT)
    return there


@pytest.fixture(autouse=True)
def no_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of cells without the code, which takes seconds to read."""
    monkeypatch.setattr(replicate, "code_digest", lambda entries: "")


def fill(finished: dict[Cell, float], centre: str, learner: str, *shifts: float) -> None:
    finished |= {Cell(centre, SCRATCH, learner, seed): shift for seed, shift in enumerate(shifts)}


# ---- times and starts


def test_marks_are_policies_that_are_kept_and_hold_the_times_of_the_table():
    assert [mark * PER_UNIT for mark in MARKS] == pytest.approx([round(mark * PER_UNIT) for mark in MARKS])
    assert set(SHOWN) <= set(MARKS)
    assert marks_of(1.0) == pytest.approx([0.0, 1 / 6, 1 / 3, 2 / 3, 1.0])
    assert marks_of(10.0)[-3:] == [3.0, 5.5, 10.0]
    steps = np.diff(np.log(marks_of(60.0)[1:]))
    assert steps.max() < 2.0 * steps.min()


def test_a_point_is_the_first_policy_of_its_time(tmp_path: Path):
    (tmp_path / "policies").mkdir()
    for steps in (0, 10, 30, 50):
        (tmp_path / "policies" / f"{steps:012d}.pt").touch()
    lines = [f"{steps},train/done,{done}" for steps, done in ((10, 0.26), (20, 0.4), (30, 0.51), (50, 1.0))]
    (tmp_path / "log.csv").write_text("\n".join(["step,name,value", "10,train/x,0.9", *lines]))

    kept = kept_policies(tmp_path, 20.0, {"cpu_s": 23.0})

    assert [each.cpu_s for each in kept.values()] == [0.0, 5.2, 10.2, 23.0]
    assert [at(kept, done) for done in (0.0, 0.25, 0.26, 0.3, 0.51, 0.6, 1.0)] == [0, 10, 10, 30, 30, 50, 50]


def test_from_scratch_no_rule_is_imitated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    trained: list[tuple[Any, Any]] = []

    def train(batch: Any, folder: Path, training: Any, rule: Any, **_: Any) -> Any:
        trained.append((rule, training))
        raise KeyError("training")

    monkeypatch.setattr(replicate, "train", train)
    monkeypatch.setattr(replicate, "loaded", lambda *_: None)
    monkeypatch.setattr(replicate, "start_of", lambda settings, cell: None if cell.start == SCRATCH else TUNED)
    given = settings(dir=str(tmp_path))
    for start in (SCRATCH, WARM):
        with pytest.raises(KeyError, match="training"):
            replicate.make(given, Cell(X, start, "ppo", 1))

    (scratch, training), (warm, _) = trained
    assert scratch is None
    assert isinstance(warm, RulePolicy)
    assert (training.cpu_s, training.n_checkpoints) == (300.0, 60)
    assert training.seed == replicate.training_seed(1)


def test_a_cell_is_named_by_what_changes_its_training():
    given, which = settings(), Cell(X, WARM, "ppo", 0)
    first = folder_of(given, which)
    assert folder_of(dataclasses.replace(given, days=8), which) == first
    for changed in ({"search_cpu_s": 31.0}, {"times": {**given.times, "ppo": 9.0}}, {"tuning_cpu_s": 3.0}):
        assert folder_of(dataclasses.replace(given, **changed), which) != first
    assert folder_of(given, which._replace(start=SCRATCH)) != first
    assert folder_of(given, which._replace(seed=1)) != first


def test_a_training_that_ends_before_its_first_iteration_has_one_policy(tmp_path: Path):
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / f"{0:012d}.pt").touch()
    (tmp_path / "log.csv").write_text("step,name,value\n")
    kept = kept_policies(tmp_path, 2.0, {"cpu_s": 2.5})
    assert [at(kept, done) for done in (0.0, 0.5, 1.0)] == [0, 0, 0]
    assert kept[0].cpu_s == 2.5


# ---- bars


def verdicts(result: dict[str, Any], centre: str) -> dict[str, str]:
    bar = next(bar for bar in BARS if bar.centre == centre)
    found = {row["learner"]: reached(bar, row, result["centres"][centre]) for row in result["rows"]
             if row["learner"] in GRADIENT and row["centre"] == centre}  # fmt: skip
    return {name: each.verdict if each else "" for name, each in found.items()}


def test_the_score_behind_search_is_held_against_the_bar(finished: dict[Cell, float]):
    fill(finished, X, "search", 0.0, 1.0, -1.0)
    fill(finished, X, "ppo", -2.4, -1.4, -9.0)  # 2.4, 2.4 and 8 behind; 5 % of the score are 2.5
    fill(finished, X, "vine", -2.6, -1.6, -1.0)  # 2.6, 2.6 and 0 behind
    result = result_of(settings(), set(), {}, "a command")

    assert verdicts(result, X) == {"ppo": MET, "vine": MISSED}
    shown = {row[2]: row for row in bar_rows(result) if row[0] == f"`{X}`"}
    assert shown["ppo"][5] == "+4.8" and shown["ppo"][-1] == MET


def test_each_replicate_has_to_be_above_the_fixed_reserve(finished: dict[Cell, float]):
    fill(finished, HIDDEN, "ppo", 0.5, 1.0, 2.0)
    fill(finished, HIDDEN, "vine", 9.0, 9.0, -1.5)
    result = result_of(settings(centres=[HIDDEN]), set(), {}, "a command")
    assert verdicts(result, HIDDEN) == {"ppo": MET, "vine": MISSED}


def test_few_replicates_and_no_search_give_no_verdict(finished: dict[Cell, float]):
    fill(finished, X, "ppo", 0.0, 0.0, 0.0)
    fill(finished, HIDDEN, "vine", 9.0, 9.0)
    result = result_of(settings(centres=[X, HIDDEN]), set(), {}, "a command")
    assert verdicts(result, X) == {"ppo": ""}
    assert verdicts(result, HIDDEN) == {"vine": FEW}
    assert [row[-1] for row in bar_rows(result)] == ["not run", FEW]


# ---- parts


def test_the_result_holds_what_earlier_parts_have_found(finished: dict[Cell, float]):
    given = settings()
    fill(finished, X, "search", 0.0, 1.0)
    first = result_of(given, {(X, SCRATCH, "search")}, {}, "first")
    assert [row["command"] for row in first["rows"]] == ["first"]

    fill(finished, X, "ppo", 0.0)
    fill(finished, HIDDEN, "search", 0.0)
    both = dataclasses.replace(given, centres=[HIDDEN])
    second = result_of(both, {(X, SCRATCH, "ppo"), (HIDDEN, SCRATCH, "search")}, first, "second")
    assert [(row["centre"], row["learner"], row["command"]) for row in second["rows"]] == [
        (HIDDEN, "search", "second"), (X, "search", "first"), (X, "ppo", "second"),
    ]  # fmt: skip
    assert second["rows"][2]["behind_search"]["each"] == [0.0]

    finished.clear()  # as in another checkout
    third = result_of(given, set(), second, "third")
    assert third["rows"] == second["rows"]
    other = result_of(dataclasses.replace(given, days=5), set(), second, "fourth")
    assert other["rows"] == []


def test_the_page_and_the_report_show_the_values_and_their_source(
    finished: dict[Cell, float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    fill(finished, X, "search", 0.0, 1.0, -1.0)
    fill(finished, X, "ppo", -1.0, 0.0, -2.0)
    result = result_of(settings(), {(X, SCRATCH, learner) for learner in ("search", "ppo")}, {}, "a command")
    text = page(result)
    assert "| scratch | ppo | 3 | 55.5 [" in text and "| 100.5 [" in text
    assert "`a command`" in text
    assert len(figure_of(result).axes) == 1

    file = tmp_path / "curves.json"
    assert committed_curves(file) is None
    command.write_json(file, result)
    assert committed_curves(file) is None  # another content of the centre
    monkeypatch.setattr("experiments.curves.committed._is_current", lambda name, centre: True)
    shown = committed_curves(file)
    assert shown is not None
    assert [row[:3] for row in shown["rows"]] == [[X, SCRATCH, "search"], [X, SCRATCH, "ppo"]]
    assert shown["made"][0].endswith(": a command")


# ---- settings


def test_the_committed_settings_are_allowed():
    register()
    with initialize_config_dir(CONFIGS, version_base="1.3"):
        given = OmegaConf.to_object(compose("curves"))
    assert isinstance(given, Settings)
    assert {each.name for each in given.learners.values()} <= set(LEARNERS)
    assert given.times["search"] == 1.0
    assert {given.times[name] for name in GRADIENT} == {10.0}
    assert "ppo_60" not in given.only and given.times["ppo_60"] == 60.0
    learning_s = sum(cpu_s_of(given, cell.learner) for cell in cells_of(given))
    assert learning_s <= 2.4 * 3600.0
    assert all(time in (*MARKS, *SHOWN) for time in given.times.values())


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"centres": []}, r"centres = \[\]; allowed: one name of a library centre, or more"),
        ({"centres": ["nowhere"]}, "centres: 'nowhere' has no opponents; there: "),
        ({"starts": ["cold"]}, "starts: 'cold'; allowed: scratch, warm"),
        ({"only": ["dqn"]}, "only: 'dqn'; allowed: search, ppo, vine"),
        ({"times": {"search": 1.0, "ppo": 0.5, "vine": 1.0}}, r"times.ppo = 0.5; allowed: 1 or more"),
        ({"search_cpu_s": 0.0}, "search_cpu_s = 0.0; allowed: a positive number of seconds"),
        ({"replicates": 0}, "replicates = 0; allowed: 1 or more"),
        ({"days": 1}, "days = 1; allowed: 2 or more"),
        ({"seed": 126}, "seed = 126; allowed: 0 to 125"),
    ],
)
def test_a_wrong_setting_is_refused(given: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        measure(settings(**given), "a command")


@pytest.mark.slow  # a training
def test_a_reduced_form_of_the_command(tmp_path: Path):
    given = settings(
        only=["search"], starts=[SCRATCH], replicates=2, search_cpu_s=0.4, dir=str(tmp_path), results=str(tmp_path)
    )
    path = measure(given, "a command")
    (row,) = read_json(tmp_path / "curves.json")["rows"]
    assert [point["mark"] for point in row["points"]] == marks_of(1.0)
    assert row["points"][-1]["value"]["mean"] > row["points"][0]["value"]["mean"]
    assert row["points"][-1]["over"][FIFO]["mean"] > 0.0
    assert all(seconds >= 0.4 for seconds in row["points"][-1]["each_cpu_s"])
    assert path.with_suffix(".svg").exists()
    assert "| scratch | search | 2 |" in path.read_text()
