"""A blending centre small enough to solve: a batch with the attributes of `ccenv.batch.Batch`, and its exact answer.

Bhulai and Koole's model: `s` advisors, Poisson inbound contacts that wait without limit, outbound work without end,
both exponential. While an advisor is idle the policy holds or starts one outbound contact, and is asked again at the
same instant until it holds or nobody is idle. A start earns 1, an inbound contact `inbound_value` when it is
answered, as all are in the end, and a contact waiting costs `penalty` per hour. One advisor must be kept back.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
from gymnasium.spaces import Box
from numba import njit

from ccenv.sim.state.entities import OUT

HOLD, START = 0, 1
ROW = np.dtype(
    [("n_in", "i8"), ("n_out", "i8"), ("queue", "i8"), ("t", "f8"), ("seed", "u8"), ("n", "u8"), ("k", "u8")]
)
EVENT_STREAM, COIN_STREAM, SEED_STREAM = (np.uint64(i << 60) for i in (1, 2, 3))


@njit
def uniform(seed, stream, n):
    """Uniform in (0, 1) of a counter: splitmix64."""
    x = (seed + stream) * np.uint64(0x9E3779B97F4A7C15) + n * np.uint64(0xD1342543DE82EF95)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    return (float(x >> np.uint64(11)) + 0.5) / 9007199254740992.0


@njit
def advance(row, s, arrivals, finishes, penalty, value, horizon_s):
    """Run a row to its next decision or to the horizon; return what that earned and the seconds that passed."""
    earned, t_0 = 0.0, row.t
    while True:
        busy = row.n_in + row.n_out
        rate = arrivals + finishes * busy
        dt = -np.log(uniform(row.seed, EVENT_STREAM, row.n)) / rate
        v = uniform(row.seed, EVENT_STREAM, row.n + np.uint64(1)) * rate
        row.n += np.uint64(2)
        dt = min(dt, horizon_s - row.t)
        row.t += dt
        earned -= penalty / 3600.0 * row.queue * dt
        if row.t >= horizon_s:
            return earned, row.t - t_0
        if v < arrivals:
            if busy < s:
                row.n_in += 1
                earned += value
            else:
                row.queue += 1
        else:
            if v < arrivals + finishes * row.n_in:
                row.n_in -= 1
            else:
                row.n_out -= 1
            if row.queue > 0:
                row.queue -= 1
                row.n_in += 1
                earned += value
        if row.n_in + row.n_out < s:
            return earned, row.t - t_0


@njit
def step_rows(rows, actions, s, arrivals, finishes, penalty, value, horizon_s, reward, elapsed, ended):
    """Apply one action to each row."""
    for b in range(len(rows)):
        row = rows[b]
        reward[b], elapsed[b], ended[b] = 0.0, 0.0, False
        row.k += np.uint64(1)
        if actions[b] == START:
            row.n_out += 1
            reward[b] += 1.0
        if actions[b] == HOLD or row.n_in + row.n_out == s:
            earned, elapsed[b] = advance(row, s, arrivals, finishes, penalty, value, horizon_s)
            reward[b] += earned
            ended[b] = row.t >= horizon_s


@njit
def toss(rows, u):
    """The coin of each row's coming decision."""
    for b in range(len(rows)):
        u[b] = uniform(rows[b].seed, COIN_STREAM, rows[b].k)


@dataclass(frozen=True)
class Blending:
    """The model. An episode ends after `horizon_s`: `terminated` as a day does, or `truncated`."""

    s: int = 3
    arrivals_per_hour: float = 24.0
    handle_s: float = 180.0
    penalty: float = 60.0
    inbound_value: float = 0.0
    horizon_s: float = np.inf
    terminates: bool = False

    digest: ClassVar[str] = "toy"
    reserves: ClassVar[None] = None

    def states(self) -> list[tuple[int, int]]:
        """Decision states (inbound, outbound in service)."""
        return [(i, j) for i in range(self.s + 1) for j in range(self.s + 1) if i + j < self.s]

    def observe(self, n_in: Any, n_out: Any, t: Any) -> np.ndarray:
        """Observation, (..., 4) float32."""
        left = np.zeros_like(t) if np.isinf(self.horizon_s) else 1.0 - t / self.horizon_s
        idle = self.s - n_in - n_out
        return np.stack([n_in / self.s, n_out / self.s, idle / self.s, left], axis=-1).astype(np.float32)

    def gain(self, starts: dict[tuple[int, int], bool], q_max: int = 80) -> float:
        """Exact long-run reward per hour of the policy that starts in the states where `starts` is true."""

        def settled(i: int, j: int, q: int) -> tuple[int, int, int]:
            while i + j < self.s and starts[i, j]:
                j += 1
            return i, j, q

        serving = [(i, j, 0) for i, j in self.states()]
        busy = [(i, self.s - i, q) for i in range(self.s + 1) for q in range(q_max + 1)]
        index = {x: k for k, x in enumerate(serving + busy)}
        rates = np.zeros((len(index), len(index)))
        mu = 3600.0 / self.handle_s
        for (i, j, q), k in index.items():
            taken = (1, q - 1) if q else (0, 0)
            moves = [(self.arrivals_per_hour, (i + 1, j, 0) if i + j < self.s else (i, j, min(q + 1, q_max)))]
            moves += [(mu * i, (i - 1 + taken[0], j, taken[1]))] if i else []
            moves += [(mu * j, (i + taken[0], j - 1, taken[1]))] if j else []
            for rate, target in moves:
                rates[k, index[settled(*target)]] += rate
        rates -= np.diag(rates.sum(axis=1))
        equations = np.vstack([rates.T, np.ones(len(index))])
        dist = np.linalg.lstsq(equations, np.append(np.zeros(len(index)), 1.0), rcond=None)[0]
        earned = sum(p * (mu * j - self.penalty * q) for (_, j, q), p in zip(index, dist, strict=True))
        return float(earned) + self.inbound_value * self.arrivals_per_hour

    def optimum(self) -> tuple[float, dict[tuple[int, int], bool]]:
        """Best gain and a policy that has it, by enumeration of all policies."""
        choices = itertools.product((False, True), repeat=len(self.states()))
        policies = [dict(zip(self.states(), choice, strict=True)) for choice in choices]
        gains = [self.gain(policy) for policy in policies]
        return max(gains), policies[int(np.argmax(gains))]

    def greedy(self, policy: Any) -> dict[tuple[int, int], bool]:
        """The choices of a policy (Policy protocol) that always takes the likeliest action."""
        n_in, n_out = np.array(self.states()).T
        obs, yes = self.observe(n_in, n_out, np.zeros(len(n_in))), np.ones((len(n_in), 2), bool)
        actions, _ = policy.act(obs, yes, None, np.full(len(n_in), 0.5), yes[:, 0])
        return {state: bool(a == START) for state, a in zip(self.states(), actions, strict=True)}


class ToyBatch:
    """`n` rows of the model, stepped together; restarts a row at its end with a new derived seed (`same_step`)."""

    n_actions, n_obs = 2, 4
    run = SimpleNamespace(owns="blended", actions="all")

    def __init__(self, model: Blending, n: int):
        self.scenario, self.n = model, n
        self.rows, self.outs = np.zeros(n, ROW), np.zeros(n, OUT)
        self.mask = np.ones((n, 2), bool)
        self.final_illegal_share = np.zeros(n)
        self.final_kpis = [{"share": 0.5} for _ in range(n)]
        self.obs, self.final_obs = (np.zeros((n, self.n_obs), np.float32) for _ in range(2))
        for name in OUT.names or ():
            setattr(self, name, self.outs[name])
        self.observation_space = Box(0.0, 1.0, (self.n_obs,), np.float32)

    def clone(self, rows: Any = slice(None)) -> tuple[np.ndarray, ...]:
        """A copy of rows."""
        return tuple(array[rows].copy() for array in (self.rows, self.outs, self.obs, self.final_obs))

    def restore(self, saved: tuple[np.ndarray, ...]) -> None:
        """Go back to a copy of all rows."""
        for array, source in zip((self.rows, self.outs, self.obs, self.final_obs), saved, strict=True):
            array[:] = source

    def reset(self, seeds: np.ndarray) -> None:
        """Empty centre in every row."""
        self.rows[:] = np.zeros((), ROW)
        self.rows["seed"] = seeds
        self.outs[:] = np.zeros((), OUT)
        self._fill(np.ones(self.n, bool))

    def step(self, actions: np.ndarray) -> None:
        """One decision in every row."""
        m = self.scenario
        parameters = m.s, m.arrivals_per_hour / 3600, 1 / m.handle_s, m.penalty, m.inbound_value, m.horizon_s
        ended = self.terminated if m.terminates else self.truncated
        step_rows(self.rows, actions, *parameters, self.reward, self.elapsed_s, ended)
        if ended.any():
            self.final_obs[:] = m.observe(self.rows["n_in"], self.rows["n_out"], self.rows["t"])
            for b in np.flatnonzero(ended):
                seed = np.uint64(uniform(self.rows["seed"][b], SEED_STREAM, np.uint64(0)) * 2.0**53)
                self.rows[b] = np.zeros((), ROW)
                self.rows["seed"][b] = seed
        self._fill(ended)

    def _fill(self, starts: np.ndarray) -> None:
        self.starts[:] = starts
        self.obs[:] = self.scenario.observe(self.rows["n_in"], self.rows["n_out"], self.rows["t"])
        self.decision[:] = self.rows["k"]
        toss(self.rows, self.u)


class Reserve:
    """Start while more than `reserve` advisors are idle; with probability `p_random` do the opposite."""

    def __init__(self, model: Blending, reserve: int, p_random: float = 0.0):
        self.model, self.reserve, self.p_random = model, reserve, p_random

    def act(self, obs: Any, mask: Any, state: Any, u: Any, starts: Any) -> tuple[np.ndarray, Any]:
        """By the protocol of policies."""
        idle = np.rint(obs[:, 2] * self.model.s)
        return np.where(u < self.p_random, idle <= self.reserve, idle > self.reserve).astype(np.int64), state
