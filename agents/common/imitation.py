"""Plain networks that imitate: `Standardise` and two ReLU layers, fitted to actions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import nn

from agents.common.optimise import descend
from agents.common.policy import MaskedActor, Standardise
from agents.common.warm_start import cross_entropy

BATCH, RATE, LAST_RATE, MAX_NORM = 1024, 2e-3, 4e-5, 5.0
SMALL_HEAD = 0.1


def build(n_obs: int, hidden: tuple[int, int], n_actions: int) -> MaskedActor:
    """Return a new network: `Standardise`, ReLU layers, and a linear head with small weights."""
    (one, two), linear = hidden, nn.Linear
    body = nn.Sequential(Standardise(n_obs), linear(n_obs, one), nn.ReLU(), linear(one, two), nn.ReLU())
    head = linear(two, n_actions)
    with torch.no_grad():
        head.weight.mul_(SMALL_HEAD)
        head.bias.zero_()
    return MaskedActor(body, head)


def standardise(net: MaskedActor) -> Standardise:
    """Return the first layer of a network of `build`."""
    layers: Any = net.body
    first: Standardise = layers[0]
    return first


def imitate(net: MaskedActor, obs: np.ndarray, mask: np.ndarray, actions: np.ndarray, passes: int, seed: int) -> float:
    """Fit a network to a policy's actions; returns the share of them that it takes."""
    looks, legal, target = torch.from_numpy(obs), torch.from_numpy(mask), torch.from_numpy(actions)
    for rows, optimizer in minibatches(np.arange(len(obs)), net, passes, seed):
        descend(
            optimizer, cross_entropy(net.logits(looks[rows], legal[rows]), legal[rows], target[rows], 0.0), MAX_NORM
        )
    return float(np.mean(net.probabilities(obs, mask).argmax(axis=1) == actions))


def minibatches(
    rows: np.ndarray, net: nn.Module, passes: int, seed: int, size: int = BATCH
) -> Iterator[tuple[torch.Tensor, torch.optim.Optimizer]]:
    """Yield the rows of each minibatch and the network's optimiser, whose rate falls linearly."""
    rng = np.random.default_rng(seed)
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
    parts = [part for _ in range(passes) for part in torch.from_numpy(rng.permutation(rows)).split(size)]
    for k, part in enumerate(parts):
        optimizer.param_groups[0]["lr"] = max(LAST_RATE, RATE * (1.0 - k / len(parts)))
        yield part, optimizer
