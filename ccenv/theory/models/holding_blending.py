"""Blending in which inbound may be held back too: the value of taking inbound first."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ccenv.theory._checks import non_negative, positive, whole
from ccenv.theory.mdp import DecisionProcess, Events, Space, policy_iteration
from ccenv.theory.mdp.process import Ints
from ccenv.theory.models._modes import HOUR_S
from ccenv.theory.models._tails import patient_cap, unlimited_cap
from ccenv.theory.models.blending import decay

__all__ = ["HoldingBlending", "HoldingOptimum"]


@dataclass(frozen=True)
class HoldingOptimum:
    """Optima with and without the option to hold inbound back.

    Attributes:
        full_action_gain: Largest objective [1/h] of all policies.
        inbound_first_gain: Largest objective [1/h] of the policies that never let inbound wait while an advisor is
            idle.
        loss_of_inbound_first: The first less the second.
        lower: Lower bound of `full_action_gain` [1/h].
        upper: Upper bound of `full_action_gain` [1/h].
    """

    full_action_gain: float
    inbound_first_gain: float
    loss_of_inbound_first: float
    lower: float
    upper: float


@dataclass(frozen=True)
class HoldingBlending:
    """`Blending` in which, after each event, the policy starts any number of waiting inbound and of outbound contacts.

    The objective is outbound contacts per hour, less ``gamma`` times the mean number waiting, less the cost of
    abandonments.

    Attributes:
        s: Number of advisors, at least 1.
        inbound_aht_s: Mean handle time of inbound [s], above 0.
        outbound_aht_s: Mean handle time of outbound [s], above 0.
        offered_load: Inbound rate times mean handle time [erlang], at least 0.
        mean_patience_s: Mean patience [s]; 0 for infinite patience, which needs an offered load below ``s`` and
            ``gamma`` above 0.
        gamma: Cost of one contact waiting for one hour, in outbound contacts, at least 0.
        cost_per_abandon_in_outbound_calls: Cost of an abandonment, in outbound contacts, at least 0.
    """

    s: int
    inbound_aht_s: float
    outbound_aht_s: float
    offered_load: float
    mean_patience_s: float = 0.0
    gamma: float = 0.0
    cost_per_abandon_in_outbound_calls: float = 0.0

    def __post_init__(self) -> None:
        whole("s", self.s)
        for name in ("inbound_aht_s", "outbound_aht_s"):
            positive(name, getattr(self, name))
        for name in ("offered_load", "mean_patience_s", "gamma", "cost_per_abandon_in_outbound_calls"):
            non_negative(name, getattr(self, name))
        if not self.mean_patience_s and self.offered_load >= self.s:
            raise ValueError(f"s={self.s} is not allowed: without abandonment it must exceed the offered load")
        if not self.mean_patience_s and not self.gamma:
            raise ValueError(f"gamma={self.gamma!r} is not allowed: without abandonment it must be above 0")

    @property
    def outbound_calls_displaced_by_one_inbound(self) -> float:
        """Outbound contacts that fit into the handle time of one inbound contact."""
        return self.inbound_aht_s / self.outbound_aht_s

    def solve(self) -> HoldingOptimum:
        """Optimum with and without the option to hold inbound back."""
        space, process, starts = self._built
        _, j, q = space.states.T
        leave = HOUR_S / self.mean_patience_s if self.mean_patience_s else 0.0
        cost = self.gamma + self.cost_per_abandon_in_outbound_calls * leave
        reward = j * HOUR_S / self.outbound_aht_s - cost * q
        allowed = _inbound_first(space, process, starts, self.s)
        first = DecisionProcess(process.rates, process.owner[allowed], process.to[allowed])
        restricted = policy_iteration(first, reward)
        begin = np.zeros(len(process.to))  # the restricted optimum: with first choices queues grow to the cap
        begin[allowed] = restricted.weights
        best = policy_iteration(process, reward, begin)
        return HoldingOptimum(
            full_action_gain=best.gain,
            inbound_first_gain=restricted.gain,
            loss_of_inbound_first=best.gain - restricted.gain,
            lower=best.lower,
            upper=best.upper,
        )

    @cached_property
    def _built(self) -> tuple[Space, DecisionProcess, Ints]:
        cap = self._queue_cap()
        space = Space(
            {"inbound": self.s + 1, "outbound": self.s + 1, "waiting": cap + 1},
            lambda c: c["inbound"] + c["outbound"] <= self.s,
        )
        i, j, q = space.states.T
        events, every = Events(space), np.ones(len(space))
        events.add(q < cap, self.offered_load * HOUR_S / self.inbound_aht_s * every, waiting=1)
        events.add(i > 0, i * HOUR_S / self.inbound_aht_s, inbound=-1)
        events.add(j > 0, j * HOUR_S / self.outbound_aht_s, outbound=-1)
        if self.mean_patience_s:
            events.add(q > 0, q * HOUR_S / self.mean_patience_s, waiting=-1)
        owners, starts = [], []
        for a in range(self.s + 1):
            for b in range(self.s + 1 - a):
                owners.append(np.flatnonzero((q >= a) & (i + j + a + b <= self.s)))
                starts.append(np.tile([a, b], (len(owners[-1]), 1)))
        owner, start = np.concatenate(owners), np.concatenate(starts)
        order = np.argsort(owner, kind="stable")
        owner, start = owner[order], start[order]
        to = space.index(
            inbound=i[owner] + start[:, 0], outbound=j[owner] + start[:, 1], waiting=q[owner] - start[:, 0]
        )
        return space, events.process(owner, to), start

    def _queue_cap(self) -> int:
        if self.mean_patience_s:
            return patient_cap(self.offered_load * self.mean_patience_s / self.inbound_aht_s)
        tail = unlimited_cap(
            decay(self.s, self.offered_load * HOUR_S / self.inbound_aht_s, self.inbound_aht_s, self.outbound_aht_s)
        )
        # Queues longer than this cost more than all outbound is worth.
        never = self.s * HOUR_S / self.outbound_aht_s / self.gamma
        return max(tail, math.ceil(3 * never) + self.s)


def _inbound_first(space: Space, process: DecisionProcess, starts: Ints, s: int) -> npt.NDArray[np.bool_]:
    """Which choices, (E,), do not let inbound wait while an advisor is idle."""
    i, j, q = space.states[process.owner].T
    allowed: npt.NDArray[np.bool_] = starts[:, 0] == np.minimum(q, s - i - j)
    return allowed
