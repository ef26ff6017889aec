"""Policies with random weights, and a policy stripped of its compiled form."""

from __future__ import annotations

import numpy as np

from ccenv import IndexPolicy, NetPolicy, SetPolicy, index_form, set_form


class InPython:
    """A policy that only has `act`, so that nothing but Python can run it."""

    def __init__(self, policy):
        self.act, self.owns = policy.act, policy.owns
        self.reserves, self.actions = policy.reserves, policy.actions


def random_net(n_obs, n_actions, activation="relu", seed=0, hidden=(24, 16), **options):
    """A network whose outputs differ by far more than rounding does."""
    rng = np.random.default_rng(seed)
    sizes = ((n_obs, hidden[0]), hidden, (hidden[1], n_actions))
    weights = [(rng.normal(size=size) * np.sqrt(4.0 / size[0])).astype(np.float32) for size in sizes]
    biases = [rng.normal(size=size[1]).astype(np.float32) for size in sizes]
    mean, scale = rng.random(n_obs).astype(np.float32), (1.0 + rng.random(n_obs)).astype(np.float32)
    return NetPolicy(mean, scale, weights, biases, activation=activation, **options)


def random_index(scenario, seed=0, spread=1.0, **options):
    """An index policy with weights far from the defaults."""
    form = index_form(scenario)
    weights = form.defaults + spread * form.spreads * np.random.default_rng(seed).normal(size=len(form.names))
    return IndexPolicy(form.tables(weights), **options)


def random_set(scenario, seed=0, spread=2.0, hidden=8, **options):
    """A set network with weights far from the defaults; the same in all centres for the same seed."""
    form = set_form(scenario, hidden)
    weights = form.defaults + spread * form.spreads * np.random.default_rng(seed).normal(size=len(form.names))
    return SetPolicy(form.tables(weights), **options)
