"""CMA-ES over the weights of a set network, which act in centres with other numbers of queues, groups and advisors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.common.demonstration import Demonstration
from agents.search.learner import Search, SearchSettings
from agents.search.set_actor import SetActor
from agents.search.set_imitation import imitate
from ccenv.policy.in_kernel import CompiledPolicy
from ccenv.policy.set_form import HIDDEN, SetForm, set_form
from ccenv.policy.set_net import SetPolicy
from ccenv.scenarios import Scenario


@dataclass(frozen=True)
class SetSettings(SearchSettings):
    """How the search goes.

    Attributes:
        hidden: Width of the two hidden layers, at least 1.
    """

    hidden: int = HIDDEN

    def __post_init__(self) -> None:
        """Check the width.

        Raises:
            ValueError: If it is not allowed.
        """
        if self.hidden < 1:
            raise ValueError(f"hidden = {self.hidden!r}; allowed: 1 or more")


class SetSearch(Search):
    """The search over set networks; otherwise it is `Search`."""

    settings: SetSettings

    def _form(self, scenario: Scenario) -> SetForm:
        return set_form(scenario, self.settings.hidden)

    def _network(self, n_obs: int, n_actions: int) -> SetActor:
        return SetActor(n_obs, n_actions, self.form.tables())

    def _policy(self, weights: np.ndarray) -> CompiledPolicy:
        return SetPolicy(self.form.tables(weights), **self.options)

    def _imitated(self, demonstration: Demonstration, seed: int) -> tuple[np.ndarray, float]:
        return imitate(self.form, demonstration, seed)
