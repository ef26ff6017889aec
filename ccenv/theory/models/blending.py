"""Call blending: inbound with a limit on waiting, unlimited outbound work, no dialing delay.

Bhulai and Koole (2003), "A queueing model for call blending in call centers", IEEE TAC 48(8); Gans and Zhou (2003), "A
call-routing problem with service-level constraints", Operations Research 51(2).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ccenv.theory._checks import non_negative, positive, whole
from ccenv.theory.models._blending_process import build_blending
from ccenv.theory.models._model import Built, Model, Optimum
from ccenv.theory.models._modes import HOUR_S
from ccenv.theory.models._policy_map import PolicyMap
from ccenv.theory.models._rules import RESERVE_RULES
from ccenv.theory.models._scenarios import blended_centre, campaign_of, queue_of
from ccenv.theory.models._tails import patient_cap, unlimited_cap

__all__ = ["Blending", "BlendingMeasures", "BlendingModel", "BlendingOptimum"]


@dataclass(frozen=True)
class BlendingMeasures:
    """Measures of a policy.

    Attributes:
        outbound_per_h: Outbound contacts handled per hour.
        e_wait_s: Mean wait of all inbound contacts, abandoned ones and zeros included [s].
        p_wait: Probability that an inbound contact has to wait.
        sl_T: Probability that an inbound contact is served within ``T_s``.
        p_abandon: Probability that an inbound contact abandons.
        lq: Mean number waiting.
        utilisation: Share of the advisors' time spent at work.
        p_cut: Probability that an inbound contact is lost because the queue is truncated; about the relative error of
            the other measures.
    """

    outbound_per_h: float
    e_wait_s: float
    p_wait: float
    sl_T: float
    p_abandon: float
    lq: float
    utilisation: float
    p_cut: float

    def lagrangian(self, gamma: float) -> float:
        """Outbound per hour less ``gamma`` times the mean number waiting."""
        return self.outbound_per_h - gamma * self.lq


@dataclass(frozen=True)
class BlendingOptimum(Optimum):
    """The best policy, and its shape.

    Attributes:
        target_busy_by_inbound_in_service: Number at work after the decision, for 0, 1, ... s inbound and no outbound in
            service. Of the pure policies mixed, it describes the one that starts most.
        optimal_c_at_empty: The first of these numbers.
        optimal_is_pure_threshold_in_busy: Whether the policy starts outbound up to a fixed number at work in every
            state.
    """

    target_busy_by_inbound_in_service: tuple[int, ...]
    optimal_c_at_empty: int
    optimal_is_pure_threshold_in_busy: bool


class BlendingModel(Model):
    """Common part of blending with a constant or a switching load; see the attributes of `Blending`."""

    MEASURES = BlendingMeasures
    RULES = RESERVE_RULES

    s: int
    inbound_aht_s: float
    outbound_aht_s: float
    mean_patience_s: float
    T_s: float
    queue_cap: int | None

    def _check(self) -> None:
        whole("s", self.s)
        for name in ("inbound_aht_s", "outbound_aht_s"):
            positive(name, getattr(self, name))
        for name in ("mean_patience_s", "T_s"):
            non_negative(name, getattr(self, name))
        if self.queue_cap is not None:
            whole("queue_cap", self.queue_cap)

    def _built(self, arrivals: Sequence[float], mean_s: Sequence[float] = ()) -> Built:
        """Events, choices and measures."""
        return build_blending(
            self.s,
            arrivals,
            self.inbound_aht_s,
            self.outbound_aht_s,
            self.mean_patience_s,
            self.T_s,
            self._cap(max(arrivals)),
            mean_s,
        )

    def _cap(self, lambda_per_h: float) -> int:
        if self.queue_cap is not None:
            return self.queue_cap
        if self.mean_patience_s:
            return patient_cap(lambda_per_h * self.mean_patience_s / HOUR_S)
        return unlimited_cap(decay(self.s, lambda_per_h, self.inbound_aht_s, self.outbound_aht_s))

    def _queue(self, lambda_per_h: float) -> dict[str, Any]:
        return queue_of(lambda_per_h, self.inbound_aht_s, self.mean_patience_s, self.T_s)

    def _view(self) -> dict[str, Any]:
        coordinates = self.built.space.coordinates()
        return {**coordinates, "idle": self.s - coordinates["inbound"] - coordinates["outbound"]}


@dataclass(frozen=True)
class Blending(BlendingModel):
    """``s`` advisors, inbound as a Poisson process, outbound always available; no preemption.

    A freed advisor takes a waiting inbound contact first. After each event the policy starts 0, 1, ... outbound
    contacts with idle advisors. All times are exponential. Rules: ``("reserve_threshold", {"reserve": 4, "p_next":
    0.25})``, ``("progressive", {"reserve": 2})``, ``"no_dial"``.

    Attributes:
        s: Number of advisors, at least 1.
        lambda_per_h: Inbound contacts per hour, at least 0.
        inbound_aht_s: Mean handle time of inbound [s], above 0.
        outbound_aht_s: Mean handle time of outbound [s], above 0.
        mean_patience_s: Mean patience [s]; 0 for infinite patience, which needs an offered load below ``s``.
        T_s: Threshold of the service level [s], at least 0.
        queue_cap: Length at which the queue is truncated; None for one that at most about 1e-13 of the contacts find.
    """

    LIMITS = ("e_wait_s", "p_wait", "sl_T", "p_abandon")

    s: int
    lambda_per_h: float
    inbound_aht_s: float
    outbound_aht_s: float
    mean_patience_s: float = 0.0
    T_s: float = 20.0
    queue_cap: int | None = None

    def __post_init__(self) -> None:
        self._check()
        non_negative("lambda_per_h", self.lambda_per_h)
        if not self.mean_patience_s and self.offered_load >= self.s:
            raise ValueError(
                f"s={self.s} is not allowed: without abandonment it must exceed the offered load, "
                f"{self.offered_load:.6g} erlang"
            )

    @property
    def offered_load(self) -> float:
        """Inbound rate times mean handle time [erlang]."""
        return self.lambda_per_h * self.inbound_aht_s / HOUR_S

    def solve(self, limit: float | Mapping[str, float] | None = None, *, gamma: float = 0.0) -> BlendingOptimum:
        """Maximise the outbound rate, less ``gamma`` times the mean number waiting, within limits.

        Args:
            limit: Limits by measure: upper ones on ``e_wait_s``, ``p_wait`` and ``p_abandon``, a lower one on ``sl_T``.
                A number is a limit on ``e_wait_s`` [s]; None for no limit.
            gamma: Cost of one contact waiting for one hour, in outbound contacts, at least 0.

        Returns:
            The optimum; its policy randomises if a limit binds.

        Raises:
            ValueError: If a limit cannot be met.
        """
        non_negative("gamma", gamma)
        ratios = self.built.ratios
        fields = self._optimum(ratios["outbound_per_h"].numerator - gamma * ratios["lq"].numerator, limit)
        targets, pure = max((_targets(self.s, part) for part in fields["parts"]), key=lambda shape: sum(shape[0]))
        return BlendingOptimum(
            **fields,
            target_busy_by_inbound_in_service=targets,
            optimal_c_at_empty=targets[0],
            optimal_is_pure_threshold_in_busy=pure,
        )

    @cached_property
    def built(self) -> Built:
        """Events, choices and measures."""
        return self._built((self.lambda_per_h,))

    def _centre(self) -> dict[str, Any]:
        return blended_centre(self.s, self._queue(self.lambda_per_h), campaign_of(self.outbound_aht_s))


def decay(s: int, lambda_per_h: float, inbound_aht_s: float, outbound_aht_s: float) -> float:
    """Ratio of the probabilities of two neighbouring lengths of a long queue while all advisors are at work.

    With j outbound in service a queue grows at rate ``lambda`` and shrinks at ``(s - j) mu_in``; the phase ends at rate
    ``j mu_out``. The ratio of phase j is the smaller root ``r`` of
    ``lambda - (lambda + (s - j) mu_in + j mu_out) r + (s - j) mu_in r^2 = 0``. The largest ratio of all phases counts.
    """
    hour_in, hour_out = HOUR_S / inbound_aht_s, HOUR_S / outbound_aht_s
    j = np.arange(s + 1)
    down, end = (s - j) * hour_in, j * hour_out
    b = lambda_per_h + down + end
    return float(np.max(2 * lambda_per_h / (b + np.sqrt(b * b - 4 * lambda_per_h * down))))


def _targets(s: int, policy: PolicyMap) -> tuple[tuple[int, ...], bool]:
    """Number at work after the decision by inbound in service, and whether one threshold describes the whole policy."""
    _, i, j, _ = policy.states.T
    start = policy.likeliest()[:, 0]
    after = i + j + start
    threshold = int(after[(i == 0) & (j == 0)][0])
    targets = tuple(int(after[(i == k) & (j == 0)][0]) for k in range(s + 1))
    return targets, bool(np.array_equal(start, np.maximum(threshold - i - j, 0)))
