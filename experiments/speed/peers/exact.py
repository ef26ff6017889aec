"""M/M/n+M with wrap-up, solved: the stationary distribution of those who talk, who wrap up and who wait.

Talk plus wrap-up is not exponential, so Erlang's formulas do not hold, but they are the limit of a short wrap-up.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import spsolve

from experiments.speed.peers.model import Model

Transition = tuple[int, int, float]
PATIENT = 12.0  # standard deviations above the mean that the line may grow to, if nobody were ever served


def solve(model: Model) -> dict[str, float]:
    """Probability of waiting and of abandoning, and the mean wait of all [s], 0 for those who find somebody idle."""
    rate, patience = model.rate_per_hour / 3600.0, 1.0 / model.patience_s
    most = rate / patience  # mean of the line, were it never served
    room = math.ceil(most + PATIENT * math.sqrt(most) + PATIENT)
    transitions = np.array(list(_transitions(model, room)))
    size = _place(model.n, 0, 0, room) + (model.n + 1) * (room + 1)
    dist = _stationary(transitions, size)
    full = np.array([[_place(model.n, i, q, room) for q in range(room + 1)] for i in range(model.n + 1)])
    in_line = float(dist[full].sum(axis=0) @ np.arange(room + 1))
    return {"p_wait": float(dist[full].sum()), "p_abandon": patience * in_line / rate, "e_wait_s": in_line / rate}


def _place(n: int, talking: int, waiting: int, room: int) -> int:
    """Number of a state in which all advisors are taken; states with an idle one stand before them."""
    return n * (n + 1) // 2 + talking * (room + 1) + waiting


def _idle_place(n: int, taken: int, talking: int) -> int:
    return taken * (taken + 1) // 2 + talking


def _transitions(model: Model, room: int) -> Iterator[Transition]:
    """From, to and rate of each change of state."""
    n = model.n
    rate, patience = model.rate_per_hour / 3600.0, 1.0 / model.patience_s
    talk_end, wrap_up_end = 1.0 / model.talk_s, 1.0 / model.wrap_up_s

    def at(taken: int, talking: int) -> int:
        return _idle_place(n, taken, talking) if taken < n else _place(n, talking, 0, room)

    for taken in range(n):
        for talking in range(taken + 1):
            here, wrapping = at(taken, talking), taken - talking
            yield here, at(taken + 1, talking + 1), rate
            if talking:
                yield here, at(taken, talking - 1), talking * talk_end
            if wrapping:
                yield here, at(taken - 1, talking), wrapping * wrap_up_end
    for talking in range(n + 1):
        for waiting in range(room + 1):
            here, wrapping = _place(n, talking, waiting, room), n - talking
            if waiting < room:
                yield here, here + 1, rate
            if waiting:
                yield here, here - 1, waiting * patience
            if talking:
                yield here, _place(n, talking - 1, waiting, room), talking * talk_end
            if wrapping:
                freed = _place(n, talking + 1, waiting - 1, room) if waiting else at(n - 1, talking)
                yield here, freed, wrapping * wrap_up_end


def _stationary(transitions: np.ndarray, size: int) -> np.ndarray:
    """The distribution with inflow equal to outflow in every state, one of these equations replaced by the sum of 1."""
    start, to, rate = transitions[:, 0].astype(int), transitions[:, 1].astype(int), transitions[:, 2]
    rows, columns = np.concatenate([to, start]), np.concatenate([start, start])
    flows = sparse.coo_array((np.concatenate([rate, -rate]), (rows, columns)), shape=(size, size)).tolil()
    flows[size - 1, :] = 1.0
    right = np.zeros(size)
    right[-1] = 1.0
    dist: np.ndarray = spsolve(flows.tocsc(), right)
    return dist
