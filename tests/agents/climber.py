"""A second learner, as a user would write one: random search on the weights of a linear network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from agents.base import Iteration, LearnerKind
from agents.common.policy import ILLEGAL_LOGIT, Actor
from agents.common.warm_start import clone_rule
from ccenv.integrations.semi_markov import RewardRate
from ccenv.spaces.coins import choose


@dataclass(frozen=True)
class ClimberSettings:
    """Decisions of each row in an iteration, and the spread of the changes that are tried."""

    steps: int = 8
    spread: float = 0.3


class LinearActor(Actor):
    """One linear layer without any other."""

    def __init__(self, n_obs, n_actions):
        super().__init__()
        self.n_obs, self.n_actions = n_obs, n_actions
        self.layer = nn.Linear(n_obs, n_actions)

    def logits(self, obs, mask):
        return torch.where(mask, self.layer(obs), ILLEGAL_LOGIT)


class Climber:
    """Try a random change of the weights in each iteration, and keep it if it earned more."""

    def __init__(self, batch, scales, settings, seed):
        torch.manual_seed(seed)
        self.batch, self.settings, self.steps = batch, settings, 0
        self.actor = LinearActor(batch.n_obs, batch.n_actions)
        self.rng, self.rate, self.best = np.random.default_rng(seed), RewardRate(), -np.inf
        self.warmed = False

    def warm_start(self, demonstration, settings, seed):
        self.warmed = True
        return clone_rule(self.actor, demonstration, settings, seed)

    def iterate(self, done):
        before = parameters_to_vector(self.actor.parameters()).detach().clone()
        change = self.settings.spread * (1.0 - done) * self.rng.normal(size=len(before)).astype(np.float32)
        vector_to_parameters(before + torch.from_numpy(change), self.actor.parameters())
        reward = elapsed_s = episodes = 0
        batch = self.batch
        for _ in range(self.settings.steps):
            batch.step(choose(self.actor.probabilities(batch.obs, batch.mask), batch.u))
            reward, elapsed_s = reward + float(batch.reward.sum()), elapsed_s + float(batch.elapsed_s.sum())
            episodes += int(np.count_nonzero(batch.terminated | batch.truncated))
        earned = reward / elapsed_s
        better = earned > self.best
        if better:
            self.best = earned
        else:
            vector_to_parameters(before, self.actor.parameters())
        self.steps += batch.n * self.settings.steps
        self.rate.add(reward, elapsed_s)
        figures = {"better": float(better)}
        return Iteration(batch.n * self.settings.steps, reward, elapsed_s, episodes, self.rate.per_s, figures)

    def state(self):
        return {
            "steps": self.steps,
            "best": self.best,
            "rate": [self.rate.reward, self.rate.elapsed_s],
            "rng": self.rng.bit_generator.state,
            "weights": self.actor.state_dict(),
        }

    def load_state(self, state):
        self.steps, self.best = state["steps"], state["best"]
        self.rate.reward, self.rate.elapsed_s = state["rate"]
        self.rng.bit_generator.state = state["rng"]
        self.actor.load_state_dict(state["weights"])

    def summary(self):
        return {"best_per_hour": 3600.0 * self.best} if np.isfinite(self.best) else {}


CLIMBER = LearnerKind(
    "climber", ClimberSettings, ("better",), Climber, lambda n_obs, n_actions, settings: LinearActor(n_obs, n_actions)
)
