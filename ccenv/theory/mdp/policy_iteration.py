"""Policy iteration: exact evaluation, then the best choice in every state, until no choice changes."""

from dataclasses import dataclass

import numpy as np

from ccenv.theory.mdp.evaluation import Values, relative_values
from ccenv.theory.mdp.process import DecisionProcess, Floats
from ccenv.theory.mdp.value_iteration import gain_bounds

__all__ = ["Solution", "policy_iteration"]

TIE = 1e-11  # differences below it, relative to the size of the values, are rounding: the old choice is kept
# If the bounds of the gain are still not CLOSE, the tie is lowered down to FINEST: large values of rare states may hide
# the differences of the others. Rounding errors may then make the policies cycle. After RING policies without a larger
# gain the iteration stops.
FINEST = 1e-15
CLOSE = 1e-9
RING = 25


@dataclass(frozen=True)
class Solution:
    """An optimal policy.

    Attributes:
        gain: Its long-run average reward [1/h].
        lower: Lower bound of the optimal gain [1/h].
        upper: Upper bound of the optimal gain [1/h].
        weights: The policy, (E,), pure.
        values: Relative values of the stable states, (X,), as in `Values`; infinite for states without events.
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
    """Find the policy of the largest long-run average reward.

    Args:
        process: The process; every stable state must be reachable from every other one under some policy.
        reward: Reward rate in each stable state, (X,) [1/h].
        weights: First policy, (E,), pure; None takes the first choice of every state.
        max_steps: Largest number of policies.

    Returns:
        The optimum, with bounds that hold whatever rounding did to the policy. Of equally good choices it takes the
        first.

    Raises:
        ValueError: If a better policy still exists after `max_steps` policies.
    """
    if weights is None:
        weights = process.pure(process.first[:-1])
    hint, tie, largest, stalled = None, TIE, -np.inf, 0
    for step in range(1, max_steps + 1):
        now = relative_values(process, weights, reward, hint)
        stalled = stalled + 1 if tie < TIE and now.gain <= largest + TIE * max(abs(largest), 1.0) else 0
        largest = max(largest, now.gain)
        if stalled > RING:
            return _finish(process, reward, now, step)
        better = _improve(process, now.weights, now.values, tie)
        while better is None:
            low, high = _bounds(process, reward, now.values)
            if high - low <= CLOSE * max(abs(now.gain), 1.0) or tie < FINEST:
                return _finish(process, reward, now, step)
            tie /= 10.0
            better = _improve(process, now.weights, now.values, tie)
        weights, hint = better, now.reference
    raise ValueError(f"max_steps={max_steps} is not allowed: it must be larger, the last gain was {now.gain!r}")


def _finish(process: DecisionProcess, reward: Floats, now: Values, step: int) -> Solution:
    now = _first_of_equals(process, reward, now)
    low, high = _bounds(process, reward, now.values)
    return Solution(now.gain, low, high, now.weights, now.values, step)


def _bounds(process: DecisionProcess, reward: Floats, values: Floats) -> tuple[float, float]:
    finite = np.isfinite(values)
    return gain_bounds(process, reward, np.where(finite, values, values[finite].min()))


def _improve(process: DecisionProcess, weights: Floats, values: Floats, tie: float) -> Floats | None:
    """A better policy, or None. It takes the first of the best choices in each state whose present choice is worse."""
    offered = values[process.to]
    best = process.best(values)
    with np.errstate(invalid="ignore"):
        chosen = np.bincount(process.owner, np.where(weights > 0, weights * offered, 0.0), minlength=len(best))
    scale = np.abs(offered[np.isfinite(offered)]).max(initial=1e-300)
    change = best - chosen > tie * scale
    if not change.any():
        return None
    candidates = np.flatnonzero((offered == best[process.owner]) & change[process.owner])
    decisions, place = np.unique(process.owner[candidates], return_index=True)
    weights = np.where(change[process.owner], 0.0, weights)
    weights[candidates[place]] = 1.0
    return weights


def _first_of_equals(process: DecisionProcess, reward: Floats, now: Values) -> Values:
    """The policy that takes the first of equally good choices, or the present one if the former has a smaller gain."""
    offered = now.values[process.to]
    scale = np.abs(offered[np.isfinite(offered)]).max(initial=1e-300)
    equal = np.flatnonzero(offered >= process.best(now.values)[process.owner] - 10 * TIE * scale)
    first = process.pure(equal[np.unique(process.owner[equal], return_index=True)[1]])
    if np.array_equal(first, now.weights):
        return now
    other = relative_values(process, first, reward, now.reference)
    return now if other.gain < now.gain - TIE * max(abs(now.gain), 1.0) else other
