"""The network of the advantages of rollout policy iteration."""

from __future__ import annotations

import numpy as np
import torch

from agents.common.imitation import MAX_NORM, build, minibatches, standardise
from agents.common.optimise import descend
from agents.common.policy import MaskedActor
from agents.common.tried import Paired

HELD_OUT = 10  # every tenth day is held out


def fit_advantages(
    paired: Paired, hidden: tuple[int, int], passes: int, seed: int
) -> tuple[MaskedActor, dict[str, float]]:
    """Fit a network to the rewards of a decision less their mean over its legal actions, in units of their spread.

    The hidden future is in no observation, so least squares estimates the expected advantage.

    Returns:
        The network, `spread`, and on days that were held out: `held_out`, the mean reward that its best actions gain a
        decision over the base's; `held_out_error`, the standard error of that; `deviates`, the share of other actions.
    """
    torch.manual_seed(seed)
    net = build(paired.obs.shape[1], hidden, paired.mask.shape[1])
    held = paired.day % HELD_OUT == 0
    standardise(net).fit(paired.obs[~held])
    centred = paired.centred
    spread = float(centred[paired.mask].std()) or 1.0
    obs, mask = torch.from_numpy(paired.obs), torch.from_numpy(paired.mask)
    target = torch.from_numpy((centred / spread).astype(np.float32))
    count = mask.sum(dim=1, keepdim=True)
    for rows, optimizer in minibatches(np.flatnonzero(~held), net, passes, seed):
        out = torch.where(mask[rows], net.head(net.body(obs[rows])), 0.0)
        moved = torch.where(mask[rows], out - out.sum(dim=1, keepdim=True) / count[rows], 0.0)
        descend(optimizer, ((moved - target[rows]) ** 2).sum(dim=1).mean(), MAX_NORM)
    return net, {"spread": spread, **_held_out(net, paired, centred, np.flatnonzero(held))}


def _held_out(net: MaskedActor, paired: Paired, centred: np.ndarray, rows: np.ndarray) -> dict[str, float]:
    if not len(rows):
        return {"held_out": np.nan, "held_out_error": np.nan, "deviates": np.nan}
    chosen = net.probabilities(paired.obs[rows], paired.mask[rows]).argmax(axis=1)
    gained = centred[rows, chosen] - centred[rows, paired.own[rows]]
    error = float(gained.std() / np.sqrt(len(rows)))
    deviates = float(np.mean(chosen != paired.own[rows]))
    return {"held_out": float(gained.mean()), "held_out_error": error, "deviates": deviates}
