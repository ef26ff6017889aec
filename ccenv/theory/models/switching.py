"""Blending and pacing with a load or answer probability that switches between two observed modes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ccenv.theory._checks import non_negative, positive
from ccenv.theory.models._model import Built, Optimum
from ccenv.theory.models._modes import HOUR_S, mode_shares
from ccenv.theory.models._scenarios import blended_centre, campaign_of, modes_of
from ccenv.theory.models.blending import BlendingModel
from ccenv.theory.models.pacing import PacingModel

__all__ = ["SwitchingBlending", "SwitchingOptimum", "SwitchingPacing"]


@dataclass(frozen=True)
class SwitchingOptimum(Optimum):
    """The best policy under the names of the reference table.

    Attributes:
        objective_per_h: Outbound contacts (blending) or connects (pacing) per hour.
        constraint_value: The first limited measure under the best policy; None without a limit.
    """

    objective_per_h: float
    constraint_value: float | None


@dataclass(frozen=True)
class SwitchingBlending(BlendingModel):
    """`Blending` with an arrival rate that switches between two modes; the policy observes the mode.

    A switch is an event, after which the policy decides. The rules are those of `Blending`; a list of two rules holds
    one for each mode.

    Attributes:
        s: Number of advisors, at least 1.
        lambda_per_h: Inbound contacts per hour in each mode, at least 0.
        inbound_aht_s: Mean handle time of inbound [s], above 0.
        outbound_aht_s: Mean handle time of outbound [s], above 0.
        mean_patience_s: Mean patience [s]; 0 for infinite patience, which needs an offered load below ``s`` in each
            mode.
        mean_s: Mean sojourn in each mode [s], above 0.
        T_s: Threshold of the service level [s], at least 0.
        queue_cap: Length at which the queue is truncated; None for one that at most about 1e-13 of the contacts find.
    """

    LIMITS = ("p_abandon", "e_wait_s", "p_wait", "sl_T")

    s: int
    lambda_per_h: tuple[float, float]
    inbound_aht_s: float
    outbound_aht_s: float
    mean_patience_s: float
    mean_s: tuple[float, float] = (1800.0, 1800.0)
    T_s: float = 20.0
    queue_cap: int | None = None

    def __post_init__(self) -> None:
        self._check()
        _pair("lambda_per_h", self.lambda_per_h, least=0.0)
        _pair("mean_s", self.mean_s)
        if not self.mean_patience_s and max(self.lambda_per_h) * self.inbound_aht_s / HOUR_S >= self.s:
            raise ValueError(f"s={self.s} is not allowed: without abandonment it must exceed the load in each mode")

    def solve(self, limit: float | Mapping[str, float] | None = None) -> SwitchingOptimum:
        """Maximise the outbound rate within limits on averages over both modes.

        Args:
            limit: Limits by measure: upper ones on ``p_abandon``, ``e_wait_s`` and ``p_wait``, a lower one on ``sl_T``.
                A number is a limit on ``p_abandon``; None for no limit.

        Returns:
            The optimum; its policy randomises if a limit binds.

        Raises:
            ValueError: If a limit cannot be met.
        """
        fields = self._optimum(self.built.ratios["outbound_per_h"].numerator, limit)
        return SwitchingOptimum(
            **fields,
            objective_per_h=fields["result"].outbound_per_h,
            constraint_value=_first_limited(fields),
        )

    @cached_property
    def built(self) -> Built:
        """Events, choices and measures."""
        return self._built(self.lambda_per_h, self.mean_s)

    @property
    def mean_lambda_per_h(self) -> float:
        """Long-run inbound contacts per hour."""
        return float(mode_shares(2, self.mean_s) @ self.lambda_per_h)

    def _centre(self) -> dict[str, Any]:
        rate, switching = modes_of(self.mean_s, "arrivals", self.lambda_per_h)
        return blended_centre(self.s, self._queue(rate), campaign_of(self.outbound_aht_s), switching)


@dataclass(frozen=True)
class SwitchingPacing(PacingModel):
    """`Pacing` with an answer probability that switches between two modes; the policy observes the mode.

    The mode at the end of ringing decides whether a dial is answered. A switch is an event, after which the policy
    decides. The rules are those of `Pacing`; a list of two rules holds one for each mode.

    Attributes:
        n: Number of advisors, at least 1.
        answer_prob: Probability that a dial is answered in each mode, in (0, 1].
        ring_s: Mean ring time [s], above 0.
        talk_s: Mean handle time [s], wrap-up included, above 0.
        mean_s: Mean sojourn in each mode [s], above 0.
        grace_s: Mean time that an answered dial waits [s], at least 0.
        observed_wrap_s: Mean wrap-up [s], part of the handle time; 0 if there is none or a policy cannot tell it from
            talk.
        max_ringing: Largest number of lines ringing; None for a cap that grows until policies do not reach it.
        waiting_cap: Largest number of connects waiting; None for one that is exceeded in at most 1e-14 of the time.
    """

    n: int
    answer_prob: tuple[float, float]
    ring_s: float
    talk_s: float
    mean_s: tuple[float, float] = (1800.0, 1800.0)
    grace_s: float = 0.0
    observed_wrap_s: float = 0.0
    max_ringing: int | None = None
    waiting_cap: int | None = None

    def __post_init__(self) -> None:
        self._check()
        _pair("mean_s", self.mean_s)
        _pair("answer_prob", self.answer_prob)
        if max(self.answer_prob) > 1:
            raise ValueError(f"answer_prob={self.answer_prob!r} is not allowed: it must be two numbers in (0, 1]")

    def solve(self, limit: float | Mapping[str, float] | None = 0.03) -> SwitchingOptimum:
        """Maximise the connects per hour within a limit on the average over both modes.

        Args:
            limit: Upper limit on ``drop_rate``, as a number or by name; None for no limit, with `max_ringing` only.

        Returns:
            The optimum; its policy randomises if the limit binds.

        Raises:
            ValueError: If the limit is not allowed, or the optimum reaches the cap on lines and `max_ringing` is None.
        """
        fields = self._best("connects_per_h", limit)
        return SwitchingOptimum(
            **fields,
            objective_per_h=fields["result"].connects_per_h,
            constraint_value=_first_limited(fields),
        )

    @cached_property
    def built(self) -> Built:
        """Events, choices and measures."""
        return self._built(self.answer_prob, self.mean_s)

    def _centre(self) -> dict[str, Any]:
        answer_prob, switching = modes_of(self.mean_s, "answers", self.answer_prob)
        return blended_centre(self.n, None, self._campaign(answer_prob), switching)


def _pair(name: str, values: tuple[float, float], least: float | None = None) -> None:
    if not isinstance(values, tuple | list) or len(values) != 2:
        raise ValueError(f"{name}={values!r} is not allowed: it must be two numbers, one for each mode")
    for value in values:
        if least is None:
            positive(name, value)
        else:
            non_negative(name, value)


def _first_limited(fields: Mapping[str, Any]) -> float | None:
    names = list(fields["multipliers"])
    return float(getattr(fields["result"], names[0])) if names else None
