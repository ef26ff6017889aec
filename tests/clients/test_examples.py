"""Each script of `notebooks/examples` runs, with a small budget, and gives what it says."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import ccenv
from ccenv.integrations import semi_markov

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "notebooks" / "examples"
RUN_HERE = (
    "cleanrl_masked_ppo", "maskable_ppo", "minari_dataset", "offline_bc", "own_centre", "own_policy", "own_reward",
    "own_rule", "recurrent_ppo", "sb3",
)  # fmt: skip
MOST_LINES = 115


def example(name: str) -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def check(tables, days, names):
    """Each table has a row for each day, and figures that a run can have."""
    assert list(tables) == names
    for table in tables.values():
        assert len(table) == days
        assert np.isfinite(table["reward"]).all()


def test_every_example_is_run_by_a_test_and_is_short():
    scripts = sorted(EXAMPLES.glob("*.py"))

    assert [script.stem for script in scripts] == sorted(RUN_HERE)
    for script in scripts:
        text = script.read_text("utf-8")
        assert len(text.splitlines()) <= MOST_LINES, script
        assert f"    python notebooks/examples/{script.name}" in text, f"{script} does not say how to run it"


def test_own_centre_runs_from_the_command_line():
    command = [sys.executable, "-W", "error", EXAMPLES / "own_centre.py", "2"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr[-2000:]
    assert "one technician more" in done.stdout


def test_own_centre_answers_its_question(capsys):
    tables = example("own_centre").main(days=20).tables

    check(tables, 20, ["serve only", "dial when idle", "keep one back"])
    assert tables["serve only"]["n_attempts"].sum() == 0
    assert tables["serve only"]["n_abandoned"].sum() < tables["dial when idle"]["n_abandoned"].sum()
    waits = re.findall(r"mean wait ([\d.]+) s", capsys.readouterr().out)
    assert float(waits[1]) < float(waits[0]), "one technician more, less wait"


def test_own_policies_do_what_they_say(tmp_path):
    tables = example("own_policy").main(4, str(tmp_path / "hours.png")).tables

    assert tables["serve only"]["n_attempts"].sum() == 0
    assert 0 < tables["patient dialer"]["n_attempts"].sum() < tables["rules"]["n_attempts"].sum()
    assert (tmp_path / "hours.png").stat().st_size > 0
    assert all(np.all(table["illegal_share"][np.isfinite(table["illegal_share"])] == 0) for table in tables.values())


def test_own_rules_do_what_they_say():
    own = example("own_rule")
    tables = own.main(days=4).tables

    assert list(tables) == ["package", "own"] and (tables["own"]["n_sales"] > 0).all()
    equal = ccenv.simulate("tiny", routing=own.weighted_wait, pacing=(own.while_nobody_waits, {"level": 0}), seeds=[1])
    lwt = ccenv.simulate("tiny", routing="lwt", pacing="no_dial", seeds=[1])
    assert equal.tobytes() == lwt.tobytes(), "with equal weights it is the rule lwt; with level 0 it does not dial"


def test_own_reward_is_paid(capsys):
    own = example("own_reward")
    tables = own.main(days=4).tables

    check(tables, 4, ["no dial", "one line", "two lines"])
    table = ccenv.simulate("tiny", pacing="no_dial", seeds=range(4))
    lost = sum(own.REWARD["abandoned"][queue] * table[f"n_abandoned:{queue}"] for queue in ("sales", "support"))
    assert tables["no dial"]["reward"] == pytest.approx(lost + own.REWARD["waiting_s"] * table["waiting_s"])
    assert "reward of the first step" in capsys.readouterr().out


@pytest.mark.slow
def test_learners_of_stable_baselines3_train_and_are_evaluated():
    tables = example("sb3").main(steps=1024, days=2).tables

    check(tables, 2, ["rules", "PPO", "A2C", "DQN"])
    assert (tables["rules"]["illegal_share"] == 0).all()
    assert all((tables[name]["illegal_share"] > 0).all() for name in ("PPO", "A2C", "DQN"))


@pytest.mark.slow
def test_maskable_ppo_trains_on_both_environments_and_acts_legally():
    tables = example("maskable_ppo").main(steps=1024, days=2).tables

    check(tables, 2, ["rules", "single", "native"])
    assert all((table["illegal_share"] == 0).all() for table in tables.values())


@pytest.mark.slow
def test_recurrent_ppo_trains_and_is_evaluated():
    check(example("recurrent_ppo").main(steps=512, days=2).tables, 2, ["rules", "RecurrentPPO"])


@pytest.mark.slow
def test_cleanrl_style_ppo_trains_and_acts_legally():
    tables = example("cleanrl_masked_ppo").main(decisions=4096, days=2).tables

    check(tables, 2, ["rules", "PPO"])
    assert (tables["PPO"]["illegal_share"] == 0).all()


@pytest.mark.slow
def test_cleanrl_style_advantages_are_those_of_the_package():
    ppo = example("cleanrl_masked_ppo")
    draw = np.random.default_rng(1)
    rewards, values, following = draw.normal(size=(3, 20, 4))
    elapsed_s, done = draw.exponential(60.0, (20, 4)), draw.random((20, 4)) < 0.2
    following[done] = 0.0

    scales = semi_markov.TimeScales(horizon_s=ppo.HORIZON_S, credit_s=ppo.CREDIT_S)
    expected = semi_markov.advantages(rewards, elapsed_s, values, following, done, scales)
    assert ppo.advantages(rewards, values, following, elapsed_s, done) == pytest.approx(expected)


@pytest.mark.slow
def test_a_data_set_is_written_and_an_offline_learner_clones_from_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path))
    dataset = example("minari_dataset").main(days=2, steps=1024)

    assert dataset.total_episodes == 8
    assert {each["policy"] for each in dataset.storage.get_episode_metadata(range(8))} == {
        "fifo", "no_dial", "MaskablePPO", "random"
    }  # fmt: skip
    assert "recovered: True" in capsys.readouterr().out
    assert example("minari_dataset").main(days=1, steps=512).total_episodes == 4, "a second run replaces the data set"

    tables = example("offline_bc").main(epochs=1, days=2).tables

    check(tables, 2, ["rules", "clone"])
    assert (tables["clone"]["illegal_share"] == 0).all()
