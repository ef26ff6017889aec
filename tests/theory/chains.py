"""Independent twins of the formulas: small Markov chains written state by state and solved directly."""

import numpy as np
from scipy import sparse
from scipy.sparse import linalg


def stationary(moves, start):
    """Stationary distribution of a chain, as a dictionary; ``moves(state)`` yields pairs of a next state and a rate."""
    index, states, entries = {start: 0}, [start], []
    for state in states:
        for following, rate in moves(state):
            if rate <= 0:
                continue
            if following not in index:
                index[following] = len(states)
                states.append(following)
            entries += [(index[following], index[state], rate), (index[state], index[state], -rate)]
    to, source, rates = map(np.array, zip(*entries, strict=True))
    keep = to > 0  # the first balance equation follows from the others; the distribution is scaled afterwards
    balance = sparse.csc_matrix((rates[keep], (to[keep] - 1, source[keep])), (len(states) - 1, len(states)))
    dist = np.ones(len(states))
    dist[1:] = linalg.spsolve(balance[:, 1:].tocsc(), -balance[:, [0]].toarray().ravel())
    return dict(zip(states, dist / dist.sum(), strict=True))


def mean(dist, measure):
    return sum(weight * measure(state) for state, weight in dist.items())


def at_work_given_free(n, load):
    """Mean number at work given that an advisor is idle: Erlang's distribution, truncated below ``n``."""
    steps = np.log(load) - np.log(np.arange(1.0, n))
    weights = np.exp(np.concatenate(([0.0], np.cumsum(steps))) - max(0.0, np.cumsum(steps).max(initial=0.0)))
    return float(weights @ np.arange(n) / weights.sum())
