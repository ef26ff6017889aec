"""Networks of rollout policy iteration: one for the advantages, and one that imitates a policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

from agents.common.optimise import descend
from agents.common.policy import MaskedActor, Standardise
from agents.common.warm_start import cross_entropy

BATCH, RATE, LAST_RATE, MAX_NORM = 1024, 2e-3, 4e-5, 5.0
SMALL_HEAD = 0.1
HELD_OUT = 10  # every tenth day is held out


class Paired(NamedTuple):
    """Decisions with rewards of all legal actions under one hidden future each.

    Attributes:
        obs: Observations, (N, K) float32.
        mask: Legal actions, (N, A) bool.
        own: The base's action, (N,).
        day: Number of the day, (N,).
        gain: Reward after each action, (N, A); nan where illegal.
    """

    obs: np.ndarray
    mask: np.ndarray
    own: np.ndarray
    day: np.ndarray
    gain: np.ndarray


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


def fit_advantages(
    paired: Paired, hidden: tuple[int, int], passes: int, seed: int
) -> tuple[MaskedActor, dict[str, float]]:
    """Fit a network to the rewards of a decision less their mean over its legal actions, in units of their spread.

    The hidden future is in no observation, so least squares estimates the expected advantage.

    Returns:
        The network, and on days that were held out: `held_out`, the mean reward that its best actions gain a decision
        over the base's; `held_out_error`, the standard error of that; `deviates`, the share of other actions.
    """
    torch.manual_seed(seed)
    net = build(paired.obs.shape[1], hidden, paired.mask.shape[1])
    held = paired.day % HELD_OUT == 0
    standardise(net).fit(paired.obs[~held])
    legal = np.where(paired.mask, paired.gain, 0.0)
    centred = np.where(paired.mask, legal - legal.sum(axis=1, keepdims=True) / paired.mask.sum(axis=1)[:, None], 0.0)
    spread = float(centred[paired.mask].std()) or 1.0
    obs, mask = torch.from_numpy(paired.obs), torch.from_numpy(paired.mask)
    target = torch.from_numpy((centred / spread).astype(np.float32))
    count = mask.sum(dim=1, keepdim=True)
    for rows, optimizer in _minibatches(np.flatnonzero(~held), net, passes, seed):
        out = torch.where(mask[rows], net.head(net.body(obs[rows])), 0.0)
        moved = torch.where(mask[rows], out - out.sum(dim=1, keepdim=True) / count[rows], 0.0)
        descend(optimizer, ((moved - target[rows]) ** 2).sum(dim=1).mean(), MAX_NORM)
    return net, _held_out(net, paired, centred, np.flatnonzero(held))


def _held_out(net: MaskedActor, paired: Paired, centred: np.ndarray, rows: np.ndarray) -> dict[str, float]:
    if not len(rows):
        return {"held_out": np.nan, "held_out_error": np.nan, "deviates": np.nan}
    chosen = net.probabilities(paired.obs[rows], paired.mask[rows]).argmax(axis=1)
    gained = centred[rows, chosen] - centred[rows, paired.own[rows]]
    error = float(gained.std() / np.sqrt(len(rows)))
    deviates = float(np.mean(chosen != paired.own[rows]))
    return {"held_out": float(gained.mean()), "held_out_error": error, "deviates": deviates}


def imitate(net: MaskedActor, obs: np.ndarray, mask: np.ndarray, actions: np.ndarray, passes: int, seed: int) -> float:
    """Fit a network to a policy's actions; returns the share of them that it takes."""
    looks, legal, target = torch.from_numpy(obs), torch.from_numpy(mask), torch.from_numpy(actions)
    for rows, optimizer in _minibatches(np.arange(len(obs)), net, passes, seed):
        descend(
            optimizer, cross_entropy(net.logits(looks[rows], legal[rows]), legal[rows], target[rows], 0.0), MAX_NORM
        )
    return float(np.mean(net.probabilities(obs, mask).argmax(axis=1) == actions))


def _minibatches(
    rows: np.ndarray, net: nn.Module, passes: int, seed: int
) -> Iterator[tuple[torch.Tensor, torch.optim.Optimizer]]:
    """Yield the rows of each minibatch and the network's optimiser, whose rate falls linearly."""
    rng = np.random.default_rng(seed)
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
    parts = [part for _ in range(passes) for part in torch.from_numpy(rng.permutation(rows)).split(BATCH)]
    for k, part in enumerate(parts):
        optimizer.param_groups[0]["lr"] = max(LAST_RATE, RATE * (1.0 - k / len(parts)))
        yield part, optimizer
