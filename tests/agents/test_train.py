"""A training in its folder: budgets, log, checkpoints, and going on after a kill."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
import torch

from agents.common import batch_state
from agents.common.checkpoints import LearningLog, OtherTrainingError, TrainingFolder, read_log
from agents.common.warm_start import CloneSettings
from agents.policies import load_policy
from agents.ppo.kind import FIGURES
from agents.ppo.learner import PPOSettings, SemiMarkovMaskablePPO
from agents.train import COLUMNS, Training, train
from ccenv.files.locking import InUseError, claim
from ccenv.integrations.semi_markov import TimeScales
from tests.agents.toy import Blending, Reserve, ToyBatch

MODEL = Blending(horizon_s=3600.0)
RULE = Reserve(MODEL, 1)
TRAINING = Training(
    steps=2048,
    seed=3,
    n_checkpoints=4,
    scales=TimeScales(horizon_s=600.0),
    settings=PPOSettings(steps=8, batch_size=64, epochs=2),
    clone=CloneSettings(passes=2, batch_size=256),
)


class KilledError(Exception):
    """Stands for a kill."""


def start(folder, training=TRAINING, rule=RULE):
    return train(ToyBatch(MODEL, 16), folder, training, rule, progress=False)


def kill_after(monkeypatch, n):
    """Let the training die in its n-th rollout."""
    real, calls = SemiMarkovMaskablePPO.iterate, []

    def iterate(model, done):
        calls.append(done)
        if len(calls) == n:
            raise KilledError
        real(model, done)

    monkeypatch.setattr(SemiMarkovMaskablePPO, "iterate", iterate)


def learnt(folder):
    """Names and weights of the kept policies, and the log without what the clock says."""
    policies = {file.name: torch.load(file, weights_only=True) for file in folder.policies().values()}
    weights = {name: {k: v.numpy().tobytes() for k, v in p["weights"].items()} for name, p in policies.items()}
    rows = read_log(folder.path / "learning.csv")
    return weights, [{k: v for k, v in row.items() if k not in ("wall_s", "decisions_per_s")} for row in rows]


@pytest.mark.parametrize("rule", [RULE, None])
def test_a_killed_training_ends_as_one_that_was_not(tmp_path, monkeypatch, rule):
    whole = start(tmp_path / "whole", rule=rule)
    with monkeypatch.context() as patch, pytest.raises(KilledError):
        kill_after(patch, 8)
        start(tmp_path / "killed", rule=rule)
    assert len(read_log(tmp_path / "killed" / "learning.csv")) == 7

    killed = start(tmp_path / "killed", rule=rule)

    assert learnt(killed) == learnt(whole)


def test_it_goes_on_from_the_last_checkpoint_and_not_from_the_start(tmp_path, monkeypatch):
    with monkeypatch.context() as patch, pytest.raises(KilledError):
        kill_after(patch, 8)
        start(tmp_path)
    shares = []
    real = SemiMarkovMaskablePPO.iterate
    monkeypatch.setattr(SemiMarkovMaskablePPO, "iterate", lambda m, done: (shares.append(done), real(m, done)))

    start(tmp_path)

    # 16 rows of 8 decisions: rollouts of 128, a checkpoint after every fourth
    assert shares[0] == 0.25


def test_a_training_that_is_over_returns_at_once(tmp_path, monkeypatch):
    done = start(tmp_path)
    kill_after(monkeypatch, 1)

    assert start(tmp_path).outcome == done.outcome


def test_other_settings_are_refused(tmp_path):
    start(tmp_path)
    with pytest.raises(OtherTrainingError, match="seed is 3 there and 4 here"):
        start(tmp_path, Training(**{**vars(TRAINING), "seed": 4}))


def test_checkpoints_are_spaced_evenly_and_the_clone_is_the_first(tmp_path):
    folder = start(tmp_path)
    steps = list(folder.policies())
    assert steps[0] == 0
    # after half of the training a rollout has 256 decisions, after three quarters 512
    assert steps[1:] == [512, 1024, 1536, 2048]
    assert not (tmp_path / "resume.pt").exists()


def test_the_clone_does_as_the_rule(tmp_path):
    training = Training(**{**vars(TRAINING), "clone": CloneSettings(passes=30, batch_size=256)})
    folder = start(tmp_path, training)

    clone = load_policy(folder.policies()[0])

    assert MODEL.greedy(clone) == {(i, j): i + j < 2 for i, j in MODEL.states()}
    assert folder.outcome["start"]["agreement"] > 0.99


def test_the_log_has_a_row_for_each_rollout(tmp_path):
    folder = start(tmp_path)

    rows = read_log(folder.path / "learning.csv")

    assert tuple(rows[0]) == (*COLUMNS, *FIGURES)
    # eight rollouts of 128, two of 256, one of 512
    assert [row["steps"] for row in rows] == [*range(128, 1025, 128), 1280, 1536, 2048]
    assert all(np.isfinite(list(row.values())).all() for row in rows)
    assert sum(row["episodes"] for row in rows) > 0


def test_the_log_keeps_large_numbers_of_steps_whole(tmp_path):
    file, steps = tmp_path / "log.csv", 123_456_789_012
    LearningLog(file, ("steps",), 0).add({"steps": steps})
    LearningLog(file, ("steps",), steps)
    assert read_log(file) == [{"steps": steps}]


@pytest.mark.parametrize("clock", ["wall_s", "cpu_s"])
def test_the_budget_of_time_ends_a_training(tmp_path, clock):
    training = Training(**{**vars(TRAINING), "steps": 10**9, clock: 1.0})

    folder = start(tmp_path, training)

    assert 1.0 <= folder.outcome[clock] < 20.0
    assert read_log(tmp_path / "learning.csv")[-1]["learning_rate"] < 1e-3
    assert list(folder.policies())[-1] == folder.outcome["steps"]


def test_a_kept_policy_says_what_it_decides(tmp_path):
    policy = load_policy(start(tmp_path).policies()[0], decision="sample")
    assert (policy.owns, policy.reserves, policy.decision) == ("blended", None, "sample")


def test_trainings_of_different_seeds_share_no_day(tmp_path):
    seen = {}
    for seed in (0, 1):
        batch = ToyBatch(MODEL, 16)
        real = batch.reset
        batch.reset = lambda seeds, seed=seed, real=real: (seen.setdefault(seed, set(seeds)), real(seeds))
        train(
            batch,
            tmp_path / str(seed),
            Training(**{**vars(TRAINING), "seed": seed, "steps": 128}),
            RULE,
            progress=False,
        )
    assert not seen[0] & seen[1]


def test_a_state_of_another_batch_is_refused():
    with pytest.raises(ValueError, match="of another batch: its arrays have"):
        batch_state.restore_tensors(ToyBatch(MODEL, 4), batch_state.as_tensors(ToyBatch(MODEL, 3).clone()))


def test_settings_are_kept_as_json(tmp_path):
    start(tmp_path)
    kept = json.loads((tmp_path / "training.json").read_text())
    assert kept["scales"]["horizon_s"] == 600.0
    assert (kept["copies"], kept["scenario"], kept["owns"]) == (16, "toy", "blended")


def test_an_infinite_horizon_is_kept_and_compared(tmp_path):
    training = Training(**{**vars(TRAINING), "steps": 128, "scales": TimeScales(horizon_s=float("inf"))})
    done = start(tmp_path, training)

    assert start(tmp_path, training).outcome == done.outcome
    with pytest.raises(OtherTrainingError, match="'horizon_s': inf"):
        start(tmp_path, TRAINING)


def test_equal_trainings_write_equal_policies_byte_by_byte(tmp_path):
    first, second = start(tmp_path / "a"), start(tmp_path / "b" / "elsewhere")

    assert len(first.policies()) > 2
    assert [file.read_bytes() for file in first.policies().values()] == [
        file.read_bytes() for file in second.policies().values()
    ]


def test_a_folder_in_which_a_process_trains_is_refused(tmp_path):
    folder = TrainingFolder(tmp_path, {})

    with folder.hold(), pytest.raises(InUseError, match=rf"in use by process {os.getpid()} on "):
        folder.hold()
    folder.hold().release()


def test_training_holds_its_folder(tmp_path, monkeypatch):
    held = []
    real = SemiMarkovMaskablePPO.iterate

    def iterate(model, done):
        held.append(claim(tmp_path / ".lock"))
        return real(model, done)

    monkeypatch.setattr(SemiMarkovMaskablePPO, "iterate", iterate)
    start(tmp_path)

    assert held
    assert set(held) == {None}
    assert not (tmp_path / ".lock").exists()
