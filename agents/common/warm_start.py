"""Start from a rule: its actions into the actor, its returns into the critic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import mse_loss

from agents.common.demonstration import Demonstration
from agents.ppo.learner import SemiMarkovMaskablePPO
from agents.ppo.update import descend

MAX_NORM = 1.0


@dataclass(frozen=True)
class CloneSettings:
    """How a rule is cloned.

    Attributes:
        passes: Passes over the demonstration.
        batch_size: Decisions in a minibatch.
        learning_rate: At the start; falls linearly to 0.
        smoothing: Share of the target that is spread evenly over the legal actions: a clone that is sure of everything
            would never try anything else.
    """

    passes: int = 10
    batch_size: int = 512
    learning_rate: float = 3e-3
    smoothing: float = 0.001


def clone_rule(
    model: SemiMarkovMaskablePPO, demonstration: Demonstration, settings: CloneSettings, seed: int = 0
) -> dict[str, float]:
    """Fix the first layers from a demonstration, and fit actor and critic to it.

    Returns:
        `agreement`: share of the decisions whose likeliest action is the rule's; `explained_variance` of its returns.
    """
    rng = np.random.default_rng(seed)
    model.standardise(demonstration.obs)
    known = np.flatnonzero(~np.isnan(demonstration.returns))
    scale = model.rollout_buffer.scales.reward_scale
    obs, mask = torch.from_numpy(demonstration.obs), torch.from_numpy(demonstration.mask)
    actions = torch.from_numpy(demonstration.actions.astype(np.int64))
    values = torch.from_numpy(demonstration.returns / np.float32(scale))
    actor, critic = model.actor, model.critic
    for rows, optimizer in _minibatches(len(obs), actor, settings, rng):
        loss = cross_entropy(actor.logits(obs[rows], mask[rows]), mask[rows], actions[rows], settings.smoothing)
        descend(optimizer, loss, MAX_NORM)
    for picked, optimizer in _minibatches(len(known), critic, settings, rng):
        rows = torch.from_numpy(known)[picked]
        descend(optimizer, mse_loss(critic(obs[rows]).squeeze(-1), values[rows]), MAX_NORM)
    return _fit(model, demonstration, known, scale)


def cross_entropy(logits: torch.Tensor, mask: torch.Tensor, actions: torch.Tensor, smoothing: float) -> torch.Tensor:
    """Mean cross entropy of masked logits (N, A) to the actions (N,), smoothed over the legal ones."""
    log_p = torch.log_softmax(logits, dim=-1)
    even = torch.where(mask, log_p, 0.0).sum(dim=-1) / mask.sum(dim=-1)
    chosen = log_p.gather(1, actions[:, None]).squeeze(1)
    return -((1.0 - smoothing) * chosen + smoothing * even).mean()


def _minibatches(
    n: int, network: torch.nn.Module, settings: CloneSettings, rng: np.random.Generator
) -> Iterator[tuple[torch.Tensor, torch.optim.Optimizer]]:
    """Random rows, pass after pass, with an optimiser of the network whose rate falls to 0."""
    optimizer = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
    parts = [
        part for _ in range(settings.passes) for part in torch.from_numpy(rng.permutation(n)).split(settings.batch_size)
    ]
    for k, rows in enumerate(parts):
        optimizer.param_groups[0]["lr"] = settings.learning_rate * (1.0 - k / len(parts))
        yield rows, optimizer


def _fit(
    model: SemiMarkovMaskablePPO, demonstration: Demonstration, known: np.ndarray, scale: float
) -> dict[str, float]:
    likeliest = model.actor.probabilities(demonstration.obs, demonstration.mask).argmax(axis=1)
    figures = {"agreement": float(np.mean(likeliest == demonstration.actions)), "explained_variance": 0.0}
    if len(known):
        true = demonstration.returns[known]
        missed = true - scale * model.values(demonstration.obs[known])
        figures["explained_variance"] = 1.0 - float(np.var(missed) / max(np.var(true), 1e-12))
    return figures
