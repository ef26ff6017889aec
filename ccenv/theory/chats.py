"""Chats: advisors who serve several customers at once, each the more slowly the more there are.

One queue of chats, Poisson arrivals, exponential work and patience, and advisors with up to k chats. An advisor with l
chats works on each at the rate r_l. A new chat goes to an advisor with the fewest chats. With one advisor the number in
the system is a birth-death chain whose service rate at l chats is l r_l / (mean work), the level-dependent service of
Luo and Zhang (2013) and of Tezcan and Zhang (2014). With several, the numbers of advisors at each level are a Markov
chain, which is solved as it is.
"""

# ruff: noqa: N815 - fields carry the column names of the reference tables

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ccenv.theory._checks import positive, share, whole

__all__ = ["Chats", "chats"]

TAIL = 1e-13  # probability of queues longer than those that are kept, at most about this
MOST_STATES = 4000

State = tuple[tuple[int, ...], int]


@dataclass(frozen=True, slots=True)
class Chats:
    """Steady state of a queue of chats.

    Attributes:
        lambda_per_h: Arrival rate [1/h].
        work_s: Mean work of a chat [s at rate 1].
        mean_patience_s: Mean patience [s].
        n: Number of advisors.
        rates: Rates of an advisor with 1, 2, ... chats.
        p_wait: Probability that a chat has to wait.
        p_abandon: Probability that its customer abandons.
        e_wait_s: Mean wait [s] of all chats, zeros and abandoned included.
        e_queue: Mean number waiting.
        e_in_chat: Mean number in chat.
        occupancy: Share of the advisors' time with a chat or more.
        concurrency: Mean number of chats of an advisor who has any.
    """

    lambda_per_h: float
    work_s: float
    mean_patience_s: float
    n: int
    rates: tuple[float, ...]
    p_wait: float
    p_abandon: float
    e_wait_s: float
    e_queue: float
    e_in_chat: float
    occupancy: float
    concurrency: float


def chats(lambda_per_h: float, work_s: float, mean_patience_s: float, n: int, rates: Sequence[float]) -> Chats:
    """Solve a queue of chats.

    Args:
        lambda_per_h: Arrival rate [1/h], above 0.
        work_s: Mean work of a chat [s at rate 1].
        mean_patience_s: Mean patience [s].
        n: Number of advisors.
        rates: Rates of an advisor with 1, ..., k chats, in (0, 1].

    Raises:
        ValueError: If an argument is not allowed, or if the chain has more than `MOST_STATES` states.
    """
    lam = positive("lambda_per_h", lambda_per_h) / 3600.0
    mu, theta = 1.0 / positive("work_s", work_s), 1.0 / positive("mean_patience_s", mean_patience_s)
    n = whole("n", n, 1)
    r = tuple(share(f"rates[{level}]", rate) for level, rate in enumerate(rates))
    if not r or min(r) == 0.0:
        raise ValueError(f"rates={rates!r} is not allowed: it must be one number above 0, or more")
    states = [*_levels(n, len(r), lam, mu, theta, r)]
    if len(states) > MOST_STATES:
        raise ValueError(f"n={n!r} with {len(r)} rates is not allowed: at most {MOST_STATES} states, not {len(states)}")
    p = _stationary(states, lam, mu, theta, r)
    queue = np.array([q for _, q in states])
    busy = np.array([n - levels[0] for levels, _ in states])
    in_chat = np.array([sum(level * at for level, at in enumerate(levels)) for levels, _ in states])
    full = np.array([levels[-1] == n for levels, _ in states])
    e_queue = float(p @ queue)
    return Chats(
        float(lambda_per_h), float(work_s), float(mean_patience_s), n, r,
        p_wait=float(p @ full),
        p_abandon=theta * e_queue / lam,
        e_wait_s=e_queue / lam,
        e_queue=e_queue,
        e_in_chat=float(p @ in_chat),
        occupancy=float(p @ busy) / n,
        concurrency=float(p @ in_chat) / float(p @ busy),
    )  # fmt: skip


def _levels(n: int, k: int, lam: float, mu: float, theta: float, r: tuple[float, ...]) -> Iterator[State]:
    """Yield the states: advisors with 0, ..., k chats and no queue, then all advisors full and a queue."""
    for levels in _split(n, k + 1):
        yield levels, 0
    full = (0,) * k + (n,)
    weight = 1.0
    for q in range(1, 100_000):
        ratio = lam / (n * k * r[-1] * mu + q * theta)
        weight *= ratio
        yield full, q
        if ratio < 1.0 and weight < TAIL * (1.0 - ratio):
            return


def _split(n: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Yield all ways to split n advisors over the levels."""
    if parts == 1:
        yield (n,)
        return
    for first in range(n + 1):
        for rest in _split(n - first, parts - 1):
            yield (first, *rest)


def _moves(state: State, lam: float, mu: float, theta: float, r: tuple[float, ...]) -> Iterator[tuple[State, float]]:
    """Yield the states that follow, with their rates."""
    levels, q = state
    k = len(r)
    lowest = next((level for level in range(k) if levels[level]), k)
    yield (_moved(levels, lowest, lowest + 1), q) if lowest < k else (levels, q + 1), lam
    for level in range(1, k + 1):
        if levels[level]:
            after = (levels, q - 1) if q else (_moved(levels, level, level - 1), 0)
            yield after, levels[level] * level * r[level - 1] * mu
    if q:
        yield (levels, q - 1), q * theta


def _moved(levels: tuple[int, ...], start: int, end: int) -> tuple[int, ...]:
    changed = list(levels)
    changed[start] -= 1
    changed[end] += 1
    return tuple(changed)


def _stationary(states: Sequence[State], lam: float, mu: float, theta: float, r: tuple[float, ...]) -> np.ndarray:
    """Return the stationary distribution of the chain; arrivals at the longest queue kept are refused."""
    number = {state: i for i, state in enumerate(states)}
    balance = np.zeros((len(states), len(states)))
    for i, state in enumerate(states):
        for after, rate in _moves(state, lam, mu, theta, r):
            if after in number:
                balance[number[after], i] += rate
                balance[i, i] -= rate
    balance[-1] = 1.0
    right = np.zeros(len(states))
    right[-1] = 1.0
    p = np.linalg.solve(balance, right)
    if not math.isclose(float(p.sum()), 1.0, rel_tol=1e-9):
        raise ValueError("the chain has no stationary distribution")
    return np.clip(p, 0.0, None)
