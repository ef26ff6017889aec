"""Policy iteration: exact evaluation, then the best choice everywhere, until nothing changes."""

from dataclasses import dataclass

import numpy as np

from ccenv.theory.decisions.evaluation import relative_values
from ccenv.theory.decisions.process import DecisionProcess, Floats
from ccenv.theory.decisions.value_iteration import gain_bounds

__all__ = ["Solution", "policy_iteration"]

TIE = 1e-11  # relative to the size of the values: differences below it are rounding, and the old choice is kept


@dataclass(frozen=True)
class Solution:
    """An optimal policy.

    Attributes:
        gain: Its long-run average [1/h].
        lower: Lower bound of the optimal gain [1/h].
        upper: Upper bound of the optimal gain [1/h].
        weights: The policy, (E,), pure.
        values: Relative values of the stable states, (X,); infinite where a choice would end all events.
        steps: Number of policies evaluated.
    """

    gain: float
    lower: float
    upper: float
    weights: Floats
    values: Floats
    steps: int


def policy_iteration(
    process: DecisionProcess, reward: Floats, weights: Floats | None = None, max_steps: int = 500
) -> Solution:
    """The policy of the largest long-run average reward.

    Args:
        process: The process; every stable state can be reached from every other one under some policy.
        reward: Earned in each stable state, (X,) [1/h].
        weights: Policy to begin with, (E,), pure; the first choice everywhere if None.
        max_steps: Policies after which an error says that the process is beyond this method.

    Returns:
        The optimum, with bounds that hold whatever rounding did to the policy. Of choices equally good it takes the
        first.

    Raises:
        ValueError: If after `max_steps` policies there still is a better one.
    """
    if weights is None:
        weights = process.pure(process.first[:-1])
    for step in range(1, max_steps + 1):
        gain, values, weights = relative_values(process, weights, reward)
        better = _improve(process, weights, values)
        if better is None:
            gain, values, weights = _first_of_equals(process, reward, gain, values, weights)
            finite = np.where(np.isfinite(values), values, values[np.isfinite(values)].min())
            low, high = gain_bounds(process, reward, finite)
            return Solution(gain, low, high, weights, values, step)
        weights = better
    raise ValueError(f"max_steps={max_steps} is not allowed: it must be larger, the last gain was {gain!r}")


def _improve(process: DecisionProcess, weights: Floats, values: Floats) -> Floats | None:
    """A better policy, or None: the first of the best choices wherever one is better than the present."""
    offered = values[process.to]
    best = process.best(values)
    with np.errstate(invalid="ignore"):
        chosen = np.bincount(process.owner, np.where(weights > 0, weights * offered, 0.0), minlength=len(best))
    scale = np.abs(offered[np.isfinite(offered)]).max(initial=1e-300)
    change = best - chosen > TIE * scale
    if not change.any():
        return None
    candidates = np.flatnonzero((offered == best[process.owner]) & change[process.owner])
    decisions, place = np.unique(process.owner[candidates], return_index=True)
    weights = np.where(change[process.owner], 0.0, weights)
    weights[candidates[place]] = 1.0
    return weights


def _first_of_equals(
    process: DecisionProcess, reward: Floats, gain: float, values: Floats, weights: Floats
) -> tuple[float, Floats, Floats]:
    """The policy that takes the first of equally good choices, unless that makes it worse after all."""
    offered = values[process.to]
    scale = np.abs(offered[np.isfinite(offered)]).max(initial=1e-300)
    equal = np.flatnonzero(offered >= process.best(values)[process.owner] - 10 * TIE * scale)
    first = equal[np.unique(process.owner[equal], return_index=True)[1]]
    other = process.pure(first)
    if np.array_equal(other, weights):
        return gain, values, weights
    other_gain, other_values, other = relative_values(process, other, reward)
    if other_gain < gain - TIE * max(abs(gain), 1.0):
        return gain, values, weights
    return other_gain, other_values, other
