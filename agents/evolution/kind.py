"""Evolution strategies as a learner of `agents.train`."""

from __future__ import annotations

from agents.base import LearnerKind
from agents.common.dual import FIGURES
from agents.common.policy import MaskedActor
from agents.evolution.learner import Evolution, EvolutionSettings

EVOLUTION = LearnerKind(
    "evolution",
    EvolutionSettings,
    ("mean", "best", "moved", *FIGURES),
    Evolution,
    lambda n_obs, n_actions, settings: MaskedActor.build(n_obs, settings.hidden, n_actions),
    access="reset to seed",
)
