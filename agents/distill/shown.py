"""Decisions of any policy on given days, sampled at random."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ccenv.policy.exploring import Actor, Explorer, Sampling
from ccenv.policy.in_kernel import compiled_of
from ccenv.scenarios import Scenario
from ccenv.simulation import batch_for

ROWS = 16
FIRST = 4  # days from which the number of decisions of a day is known


class Shown(NamedTuple):
    """Decisions.

    Attributes:
        obs: Observations, (N, K) float32.
        mask: Legal actions, (N, A) bool.
        actions: The policy's actions, (N,).
        repeats: Whether the policy decides by observation and mask alone, so that it can be asked again.
    """

    obs: np.ndarray
    mask: np.ndarray
    actions: np.ndarray
    repeats: bool


def show(policy: Any, scenario: Scenario, days: np.ndarray, most: int, seed: int, wander: float = 0.0) -> Shown:
    """Run one episode for each day, and return about `most` of its decisions.

    Args:
        policy: What `simulate` takes as a policy, loaded.
        scenario: The centre.
        days: Seeds of the days.
        most: Number of decisions.
        seed: Of the draws.
        wander: Probability of a random action, so that other states are seen too; only inside the kernel.
    """
    compiled = compiled_of(policy)
    if compiled is None:
        return _in_python(policy, scenario, days, most, seed)
    batch = batch_for(scenario, policy, 1)
    explorer = Explorer(batch.run, None, Actor(compiled), min(ROWS, len(days)))
    explorer.values(days[:FIRST])
    share = min(1.0, most * min(FIRST, len(days)) / (max(explorer.decisions, 1) * len(days)))
    parts = list(explorer.sample(days, Sampling(share, share, wander=wander, seed=seed)))
    obs, mask, own = (np.concatenate([getattr(part, name) for part in parts]) for name in ("obs", "mask", "own"))
    return Shown(obs, mask, own, True)


def _in_python(policy: Any, scenario: Scenario, days: np.ndarray, most: int, seed: int) -> Shown:
    batch = batch_for(scenario, policy, min(ROWS, len(days)))
    rng, by_snapshot = np.random.default_rng(seed), bool(getattr(policy, "needs_snapshot", False))
    kept: list[tuple[np.ndarray, np.ndarray, int]] = []
    seen, repeats = 0, not by_snapshot
    for first in range(0, len(days), batch.n):
        part = days[first : first + batch.n]
        batch.reset(np.resize(part, batch.n))
        live, state = np.arange(batch.n) < len(part), None
        while True:
            live &= batch.engine.envs["done"] == 0
            if not live.any():
                break
            actions, state = policy.act(
                batch.engine.snaps if by_snapshot else batch.obs, batch.mask, state, batch.u, batch.starts
            )
            repeats &= state is None
            for b in np.flatnonzero(live):  # each decision is kept with the same probability (reservoir sampling)
                seen += 1
                at = len(kept) if len(kept) < most else int(rng.integers(seen))
                if at < most:
                    kept[at : at + 1] = [(batch.obs[b].copy(), batch.mask[b].copy(), int(actions[b]))]
            batch.step(actions)
    obs, mask, own = zip(*kept, strict=True)
    return Shown(np.array(obs), np.array(mask), np.array(own), repeats)
