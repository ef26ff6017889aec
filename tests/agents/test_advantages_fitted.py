"""Networks fitted to differences of single futures expect the means of futures drawn anew, and the exact advantages."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from agents.clones.fit import fit_advantages
from agents.common.tried import Paired
from ccenv.policy.exploring import Actor, Explorer, Sampling
from ccenv.run.config import run_config
from ccenv.sim.state.codes import HOLD
from ccenv.sim.state.fields import FIELDS
from ccenv.spaces.observation import observation_names
from tests.agents.held_out import decisions, fitted, slope
from tests.policy.exact import MODEL, PAID, exact_advantage

pytestmark = pytest.mark.slow  # thousands of futures, and some networks

WITHIN = 0.15
FUTURES = 64
NETS, DAYS = 4, 10  # networks, and days of each


@pytest.fixture(scope="module")
def known():
    """Decisions to learn from, and decisions of other days with futures that are drawn anew."""
    torch.set_num_threads(1)
    return decisions(512, 40), decisions(128, 5, keys=np.arange(FUTURES), first_day=10_000)


def test_redrawn_futures_follow_what_the_network_expects(known):
    learnt, held_out = known

    found, error = slope(fitted(learnt), held_out)

    assert error < WITHIN / 3
    assert abs(found - 1.0) < WITHIN


def test_a_network_that_sees_the_patience_of_the_waiting_is_caught(known):
    learnt, held_out = (part.leaking() for part in known)

    found, error = slope(fitted(learnt), held_out)

    assert found + 3 * error < 1.0 - WITHIN


def test_the_networks_advantages_are_the_exact_ones():
    torch.set_num_threads(1)
    scenario = MODEL.scenario(horizon_s=50_000.0, warm_up_s=0.0)
    rule = {"routing": "fifo", "pacing": ("progressive", {"reserve": 1}), "reward": PAID}
    runs = [run_config(scenario, owns=owns, **rule) for owns in ("blended", "rules")]
    exact, expected, true = exact_advantage(MODEL, 1), [], []
    at = [observation_names(scenario).index(name) for name in observation_names(scenario) if "in_service:" in name]
    (scale,) = {f.scale for f in FIELDS if f.name == "in_service"}

    for k in range(NETS):
        parts = list(
            Explorer(*runs, Actor(), n=DAYS).sample(
                k * DAYS + np.arange(DAYS), Sampling(0.5, 0.5, wander=0.1, horizon_s=2000.0, seed=k)
            )
        )
        obs, mask, own, day = (np.concatenate([getattr(p, n) for p in parts]) for n in ("obs", "mask", "own", "run"))
        gain = np.concatenate([part.gain[:, 0] for part in parts])
        net, figures = fit_advantages(Paired(obs, mask, own, day, gain), (32, 32), 15, k)
        out = figures["spread"] * net.head(net.body(torch.from_numpy(obs))).detach().numpy().astype(float)
        by_state = {}
        work = np.rint(obs[:, at] / scale).astype(int)
        for row in np.flatnonzero(~mask[:, 1]):  # the model assigns by itself
            for a in np.flatnonzero(mask[row] & (np.arange(mask.shape[1]) != own[row])):
                key = (*work[row].tolist(), bool(a == HOLD))
                by_state.setdefault(key, []).append(out[row, a] - out[row, own[row]])
        expected.append({key: np.mean(values) for key, values in by_state.items() if len(values) > 100})

    common = sorted(set.intersection(*map(set, expected)))
    found = np.array([[one[key] for key in common] for one in expected])
    true = np.array([exact(inbound, outbound, hold=hold) for inbound, outbound, hold in common])
    error = np.sqrt(np.mean(found.var(axis=0, ddof=1) / NETS))
    assert len(common) >= 5
    assert np.sqrt(np.mean(true**2)) > 4.0 * error  # the advantages are well above the error
    assert np.sqrt(np.mean((found.mean(axis=0) - true) ** 2)) < 2.0 * error
