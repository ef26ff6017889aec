"""Evaluation of a given policy: its stationary distribution and its relative values, by sparse elimination."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order, connected_components
from scipy.sparse.linalg import splu

from ccenv.theory.mdp.process import DecisionProcess, Floats, Ints

__all__ = ["Values", "closed_classes", "relative_values", "stationary_dist"]

RESTART = 1e-7  # restart rate, relative to the largest exit rate
RARE = 1e-8  # a state with a smaller share of the time makes a bad reference


def closed_classes(generator: Any, states: Ints) -> list[Ints]:
    """Recurrent classes of a chain restricted to `states`, a set that the chain does not leave."""
    part = generator[states][:, states]
    n, label = connected_components(part, connection="strong")
    part = part.tocoo()
    open_ = np.zeros(n, bool)
    leaves = (label[part.row] != label[part.col]) & (part.data != 0)
    open_[label[part.row[leaves]]] = True
    return [states[label == k] for k in np.flatnonzero(~open_)]


def stationary_dist(process: DecisionProcess, weights: Floats) -> Floats:
    """Long-run share of the time in each stable state, (X,), under a policy, from the start of the process.

    Raises:
        ValueError: If the policy can end in more than one recurrent class from the start.
    """
    generator = process.generator(weights)
    first, last = process.first[process.start : process.start + 2]
    sources = [int(x) for x, w in zip(process.to[first:last], weights[first:last], strict=True) if w > 0]
    reached = np.unique(np.concatenate([breadth_first_order(generator, x, return_predecessors=False) for x in sources]))
    classes = closed_classes(generator, reached)
    if len(classes) > 1:
        raise ValueError(f"the policy is not allowed: from the start it may end in {len(classes)} recurrent classes")
    dist = np.zeros(generator.shape[0])
    dist[classes[0]] = dist_of_class(generator, classes[0])
    return dist


def dist_of_class(generator: Any, states: Ints) -> Floats:
    """Stationary distribution of one recurrent class, in the order of `states`."""
    if len(states) == 1:
        return np.ones(1)
    inner = generator[states][:, states]
    reference = common_state(inner)
    rest = np.delete(np.arange(len(states)), reference)
    dist = np.ones(len(states))
    inflow = inner[[reference]][:, rest].toarray().ravel()
    dist[rest] = np.maximum(_factor(-inner[rest][:, rest]).solve(inflow, trans="T"), 0.0)
    return dist / dist.sum()


def common_state(inner: Any) -> int:
    """Index of a state of an irreducible chain that is not rare.

    Eliminating a rare state makes the equations nearly singular. The distribution is estimated from a chain that
    sometimes restarts in a state drawn uniformly.
    """
    n = inner.shape[0]
    if n == 1:
        return 0
    restart = RESTART * float(-inner.diagonal().min())
    rough = _factor(restart * sparse.eye_array(n) - inner).solve(np.full(n, restart / n), trans="T")
    return int(np.argmax(rough))


@dataclass(frozen=True)
class Values:
    """Gain and relative values of a policy.

    Attributes:
        gain: Long-run average reward [1/h].
        values: (X,) relative values of the stable states. A state without events that the policy does not choose has
            infinity if its reward exceeds the gain, otherwise minus infinity.
        weights: (E,) the policy, changed in the states that did not lead to its best recurrent class.
        reference: The stable state of value 0.
    """

    gain: float
    values: Floats
    weights: Floats
    reference: int


def relative_values(process: DecisionProcess, weights: Floats, reward: Floats, hint: int | None = None) -> Values:
    """Gain of a policy and the relative value of each stable state.

    If the policy has several recurrent classes, the best is kept, and the choices elsewhere are changed to lead there.
    This never lowers the gain in a process whose states are all reachable from one another.

    Args:
        process: The process.
        weights: The policy, (E,).
        reward: Reward rate in each stable state, (X,) [1/h].
        hint: A stable state that is recurrent and not rare under a similar policy; saves the search for one.
    """
    generator = process.generator(weights)
    classes = closed_classes(generator, np.unique(process.to[weights > 0]))
    kept = classes[0]
    if len(classes) > 1:
        kept = max(classes, key=lambda states: float(dist_of_class(generator, states) @ reward[states]))
        weights = _lead_to(process, weights, int(kept[0]))
        generator = process.generator(weights)
    used = np.unique(process.to[weights > 0])
    answer = None
    if hint is not None and np.isin(hint, kept):
        answer = _from_reference(generator, used, hint, reward)
    if answer is None:
        answer = _from_reference(generator, used, int(kept[common_state(generator[kept][:, kept])]), reward, 0.0)
    assert answer is not None
    gain, values, reference = answer
    return Values(gain, _elsewhere(process, weights, reward - gain, values, used), weights, reference)


def _from_reference(
    generator: Any, used: Ints, reference: int, reward: Floats, rare: float = RARE
) -> tuple[float, Floats, int] | None:
    """Gain, values (X,) and the reference state, which has value 0; None if its share of the time is below `rare`."""
    rest = used[used != reference]
    values = np.zeros(len(reward))
    if not len(rest):
        return float(reward[reference]), values, reference
    try:
        solve = _factor(-generator[rest][:, rest]).solve
    except RuntimeError:  # exactly singular: the reference is almost never visited
        if rare:
            return None
        raise
    earned, passed = solve(reward[rest]), solve(np.ones(len(rest)))
    row = generator[[reference]][:, rest].toarray().ravel()
    cycle = 1.0 + row @ passed
    if not 1.0 <= cycle * (1 + 1e-9) < np.inf or cycle * rare > 1.0:
        return None
    gain = float((reward[reference] + row @ earned) / cycle)
    values[rest] = earned - gain * passed
    return gain, values, reference


def _elsewhere(process: DecisionProcess, weights: Floats, excess: Floats, values: Floats, used: Ints) -> Floats:
    """Values (X,), completed for the stable states that the policy never chooses, from the first event after them."""
    chosen = np.bincount(process.owner, weights * values[process.to], minlength=process.n_decisions)
    other = np.ones(len(values), bool)
    other[used] = False
    moving = other & (process.exit_rates > 0)
    flow = (process.rates @ chosen)[moving]
    values[moving] = (excess[moving] + flow) / process.exit_rates[moving]
    values[other & ~moving] = np.where(excess[other & ~moving] > 0, np.inf, -np.inf)
    return values


def _lead_to(process: DecisionProcess, weights: Floats, reference: int) -> Floats:
    """The policy, with other choices in the states from which it does not reach `reference`.

    Raises:
        ValueError: If some state cannot reach it under any policy.
    """
    weights = weights.copy()
    arrives = np.zeros(len(process.exit_rates), bool)
    back = process.generator(weights).T.tocsr()
    arrives[breadth_first_order(back, reference, return_predecessors=False)] = True
    bad = ~np.bincount(process.owner, weights * arrives[process.to], minlength=process.n_decisions).astype(bool)
    while bad.any():
        useful = np.flatnonzero(arrives[process.to] & bad[process.owner])
        if not len(useful):
            arrives |= process.rates @ (~bad).astype(float) > 0
            useful = np.flatnonzero(arrives[process.to] & bad[process.owner])
            if not len(useful):
                raise ValueError("the process is not allowed: some states can not reach the best recurrent class")
        decisions, place = np.unique(process.owner[useful], return_index=True)
        weights[np.isin(process.owner, decisions)] = 0.0
        weights[useful[place]] = 1.0
        bad[decisions] = False
        arrives |= process.rates @ (~bad).astype(float) > 0
    return weights


def _factor(matrix: Any) -> Any:
    return splu(sparse.csc_array(matrix), permc_spec="COLAMD")
