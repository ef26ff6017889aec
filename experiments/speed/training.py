"""Breakdown of the time of a training: the environment's share of PPO."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.jobs.workers import one_thread
from experiments.speed.batch import Native
from experiments.speed.clock import Figure, figure, scaled

SCENARIO = "bank_blended"
COPIES = 256
BEFORE = 3_000  # decisions of each copy before the measurement, to reach a busy centre
EPOCHS, HIDDEN = 4, (64, 64)


def measure(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Time one rollout and one update a round, in wall time on one thread.

    The environment's time is that of `Batch.step` and of copying observation, mask, reward and times into the rollout.

    Args:
        inputs: `rounds`, `share`, and optionally `copies` (default 256).
    """
    one_thread()
    import torch

    from agents.ppo.learner import PPOSettings, SemiMarkovMaskablePPO
    from ccenv.integrations.sb3 import CentreVecEnv
    from ccenv.scenarios import load_scenario

    torch.set_num_threads(1)
    native = Native(load_scenario(SCENARIO), inputs.get("copies", COPIES))
    native.run(scaled(BEFORE, inputs["share"]), 1)
    settings = PPOSettings(epochs=EPOCHS, hidden=HIDDEN)
    model = SemiMarkovMaskablePPO(env=CentreVecEnv(native.batch), settings=settings, seed=0)
    model.iterate(0.0)
    spent = np.array([_iterate(model) for _ in range(inputs["rounds"])])
    return {"figures": breakdown(spent, settings.steps * native.batch.n)}


def breakdown(spent: np.ndarray, decisions: int) -> dict[str, Figure]:
    """Figures of the times of each round: environment, whole rollout, update [s], (rounds, 3)."""
    env_s, collect_s, update_s = spent.T
    whole_s = collect_s + update_s
    return {
        "env_percent": figure(100.0 * env_s / whole_s),
        "update_percent": figure(100.0 * update_s / whole_s),
        "decisions_per_s": figure(decisions / whole_s),
        "env_ns": figure(1e9 * env_s / decisions),
    }


def _iterate(model: Any) -> tuple[float, float, float]:
    """Seconds of the environment, of the whole rollout, and of the update."""
    before = dict(model.seconds)
    model.iterate(0.0)
    env_s, collect_s, update_s = (model.seconds[name] - before[name] for name in ("env", "collect", "update"))
    return env_s, collect_s, update_s
