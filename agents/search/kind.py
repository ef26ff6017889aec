"""The search as a learner of `agents.train`."""

from __future__ import annotations

from agents.base import LearnerKind
from agents.common.dual import FIGURES
from agents.search.actor import IndexActor
from agents.search.learner import Search, SearchSettings

SEARCH = LearnerKind(
    "search", SearchSettings, ("best", "step", *FIGURES), Search,
    lambda n_obs, n_actions, settings: IndexActor(n_obs, n_actions),
    access="reset to seed", sees="the features of an index policy",
)  # fmt: skip
