"""Optima of the centres that are solved exactly, under their own reward: no limits, no mixtures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ccenv.rewards.terms import reward_weights
from ccenv.scenarios import Scenario
from ccenv.scenarios.means import mean_s
from ccenv.theory.mdp import policy_iteration
from ccenv.theory.models import NDesign, SwitchingBlending, SwitchingPacing
from experiments.room.levels import HOUR_S

TOUCHED = 1e-9  # share of the time at the cap on ringing lines from which the cap counts
DOUBLINGS = 3


def n_design_of(centre: Any) -> NDesign:
    """Return the model of a centre of the form of `n_design`."""
    (first, one), (_, two) = centre.queues.items()
    dedicated, flexible = centre.groups.values()
    handle_s = mean_s(one.handle_s), mean_s(flexible.handle_s[first]), mean_s(two.handle_s)
    patience_s = mean_s(one.patience_s), mean_s(two.patience_s)
    rates = one.arrivals_per_hour, two.arrivals_per_hour
    return NDesign(dedicated.staffing, flexible.staffing, *rates, *handle_s, *patience_s)


def switching_pacing_of(centre: Any) -> SwitchingPacing:
    """Return the model of a centre of the form of `switching_answer_rate`."""
    (group,), (campaign,) = centre.groups.values(), centre.campaigns.values()
    times_s = mean_s(campaign.ring_s), mean_s(campaign.handle_s)
    answers = _by_mode(campaign.p_answer, centre.switching.answers)
    return SwitchingPacing(group.staffing, answers, *times_s, tuple(centre.switching.mean_s))


def switching_blending_of(centre: Any) -> SwitchingBlending:
    """Return the model of a centre of the form of `switching_load`."""
    (group,), (queue,), (campaign,) = centre.groups.values(), centre.queues.values(), centre.campaigns.values()
    times_s = mean_s(queue.handle_s), mean_s(campaign.handle_s), mean_s(queue.patience_s)
    arrivals = _by_mode(queue.arrivals_per_hour, centre.switching.arrivals)
    return SwitchingBlending(group.staffing, arrivals, *times_s, tuple(centre.switching.mean_s))


def _by_mode(value: float, factors: Sequence[float]) -> tuple[float, float]:
    low, high = (value * factor for factor in factors)
    return low, high


def _n_design(scenario: Scenario) -> tuple[float, float]:
    model, weights = n_design_of(scenario.centre), reward_weights(scenario)["queue_count"]
    costs = [-float(weights["abandoned"][q]) for q in range(2)]
    waits = [-HOUR_S * float(weights["waiting_s"][q]) for q in range(2)]
    best = replace(model, cost_ab1=costs[0], cost_ab2=costs[1], w1=waits[0], w2=waits[1]).solve()
    return -best.upper, -best.lower


def blending_rewards(scenario: Scenario, model: SwitchingBlending) -> np.ndarray:
    """Return the reward rate [1/h] in each stable state of a centre of the form of `switching_load`, (X,)."""
    sold, per_waiting = blending_prices(scenario, model)
    ratios = model.built.ratios
    return np.asarray(sold * ratios["outbound_per_h"].numerator + per_waiting * ratios["lq"].numerator)


def blending_prices(scenario: Scenario, model: SwitchingBlending) -> tuple[float, float]:
    """Return the reward of an outbound contact, and of an hour of a contact in line, abandonment included."""
    weights, (campaign,) = reward_weights(scenario), scenario.centre.campaigns.values()
    queue = {name: float(weights["queue_count"][name][0]) for name in ("abandoned", "waiting_s")}
    of_sale = float(weights["campaign_count"]["expected_sale_value"][0])
    assert not isinstance(campaign.p_sale, list)
    per_waiting = HOUR_S * (queue["waiting_s"] + queue["abandoned"] / model.mean_patience_s)
    return of_sale * campaign.p_sale * campaign.sale_value, per_waiting


def _switching_blending(scenario: Scenario) -> tuple[float, float]:
    model = switching_blending_of(scenario.centre)
    best = policy_iteration(model.built.process, blending_rewards(scenario, model))
    return best.lower, best.upper


def _switching_pacing(scenario: Scenario) -> tuple[float, float]:
    model = switching_pacing_of(scenario.centre)
    weights = reward_weights(scenario)["campaign_count"]
    joined, dropped = float(weights["joined"][0]), float(weights["dropped"][0])
    for _ in range(DOUBLINGS):
        ratios = model.built.ratios
        reward = joined * ratios["connects_per_h"].numerator + dropped * ratios["drops_per_h"].numerator
        best = policy_iteration(model.built.process, reward)
        if model.evaluate(model.policy(best.weights)).p_max_ringing <= TOUCHED:
            return best.lower, best.upper
        model = replace(model, max_ringing=2 * int(model.built.space["ringing"].max()))
    raise ValueError(
        f"{scenario.name}: the optimum reaches {model.max_ringing} ringing lines; allowed: a price of drops"
    )


SOLVED: dict[str, Callable[[Scenario], tuple[float, float]]] = {
    "n_design": _n_design,
    "switching_answer_rate": _switching_pacing,
    "switching_load": _switching_blending,
}


def exact_optimum(scenario: Scenario) -> tuple[float, float] | None:
    """Return lower and upper bound of the largest mean reward of an episode; None for a centre that is not solved.

    A centre that hides its mode is not solved here: see `experiments.room.hidden`. The optimum holds for an episode in
    steady state: the warm-up has passed, and what is in the centre at the end is left out.
    """
    switching = scenario.centre.switching
    if scenario.name not in SOLVED or (switching is not None and not switching.observed):
        return None
    low, high = SOLVED[scenario.name](scenario)
    hours = scenario.centre.clock.horizon_s / HOUR_S
    return hours * low, hours * high
