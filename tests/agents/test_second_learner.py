"""A learner that is not PPO goes through the same training, and nothing outside its package knows PPO."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import numpy as np
import pytest
import torch

import agents
from agents.common.checkpoints import OtherTrainingError, read_log
from agents.common.export import onnx_content
from agents.common.warm_start import CloneSettings
from agents.policies import load_policy
from agents.ppo.learner import PPOSettings
from agents.registry import LEARNERS, find_learner
from agents.train import COLUMNS, Training, train
from ccenv.serving.graph import Graph
from tests.agents.climber import CLIMBER, Climber, ClimberSettings, LinearActor
from tests.agents.toy import Blending, Reserve, ToyBatch

MODEL = Blending(horizon_s=3600.0)
RULE = Reserve(MODEL, 1)
TRAINING = Training(steps=4096, seed=5, n_checkpoints=4, learner="climber", settings=ClimberSettings(steps=16))
SOURCES = Path(agents.__file__).parent


class KilledError(Exception):
    """Stands for a kill."""


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    monkeypatch.setitem(LEARNERS, "climber", "tests.agents.climber:CLIMBER")


def start(folder, training=TRAINING, rule=RULE):
    return train(ToyBatch(MODEL, 16), folder, training, rule, progress=False)


def weights(folder):
    return {
        steps: {k: v.numpy().tobytes() for k, v in torch.load(file, weights_only=True)["weights"].items()}
        for steps, file in folder.policies().items()
    }


def test_it_leaves_checkpoints_a_log_and_an_outcome(tmp_path):
    folder = start(tmp_path)

    rows = read_log(tmp_path / "learning.csv")
    assert list(folder.policies()) == [0, 1024, 2048, 3072, 4096]
    assert tuple(rows[0]) == (*COLUMNS, "better")
    assert [row["steps"] for row in rows] == [256 * k for k in range(1, 17)]
    assert rows[0]["better"] == 1.0
    assert {"steps", "wall_s", "cpu_s", "decisions_per_s", "best_per_hour", "start"} == set(folder.outcome)
    kept = json.loads((tmp_path / "training.json").read_text())
    assert (kept["learner"], kept["settings"]) == ("climber", {"steps": 16, "spread": 0.3})


def test_it_starts_from_the_rule_and_needs_no_critic(tmp_path):
    training = Training(**{**vars(TRAINING), "clone": CloneSettings(passes=60, batch_size=256, learning_rate=0.03)})

    folder = start(tmp_path, training)

    assert set(folder.outcome["start"]) == {"agreement"}
    assert folder.outcome["start"]["agreement"] > 0.99
    assert MODEL.greedy(load_policy(folder.policies()[0])) == {(i, j): i + j < 2 for i, j in MODEL.states()}


@pytest.mark.parametrize("rule", [RULE, None])
def test_a_killed_training_ends_as_one_that_was_not(tmp_path, monkeypatch, rule):
    whole = start(tmp_path / "whole", rule=rule)
    real, calls = Climber.iterate, []

    def iterate(learner, done):
        calls.append(done)
        if len(calls) == 7:
            raise KilledError
        return real(learner, done)

    with monkeypatch.context() as patch, pytest.raises(KilledError):
        patch.setattr(Climber, "iterate", iterate)
        start(tmp_path / "killed", rule=rule)

    killed = start(tmp_path / "killed", rule=rule)

    assert weights(killed) == weights(whole)
    assert killed.outcome["best_per_hour"] == whole.outcome["best_per_hour"]


def test_a_checkpoint_comes_back_as_the_network_that_learnt(tmp_path, monkeypatch):
    made = []
    real = Climber.__init__
    monkeypatch.setattr(Climber, "__init__", lambda self, *given: (made.append(self), real(self, *given))[1])
    folder = start(tmp_path)

    policy = load_policy(folder.policies()[folder.outcome["steps"]], decision="sample")

    assert isinstance(policy.actor, LinearActor)
    batch = ToyBatch(MODEL, 16)
    batch.reset(np.arange(16))
    assert np.array_equal(
        policy.probabilities(batch.obs, batch.mask), made[0].actor.probabilities(batch.obs, batch.mask)
    )
    assert (policy.owns, policy.reserves, policy.decision) == ("blended", None, "sample")


@pytest.mark.slow  # the exporter takes seconds
def test_its_network_is_exported_as_that_of_ppo(tmp_path):
    policy = load_policy(start(tmp_path).policies()[4096])

    graph = Graph(onnx_content(policy.actor))

    batch = ToyBatch(MODEL, 16)
    batch.reset(np.arange(16))
    batch.mask[::2, 0] = False
    assert (graph.n_obs, graph.n_actions) == (batch.n_obs, batch.n_actions)
    assert graph.probabilities(batch.obs, batch.mask) == pytest.approx(
        policy.probabilities(batch.obs, batch.mask), abs=1e-6
    )


def test_a_folder_of_another_learner_is_refused(tmp_path):
    start(tmp_path)
    with pytest.raises(OtherTrainingError, match="learner is 'climber' there and 'ppo' here"):
        start(tmp_path, Training(**{**vars(TRAINING), "learner": "ppo", "settings": None}))


def test_settings_of_another_learner_are_refused(tmp_path):
    with pytest.raises(TypeError, match="settings of learner 'climber' are a PPOSettings; allowed: ClimberSettings"):
        start(tmp_path, Training(**{**vars(TRAINING), "settings": PPOSettings()}))
    assert list(tmp_path.iterdir()) == []


def test_a_learner_is_found_by_name_or_by_address():
    assert find_learner("climber") is find_learner("tests.agents.climber:CLIMBER") is CLIMBER
    assert find_learner("ppo").settings is PPOSettings


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "dqn",
            r"learner 'dqn'; allowed: ppo, search, set_network, clones, evolution, vine, climber, or an address",
        ),
        ("no.such:THING", r"learner 'no.such:THING': No module named 'no'"),
        ("tests.agents.climber:DQN", r"has no attribute 'DQN'"),
        ("tests.agents.climber:Climber", r"type found there; allowed: an agents\.base\.LearnerKind"),
    ],
)
def test_an_unknown_learner_is_refused(name, message):
    with pytest.raises(ValueError, match=message):
        find_learner(name)


def test_every_registered_learner_has_its_own_name_and_defaults():
    for name in LEARNERS:
        kind = find_learner(name)
        assert kind.name == name
        assert kind.settings() == kind.settings()


def imports(file):
    """Modules that a file imports anywhere, in functions too."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def test_nothing_outside_its_package_imports_ppo():
    files = [file for file in SOURCES.rglob("*.py") if file.parent != SOURCES / "ppo"]
    found = [file.name for file in files if any(name.startswith("agents.ppo") for name in imports(file))]
    assert found == []


def test_what_learners_share_imports_no_learner():
    files = sorted((SOURCES / "common").glob("*.py"))
    of_agents = {name for file in files for name in imports(file) if name.split(".")[0] == "agents"}
    assert len(files) > 5
    assert {name for name in of_agents if not name.startswith("agents.common")} == set()
