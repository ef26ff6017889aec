"""The loss of PPO on a minibatch, and its figures.

The loss equals that of sb3-contrib's `MaskablePPO`; a test compares them. It is computed here because the masked
distributions of sb3-contrib normalise the logits twice, which takes a third of an update at this size of network.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import torch
from sb3_contrib.common.maskable.buffers import MaskableRolloutBufferSamples
from torch import nn
from torch.nn.functional import mse_loss

from agents.common.policy import MaskedActor


class LossWeights(NamedTuple):
    """Clip range of the probability ratio, and the weights of the entropy and of the value loss."""

    clip: float
    entropy: float
    value: float


class Losses(NamedTuple):
    """Terms of the loss of a minibatch, its divergence from the rollout's policy, and the share of clipped ratios."""

    policy: torch.Tensor
    value: torch.Tensor
    entropy: torch.Tensor
    approx_kl: torch.Tensor
    clip_fraction: torch.Tensor

    def total(self, weights: LossWeights) -> torch.Tensor:
        """The loss that is minimised."""
        return self.policy - weights.entropy * self.entropy + weights.value * self.value


def losses(actor: MaskedActor, critic: nn.Module, data: MaskableRolloutBufferSamples, clip: float) -> Losses:
    """Losses on a minibatch; advantages are normalised within it."""
    log_p = torch.log_softmax(actor.logits(data.observations, data.action_masks), dim=-1)  # (N, A)
    chosen = log_p.gather(1, data.actions[:, None]).squeeze(1)
    advantage = (data.advantages - data.advantages.mean()) / (data.advantages.std() + 1e-8)
    log_ratio = chosen - data.old_log_prob
    ratio = torch.exp(log_ratio)
    gain = torch.min(advantage * ratio, advantage * ratio.clamp(1.0 - clip, 1.0 + clip))
    with torch.no_grad():
        # an unbiased estimator of the divergence that is never negative: Schulman (2020), "Approximating KL divergence"
        approx_kl = (ratio - 1.0 - log_ratio).mean()
        clip_fraction = ((ratio - 1.0).abs() > clip).float().mean()
    return Losses(
        policy=-gain.mean(),
        value=mse_loss(critic(data.observations).squeeze(-1), data.returns),
        entropy=-(log_p.exp() * log_p).sum(dim=-1).mean(),
        approx_kl=approx_kl,
        clip_fraction=clip_fraction,
    )


def mean_losses(parts: Iterable[Losses]) -> dict[str, float]:
    """Mean of each loss over minibatches, by name."""
    stacked = torch.stack([torch.stack(list(part)) for part in parts])
    return dict(zip(Losses._fields, stacked.mean(dim=0).tolist(), strict=True))


def explained_variance(values: np.ndarray, returns: np.ndarray) -> float:
    """Share of the variance of the returns that the values explain, at most 1; 0 if the returns are constant."""
    spread = float(np.var(returns))
    return 1.0 - float(np.var(returns - values)) / spread if spread > 0 else 0.0
