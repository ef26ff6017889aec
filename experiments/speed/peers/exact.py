"""Exact solution of M/M/n+M with wrap-up: stationary distribution of the numbers talking, wrapping up and waiting.

Talk plus wrap-up is not exponential, so Erlang's formulas do not hold. They are the limit for short wrap-up.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import spsolve

from experiments.speed.peers.model import Model

Transition = tuple[int, int, float]
PATIENT = 12.0  # standard deviations above its mean at which the queue is truncated, for a queue without service


def solve(model: Model) -> dict[str, float]:
    """Probability of waiting and of abandoning, and the mean wait of all contacts [s], zeros included."""
    rate, patience = model.rate_per_hour / 3600.0, 1.0 / model.patience_s
    most = rate / patience  # mean length of a queue without service
    room = math.ceil(most + PATIENT * math.sqrt(most) + PATIENT)
    transitions = np.array(list(_transitions(model, room)))
    size = _place(model.n, 0, 0, room) + (model.n + 1) * (room + 1)
    dist = _stationary(transitions, size)
    full = np.array([[_place(model.n, i, q, room) for q in range(room + 1)] for i in range(model.n + 1)])
    in_line = float(dist[full].sum(axis=0) @ np.arange(room + 1))
    return {"p_wait": float(dist[full].sum()), "p_abandon": patience * in_line / rate, "e_wait_s": in_line / rate}


def _place(n: int, talking: int, waiting: int, room: int) -> int:
    """Index of a state with all advisors occupied; states with an idle advisor come before these."""
    return n * (n + 1) // 2 + talking * (room + 1) + waiting


def _idle_place(n: int, taken: int, talking: int) -> int:
    return taken * (taken + 1) // 2 + talking


def _transitions(model: Model, room: int) -> Iterator[Transition]:
    """Origin, destination and rate of each transition."""
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
    """Solve the balance equations; one of them is replaced by the condition that the probabilities sum to 1."""
    start, to, rate = transitions[:, 0].astype(int), transitions[:, 1].astype(int), transitions[:, 2]
    rows, columns = np.concatenate([to, start]), np.concatenate([start, start])
    flows = sparse.coo_array((np.concatenate([rate, -rate]), (rows, columns)), shape=(size, size)).tolil()
    flows[size - 1, :] = 1.0
    right = np.zeros(size)
    right[-1] = 1.0
    dist: np.ndarray = spsolve(flows.tocsc(), right)
    return dist
