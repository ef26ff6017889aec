"""What a policy meets on training days: the range of each observation, and decisions that its graph must repeat."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from agents.common.policy import TorchPolicy
from ccenv.batch import Batch
from ccenv.seeds import seeds
from ccenv.serving.errors import BundleError
from ccenv.serving.graph import Graph
from ccenv.serving.manifest import TOLERANCE, Golden

N_GOLDEN = 16
CLEAR = 1e-3  # a golden decision may not hang on less than this, as other processors round otherwise


class Survey(NamedTuple):
    """What a policy met: least and greatest value of each number of the observation, (K,), and looks with coins."""

    low: np.ndarray
    high: np.ndarray
    obs: np.ndarray
    mask: np.ndarray
    u: np.ndarray


def survey_days(batch: Batch, policy: TorchPolicy) -> Survey:
    """Run the policy through training days, one for each row, and note what it meets."""
    batch.reset(seeds("training", batch.n))
    low, high = np.full(batch.n_obs, np.inf, np.float32), np.full(batch.n_obs, -np.inf, np.float32)
    looks: list[tuple[np.ndarray, np.ndarray, float]] = []
    running, step, state = batch.engine.envs["done"] == 0, 0, None
    while np.any(running):
        low = np.minimum(low, batch.obs[running].min(axis=0))
        high = np.maximum(high, batch.obs[running].max(axis=0))
        row = np.flatnonzero(running)[step % np.count_nonzero(running)]
        looks.append((batch.obs[row].copy(), batch.mask[row].copy(), float(batch.u[row])))
        actions, state = policy.act(batch.obs, batch.mask, state, batch.u, batch.starts)
        batch.step(actions)
        running, step = batch.engine.envs["done"] == 0, step + 1
    obs, mask, u = zip(*looks, strict=True)
    return Survey(low, high, np.array(obs), np.array(mask), np.array(u))


def golden_vectors(graph: Graph, policy: TorchPolicy, survey: Survey, actions: list[str]) -> list[Golden]:
    """A clear decision for each action that the policy took, at most `N_GOLDEN`.

    Raises:
        BundleError: If graph and network disagree on any look of the survey.
    """
    found = graph.probabilities(survey.obs, survey.mask)
    expected = policy.actor.probabilities(survey.obs, survey.mask)
    if not np.allclose(found, expected, rtol=0.0, atol=TOLERANCE):
        off = np.abs(found - expected).max()
        raise BundleError(f"the exported graph is not the network: a probability is off by {off:.2g}")
    taken, _ = policy.act(survey.obs, survey.mask, None, survey.u, np.zeros(len(survey.u), bool))
    clear = _margin(found, survey.u, policy.decision) > CLEAR
    rows = [np.flatnonzero((taken == a) & clear) for a in range(len(actions))]
    return [
        Golden(
            obs=survey.obs[row].tolist(),
            legal=np.flatnonzero(survey.mask[row]).tolist(),
            u=float(survey.u[row]),
            action=actions[taken[row]],
            probabilities=found[row].tolist(),
        )
        for row in [mine[mine.size // 2] for mine in rows if mine.size][:N_GOLDEN]
    ]


def _margin(probabilities: np.ndarray, u: np.ndarray, decision: str) -> np.ndarray:
    """How much a probability, or the coin, would have to change for another action, (B,)."""
    if decision == "argmax":
        best = np.sort(probabilities, axis=1)
        margin: np.ndarray = best[:, -1] - best[:, -2]
        return margin
    nearest: np.ndarray = np.abs(np.cumsum(probabilities, axis=1) - u[:, None]).min(axis=1)
    return nearest
