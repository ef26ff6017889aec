"""The interface between `agents.train` and a learner.

To add a learner:

1. Write a package beside `agents/ppo/` with a class that implements `Learner`. `agents/common/` holds the parts that
   learners share: networks, warm start, demonstration, copies of a batch.
2. Describe it by a `LearnerKind` and add that to `agents.registry.LEARNERS`.
3. Add a file to `configs/learner/` with its name and settings.

A learner outside this checkout needs no entry in the registry: its name is `package.module:KIND`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from agents.common.demonstration import Demonstration
from agents.common.policy import Actor
from agents.common.warm_start import CloneSettings
from ccenv.integrations.semi_markov import TimeScales


@dataclass(frozen=True)
class Iteration:
    """Result of one iteration: decisions collected, and the update made with them.

    Attributes:
        n_decisions: Decisions of all rows together.
        reward: Sum of their rewards.
        elapsed_s: Sum of the seconds between them.
        episodes: Episodes that ended.
        reward_per_s: Long-run reward rate after the iteration, averaged over the last iterations.
        figures: The learner's own figures, by the names of `LearnerKind.figures`.
    """

    n_decisions: int
    reward: float
    elapsed_s: float
    episodes: int
    reward_per_s: float
    figures: Mapping[str, float]


class Learner(Protocol):
    """An algorithm that improves a policy on a batch. It is made by `LearnerKind.make` and driven by `agents.train`."""

    @property
    def steps(self) -> int:
        """Decisions learnt from so far."""

    @property
    def actor(self) -> Actor:
        """The network that acts; its weights are the learner's own, not a copy."""

    def warm_start(self, demonstration: Demonstration, settings: CloneSettings, seed: int) -> dict[str, float]:
        """Take over what a rule's demonstration shows, before the first iteration.

        Args:
            demonstration: The rule's run through the batch.
            settings: How the rule is cloned.
            seed: Orders the minibatches.

        Returns:
            Figures that say how well the rule was cloned.
        """

    def iterate(self, done: float) -> Iteration:
        """Collect decisions from the batch and update the policy.

        Args:
            done: Share of the training's budget that is used up, in [0, 1).
        """

    def state(self) -> dict[str, Any]:
        """State between two iterations without that of the batch: tensors and plain values, as `torch.load` admits."""

    def load_state(self, state: dict[str, Any]) -> None:
        """Continue from a `state`; the next iteration gives the same bits as in the run that saved it."""

    def summary(self) -> dict[str, float]:
        """Figures of the whole training."""


@dataclass(frozen=True)
class LearnerKind:
    """A learner as the registry knows it.

    Attributes:
        name: Name in the configuration.
        settings: Its settings, a frozen dataclass whose fields all have defaults.
        figures: Names of the figures of its iterations: columns of the learning log.
        make: Function of batch, time scales, settings and seed that makes the learner. The batch is reset or restored
            before the first iteration.
        build_actor: Function of n_obs, n_actions and settings that makes a network; a checkpoint's weights are loaded
            into it.
        access: Least access to the simulator that it needs, the most modest first: `step` (steps and resets, as of an
            environment), `reset to seed` (whole episodes of chosen seeds under many policies), `clone` (copies of a
            state).
        sees: What its policies see.
    """

    name: str
    settings: type
    figures: tuple[str, ...]
    make: Callable[[Any, TimeScales, Any, int], Learner]
    build_actor: Callable[[int, int, Any], Actor]
    access: str = "step"
    sees: str = "the whole observation"
