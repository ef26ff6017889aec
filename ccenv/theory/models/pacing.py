"""Pacing of outbound dials: maximise connects within a limit on drops."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ccenv.theory._checks import non_negative, positive, whole
from ccenv.theory.models._model import Built, Optimum
from ccenv.theory.models._modes import HOUR_S
from ccenv.theory.models._pacing_process import build_pacing
from ccenv.theory.models._ringing import Dialing, ringing_cap
from ccenv.theory.models._rules import PACING_RULES
from ccenv.theory.models._scenarios import blended_centre, campaign_of
from ccenv.theory.models._tails import patient_cap

__all__ = ["Pacing", "PacingMeasures", "PacingModel", "PacingOptimum"]


@dataclass(frozen=True)
class PacingMeasures:
    """Measures of a policy.

    Attributes:
        connects_per_h: Answered dials joined to an advisor, per hour.
        drops_per_h: Answered dials dropped, per hour.
        drop_rate: Drops over answered dials (connects and drops).
        utilisation: Share of the advisors' time spent talking or wrapping up.
        mean_ringing: Mean number of lines ringing.
        p_max_ringing: Share of the time with `max_ringing` lines ringing; if 0, the cap has no effect.
    """

    connects_per_h: float
    drops_per_h: float
    drop_rate: float
    utilisation: float
    mean_ringing: float
    p_max_ringing: float


@dataclass(frozen=True)
class PacingOptimum(Optimum):
    """The best policy under the names of the reference table.

    Attributes:
        optimal_connects_per_h: Connects per hour.
        optimal_utilisation: Share of the advisors' time spent at work.
        multiplier_connects_per_excess_drop: Connects per hour gained by one drop per hour more than the limit allows.
    """

    optimal_connects_per_h: float
    optimal_utilisation: float
    multiplier_connects_per_excess_drop: float


class PacingModel(Dialing):
    """Common part of pacing with a constant or a switching answer probability; see the attributes of `Pacing`."""

    MEASURES = PacingMeasures
    LIMITS = ("drop_rate",)
    RULES = PACING_RULES

    n: int
    ring_s: float
    talk_s: float
    grace_s: float
    observed_wrap_s: float
    waiting_cap: int | None

    def _check(self) -> None:
        whole("n", self.n)
        for name in ("ring_s", "talk_s"):
            positive(name, getattr(self, name))
        for name in ("grace_s", "observed_wrap_s"):
            non_negative(name, getattr(self, name))
        if self.observed_wrap_s >= self.talk_s:
            raise ValueError(f"observed_wrap_s={self.observed_wrap_s!r} is not allowed: it must be below talk_s")
        if self.max_ringing is not None:
            whole("max_ringing", self.max_ringing)
        if self.waiting_cap is not None:
            whole("waiting_cap", self.waiting_cap, least=1 if self.grace_s else 0)

    def _built(self, answer_prob: Sequence[float], mean_s: Sequence[float] = ()) -> Built:
        """Events, choices and measures."""
        most = self.max_ringing or ringing_cap(self.n, min(answer_prob), self.ring_s, self.talk_s)
        answered = most * max(answer_prob) / self.ring_s
        return build_pacing(
            self.n,
            answer_prob,
            self.ring_s,
            self.talk_s - self.observed_wrap_s,
            self.grace_s,
            self.observed_wrap_s,
            most,
            self.waiting_cap or (patient_cap(answered * self.grace_s) if self.grace_s else 0),
            mean_s,
        )

    def _campaign(self, answer_prob: float) -> dict[str, Any]:
        return campaign_of(self.talk_s, self.ring_s, answer_prob, self.grace_s, self.observed_wrap_s)

    def _view(self) -> dict[str, Any]:
        coordinates = self.built.space.coordinates()
        soon = coordinates["wrap_up"] if self.observed_wrap_s else coordinates["talking"]
        return {**coordinates, "idle": self.n - coordinates["talking"] - coordinates["wrap_up"], "soon": soon}


@dataclass(frozen=True)
class Pacing(PacingModel):
    """``n`` advisors and an unlimited list. A dial rings and is answered or not; ringing dials are never cancelled.

    An answered dial is joined to an idle advisor. If none is idle it waits, is served first by the next free advisor,
    and is dropped after its grace time. After each event the policy dials 0, 1, ... lines. All times are exponential.

    Rules: ``"progressive_unreserved"``, ``("fixed_ratio", {"ratio": 1.7, "rounding": "random"})``,
    ``("max0", {"k": 2.1, "c": 1})``, ``("constant_lines", {"n": 5})``, ``("dial_x_free", {"kappa": 2, "s_t": 3,
    "when": "event"})`` and ``("idle_and_soon", {"k": 2, "beta": 0.1, "c": 0})``. The target of the last is
    ``k * (idle + beta * soon) - c``. ``soon`` is the number of advisors in wrap-up or, without wrap-up, talking.

    Attributes:
        n: Number of advisors, at least 1.
        answer_prob: Probability that a dial is answered, in (0, 1].
        ring_s: Mean ring time [s], above 0.
        talk_s: Mean handle time [s], wrap-up included, above 0.
        grace_s: Mean time that an answered dial waits [s], at least 0.
        observed_wrap_s: Mean wrap-up [s], part of the handle time; 0 if there is none or a policy cannot tell it from
            talk.
        max_ringing: Largest number of lines ringing; None for a cap that grows until policies do not reach it.
        waiting_cap: Largest number of connects waiting; None for one that is exceeded in at most 1e-14 of the time.
    """

    n: int
    answer_prob: float
    ring_s: float
    talk_s: float
    grace_s: float = 0.0
    observed_wrap_s: float = 0.0
    max_ringing: int | None = None
    waiting_cap: int | None = None

    def __post_init__(self) -> None:
        self._check()
        if positive("answer_prob", self.answer_prob) > 1:
            raise ValueError(f"answer_prob={self.answer_prob!r} is not allowed: it must be a number in (0, 1]")

    @property
    def perfect_connects_per_h(self) -> float:
        """Connects per hour if advisors were never idle."""
        return self.n * HOUR_S / self.talk_s

    def solve(self, limit: float | Mapping[str, float] | None = 0.03) -> PacingOptimum:
        """Maximise the connects per hour.

        Args:
            limit: Upper limit on ``drop_rate``, as a number or by name; None for no limit, with `max_ringing` only.

        Returns:
            The optimum; its policy randomises if the limit binds.

        Raises:
            ValueError: If the limit is not allowed, or the optimum reaches the cap on lines and `max_ringing` is None.
        """
        fields = self._best("connects_per_h", limit)
        return PacingOptimum(
            **fields,
            optimal_connects_per_h=fields["result"].connects_per_h,
            optimal_utilisation=fields["result"].utilisation,
            multiplier_connects_per_excess_drop=fields["multipliers"].get("drop_rate", 0.0),
        )

    @cached_property
    def built(self) -> Built:
        """Events, choices and measures."""
        return self._built((self.answer_prob,))

    def _centre(self) -> dict[str, Any]:
        return blended_centre(self.n, None, self._campaign(self.answer_prob))
