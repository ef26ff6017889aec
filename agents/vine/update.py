"""The objective of an iteration and its ascent."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch

from agents.common.imitation import MAX_NORM, minibatches
from agents.common.optimise import descend
from agents.common.policy import MaskedActor
from agents.common.tried import Paired

BATCH = 256  # decisions in a minibatch


class Climbed(NamedTuple):
    """Figures of an update.

    Attributes:
        spread: Standard deviation of the advantages, in rewards.
        kl: Mean divergence of the new policy from the old one.
        changed: Share of the decisions whose likeliest action is another one.
        entropy: Mean entropy of the new policy.
    """

    spread: float
    kl: float
    changed: float
    entropy: float


def divergence(log_p: torch.Tensor, log_old: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Kullback-Leibler divergence of a policy from the old one at each decision, (N,)."""
    return torch.where(mask, log_p.exp() * (log_p - log_old), 0.0).sum(dim=1)


def objective(
    log_p: torch.Tensor, log_old: torch.Tensor, mask: torch.Tensor, gain: torch.Tensor, step: float
) -> torch.Tensor:
    """Mean of the expected advantage over all actions, less the divergence from the old policy over the step.

    Args:
        log_p: Log probabilities of the policy, (N, A).
        log_old: Those of the old policy.
        mask: Legal actions, (N, A) bool.
        gain: Advantages, (N, A), 0 where illegal.
        step: Weight of the advantages against the divergence, above 0.
    """
    return ((log_p.exp() * gain).sum(dim=1) - divergence(log_p, log_old, mask) / step).mean()


def mixed(log_p: torch.Tensor, mask: torch.Tensor, share: float) -> torch.Tensor:
    """Log probabilities of a policy that takes a random legal action with probability `share`, (N, A)."""
    even = mask / mask.sum(dim=1, keepdim=True)
    return torch.where(mask, torch.log((1.0 - share) * log_p.exp() + share * even), log_p)


def climb(net: MaskedActor, paired: Paired, step: float, mix: float, passes: int, seed: int) -> Climbed:
    """Move a policy along the gradient of the objective; advantages are in units of their spread.

    Args:
        net: The policy.
        paired: The decisions, with the rewards of all actions.
        step: As of `objective`.
        mix: Probability of a random action in the policy from which the divergence is measured. A policy without doubt
            would have no gradient.
        passes: Passes over the decisions.
        seed: Orders the minibatches.
    """
    centred = paired.centred
    spread = float(centred[paired.mask].std()) or 1.0
    obs, mask = torch.from_numpy(paired.obs), torch.from_numpy(paired.mask)
    gain = torch.from_numpy((centred / spread).astype(np.float32))
    old = _log_probabilities(net, obs, mask)
    anchor = mixed(old, mask, mix)
    for rows, optimizer in minibatches(np.arange(len(obs)), net, passes, seed, BATCH):
        log_p = torch.log_softmax(net.logits(obs[rows], mask[rows]), dim=1)
        descend(optimizer, -objective(log_p, anchor[rows], mask[rows], gain[rows], step), MAX_NORM)
    new = _log_probabilities(net, obs, mask)
    changed = (new.argmax(dim=1) != old.argmax(dim=1)).float().mean()
    entropy = -torch.where(mask, new.exp() * new, 0.0).sum(dim=1).mean()
    return Climbed(spread, float(divergence(new, old, mask).mean()), float(changed), float(entropy))


@torch.no_grad()
def _log_probabilities(net: MaskedActor, obs: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return torch.log_softmax(net.logits(obs, mask), dim=1)
