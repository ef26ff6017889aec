"""PPO as a learner of `agents.train`."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from agents.base import Iteration, LearnerKind
from agents.common.demonstration import Demonstration
from agents.common.policy import MaskedActor
from agents.common.warm_start import CloneSettings, clone_rule
from agents.ppo.learner import PPOSettings, SemiMarkovMaskablePPO
from agents.ppo.update import Losses
from ccenv.integrations.sb3 import CentreVecEnv
from ccenv.integrations.semi_markov import TimeScales


class PPOLearner:
    """A `SemiMarkovMaskablePPO` behind the interface `agents.base.Learner`.

    Args:
        batch: The batch that it learns on.
        scales: Time constants. A warm start replaces `reward_scale` by the spread of the rule's returns.
        settings: How PPO learns.
        seed: Of the first weights and the order of minibatches.
    """

    def __init__(self, batch: Any, scales: TimeScales, settings: PPOSettings, seed: int):
        self.batch, self.settings = batch, settings
        self.model = SemiMarkovMaskablePPO(env=CentreVecEnv(batch), scales=scales, settings=settings, seed=seed)

    @property
    def steps(self) -> int:
        """Decisions learnt from so far."""
        return self.model.num_timesteps

    @property
    def actor(self) -> MaskedActor:
        """The network that acts."""
        return self.model.actor

    def warm_start(self, demonstration: Demonstration, settings: CloneSettings, seed: int) -> dict[str, float]:
        """Set reward scale, reward rate and first layers from a demonstration, and fit actor and critic to it."""
        model, buffer = self.model, self.model.rollout_buffer
        buffer.scales = dataclasses.replace(buffer.scales, reward_scale=demonstration.return_spread)
        per_decision = self.batch.n * self.settings.steps / demonstration.n_decisions
        buffer.rate.reward = demonstration.reward * per_decision
        buffer.rate.elapsed_s = demonstration.elapsed_s * per_decision
        model.standardise(demonstration.obs)
        scale = buffer.scales.reward_scale
        return clone_rule(model.actor, demonstration, settings, seed, critic=model.critic, reward_scale=scale)

    def iterate(self, done: float) -> Iteration:
        """One rollout and its update."""
        model, buffer = self.model, self.model.rollout_buffer
        model.iterate(done)
        rates = {"entropy_weight": model.ent_coef, "learning_rate": model.policy.optimizer.param_groups[0]["lr"]}
        return Iteration(
            n_decisions=buffer.rewards.size,
            reward=float(buffer.rewards.sum()),
            elapsed_s=float(buffer.elapsed_s.sum()),
            episodes=int(np.count_nonzero(buffer.ended)),
            reward_per_s=buffer.rate.per_s,
            figures={**rates, **model.figures},
        )

    def state(self) -> dict[str, Any]:
        """Weights, optimiser, buffer, and the counts of decisions and seconds."""
        model = self.model
        return {
            "steps": model.num_timesteps,
            "seconds": model.seconds,
            "policy": model.policy.state_dict(),
            "optimizer": model.policy.optimizer.state_dict(),
            "buffer": model.rollout_buffer.state(),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Continue from a `state`."""
        model = self.model
        model.num_timesteps, model.seconds = state["steps"], state["seconds"]
        model.policy.load_state_dict(state["policy"])
        model.policy.optimizer.load_state_dict(state["optimizer"])
        model.rollout_buffer.load_state(state["buffer"])

    def summary(self) -> dict[str, float]:
        """Shares of the time in the environment and outside the update, and the reward scale."""
        seconds = self.model.seconds
        learning_s = max(seconds["collect"] + seconds["update"], 1e-9)  # the warm start may use up the budget
        return {
            "share_environment": seconds["env"] / learning_s,
            "share_outside_update": seconds["collect"] / learning_s,
            "reward_scale": self.model.rollout_buffer.scales.reward_scale,
        }


def _actor(n_obs: int, n_actions: int, settings: PPOSettings) -> MaskedActor:
    return MaskedActor.build(n_obs, settings.hidden, n_actions)


#: Weight of the entropy, learning rate, and the figures of the update.
FIGURES = ("entropy_weight", "learning_rate", *Losses._fields, "explained_variance")

PPO = LearnerKind("ppo", PPOSettings, FIGURES, PPOLearner, _actor)
