"""Blending with an arrival rate that switches between two modes which the policy does not observe."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from ccenv.theory._checks import finite, whole
from ccenv.theory.mdp import DecisionProcess, Events, Space, policy_iteration, stationary_dist, steps
from ccenv.theory.mdp.evaluation import relative_values
from ccenv.theory.models._model import Floats, Ints
from ccenv.theory.models._modes import HOUR_S, add_switches, mode_shares
from ccenv.theory.models.switching import SwitchingBlending

__all__ = ["HiddenBlending", "HiddenOptimum"]

ABOVE = 2.0  # log-odds of the grid above those at which drift and arrivals of the busy mode cancel
HIGHEST = 30.0  # largest log-odds below the last point, 1
LARGEST_RATIO = 1e3  # larger ratios of the arrival rates need no wider grid


@dataclass(frozen=True)
class HiddenOptimum:
    """Bounds of the largest objective without sight of the mode, and a policy that reaches the lower one.

    Attributes:
        lower: Objective per hour of `start`, evaluated exactly; a lower bound of the largest one.
        upper: Upper bound of the largest objective per hour.
        beliefs: Points of the grid: probabilities of the second mode, (K,) ascending.
        start: Outbound contacts to start in each state of `HiddenBlending.space`, (Y,).
    """

    lower: float
    upper: float
    beliefs: Floats
    start: Ints


@dataclass(frozen=True)
class HiddenBlending:
    """`SwitchingBlending` whose mode is hidden: the policy sees arrivals, and knows the rates and mean sojourns.

    All that the past says about the mode is the belief p, the probability of the second mode. With a and b the rates at
    which the first and the second mode end, p moves between arrivals at the speed
    ``a (1 - p) - b p - (lambda_1 - lambda_0) p (1 - p)`` and jumps at an arrival to
    ``lambda_1 p / (lambda_1 p + lambda_0 (1 - p))`` (Bremaud 1981, "Point Processes and Queues", chapter 4). It does
    not depend on the policy.

    On a grid of beliefs p moves to the next point at the rate that gives its speed, and a jump leads to one of the two
    points around its end, so that the mean is kept. The value of the hidden problem is convex in p, since it is the
    largest of functions that are linear in p. So the optimum of the grid is an upper bound (Yu and Bertsekas 2004,
    "Discretized approximations for POMDP with average cost", UAI). The grid's best policy, with a memory that moves at
    random like p on the grid, is a policy of the hidden problem. Its exact value, with the modes, is a lower bound. The
    distance of both falls in proportion to the width of the grid.

    The policy decides after arrivals, ends of service and abandonments. The work starts at once, as in
    `SwitchingBlending`. If both handle times are equal, the contacts in service are counted together.

    Attributes:
        model: The model with the mode observed; the second mode has at least the arrivals of the first.
        points: Number of points of the grid, at least 3.
    """

    model: SwitchingBlending
    points: int = 200

    def __post_init__(self) -> None:
        whole("points", self.points, least=3)
        low, high = self.model.lambda_per_h
        if low > high:
            raise ValueError(f"lambda_per_h={(low, high)!r} is not allowed: it must not fall")

    @cached_property
    def beliefs(self) -> Floats:
        """Points of the grid, (K,) ascending: equal steps of the log-odds, and 1; one point if both modes are equal."""
        (low, high), (a, b) = self.model.lambda_per_h, (HOUR_S / mean for mean in self.model.mean_s)
        if low == high:
            return np.array([mode_shares(2, self.model.mean_s)[1]])

        def balanced(drift: float) -> float:  # log-odds at which a (1 + 1/x) - b (1 + x) + drift = 0, x the odds
            half = 0.5 * (a - b + drift)
            root = math.hypot(half, math.sqrt(a * b))
            return math.log((half + root) / b if half > 0.0 else a / (root - half))

        jump = math.log(high / max(low, high / LARGEST_RATIO))
        first, last = balanced(low - high), balanced(high * jump + low - high) + ABOVE
        odds = np.linspace(first, max(min(last, HIGHEST), first + ABOVE), self.points - 1)
        return np.append(1.0 / (1.0 + np.exp(-odds)), 1.0)

    @cached_property
    def space(self) -> Space:
        """Decision states: `mode` (0), `belief` on the grid, `inbound` and `outbound` in service, `waiting`.

        With equal handle times `outbound` counts all contacts in service.
        """
        return self._space(1)

    def solve(self, outbound: float, waiting: float) -> HiddenOptimum:
        """Bound the largest objective per hour.

        Args:
            outbound: Reward of an outbound contact.
            waiting: Reward of an hour of a contact in line, abandonment included.
        """
        finite("outbound", outbound)
        finite("waiting", waiting)
        process = self._process(self.space)
        best = policy_iteration(process, self._reward(self.space, outbound, waiting))
        n, n_choices = len(self.space), int(process.first[len(self.space)])
        chosen = best.weights[:n_choices]
        start = np.flatnonzero(chosen > 0.0) - process.first[:n]
        both, often = self._space(2), int(np.argmax(stationary_dist(process, best.weights)))
        weights = np.concatenate([chosen, chosen, np.ones(2 * n)])  # the choices of a mode are in the same order
        found = relative_values(self._process(both), weights, self._reward(both, outbound, waiting), often)
        return HiddenOptimum(found.gain, best.upper, self.beliefs, start)

    @property
    def _served(self) -> str:
        """Coordinate that counts inbound contacts in service."""
        return "outbound" if self.model.inbound_aht_s == self.model.outbound_aht_s else "inbound"

    def _space(self, modes: int) -> Space:
        s, cap = self.model.s, self.model._cap(max(self.model.lambda_per_h))
        return Space(
            {
                "mode": modes,
                "belief": len(self.beliefs),
                "inbound": 1 if self._served == "outbound" else s + 1,
                "outbound": s + 1,
                "waiting": cap + 1,
            },
            lambda c: (c["inbound"] + c["outbound"] <= s) & ((c["waiting"] == 0) | (c["inbound"] + c["outbound"] == s)),
        )

    def _idle(self, space: Space) -> Ints:
        return self.model.s - space["inbound"] - space["outbound"]

    def _arrivals(self, space: Space) -> Floats:
        """Arrival rate in each state [1/h]: that of the mode, or its mean under the belief."""
        low, high = self.model.lambda_per_h
        second = self.beliefs[space["belief"]] if space["mode"].max() == 0 else space["mode"]
        return np.asarray(low + (high - low) * second)

    def _process(self, space: Space) -> DecisionProcess:
        """Events and choices. The last decision states follow moves of the belief, and have one choice each."""
        owner, to, _ = steps(space, "outbound", self._idle(space))
        here = np.arange(len(space))
        rates = sparse.hstack([self._events(space), self._moves(space)]).tocsr()
        return DecisionProcess(rates, np.concatenate([owner, len(space) + here]), np.concatenate([to, here]))

    def _events(self, space: Space) -> Any:
        model, idle, i, j, q = self.model, self._idle(space), space["inbound"], space["outbound"], space["waiting"]
        next_ = (q > 0).astype(int)
        hours = HOUR_S / model.inbound_aht_s, HOUR_S / model.outbound_aht_s
        joins = {"waiting": ((idle == 0) & (q < q.max())).astype(int), self._served: (idle > 0).astype(int)}
        events = Events(space)
        for place, share in self._jumps():  # an arrival that finds the queue full is lost, and is seen
            change = place[space["belief"]] - space["belief"]
            rate = self._arrivals(space) * share[space["belief"]]
            events.add(np.ones(len(space), bool), rate, belief=change, **joins)
        for name, at_work, hour in zip(("inbound", "outbound"), (i, j), hours, strict=True):
            gains: dict[str, Any] = {name: -1, self._served: next_ - (name == self._served)}
            events.add(at_work > 0, np.asarray(at_work * hour), waiting=-next_, **gains)
        events.add(q > 0, np.asarray(q * self._leave), waiting=-1)
        return events.rates()

    @property
    def _leave(self) -> float:
        return HOUR_S / self.model.mean_patience_s if self.model.mean_patience_s else 0.0

    def _jumps(self) -> list[tuple[Ints, Floats]]:
        """Points around the belief after an arrival at each point, (K,) each, with their probabilities."""
        p, (low, high) = self.beliefs, self.model.lambda_per_h
        if len(p) == 1:
            return [(np.zeros(1, int), np.ones(1))]
        after = high * p / (high * p + low * (1.0 - p))
        above = np.clip(np.searchsorted(p, after), 1, len(p) - 1)
        share = (after - p[above - 1]) / (p[above] - p[above - 1])
        return [(above, share), (above - 1, 1.0 - share)]

    def _moves(self, space: Space) -> Any:
        """Rates of the moves of the belief between arrivals, and of the switches of the mode."""
        (low, high), (a, b), p = self.model.lambda_per_h, (HOUR_S / mean for mean in self.model.mean_s), self.beliefs
        speed = a * (1.0 - p) - b * p - (high - low) * p * (1.0 - p)
        events, k = Events(space), np.arange(len(p))
        for sign in (1, -1):
            beside = np.clip(k + sign, 0, len(p) - 1)
            inside = (sign * speed > 0.0) & (beside != k)
            rate = np.divide(np.abs(speed), np.abs(p[beside] - p), out=np.zeros_like(p), where=inside)
            events.add(inside[space["belief"]], rate[space["belief"]], belief=sign)
        if space["mode"].any():
            add_switches(events, space, self.model.mean_s)
        return events.rates()

    def _reward(self, space: Space, outbound: float, waiting: float) -> Floats:
        """Reward rate [1/h] in each stable state, (X,).

        Outbound contacts are all that end less inbound ones, whose long-run rate is that of those that neither find the
        queue full nor leave it. So inbound and outbound in service need not be told apart.
        """
        model, i, j, q = self.model, space["inbound"], space["outbound"], space["waiting"]
        ends = i * HOUR_S / model.inbound_aht_s + j * HOUR_S / model.outbound_aht_s
        fits = (self._idle(space) > 0) | (q < q.max())
        answered = self._arrivals(space) * fits - q * self._leave
        return np.asarray(outbound * (ends - answered) + waiting * q)
