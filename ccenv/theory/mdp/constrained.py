"""Constrained problems: cutting planes on the multipliers, and a policy that mixes pure ones.

Policy iteration solves the Lagrangian for given multipliers; its optimal policy adds a cut to the dual. A small linear
programme then mixes the policies found so far so that the constraints hold. Its shadow prices are the next multipliers
(Dantzig and Wolfe 1960). There are finitely many pure policies, so the method ends at the optimum. The optimal mixture
has at most one policy more than there are binding constraints (Altman 1999, "Constrained Markov Decision Processes").
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from ccenv.theory.mdp.evaluation import stationary_dist
from ccenv.theory.mdp.policy_iteration import policy_iteration
from ccenv.theory.mdp.process import DecisionProcess, Floats

__all__ = ["Constraint", "InfeasibleError", "Mixture", "solve_constrained"]

# Cost of violating a constraint by one typical value, in typical rewards: the first policies may violate the limits.
PENALTY = 1e4


@dataclass(frozen=True)
class Constraint:
    """An upper limit on a long-run average.

    Attributes:
        name: Its name in errors and among the multipliers.
        cost: (X,) rate in each stable state [1/h].
        limit: Largest allowed average [1/h].
    """

    name: str
    cost: Floats
    limit: float


class InfeasibleError(ValueError):
    """No policy meets a constraint together with the others.

    Attributes:
        constraint: The constraint.
        above: Smallest possible cost less the limit.
    """

    def __init__(self, constraint: Constraint, above: float) -> None:
        self.constraint, self.above = constraint, above
        super().__init__(
            f"limit {constraint.limit:.6g} on {constraint.name} is not allowed: together with the other limits no "
            f"policy comes below {constraint.limit + above:.6g}"
        )


@dataclass(frozen=True)
class Mixture:
    """Optimum of a constrained problem.

    Attributes:
        gain: Largest long-run average reward within the limits [1/h].
        upper: Upper bound of the gain, from the dual [1/h].
        multipliers: For each constraint, increase of the gain for one unit more of its limit.
        weights: (E,) a stationary policy that reaches the gain; it randomises where the mixed policies differ.
        shares: (K,) shares of the mixed pure policies.
        parts: (K, E) the mixed pure policies.
    """

    gain: float
    upper: float
    multipliers: dict[str, float]
    weights: Floats
    shares: Floats
    parts: Floats


@dataclass(frozen=True)
class _Column:
    """A pure policy and its averages: flow of each choice (E,) [1/h], reward, costs (J,)."""

    weights: Floats
    flow: Floats
    reward: float
    costs: Floats


def solve_constrained(
    process: DecisionProcess,
    reward: Floats,
    constraints: list[Constraint],
    tolerance: float = 1e-10,
    max_steps: int = 200,
) -> Mixture:
    """Maximise the average reward within limits on other averages.

    Args:
        process: The process; every stable state must be reachable from every other one under some policy.
        reward: Reward rate in each stable state, (X,) [1/h].
        constraints: Limits on averages.
        tolerance: Allowed gap to the dual bound, relative to the size of the rewards.
        max_steps: Largest number of policies.

    Returns:
        The optimum and a policy that reaches it.

    Raises:
        InfeasibleError: If no policy meets the constraints.
        ValueError: If the gap is not closed after `max_steps` policies, or if the mixed policies have no state in
            common.
    """
    limits = np.array([c.limit for c in constraints])
    costs = np.array([c.cost for c in constraints]).reshape(len(constraints), len(reward))
    columns = [_best(process, reward, costs, np.zeros(len(limits)), None)[0]]
    columns += [
        _column(process, policy_iteration(process, -cost, columns[0].weights).weights, reward, costs) for cost in costs
    ]
    size = max(abs(c.reward) for c in columns) or 1.0
    spread = np.array([max(np.ptp([c.costs[j] for c in columns]), abs(limits[j]), 1e-9) for j in range(len(limits))])
    for _ in range(max_steps):
        shares, multipliers, missed = _mix(columns, limits, size * PENALTY / spread)
        newest, upper = _best(process, reward, costs, multipliers, columns[int(np.argmax(shares))].weights)
        present = sum(share * _lagrangian(c, multipliers, limits) for share, c in zip(shares, columns, strict=True))
        excess = _lagrangian(newest, multipliers, limits) - present
        known = any(np.array_equal(newest.weights, column.weights) for column in columns)
        if excess <= tolerance * size or known:  # a known policy adds no cut: the rest is rounding of the programme
            break
        columns.append(newest)
    else:
        raise ValueError(f"max_steps={max_steps} is not allowed: it must be larger, the bounds are {excess:.6g} apart")
    for constraint, above, typical in zip(constraints, missed, spread, strict=True):
        if above > 1e-9 * typical:
            raise InfeasibleError(constraint, float(above))
    return _mixture(process, constraints, columns, shares, multipliers, upper + float(multipliers @ limits))


def _lagrangian(column: _Column, multipliers: Floats, limits: Floats) -> float:
    return float(column.reward - multipliers @ (column.costs - limits))


def _mixture(
    process: DecisionProcess,
    constraints: list[Constraint],
    columns: list[_Column],
    shares: Floats,
    multipliers: Floats,
    upper: float,
) -> Mixture:
    """The optimum from the shares of the policies found, with the one stationary policy of the same flows."""
    mix = [(share, column) for share, column in zip(shares, columns, strict=True) if share > 0]
    gain = float(sum(share * column.reward for share, column in mix))
    weights = _stationary(process, mix)
    visits = np.bincount(process.to, weights * (stationary_dist(process, weights) @ process.rates)[process.owner])
    mixed = np.bincount(process.to, np.sum([share * column.flow for share, column in mix], axis=0))
    if np.abs(visits - mixed).max() > 1e-6 * mixed.max():
        raise ValueError("the process is not allowed: the policies to be mixed have no state in common")
    return Mixture(
        gain=gain,
        upper=max(upper, gain),
        multipliers={c.name: float(m) for c, m in zip(constraints, multipliers, strict=True)},
        weights=weights,
        shares=np.array([share for share, _ in mix]),
        parts=np.array([column.weights for _, column in mix]),
    )


def _best(
    process: DecisionProcess, reward: Floats, costs: Floats, multipliers: Floats, begin: Floats | None
) -> tuple[_Column, float]:
    """The optimal pure policy of the Lagrangian without its constant, and an upper bound of its value."""
    solution = policy_iteration(process, reward - multipliers @ costs, begin)
    return _column(process, solution.weights, reward, costs), solution.upper


def _column(process: DecisionProcess, weights: Floats, reward: Floats, costs: Floats) -> _Column:
    dist = stationary_dist(process, weights)
    flow = weights * (dist @ process.rates)[process.owner]
    return _Column(weights, flow, float(dist @ reward), costs @ dist)


def _mix(columns: list[_Column], limits: Floats, penalty: Floats) -> tuple[Floats, Floats, Floats]:
    """Best mixture of the policies found: shares (K,), multipliers (J,), and excesses over the limits (J,)."""
    rewards = np.array([c.reward for c in columns])
    costs = np.array([c.costs for c in columns]).T.reshape(len(limits), len(columns))  # (J, K)
    scale = np.maximum(np.abs(costs - limits[:, None]).max(axis=1), 1e-300)
    answer = linprog(
        -np.concatenate((rewards, -penalty * scale)),
        A_ub=np.hstack(((costs - limits[:, None]) / scale[:, None], -np.eye(len(limits)))),
        b_ub=np.zeros(len(limits)),
        A_eq=np.concatenate((np.ones(len(columns)), np.zeros(len(limits))))[None],
        b_eq=[1.0],
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    shares, missed = answer.x[: len(columns)], answer.x[len(columns) :] * scale
    multipliers = np.maximum(-answer.ineqlin.marginals / scale, 0.0)
    if not missed.any():
        shares, multipliers = _polish(rewards, costs, limits, shares, multipliers)
    return shares, multipliers, missed


def _polish(
    rewards: Floats, costs: Floats, limits: Floats, shares: Floats, multipliers: Floats
) -> tuple[Floats, Floats]:
    """Recompute shares and multipliers in full precision, given which of them are positive."""
    used, tight = np.flatnonzero(shares > 1e-12), np.flatnonzero(multipliers > 0)
    shares = np.where(shares > 1e-12, shares, 0.0) / shares[used].sum()
    if len(used) != len(tight) + 1:
        return shares, multipliers
    system = np.vstack((np.ones(len(used)), costs[np.ix_(tight, used)] - limits[tight, None]))
    exact = np.linalg.solve(system, np.eye(len(used))[0])
    prices = np.linalg.solve(system.T, rewards[used])[1:]
    if np.all(exact >= 0) and np.all(prices >= 0):
        shares[used], multipliers[tight] = exact, prices
    return shares, multipliers


def _stationary(process: DecisionProcess, mix: list[tuple[float, _Column]]) -> Floats:
    """One policy with the flows of the mixture; in states that no mixed policy visits, that of the largest share."""
    flow = np.sum([share * column.flow for share, column in mix], axis=0)
    visits = np.bincount(process.owner, flow, minlength=process.n_decisions)[process.owner]
    common = max(mix, key=lambda part: part[0])[1].weights
    return np.where(visits > 0, flow / np.where(visits > 0, visits, 1.0), common)
