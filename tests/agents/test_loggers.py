"""What a training logs, where, and that it learns the same without it."""

from __future__ import annotations

import io
import math
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from agents.common.checkpoints import read_log
from agents.common.loggers import ConsoleLogger, CsvLogger, TensorBoardLogger
from agents.common.validation import Validation
from agents.common.warm_start import CloneSettings
from agents.policies import load_policy
from agents.ppo.learner import PPOSettings
from agents.train import Progress, Training, TrainingInterrupted, train
from ccenv import Batch, KpiTable, RulePolicy, simulate
from ccenv.kpis import paired_difference
from ccenv.seeds import seeds
from tests.env.days import day
from tests.env.short import short_day

TRAINING = Training(
    steps=4096,
    n_checkpoints=2,
    settings=PPOSettings(steps=32, batch_size=128, epochs=1, hidden=(8,)),
    clone=CloneSettings(passes=1),
)
RULE = {"routing": "fifo", "pacing": ("no_dial", {})}


def started(folder: Path, **looks_on: Any) -> dict[str, bytes]:
    """Train; return the bytes of the policies."""
    batch = Batch(day(), 8, autoreset="same_step")
    kept = train(batch, folder, TRAINING, RulePolicy(batch.scenario), **({"progress": False} | looks_on))
    return {file.name: file.read_bytes() for file in kept.policies().values()}


class Kept:
    """A logger that keeps what it gets."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.rows: list[tuple[int, dict[str, float]]] = []
        self.closed = 0

    def begin(self, step: int, about: Any) -> None:
        self.begun.append(step)
        assert about["steps"] == TRAINING.steps and about["settings"]["epochs"] == 1

    def log(self, step: int, figures: Any) -> None:
        self.rows.append((step, dict(figures)))

    def close(self) -> None:
        self.closed += 1


def test_a_training_learns_the_same_whoever_looks_on(tmp_path: Path) -> None:
    alone = started(tmp_path / "alone")
    kept, seen = Kept(), []
    looked_on = started(
        tmp_path / "looked_on",
        logger=[kept, CsvLogger(tmp_path / "log.csv"), TensorBoardLogger(tmp_path / "board")],
        callback=lambda progress: seen.append(progress.steps),
        validation=Validation(day(), RULE, days=1, share=0.9),
    )

    assert len(alone) == 3
    assert looked_on == alone
    assert seen == [step for step, _ in kept.rows] == [*range(256, 2049, 256), *range(2560, 3073, 512), 4096]
    assert (kept.begun, kept.closed) == ([0], 1)


def test_figures_are_those_of_the_learning_log_and_of_the_episodes(tmp_path: Path) -> None:
    kept = Kept()
    started(tmp_path, logger=kept)

    rows = read_log(tmp_path / "learning.csv")
    assert [row["steps"] for row in rows] == [step for step, _ in kept.rows]
    for row, (_, figures) in zip(rows, kept.rows, strict=True):
        assert figures["train/reward_per_hour"] == pytest.approx(row["reward_per_hour"], rel=1e-9)
        assert ("kpis/abandonment" in figures) == (row["episodes"] > 0)
        assert all(math.isfinite(value) for value in figures.values())
    assert kept.rows[-1][1]["train/done"] == 1.0
    ended = [figures for _, figures in kept.rows if "kpis/abandonment" in figures]
    assert ended and all(0.0 <= figures["kpis/abandonment"] <= 1.0 for figures in ended)


def test_csv_has_a_row_for_each_figure_and_drops_what_is_void(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "log.csv"
    log = CsvLogger(file)
    log.begin(0, {})
    log.log(10, {"a": 1.0, "b": 0.25})
    log.log(20, {"a": 2.0})
    log.close()
    log = CsvLogger(file)
    log.begin(10, {})
    log.log(30, {"a": 3.0})
    log.close()

    assert file.read_text().splitlines() == ["step,name,value", "10,a,1", "10,b,0.25", "30,a,3"]


def test_tensorboard_has_the_scalars_and_the_settings(tmp_path: Path) -> None:
    for first, last in ((0, 3), (2, 4)):  # the second run goes on at step 2
        log = TensorBoardLogger(tmp_path)
        log.begin(first, {"steps": 4, "settings": {"clip": 0.2}})
        for step in range(first + 1, last + 1):
            log.log(step, {"train/reward": 10.0 * step + first})
        log.close()
    board = EventAccumulator(str(tmp_path))
    board.Reload()

    assert [(each.step, each.value) for each in board.Scalars("train/reward")] == [(1, 10), (2, 20), (3, 32), (4, 42)]
    (text,) = board.Tensors("settings/text_summary")
    assert b'"clip": 0.2' in text.tensor_proto.string_val[0]


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_console_writes_a_line_that_a_person_can_follow() -> None:
    stream, clock = io.StringIO(), Clock()
    log = ConsoleLogger(stream, every_s=10.0, clock=clock)
    log.begin(0, {"steps": 12_000_000})
    log.log(1_000_000, {"train/done": 0.1, "train/mean_reward_per_hour": 12.345, "kpis/abandonment": 0.04})
    clock.now_s += 9.0
    log.log(2_000_000, {"train/done": 0.2})
    clock.now_s += 51.0
    log.log(
        4_000_000,
        {
            "train/done": 0.4,
            "validation/days": 8,
            "validation/difference": 0.3111,
            "validation/low": 0.12,
            "validation/high": 0.5,
            "validation/served_within_T_of_offered": 0.8123,
            "validation/abandonment": 0.031,
            "validation/dropped_share": 0.019,
        },
    )
    log.close()

    assert stream.getvalue().splitlines() == [
        "1,000,000 of 12,000,000 decisions, reward 12.3/h, abandoned 4.0 %",
        "4,000,000 of 12,000,000 decisions, reward 12.3/h, served in time 81.2 %, abandoned 3.1 %, dropped 1.9 %, "
        "+0.311 [0.12, 0.5] a day against the best rule on 8 validation days, 2 min left",
    ]


def test_console_says_where_a_training_goes_on_and_rewrites_its_line_in_a_terminal() -> None:
    stream = io.StringIO()
    stream.isatty = lambda: True  # type: ignore[method-assign]
    log = ConsoleLogger(stream)
    log.begin(1024, {"steps": 4096})
    log.log(2048, {"train/done": 0.5})
    log.log(4096, {"train/done": 1.0})
    log.close()

    first, line, *_ = stream.getvalue().split("\r")[1:]
    assert first == "training goes on at 1,024 of 4,096 decisions\n"
    assert line.startswith("2,048 of 4,096 decisions")
    assert stream.getvalue().endswith("\n")


def test_a_callback_ends_the_training_with_a_checkpoint(tmp_path: Path) -> None:
    policies = started(tmp_path, callback=lambda progress: progress.steps < 512)

    assert list(policies) == ["000000000000.pt", "000000000512.pt"]
    assert (tmp_path / "finished.json").exists()


def test_a_callback_sees_the_policy_and_the_figures(tmp_path: Path) -> None:
    seen: list[Progress] = []
    started(tmp_path, callback=seen.append)

    last = seen[-1]
    assert (last.steps, last.done) == (4096, 1.0)
    assert last.figures["train/done"] == 1.0
    obs, mask = np.zeros((1, last.policy.actor.n_obs), np.float32), np.ones((1, last.policy.actor.n_actions), np.bool_)
    kept = load_policy(tmp_path / "policies" / "000000004096.pt")
    assert np.array_equal(last.policy.probabilities(obs, mask), kept.probabilities(obs, mask))


def interrupt(progress: Progress, at: int = 768) -> None:
    if progress.steps == at:
        os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_keeps_the_state_and_the_same_call_goes_on_there(tmp_path: Path) -> None:
    whole = started(tmp_path / "whole")
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(TrainingInterrupted, match="at 768 of 4,096 decisions; run it again to go on"):
        started(tmp_path / "interrupted", callback=interrupt)
    assert signal.getsignal(signal.SIGINT) is before
    assert len(list((tmp_path / "interrupted" / "policies").iterdir())) == 1, "not a checkpoint"

    kept = Kept()
    assert started(tmp_path / "interrupted", logger=kept) == whole
    assert kept.begun == [768]
    assert kept.rows[0][0] == 1024
    assert [row["steps"] for row in read_log(tmp_path / "interrupted" / "learning.csv")][:4] == [256, 512, 768, 1024]


def test_a_second_ctrl_c_is_heard_at_once(tmp_path: Path) -> None:
    def twice(progress: Progress) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt) as error:
        started(tmp_path, callback=twice)
    assert not isinstance(error.value, TrainingInterrupted)


def test_validation_is_the_paired_difference_on_the_first_validation_days(tmp_path: Path) -> None:
    started(tmp_path)
    policy = load_policy(tmp_path / "policies" / "000000002048.pt")
    found = Validation(day(), RULE, days=3).figures(policy)
    days = seeds("validation", 3)
    table: KpiTable = simulate(day(), policy=policy, seeds=days, reward=day().reward)
    rule = simulate(day(), routing="fifo", pacing="no_dial", seeds=days, reward=day().reward)
    assert found["difference"] == pytest.approx(float(np.mean(table["reward"] - rule["reward"])))
    assert found["reward"] == pytest.approx(float(table["reward"].mean()))
    assert found["low"] < found["difference"] < found["high"]
    expected = paired_difference(table, rule, "abandonment")
    assert [found[f"abandonment{end}"] for end in ("_difference", "_low", "_high")] == pytest.approx(list(expected))
    assert found["dropped_share"] == pytest.approx(table.summary()["dropped_share_run_total"].value)
    assert found["decisions"] == table["n_decisions"].sum()


def test_validations_keep_to_their_share_of_the_decisions(tmp_path: Path) -> None:
    validation = Validation(day(), RULE, days=1, share=0.7)
    kept = Kept()
    started(tmp_path, validation=validation, logger=kept)
    rows = read_log(tmp_path / "validation.csv")

    assert 2 <= len(rows) < len(kept.rows)
    assert [step for step, figures in kept.rows if "validation/difference" in figures] == [row["steps"] for row in rows]
    most = max(np.diff([0.0, *(row["decisions"] for row in rows)]))
    # a validation counts as the rule's decisions before it runs; the policy may make more
    assert all(row["decisions"] - most <= 0.7 * row["steps"] for row in rows)
    assert not Validation(day(), RULE, days=1, share=0.7).due(100)
    assert Validation(day(), RULE, days=1, share=0.7).due(4096)


def test_an_interrupted_curve_is_that_of_a_whole_training(tmp_path: Path) -> None:
    def curve(name: str, **looks_on: Any) -> bytes:
        started(tmp_path / name, validation=Validation(day(), RULE, days=1, share=0.9), **looks_on)
        return (tmp_path / name / "validation.csv").read_bytes()

    whole = curve("whole")
    with pytest.raises(TrainingInterrupted):
        curve("interrupted", callback=lambda progress: interrupt(progress, at=2560))

    assert curve("interrupted") == whole
    assert whole.count(b"\n") > 2


def test_a_centre_without_campaigns_has_no_dropped_share() -> None:
    quiet = short_day(campaigns={}, **{"rules.pacing": {"name": "no_dial"}, "groups.blended.skills": ["support"]})
    rule = Validation(quiet, {"routing": "fifo"}, days=2)

    class First:
        owns = "routing"

        def act(self, obs: Any, mask: np.ndarray, state: Any, u: Any, starts: Any) -> tuple[np.ndarray, None]:
            return mask.argmax(axis=1), None

    policy: Any = First()
    figures = rule.figures(policy)
    assert math.isnan(figures["dropped_share"]) and 0.0 <= figures["abandonment"] <= 1.0


@pytest.mark.parametrize(("argument", "value"), [("days", 0), ("share", 0.0), ("share", 1.5)])
def test_bad_arguments_are_refused(argument: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{argument} = "):
        Validation(day(), RULE, **{argument: value})  # type: ignore[arg-type]
