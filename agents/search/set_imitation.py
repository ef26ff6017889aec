"""Fit the weights of a set network to what a rule does, by gradients.

The scores of assignments are a multinomial logit of the rule's assignments, `hold` being the alternative with score 0.
Levels of lines are fitted by the squared distance by which they refuse a dial that the rule's choice contains, or
allow one that it does not.
"""

from __future__ import annotations

import math

import numpy as np
import torch

from agents.common.demonstration import Demonstration
from agents.search.imitation import some
from agents.search.set_actor import SetActor
from ccenv.policy.set_form import SetForm, part_shapes
from ccenv.policy.set_net import SetPolicy
from ccenv.sim.state.codes import HOLD

STEPS, RATE, WEIGHT_DECAY = 200, 0.1, 1e-3
BELOW = 0.1  # lines by which a level should stay below a dial that the rule does not take


def imitate(form: SetForm, shown: Demonstration, seed: int) -> tuple[np.ndarray, float]:
    """Return weights that act as a demonstration, and the share of its decisions at which they do.

    Args:
        form: What the set network computes.
        shown: The rule's run.
        seed: Of the decisions used.
    """
    rng = np.random.default_rng(seed)
    n_obs, n_actions = shown.obs.shape[1], shown.mask.shape[1]
    actor = SetActor(n_obs, n_actions, form.tables())
    assigns, dials = np.zeros(n_actions, bool), np.zeros(n_actions, bool)
    first = actor.at.n_assign + 1
    assigns[1:first], dials[first:] = True, True
    routed = some(shown.mask[:, assigns].any(axis=1) & ~dials[shown.actions], rng)
    paced = some(shown.mask[:, dials].any(axis=1) & ~assigns[shown.actions], rng)
    weights = _fit(form, actor, shown, routed, paced)
    rows = some(np.ones(len(shown.actions), bool), rng)
    acted, _ = SetPolicy(form.tables(weights)).act(shown.obs[rows], shown.mask[rows], None, np.zeros(0), np.zeros(0))
    return weights, float(np.mean(acted == shown.actions[rows]))


def _fit(form: SetForm, actor: SetActor, shown: Demonstration, routed: np.ndarray, paced: np.ndarray) -> np.ndarray:
    start, spreads = torch.from_numpy(form.defaults.copy()), torch.from_numpy(form.spreads.copy())
    moved = torch.zeros_like(start, requires_grad=True)
    optimizer = torch.optim.Adam([moved], lr=RATE)
    for _ in range(STEPS):
        _set(actor, start + spreads * moved)
        loss = WEIGHT_DECAY * (moved**2).sum()
        if len(routed):
            loss = loss + _routing_loss(actor, shown, routed)
        if len(paced):
            loss = loss + _pacing_loss(actor, shown, paced)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    weights: np.ndarray = (start + spreads * moved).detach().numpy()
    return weights


def _set(actor: SetActor, weights: torch.Tensor) -> None:
    """Let a network compute with these weights, which have gradients."""
    first = 0
    for name, shape in part_shapes(actor.at.hidden).items():
        setattr(actor, name, weights[first : first + math.prod(shape)].reshape(shape))
        first += math.prod(shape)


def _routing_loss(actor: SetActor, shown: Demonstration, rows: np.ndarray) -> torch.Tensor:
    pairs, _, _ = actor.outputs(torch.from_numpy(shown.obs[rows]))
    legal = torch.from_numpy(shown.mask[rows, : pairs.shape[1] + 1]).clone()
    legal[:, HOLD] = True
    logits = torch.where(legal, torch.cat([torch.zeros_like(pairs[:, :1]), pairs], dim=1), -1e8)
    return torch.nn.functional.cross_entropy(logits, torch.from_numpy(shown.actions[rows].astype(np.int64)))


def _pacing_loss(actor: SetActor, shown: Demonstration, rows: np.ndarray) -> torch.Tensor:
    """Return the mean squared distance of levels on the wrong side of a legal dial.

    The rule's choice contains a dial of the same campaign and kind with at most as many lines. After a dial of one
    campaign nothing is known of the others.
    """
    _, level, _ = actor.outputs(torch.from_numpy(shown.obs[rows]))
    first = actor.at.n_assign + 1
    chosen = torch.from_numpy(shown.actions[rows].astype(np.int64)) - first
    held = (chosen < 0)[:, None]
    own = chosen.clip(0)[:, None]
    same = (actor.item_of[own] == actor.item_of) & ~held
    contains = same & (actor.lines <= actor.lines[own])
    known = held | (actor.campaign_of[own] == actor.campaign_of)
    beyond = torch.where(contains, actor.lines - level, level - actor.lines + BELOW).clip(0.0)
    legal = torch.from_numpy(shown.mask[rows, first:])
    return (beyond**2 * (known & legal)).sum() / len(rows)
