"""What a user may give as a policy, as a run and an object that acts in it."""

from __future__ import annotations

from typing import Any, NamedTuple

from ccenv.comparison.policies import policy_entrant
from ccenv.policy import Policy
from ccenv.rewards.terms import Reward
from ccenv.run.config import RunConfig
from ccenv.scenarios import Scenario
from ccenv.simulation import batch_for


class Choice(NamedTuple):
    """A policy, the run in which it decides what it owns, and whether an illegal action is an error."""

    run: RunConfig
    policy: Policy
    refuses: bool


def chosen(scenario: Scenario, choice: Any, *, name: str = "policy", days: int | None, reward: Reward) -> Choice:
    """Return a policy as `simulate` would run it.

    Args:
        scenario: The centre.
        choice: A policy as `ccenv.compare` takes it.
        name: Its name, for errors.
        days: Days of an episode; None: the scenario's.
        reward: Preset or weights; None: the scenario's.

    Raises:
        ValueError: If the choice is none of these.
    """
    policy = policy_entrant(name, choice, scenario)
    batch = batch_for(scenario, policy, 1, days=days, reward=reward)
    return Choice(batch.run, policy, getattr(policy, "on_illegal", "raise") == "raise")
