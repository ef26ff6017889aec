"""A survey of training days: the range of each observation, and decisions that a bundle's graph must repeat."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ccenv.batch import Batch
from ccenv.policy import Policy
from ccenv.seeds import seeds
from ccenv.serving.errors import BundleError
from ccenv.serving.graph import GraphPolicy
from ccenv.serving.manifest import TOLERANCE, Golden

N_GOLDEN = 16
CLEAR = 1e-3  # smallest margin of a golden decision: other processors round differently

Probabilities = Callable[[np.ndarray, np.ndarray], np.ndarray]


class Survey(NamedTuple):
    """What a policy met: least and greatest value of each number of the observation, (K,), and N decisions.

    `obs` (N, K), `mask` (N, A) and `u` (N,) are the inputs of those decisions.
    """

    low: np.ndarray
    high: np.ndarray
    obs: np.ndarray
    mask: np.ndarray
    u: np.ndarray


def survey_days(batch: Batch, policy: Policy) -> Survey:
    """Run the policy through training days, one for each row, and record what it meets.

    Ranges cover all decisions of all rows. At each step the inputs of one row are kept, of each row in turn.
    """
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


def golden_vectors(
    policy: GraphPolicy, survey: Survey, actions: list[str], expected: Probabilities | None = None
) -> list[Golden]:
    """One decision with a clear margin for each action that the policy took, at most `N_GOLDEN`.

    Args:
        policy: The graph, with the way in which it decides.
        survey: Where the decisions are taken from.
        actions: Names of the actions.
        expected: Function from (obs, mask) to the probabilities that the graph must give.

    Raises:
        BundleError: If a probability of the survey differs from the expected one by more than `TOLERANCE`, or if no
            decision has a clear margin.
    """
    found = policy.probabilities(survey.obs, survey.mask)
    if expected is not None:
        off = float(np.abs(found - expected(survey.obs, survey.mask)).max())
        if not off <= TOLERANCE:
            raise BundleError(f"the exported graph is not the network: a probability is off by {off:.2g}")
    taken = policy.decide(found, survey.u)
    clear = _margin(found, survey.u, policy.decision) > CLEAR
    rows = [np.flatnonzero((taken == a) & clear) for a in range(len(actions))]
    vectors = [
        Golden(
            obs=survey.obs[row].tolist(),
            legal=np.flatnonzero(survey.mask[row]).tolist(),
            u=float(survey.u[row]),
            action=actions[taken[row]],
            probabilities=found[row].tolist(),
        )
        for row in [mine[mine.size // 2] for mine in rows if mine.size][:N_GOLDEN]
    ]
    if not vectors:
        raise BundleError(f"no decision of the survey has a margin above {CLEAR:g}: the graph prefers no action")
    return vectors


def _margin(probabilities: np.ndarray, u: np.ndarray, decision: str) -> np.ndarray:
    """Smallest change of a probability or of the coin that would change the action, (B,)."""
    if decision == "argmax":
        best = np.sort(probabilities, axis=1)
        margin: np.ndarray = best[:, -1] - best[:, -2]
        return margin
    nearest: np.ndarray = np.abs(np.cumsum(probabilities, axis=1) - u[:, None]).min(axis=1)
    return nearest
