"""Settings of a training, and what its callback gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agents.common.policy import TorchPolicy
from agents.common.warm_start import CloneSettings
from ccenv.integrations.semi_markov import TimeScales
from ccenv.scenarios.ranges import Range


@dataclass(frozen=True)
class Training:
    """Settings of a training.

    Attributes:
        steps: Decisions to learn from.
        wall_s: Seconds it may take; None: no bound. Learning rates fall with the budget that is used up faster. If
            that is the time, the training is not repeatable bit by bit.
        cpu_s: CPU seconds that it may take, of this process; None: no bound. As `wall_s`, but the same beside other
            busy processes.
        seed: Seed of the weights, the minibatches and the training days. Trainings of different seeds share no day.
        threads: Threads of torch. The result depends on their number.
        n_checkpoints: Policies kept, evenly spaced, beside the one at the start.
        scales: Time constants. With a rule, the spread of its returns replaces `reward_scale`.
        learner: Name of the learner, as of `agents.registry.find_learner`.
        settings: The learner's own settings, an instance of `LearnerKind.settings`; None: their defaults.
        clone: How the rule is cloned.
        randomise: Ranges of scenario parameters by path (see `ccenv.scenarios.ranges`): each episode of the training
            has its own. They are the safe range of the exported bundle. None: the scenario as it is.
        draws: Scenarios drawn from the ranges, among which an episode's seed chooses.
    """

    steps: int
    wall_s: float | None = None
    cpu_s: float | None = None
    seed: int = 0
    threads: int = 1
    n_checkpoints: int = 20
    scales: TimeScales = field(default_factory=TimeScales)
    learner: str = "ppo"
    settings: Any = None
    clone: CloneSettings = field(default_factory=CloneSettings)
    randomise: Mapping[str, Range] = field(default_factory=dict)
    draws: int = 64


@dataclass(frozen=True)
class Progress:
    """What a callback gets after an iteration.

    Attributes:
        steps: Decisions learned from so far.
        done: Share of the budget that is used up, in [0, 1].
        figures: What is logged at this step (see `agents.common.loggers`).
        policy: The policy in training, on its own weights: they change in the next iteration.
    """

    steps: int
    done: float
    figures: Mapping[str, float]
    policy: TorchPolicy


Callback = Callable[[Progress], bool | None]


class TrainingInterrupted(KeyboardInterrupt):
    """Ctrl-C has ended a training, whose state is kept; the message says at which step."""
