"""Warm start from a rule: fit the actor to its actions and the critic to its returns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import mse_loss

from agents.common.demonstration import Demonstration
from agents.common.optimise import descend
from agents.common.policy import Actor

MAX_NORM = 1.0


@dataclass(frozen=True)
class CloneSettings:
    """How a rule is cloned.

    Attributes:
        passes: Passes over the demonstration.
        batch_size: Decisions in a minibatch.
        learning_rate: Rate at the start; it falls linearly to 0.
        smoothing: Share of the target that is spread evenly over the legal actions. Without it the clone gives the
            other actions a probability near 0, and the learner would not explore them.
    """

    passes: int = 10
    batch_size: int = 512
    learning_rate: float = 3e-3
    smoothing: float = 0.001


def clone_rule(
    actor: Actor,
    demonstration: Demonstration,
    settings: CloneSettings,
    seed: int = 0,
    *,
    critic: torch.nn.Module | None = None,
    reward_scale: float = 1.0,
) -> dict[str, float]:
    """Fit an actor, and a critic if there is one, to a demonstration. First layers that standardise must be set before.

    Args:
        actor: The network that acts.
        demonstration: The rule's run.
        settings: How the rule is cloned.
        seed: Orders the minibatches.
        critic: The network of values, (B, K) to (B, 1); None: only the actor is fitted.
        reward_scale: The critic learns returns divided by it.

    Returns:
        `agreement`: share of the decisions whose likeliest action is the rule's; with a critic also
        `explained_variance`: share of the variance of the returns that it explains, 0 if no return is known.
    """
    rng = np.random.default_rng(seed)
    obs, mask = torch.from_numpy(demonstration.obs), torch.from_numpy(demonstration.mask)
    actions = torch.from_numpy(demonstration.actions.astype(np.int64))
    for rows, optimizer in _minibatches(len(obs), actor, settings, rng):
        loss = cross_entropy(actor.logits(obs[rows], mask[rows]), mask[rows], actions[rows], settings.smoothing)
        descend(optimizer, loss, MAX_NORM)
    likeliest = actor.probabilities(demonstration.obs, demonstration.mask).argmax(axis=1)
    figures = {"agreement": float(np.mean(likeliest == demonstration.actions))}
    if critic is not None:
        figures["explained_variance"] = _fit_values(critic, demonstration, settings, rng, reward_scale)
    return figures


def _fit_values(
    critic: torch.nn.Module,
    demonstration: Demonstration,
    settings: CloneSettings,
    rng: np.random.Generator,
    scale: float,
) -> float:
    """Fit a critic to the known returns; returns the share of their variance that it explains."""
    known = np.flatnonzero(~np.isnan(demonstration.returns))
    if not len(known):
        return 0.0
    obs, values = torch.from_numpy(demonstration.obs), torch.from_numpy(demonstration.returns / np.float32(scale))
    for picked, optimizer in _minibatches(len(known), critic, settings, rng):
        rows = torch.from_numpy(known)[picked]
        descend(optimizer, mse_loss(critic(obs[rows]).squeeze(-1), values[rows]), MAX_NORM)
    true = demonstration.returns[known]
    with torch.inference_mode():
        missed = true - scale * critic(obs[torch.from_numpy(known)]).squeeze(-1).numpy()
    return 1.0 - float(np.var(missed) / max(np.var(true), 1e-12))


def cross_entropy(logits: torch.Tensor, mask: torch.Tensor, actions: torch.Tensor, smoothing: float) -> torch.Tensor:
    """Mean cross entropy of masked logits (N, A) and actions (N,); `smoothing` of the target goes to the legal ones."""
    log_p = torch.log_softmax(logits, dim=-1)
    even = torch.where(mask, log_p, 0.0).sum(dim=-1) / mask.sum(dim=-1)
    chosen = log_p.gather(1, actions[:, None]).squeeze(1)
    return -((1.0 - smoothing) * chosen + smoothing * even).mean()


def _minibatches(
    n: int, network: torch.nn.Module, settings: CloneSettings, rng: np.random.Generator
) -> Iterator[tuple[torch.Tensor, torch.optim.Optimizer]]:
    """Yield random rows for each minibatch of all passes, and the network's optimiser, whose rate falls to 0."""
    optimizer = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
    parts = [
        part for _ in range(settings.passes) for part in torch.from_numpy(rng.permutation(n)).split(settings.batch_size)
    ]
    for k, rows in enumerate(parts):
        optimizer.param_groups[0]["lr"] = settings.learning_rate * (1.0 - k / len(parts))
        yield rows, optimizer
