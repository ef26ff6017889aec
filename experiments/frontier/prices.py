"""A centre with another price of a lost contact, and what its campaigns gain."""

from __future__ import annotations

from typing import Any

from ccenv.rewards.terms import PRESET, reward_terms
from ccenv.scenarios import Scenario, load_scenario

LOST = ("abandoned", "unserved", "blocked")  # reward terms of a contact that nobody answers
#: Column of the KPI table by reward term of what a campaign brings; the first that a reward has counts.
GAINS = {"expected_sale_value": "expected_sale_value", "joined": "n_joined"}
NAMES = {"expected_sale_value": "expected value of goals", "joined": "joined contacts"}


def priced(name: str, factor: float) -> Scenario:
    """Return a centre under both kinds of dials whose reward has another price of a lost contact.

    Args:
        name: Name of the centre in the library, as `name` or `name:variant`.
        factor: Price of a lost contact, in that of the centre's reward.

    Raises:
        ValueError: If the centre has no campaign, or its reward no price of a lost contact.
    """
    plain = load_scenario(name)
    terms = reward_terms(plain.reward)
    lost = {term: _times(factor, terms[term]) for term in LOST if term in terms}
    if not (plain.campaigns and plain.queues and lost):
        raise ValueError(
            f"centres: {name!r} has {len(plain.queues)} queues, {len(plain.campaigns)} campaigns and prices of "
            f"{', '.join(lost) or 'no lost contact'}; allowed: a queue, a campaign and a price of lost contacts"
        )
    own = {PRESET: plain.reward} if isinstance(plain.reward, str) else dict(plain.reward)
    return load_scenario(name, reward={**own, **lost}).with_reserves("either")


def _times(factor: float, weight: Any) -> Any:
    if isinstance(weight, (int, float)):
        return factor * weight
    return {name: factor * each for name, each in weight.items()}


def gain_of(scenario: Scenario) -> str:
    """Return the reward term that counts what the campaigns of a centre bring: that of `GAINS` which the reward has."""
    terms = reward_terms(scenario.reward)
    return next((term for term in GAINS if term in terms), "joined")
