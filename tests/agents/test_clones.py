"""The learner `clones`: fits, margins and imitation, on rewards that are known and on the small centre."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from agents.clones.fit import fit_advantages
from agents.clones.learner import Clones, ClonesSettings
from agents.common.imitation import build, imitate
from agents.common.tried import Paired
from agents.policies import load_policy
from agents.train import Training, train
from ccenv import Batch, RulePolicy
from ccenv.integrations.semi_markov import TimeScales

SETTINGS = ClonesSettings(
    states=400, days=4, horizon_s=300.0, hidden=(16, 16), passes=2, margins=(0.0, 1e6), validation_days=2, imitated=400
)


def known(n=4000, seed=0):
    """Decisions at which action 1 gains 1 where the first number is positive, else loses 1; the base takes action 0."""
    rng = np.random.default_rng(seed)
    obs = rng.normal(size=(n, 3)).astype(np.float32)
    mask = np.ones((n, 3), bool)
    mask[:, 2] = rng.random(n) < 0.5
    hidden = rng.normal(size=(n, 1))
    gain = np.column_stack([np.zeros(n), np.sign(obs[:, 0]), np.full(n, -0.5)]) + 3.0 * hidden
    gain[:, 1] += rng.normal(size=n)
    return Paired(obs, mask, np.zeros(n, np.int64), np.arange(n) % 40, np.where(mask, gain, np.nan))


def test_the_network_learns_the_expected_advantage():
    net, figures = fit_advantages(known(), (32, 32), 20, 0)

    paired = known(seed=1)
    chosen = net.probabilities(paired.obs, paired.mask).argmax(axis=1)
    clear = np.abs(paired.obs[:, 0]) > 0.2
    assert np.mean(chosen[clear] == (paired.obs[clear, 0] > 0.0)) > 0.97
    assert figures["held_out"] == pytest.approx(0.5, abs=4 * figures["held_out_error"])
    assert figures["deviates"] == pytest.approx(0.5, abs=0.1)


def test_a_margin_is_in_units_of_the_spread():
    paired = known()
    net = fit_advantages(paired, (32, 32), 20, 0)[0]
    obs = torch.from_numpy(paired.obs)
    outputs = net.logits(obs, torch.ones((len(obs), 3), dtype=torch.bool)).detach().numpy()
    spread = np.nanstd(paired.gain - np.nanmean(paired.gain, axis=1)[:, None])
    assert np.median(np.abs(outputs[:, 1] - outputs[:, 0])) * spread == pytest.approx(1.0, rel=0.4)


def test_a_network_imitates():
    paired = known()
    actions = (paired.obs[:, 1] > 0.3).astype(np.int64)
    assert imitate(build(3, (16, 16), 3), paired.obs, paired.mask, actions, 120, 0) > 0.97


def test_a_training_leaves_a_plain_network(tmp_path):
    batch = Batch("tiny", 4, autoreset="same_step")
    training = Training(steps=400, seed=1, n_checkpoints=1, learner="clones", settings=SETTINGS)

    folder = train(batch, tmp_path, training, RulePolicy(batch.scenario), progress=False)

    assert folder.outcome["iterations"] >= 1.0
    policy = load_policy(folder.policies()[max(folder.policies())])
    assert policy.compiled().activation == "relu"


def test_the_base_stays_where_no_margin_gains(monkeypatch):
    batch = Batch("tiny", 4, autoreset="same_step")
    clones = Clones(batch, TimeScales(), SETTINGS, 0)
    monkeypatch.setattr(Clones, "_with_margin", lambda *given: (None, np.zeros(2)))
    before = {name: value.clone() for name, value in clones.actor.state_dict().items()}

    found = clones.iterate(0.0)

    assert np.isnan(found.figures["margin"])
    assert clones.from_rules
    assert all((value == before[name]).all() for name, value in clones.actor.state_dict().items())
