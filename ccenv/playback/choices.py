"""What a user may give as a policy, as a run and an object that acts in it."""

from __future__ import annotations

from typing import Any, NamedTuple

from ccenv.batch import Batch
from ccenv.comparison.policies import entrant
from ccenv.policy import Policy, RulePolicy
from ccenv.rewards.terms import Reward
from ccenv.run.config import RunConfig
from ccenv.scenarios import Scenario


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
    given = entrant(name, choice, scenario)
    policy: Any = given["policy"] if "policy" in given else RulePolicy(scenario, **given)
    reserves = getattr(policy, "reserves", None)
    check = getattr(policy, "check_scenario", None)
    if check is not None:
        check(scenario if reserves is None else scenario.with_reserves(reserves))
    on_illegal = getattr(policy, "on_illegal", "raise")
    batch = Batch(
        scenario,
        1,
        owns=getattr(policy, "owns", "blended"),
        routing=getattr(policy, "routing", None),
        pacing=getattr(policy, "pacing", None),
        reserves=reserves,
        actions=getattr(policy, "actions", "all"),
        days=days,
        reward=reward,
        on_illegal=on_illegal,
        autoreset="disabled",
    )
    return Choice(batch.run, policy, on_illegal == "raise")
