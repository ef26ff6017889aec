"""Networks that act, and a network as a policy."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import nn

from ccenv.policy import NetPolicy
from ccenv.policy.in_kernel import CompiledPolicy
from ccenv.scenarios.schema import Reserves
from ccenv.serving.decision import Decision, ProbabilityPolicy

ILLEGAL_LOGIT = -1e8  # as in sb3-contrib; its exponential is exactly 0 in float32


class Actor(nn.Module):
    """Base class of networks that map observation and mask to the probabilities of the legal actions.

    A subclass defines `logits`, `n_obs` (numbers in an observation, K) and `n_actions` (A). `graph_name` is the name of
    its exported graph.
    """

    graph_name = "main_graph"
    n_obs: int
    n_actions: int

    def logits(self, obs: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Logits, (B, A), `ILLEGAL_LOGIT` where illegal.

        Args:
            obs: Observations, (B, K) float32.
            mask: Legal actions, (B, A) bool.
        """
        raise NotImplementedError

    def forward(self, obs: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits, (B, A), and probabilities, (B, A), 0 where illegal."""
        logits = self.logits(obs, mask)
        return logits, torch.softmax(logits, dim=-1)

    @torch.inference_mode()
    def probabilities(self, obs: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """Probability of each action, (B, A) float32, for arrays; 0 where illegal."""
        return self(torch.from_numpy(obs), torch.from_numpy(mask))[1].numpy()


class Standardise(nn.Module):
    """First layer of actor and critic: observations minus their mean, over their spread, clipped to +-`LIMIT`.

    Mean and spread are fixed once, before learning, from the demonstration of the rule that the training starts from.
    The scales that the fields declare suit centres of any size, so in a small centre the informative numbers stay
    close to 0 under them.
    """

    mean: torch.Tensor
    scale: torch.Tensor
    LIMIT = 10.0
    SMALLEST = 0.02  # a number that hardly varies under the rule may vary under another policy: bound its gain

    def __init__(self, n_obs: int):
        super().__init__()
        self.register_buffer("mean", torch.zeros(n_obs))
        self.register_buffer("scale", torch.ones(n_obs))

    def fit(self, obs: np.ndarray) -> None:
        """Set mean and spread from observations, (N, K)."""
        self.mean.copy_(torch.from_numpy(obs.mean(axis=0)))
        self.scale.copy_(torch.from_numpy(1.0 / np.maximum(obs.std(axis=0), self.SMALLEST)))

    def forward(self, obs: torch.Tensor) -> torch.Tensor:
        """Standardised observations, (B, K)."""
        return torch.clamp((obs - self.mean) * self.scale, -self.LIMIT, self.LIMIT)


class MaskedActor(Actor):
    """An actor made of a body and a linear head.

    Args:
        body: Observation (B, K) to features; its first layer may be `Standardise`.
        head: Features to one logit for each action, (B, A).
    """

    def __init__(self, body: nn.Module, head: nn.Module):
        super().__init__()
        self.body, self.head = body, head
        weights = list(self.parameters())
        self.n_obs, self.n_actions = weights[0].shape[1], len(weights[-1])

    @classmethod
    def build(cls, n_obs: int, hidden: tuple[int, ...], n_actions: int) -> MaskedActor:
        """A new network: `Standardise`, tanh layers of the widths `hidden`, and a linear head."""
        widths = (n_obs, *hidden)
        layers = [f for a, b in pairwise(widths) for f in (nn.Linear(a, b), nn.Tanh())]
        return cls(nn.Sequential(Standardise(n_obs), *layers), nn.Linear(widths[-1], n_actions))

    def logits(self, obs: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Logits, (B, A), `ILLEGAL_LOGIT` where illegal."""
        return torch.where(mask, self.head(self.body(obs)), ILLEGAL_LOGIT)

    def compiled(self, **options: Any) -> NetPolicy | None:
        """Return the same policy for the kernel; None if it is not `Standardise` and two layers with one activation.

        Args:
            options: `owns`, `reserves`, `actions` and `margin` of `NetPolicy`.
        """
        parts: list[Any] = list(self.body) if isinstance(self.body, nn.Sequential) else []
        kinds = [type(part) for part in parts]
        for name, activation in (("tanh", nn.Tanh), ("relu", nn.ReLU)):
            if kinds == [Standardise, nn.Linear, activation, nn.Linear, activation] and type(self.head) is nn.Linear:
                layers: tuple[Any, ...] = parts[1], parts[3], self.head
                weights = [layer.weight.detach().numpy().T for layer in layers]
                biases = [layer.bias.detach().numpy() for layer in layers]
                first = parts[0]
                return NetPolicy(
                    first.mean.numpy(), first.scale.numpy(), weights, biases, activation=name, **options
                )  # fmt: skip
        return None


class TorchPolicy(ProbabilityPolicy):
    """A network as a policy; it keeps no state.

    Args:
        actor: The network.
        decision: As of `ProbabilityPolicy`, like the other arguments.
        owns: The half that the policy decides.
        reserves: The campaigns' flag under which it was trained.
        actions: Dials that it may use.
    """

    def __init__(
        self,
        actor: Actor,
        decision: Decision = "argmax",
        *,
        owns: str = "blended",
        reserves: Reserves | None = None,
        actions: str = "all",
    ):
        super().__init__(decision, owns=owns, reserves=reserves, actions=actions)
        self.actor = actor

    def probabilities(self, obs: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """Probability of each action, (B, A) float32, 0 where illegal."""
        return self.actor.probabilities(obs, mask)

    def compiled(self) -> CompiledPolicy | None:
        """Return the same policy for the kernel; None if it samples, or if its network is of another form."""
        make = getattr(self.actor, "compiled", None)
        if make is None or self.decision != "argmax":
            return None
        found: CompiledPolicy | None = make(owns=self.owns, reserves=self.reserves, actions=self.actions)
        return found
