"""A reference kernel of the authors' own model: pre-emptive resume, also when staffing falls.

All times are exponential, so a state is the number of customers of each class. At each event the servers are allocated
anew, pair by pair in a given order: each pair of class and station gets as many servers as both have left. Simulated as
a Markov chain whose rates are constant within a slot.
"""

from __future__ import annotations

import numba
import numpy as np

from experiments.published.benchmarks import HOUR_S, Problem


def run_costs(problem: Problem, pairs: np.ndarray, seeds: range) -> np.ndarray:
    """Return the cost of each run.

    Args:
        problem: The problem.
        pairs: Pairs of class and station in the order of allocation, (pairs, 2); each pair with a service rate once.
        seeds: One run for each.

    Raises:
        ValueError: If the pairs are not those with a service rate, each once.
    """
    listed = sorted(map(tuple, np.asarray(pairs).tolist()))
    known = sorted(map(tuple, np.argwhere(problem.mu > 0.0).tolist()))
    if listed != known:
        raise ValueError(
            f"pairs: {len(listed)} given; allowed: each of the {len(known)} pairs with a service rate once"
        )
    order, initial = np.ascontiguousarray(pairs, np.int64), problem.initial.astype(np.int64)
    rates, agents, mu, theta, cost = (
        np.ascontiguousarray(each, np.float64)
        for each in (problem.rates, problem.agents, problem.mu, problem.theta, problem.cost)
    )
    costs = []
    for seed in seeds:
        costs.append(
            _run(seed, rates, agents, mu, theta, cost, initial, problem.terminal, problem.slot_s / HOUR_S, order)
        )
    return np.array(costs)


@numba.njit(cache=True)
def _allocate(x, free, order, mu, waiting, service):  # type: ignore[no-untyped-def]
    """Write the numbers waiting and the total service rates of the classes; `free`: servers of each station."""
    for k in range(x.shape[0]):
        waiting[k] = x[k]
        service[k] = 0.0
    for p in range(order.shape[0]):
        k, j = order[p, 0], order[p, 1]
        n = min(waiting[k], free[j])
        if n > 0.0:
            waiting[k] -= n
            free[j] -= n
            service[k] += n * mu[k, j]


@numba.njit(cache=True)
def _pick(weights, u):  # type: ignore[no-untyped-def]
    """Return the index at which the cumulative weights exceed u."""
    last = 0
    for k in range(weights.shape[0]):
        if weights[k] > 0.0:
            last = k
            u -= weights[k]
            if u < 0.0:
                return k
    return last


@numba.njit(cache=True)
def _run(seed, rates, agents, mu, theta, cost, initial, terminal, slot_h, order):  # type: ignore[no-untyped-def]
    """Return the cost of one run."""
    np.random.seed(seed)
    classes = theta.shape[0]
    x = initial.copy()
    waiting, service, leaving = np.zeros(classes), np.zeros(classes), np.zeros(classes)
    total = 0.0
    for slot in range(rates.shape[0]):
        arrivals = rates[slot].sum()
        left_h = slot_h
        while True:
            _allocate(x, agents[slot].copy(), order, mu, waiting, service)
            per_hour, out = 0.0, 0.0
            for k in range(classes):
                leaving[k] = service[k] + theta[k] * waiting[k]
                out += leaving[k]
                per_hour += cost[k] * waiting[k]
            step_h = np.random.exponential(1.0 / (arrivals + out))
            total += per_hour * min(step_h, left_h)
            if step_h >= left_h:
                break
            left_h -= step_h
            u = np.random.random() * (arrivals + out)
            if u < arrivals:
                x[_pick(rates[slot], u)] += 1
            else:
                x[_pick(leaving, u - arrivals)] -= 1
    return total + terminal * waiting.sum()
