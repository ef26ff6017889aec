"""Decisions of many days with the differences of their own future, networks fitted to them, and fresh futures.

A network that saw what nobody can know predicts the future that happened. Futures that are drawn anew do not follow it,
so their means grow more slowly than its predictions: their regression on the predictions has a slope below 1.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch

from agents.clones.fit import fit_advantages
from agents.common.tried import Paired
from ccenv import Batch, advantages, load_scenario
from ccenv.sim.state.codes import FIRST_STREAM, NIL

RULE = ("priority", {"order": ["class2", "class1"], "advisor": "least_skilled"}), "no_dial"
EVERY = 6  # decisions between those that are kept: neighbours in time have nearly the same future


class Kept(NamedTuple):
    """Decisions: observations, masks, the base's actions, numbers of days, differences (N, F, A), patience left."""

    obs: np.ndarray
    mask: np.ndarray
    own: np.ndarray
    day: np.ndarray
    differences: np.ndarray
    patience: np.ndarray

    def leaking(self) -> Kept:
        """The same with the seconds that the first in each line will still wait, in minutes, as observed numbers."""
        return self._replace(obs=np.concatenate([self.obs, self.patience], axis=1))


def centre():
    """Two classes of impatient contacts, one group for the first and one for both; each abandonment costs 1."""
    return load_scenario("n_design", **{"clock.warm_up_s": 0, "clock.horizon_s": 36_000})


def decisions(days, snapshots, horizon_s=300.0, keys=None, first_day=0):
    """Decisions on days of random legal actions, and differences under a rule that goes on from them."""
    batch = Batch(centre(), days, autoreset="disabled", reward={"abandoned": -1.0})
    batch.reset(first_day + np.arange(days))
    rng, kept = np.random.default_rng(0), []
    for _ in range(snapshots):
        for _ in range(EVERY):
            batch.step(np.array([rng.choice(np.flatnonzero(mask)) for mask in batch.mask]))
        found = advantages(batch, RULE, horizon_s, keys=keys)
        patience = np.stack([_patience_left(batch, q) for q in range(len(batch.scenario.queues))], axis=1)
        kept.append((batch.obs.copy(), found.mask, found.own, np.arange(days), found.differences, patience))
    return Kept(*(np.concatenate(parts) for parts in zip(*kept, strict=True)))


def _patience_left(batch, q):
    """Minutes that the first in line of a queue will still wait, of each row; 0 without anybody in line."""
    envs = batch.engine.envs
    head, rows = envs["queue"]["head"][:, q].astype(int), np.arange(batch.n)
    before = FIRST_STREAM + envs["queue"].shape[1] + envs["campaign"].shape[1] + envs["advisor"].shape[1]
    place = envs["place"][rows, before + np.maximum(head, 0)].astype(int)
    ends = envs["heap"]["t"][rows, np.maximum(place, 0)]
    return np.where(head == NIL, 0.0, (ends - envs["t"]) / 60.0).astype(np.float32)[:, None][:, 0]


def fitted(kept, seed=0, passes=15, hidden=(32, 32)):
    """The function from decisions to the differences, (N, A), that a network expects."""
    gain = np.where(kept.mask, kept.differences[:, 0], np.nan)
    net, figures = fit_advantages(Paired(kept.obs, kept.mask, kept.own, kept.day, gain), hidden, passes, seed)

    def expects(other):
        with torch.no_grad():
            out = net.head(net.body(torch.from_numpy(other.obs))).numpy().astype(float)
        return figures["spread"] * (out - np.take_along_axis(out, other.own[:, None], axis=1))

    return expects


def slope(expects, other):
    """Slope of the mean of redrawn futures regressed on what a network expects, and its standard error by day."""
    tried = other.mask & (np.arange(other.mask.shape[1]) != other.own[:, None])
    x, y = expects(other)[tried], other.differences.mean(axis=1)[tried]
    day = np.broadcast_to(other.day[:, None], tried.shape)[tried]
    x, y = x - x.mean(), y - y.mean()
    found = float(x @ y / (x @ x))
    by_day = np.bincount(day, x * (y - found * x))
    return found, float(np.sqrt(by_day @ by_day) / (x @ x))
