"""A policy gradient that has no critic: its advantages are differences between paired futures.

Method: the all-action policy gradient (Sutton, McAllester, Singh and Mansour 2000) with a penalty on the divergence
from the old policy, that is mirror descent policy optimisation (Tomar, Shani, Efroni and Ghavamzadeh 2022). Advantages
are estimated by "vine" rollouts with common random numbers (Schulman et al. 2015, TRPO). At sampled decisions the state
is copied for each legal action, the action is forced, and the policy goes on under one hidden future. So every decision
gives the advantages of all actions without the noise of the day, and no value function is fitted. The futures and the
days run under the likeliest actions, as the policy is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.base import Iteration
from agents.common.imitation import standardise
from agents.common.tried import TrialSettings, TryingLearner
from agents.vine.update import climb
from ccenv.integrations.semi_markov import TimeScales
from ccenv.policy.exploring import Actor, Explorer

SEEDS_PER_ITERATION = 2**8


@dataclass(frozen=True)
class VineSettings(TrialSettings):
    """How the gradient is estimated and followed, beside what `TrialSettings` says.

    At least one decision and one pass; 1 to 256 days; `wander` and `mix` 0 to 1; `horizon_s` and `step` above 0.

    Attributes:
        step: Weight of the advantages, in their standard deviations, against the divergence from the old policy; it
            falls linearly to 0.
        mix: Probability of a random action in the old policy from which the divergence is measured: a policy without
            doubt would have no gradient.
    """

    states: int = 4000
    days: int = 128
    wander: float = 0.05
    hidden: tuple[int, int] = (32, 32)
    passes: int = 4
    step: float = 30.0
    mix: float = 0.02

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            ValueError: If a number is not allowed.
        """
        for name in ("states", "passes"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} = {getattr(self, name)!r}; allowed: 1 or more")
        for name in ("horizon_s", "step"):
            if not getattr(self, name) > 0.0:
                raise ValueError(f"{name} = {getattr(self, name)!r}; allowed: above 0")
        for name, most in (("days", SEEDS_PER_ITERATION), ("wander", 1), ("mix", 1)):
            least = 1 if name == "days" else 0
            if not least <= getattr(self, name) <= most:
                raise ValueError(f"{name} = {getattr(self, name)!r}; allowed: {least} to {most}")


class Vine(TryingLearner):
    """The policy gradient behind the interface `agents.base.Learner`.

    Args:
        batch: The batch whose run the policy acts in.
        scales: Time constants; not used: rewards count in full until the horizon.
        settings: How the gradient is estimated and followed.
        seed: Of days, weights and minibatches.
    """

    seeds_per_iteration = SEEDS_PER_ITERATION

    settings: VineSettings

    def __init__(self, batch: Any, scales: TimeScales, settings: VineSettings, seed: int) -> None:
        super().__init__(batch, settings, seed)

    def _acting(self) -> Explorer:
        return self.explorer(Actor(self.actor.compiled(**self.options)))

    def iterate(self, done: float) -> Iteration:
        """Try actions along the policy's days, and move it along the gradient."""
        settings, acting = self.settings, self._acting()
        paired = self.tried(acting, settings.states)
        if not np.any(standardise(self.actor).mean.numpy()):  # no demonstration was given
            standardise(self.actor).fit(paired.obs)
        step = settings.step * (1.0 - done)
        climbed = climb(self.actor, paired, step, settings.mix, settings.passes, self.iteration_seed)
        account = self.finish(acting, paired, self._acting)
        figures = {"states": float(len(paired.own)), "step": step, **climbed._asdict(), **self.dual.figures}
        return Iteration(*account, figures)
