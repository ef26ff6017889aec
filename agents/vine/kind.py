"""The policy gradient from paired futures as a learner of `agents.train`."""

from __future__ import annotations

from agents.base import LearnerKind
from agents.common.dual import FIGURES as PRICE
from agents.common.imitation import build
from agents.vine.learner import Vine, VineSettings
from agents.vine.update import Climbed

VINE = LearnerKind(
    "vine", VineSettings, ("states", "step", *Climbed._fields, *PRICE), Vine,
    lambda n_obs, n_actions, settings: build(n_obs, settings.hidden, n_actions), access="clone",
)  # fmt: skip
