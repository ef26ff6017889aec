"""`randomise:`: trainings of all learners on drawn scenarios, and the choice among checkpoints on drawn days."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest
import torch

from agents.clones.learner import Clones, ClonesSettings
from agents.common.randomised import randomised, simulate_drawn
from agents.ppo.learner import PPOSettings
from agents.search.learner import Search, SearchSettings
from agents.train import Training, train
from ccenv import Batch, load_scenario, simulate
from ccenv.integrations.semi_markov import TimeScales
from ccenv.run.draws import draw_of
from ccenv.scenarios.ranges import checked, drawn
from experiments.jobs.config import LearnerConfig
from experiments.pipeline.learning import training_of


@cache
def tiny_centre():
    return load_scenario("tiny")


PATH = "queues.*.arrivals_per_hour"
RANGES = checked({PATH: {"factor": [0.2, 3.0]}})
PPO = Training(steps=64, n_checkpoints=2, settings=PPOSettings(steps=4, batch_size=8), randomise=RANGES, draws=4)


def batch_of(n=4):
    return Batch(tiny_centre(), n, autoreset="same_step")


def weights(folder):
    return torch.load(folder.policies()[max(folder.policies())], weights_only=True)["weights"]


def test_ppo_learns_on_drawn_scenarios_and_a_killed_training_ends_as_another(tmp_path):
    def killed(progress):
        if progress.steps >= 32:
            raise KeyError("kill")

    batch = batch_of()
    whole = train(batch, tmp_path / "whole", PPO, progress=False)
    with pytest.raises(KeyError, match="kill"):
        train(batch_of(), tmp_path / "killed", PPO, progress=False, callback=killed)
    again = train(batch_of(), tmp_path / "killed", PPO, progress=False)

    assert len(batch.run.draws) == 4
    assert json.loads((tmp_path / "whole/training.json").read_text())["randomise"][PATH]["factor"] == [0.2, 3.0]
    assert all(np.array_equal(value, weights(again)[name]) for name, value in weights(whole).items())
    forecast = batch.snapshot["forecast_per_hour"][:, 1]
    of_row = draw_of(batch.engine.envs["seed_0"], batch.engine.envs["episode"], 4)
    own = [batch.run.draws[k].scenario.centre.queues["support"].arrivals_per_hour for k in of_row]
    assert forecast == pytest.approx(own)


def test_search_and_clones_run_their_days_on_the_draws():
    batch = batch_of()
    randomised(batch, RANGES, 4, 0)
    scenarios = [each.scenario for each in batch.run.draws]

    search = Search(batch, TimeScales(), SearchSettings(4, 2), 0)
    clones = Clones(batch, TimeScales(), ClonesSettings(hidden=(4, 4)), 0)

    assert search.explorer.run.draws is batch.run.draws
    assert [each.scenario.digest for each in clones.rules.draws] == [each.digest for each in scenarios]
    keys = np.arange(6)
    policy = search._policy(search.form.defaults)
    expected = simulate_drawn(scenarios, keys, policy=policy, reward="service")["reward"]
    assert search._values(search.form.defaults, keys) == pytest.approx(expected, abs=1e-9)


def test_days_of_draws_are_rows_in_the_order_of_their_seeds():
    scenarios, keys = drawn(tiny_centre(), RANGES, 3, 1), np.arange(9)
    table = simulate_drawn(scenarios, keys)
    of_key = draw_of(keys, 0, 3)
    assert len(set(of_key.tolist())) == 3
    for row, key in enumerate(keys):
        alone = simulate(scenarios[of_key[row]], seeds=[key])
        assert table["n_decisions"][row] == alone["n_decisions"][0]
    assert table.summary()["abandonment"].value >= 0.0


def test_a_wrong_number_of_draws_is_refused():
    with pytest.raises(ValueError, match="draws = 0; allowed: a whole number of scenarios"):
        randomised(batch_of(), RANGES, 0, 0)


def test_the_settings_of_a_training_hold_ranges():
    made = training_of(LearnerConfig("search", 4, {}, {"steps": 9, "randomise": {PATH: {"factor": [1, 2]}}}))
    assert made.randomise[PATH].factor == (1.0, 2.0)
    with pytest.raises(ValueError, match=r"learner.training.randomise: queues.\*.handle_s.factor = .*; allowed: two"):
        training_of(
            LearnerConfig("search", 4, {}, {"steps": 9, "randomise": {"queues.*.handle_s": {"factor": [2, 1]}}})
        )
