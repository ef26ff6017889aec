"""Rollout policy iteration as a learner of `agents.train`."""

from __future__ import annotations

from agents.base import LearnerKind
from agents.clones.learner import FIGURES, Clones, ClonesSettings
from agents.common.imitation import build

CLONES = LearnerKind(
    "clones", ClonesSettings, FIGURES, Clones,
    lambda n_obs, n_actions, settings: build(n_obs, settings.hidden, n_actions), access="clone",
)  # fmt: skip
