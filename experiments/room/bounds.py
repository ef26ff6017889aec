"""The optimum of a centre, or the best bound that there is."""

from __future__ import annotations

from typing import Any

import numpy as np

from ccenv.scenarios import Scenario
from experiments.room.exact import exact_optimum
from experiments.room.fluid import fluid_of
from experiments.room.levels import drawn, forecast, usual_day
from experiments.room.preemptive import preemptive_bound

EXACT, PREEMPTIVE, FLUID, ESTIMATE = "exact optimum", "pre-emptive bound", "fluid bound", "fluid estimate"
KINDS = {
    EXACT: "mean reward of the best policy in steady state, from the solved model",
    PREEMPTIVE: "optimum of the centre whose advisors may change contacts at any time; no policy exceeds it",
    FLUID: "linear programme over slots; no policy exceeds it",
    ESTIMATE: "the same programme, with assumptions that are named, so that it may be too low or too high",
}
RANDOM_SEED = 18
NORMAL = 1.96  # 97.5 % quantile of the normal distribution


def bound_of(scenario: Scenario, samples: int) -> dict[str, Any]:
    """Return the bound of the mean reward of an episode.

    Args:
        scenario: The centre.
        samples: Random days over which a fluid bound is averaged; 0 takes the mean day, which gives a higher bound.

    Returns:
        `kind`; `value`; `low` and `high`, the interval of the value over the random days, equal if nothing is random;
        `assumed`, the assumptions in phrases.
    """
    exact = exact_optimum(scenario)
    if exact is not None:
        return {"kind": EXACT, "value": 0.5 * sum(exact), "low": exact[0], "high": exact[1], "assumed": []}
    preemptive = preemptive_bound(scenario)
    if preemptive is not None:
        return {"kind": PREEMPTIVE, "value": preemptive, "low": preemptive, "high": preemptive, "assumed": []}
    fluid = fluid_of(scenario)
    value, error = averaged(scenario, samples)
    return {
        "kind": ESTIMATE if fluid.worth.assumed else FLUID,
        "value": value,
        "low": value - NORMAL * error,
        "high": value + NORMAL * error,
        "assumed": list(fluid.worth.assumed),
    }


def averaged(scenario: Scenario, samples: int) -> tuple[float, float]:
    """Return the mean of the fluid bound over random days and its standard error.

    The first contacts of each queue, whose means are known, are control variates. The mean day gives a bound too; the
    lower one of both is taken.
    """
    fluid, mean_day = fluid_of(scenario), forecast(scenario.centre)
    of_mean = fluid.value(mean_day)
    if samples == 0 or not scenario.queues:
        return of_mean, 0.0
    rng = np.random.default_rng(RANDOM_SEED)
    usual = usual_day(scenario.centre)
    days = [drawn(scenario.centre, usual, rng) for _ in range(samples)]
    values = np.array([fluid.value(day) for day in days])
    extra = np.array([day.sum(axis=1) - mean_day.sum(axis=1) for day in days])
    design = np.column_stack([np.ones(samples), extra])
    fitted, *_ = np.linalg.lstsq(design, values, rcond=None)
    rest = values - design @ fitted
    freedom = max(1, samples - design.shape[1])
    error = float(np.sqrt((rest @ rest) / freedom / samples))
    return min(float(fitted[0]), of_mean), error
