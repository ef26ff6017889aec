"""Value iteration after uniformisation, with bounds of the optimal gain."""

import numpy as np

from ccenv.theory.mdp.process import DecisionProcess, Floats

__all__ = ["gain_bounds", "value_iteration"]

SLACK = 1.02  # uniformisation rate / largest exit rate; above 1 the discrete chain is aperiodic
LOOK = 16  # steps between two computations of the bounds


def gain_bounds(process: DecisionProcess, reward: Floats, values: Floats) -> tuple[float, float]:
    """Bounds of the optimal gain from any relative values.

    Let ``b(x) = reward(x) + sum over events of rate * (best value after the event - value(x))``. The optimal gain is at
    most the largest ``b``. It is at least the smallest ``b`` among the states that best choices lead to (Odoni 1969;
    Puterman 1994, "Markov Decision Processes", theorem 8.5.5).

    Args:
        process: The process.
        reward: Reward rate in each stable state, (X,) [1/h].
        values: Any relative values, (X,), finite.

    Returns:
        Lower and upper bound of the optimal gain [1/h].
    """
    best = process.best(values)
    return _bounds(process, values, best, _drift(process, reward, values, best))


def value_iteration(
    process: DecisionProcess, reward: Floats, tolerance: float = 1e-9, max_steps: int = 200_000
) -> tuple[float, float, Floats]:
    """Bounds of the optimal gain by value iteration.

    Args:
        process: The process.
        reward: Reward rate in each stable state, (X,) [1/h].
        tolerance: Distance of the bounds at which the iteration stops [1/h], above 0.
        max_steps: Largest number of steps; after them the last bounds are returned.

    Returns:
        Lower and upper bound of the optimal gain [1/h], and relative values (X,).
    """
    scale = SLACK * float(process.exit_rates.max())
    values = np.zeros(len(reward))
    low, high = -np.inf, np.inf
    for step in range(max_steps):
        best = process.best(values)
        drift = _drift(process, reward, values, best)
        if step % LOOK == 0:
            low, high = _bounds(process, values, best, drift)
            if high - low <= tolerance:
                break
        values += drift / scale
        values -= values[0]
    return low, high, values


def _drift(process: DecisionProcess, reward: Floats, values: Floats, best: Floats) -> Floats:
    drift: Floats = reward + process.rates @ best - process.exit_rates * values
    return drift


def _bounds(process: DecisionProcess, values: Floats, best: Floats, drift: Floats) -> tuple[float, float]:
    chosen = process.to[values[process.to] >= best[process.owner]]
    return float(drift[chosen].min()), float(drift.max())
