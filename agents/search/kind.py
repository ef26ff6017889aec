"""The searches as learners of `agents.train`."""

from __future__ import annotations

from agents.base import LearnerKind
from agents.common.dual import FIGURES
from agents.search.actor import IndexActor
from agents.search.learner import Search, SearchSettings
from agents.search.set_actor import SetActor
from agents.search.set_learner import SetSearch, SetSettings

SEARCH = LearnerKind(
    "search", SearchSettings, ("best", "step", *FIGURES), Search,
    lambda n_obs, n_actions, settings: IndexActor(n_obs, n_actions),
    access="reset to seed", sees="the features of an index policy",
)  # fmt: skip

SET_NETWORK = LearnerKind(
    "set_network", SetSettings, SEARCH.figures, SetSearch,
    lambda n_obs, n_actions, settings: SetActor(n_obs, n_actions),
    access="reset to seed", sees="features of queues, groups and campaigns, and means over the centre",
)  # fmt: skip
