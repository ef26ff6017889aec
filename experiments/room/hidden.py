"""What it is worth to see the mode: the optimum without sight of it, between the best reserve and the seen optimum."""

from __future__ import annotations

from typing import Any

from ccenv.scenarios import Scenario, load_scenario
from ccenv.theory.models import HiddenBlending
from experiments.room.exact import blending_prices, exact_optimum, switching_blending_of
from experiments.room.levels import HOUR_S

VARIANT = "hidden"
CENTRES = ("switching_load",)  # whose variant `hidden` is solved by `HiddenBlending`


def hidden_row(name: str, points: int) -> dict[str, Any]:
    """Return the figures of the variant of a centre that hides the mode, as mean rewards of an episode.

    Args:
        name: One of `CENTRES`.
        points: Points of the grid of beliefs.

    Returns:
        `reserve` and `fixed`, the best whole reserve that is the same in both modes and its value; `low` and `high`,
        the bounds of the hidden optimum; `seen`, the optimum of a policy that observes the mode.
    """
    scenario, seen = load_scenario(name, variant=VARIANT), exact_optimum(load_scenario(name))
    assert seen is not None
    model = switching_blending_of(scenario.centre)
    best = HiddenBlending(model, points).solve(*blending_prices(scenario, model))
    hours = scenario.centre.clock.horizon_s / HOUR_S
    reserve, fixed = best_reserve(scenario)
    return {
        "centre": f"{name}:{VARIANT}", "points": points, "reserve": reserve, "fixed": fixed,
        "low": hours * best.lower, "high": hours * best.upper, "seen": 0.5 * sum(seen),
    }  # fmt: skip


def best_reserve(scenario: Scenario) -> tuple[int, float]:
    """Return the best whole reserve that is the same in both modes, and its mean reward of an episode, both exact."""
    model = switching_blending_of(scenario.centre)
    sold, waiting = blending_prices(scenario, model)
    values = []
    for reserve in range(model.s + 1):
        measures = model.evaluate(("reserve_threshold", {"reserve": reserve}))
        values.append(sold * measures.outbound_per_h + waiting * measures.lq)
    best = max(range(len(values)), key=values.__getitem__)
    return best, values[best] * scenario.centre.clock.horizon_s / HOUR_S
