"""A trained network as a policy."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import numpy as np
import torch
from torch import nn

from ccenv.spaces.coins import choose

DECISIONS = ("argmax", "sample")
ILLEGAL_LOGIT = -1e8  # as in sb3-contrib; its exponential is exactly 0 in float32


class Standardise(nn.Module):
    """The first layer of actor and critic: observations less their mean, over their spread, clipped to +-`LIMIT`.

    Both are fixed once, before learning, from the demonstration of the rule that the training starts from: the declared
    scales suit centres of any size, and in a small centre the numbers that matter hardly differ from 0 under them.
    """

    mean: torch.Tensor
    scale: torch.Tensor
    LIMIT = 10.0
    SMALLEST = 0.02  # what hardly varies under the rule may vary under another policy: do not blow it up

    def __init__(self, n_obs: int):
        super().__init__()
        self.register_buffer("mean", torch.zeros(n_obs))
        self.register_buffer("scale", torch.ones(n_obs))

    def fit(self, obs: np.ndarray) -> None:
        """Take mean and spread from observations, (N, K)."""
        self.mean.copy_(torch.from_numpy(obs.mean(axis=0)))
        self.scale.copy_(torch.from_numpy(1.0 / np.maximum(obs.std(axis=0), self.SMALLEST)))

    def forward(self, obs: torch.Tensor) -> torch.Tensor:
        """Standardised observations, (B, K)."""
        return torch.clamp((obs - self.mean) * self.scale, -self.LIMIT, self.LIMIT)


class MaskedActor(nn.Module):
    """The part of an actor-critic that acts: observation and mask to the probabilities of the legal actions.

    Args:
        body: Observation (B, K) to features.
        head: Features to one logit for each action, (B, A).
    """

    def __init__(self, body: nn.Module, head: nn.Module):
        super().__init__()
        self.body, self.head = body, head

    @classmethod
    def build(cls, n_obs: int, hidden: tuple[int, ...], n_actions: int) -> MaskedActor:
        """A new network of tanh layers, its weights named as those of the learner's."""
        widths = (n_obs, *hidden)
        layers = [f for a, b in pairwise(widths) for f in (nn.Linear(a, b), nn.Tanh())]
        return cls(nn.Sequential(Standardise(n_obs), *layers), nn.Linear(widths[-1], n_actions))

    def forward(self, obs: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits, (B, A), and probabilities, (B, A), 0 where illegal."""
        logits = self.logits(obs, mask)
        return logits, torch.softmax(logits, dim=-1)

    def logits(self, obs: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Logits, (B, A), -1e8 where illegal."""
        return torch.where(mask, self.head(self.body(obs)), ILLEGAL_LOGIT)

    @torch.inference_mode()
    def probabilities(self, obs: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """Probability of each action, (B, A) float32."""
        return self(torch.from_numpy(obs), torch.from_numpy(mask))[1].numpy()


class TorchPolicy:
    """A network that acts by the policy protocol; it keeps no state.

    Args:
        actor: The network.
        decision: `argmax` takes the likeliest action (the first of equals), `sample` draws one with the row's coin.
        owns: What the policy owns: `routing`, `pacing` or `blended`.
        reserves: The campaigns' flag under which it was trained; None: any.
    """

    def __init__(
        self,
        actor: MaskedActor,
        decision: Literal["argmax", "sample"] = "argmax",
        *,
        owns: str = "blended",
        reserves: bool | None = None,
    ):
        if decision not in DECISIONS:
            raise ValueError(f"decision is {decision!r}; allowed are {' and '.join(DECISIONS)}")
        self.actor, self.decision, self.owns, self.reserves = actor, decision, owns, reserves

    def act(
        self, obs: np.ndarray, mask: np.ndarray, state: np.ndarray | None, u: np.ndarray, starts: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Choose an action for each row.

        Args:
            obs: Observations, (B, K) float32.
            mask: Legal actions, (B, A) bool.
            state: Passed through.
            u: Coins in (0, 1), (B,).
            starts: Rows at their first decision, (B,) bool; not used.

        Returns:
            Actions, (B,) int64, and the state.
        """
        probabilities = self.actor.probabilities(obs, mask)
        return (choose(probabilities, u) if self.decision == "sample" else probabilities.argmax(axis=1)), state
