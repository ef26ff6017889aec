"""Pacing of outbound dials: as many connects as possible with few of them dropped."""

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
    """What a policy achieves.

    Attributes:
        connects_per_h: Answered dials that came to an advisor, per hour.
        drops_per_h: Answered dials that did not, per hour.
        drop_rate: Drops over answered dials (connects and drops).
        utilisation: Share of the advisors' time spent talking or wrapping up.
        mean_ringing: Mean number of lines ringing.
        p_max_ringing: Share of the time with `max_ringing` lines ringing: none if the cap changes nothing.
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
        multiplier_connects_per_excess_drop: Connects per hour for one more dropped per hour than the limit allows.
    """

    optimal_connects_per_h: float
    optimal_utilisation: float
    multiplier_connects_per_excess_drop: float


class PacingModel(Dialing):
    """What pacing has in common whether the answer probability switches or not; see the attributes of `Pacing`."""

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
        """Events, choices and measures, written out."""
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
    """``n`` advisors and a list without end; a dial rings, is answered or not, and ringing dials are never cancelled.

    An answered dial is joined to an idle advisor, else it waits, is served first when one is freed, and is dropped
    after its grace. After each event the policy dials 0, 1, ... lines. All times are exponential.
    Rules: ``"progressive_unreserved"``, ``("fixed_ratio", {"ratio": 1.7, "rounding": "random"})``,
    ``("max0", {"k": 2.1, "c": 1})``, ``("constant_lines", {"n": 5})``, ``("dial_x_free", {"kappa": 2, "s_t": 3,
    "when": "event"})`` and ``("predictive", {"k": 2, "beta": 0.1, "c": 0})``, whose target is
    ``k * (idle + beta * soon) - c``, ``soon`` being advisors in wrap-up or, without wrap-up, talking.

    Attributes:
        n: Number of advisors, at least 1.
        answer_prob: Probability that a dial is answered, in (0, 1].
        ring_s: Mean ring time [s], above 0.
        talk_s: Mean handle time [s], wrap-up included, above 0.
        grace_s: Mean time that an answered dial waits [s], at least 0.
        observed_wrap_s: Mean wrap-up, of the handle time [s]; 0 for none, or none that a policy could tell from talk.
        max_ringing: Largest number of lines ringing; None for one that no policy comes to, found on
            the way.
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
        """Connects per hour of advisors that are never idle."""
        return self.n * HOUR_S / self.talk_s

    def solve(self, limit: float | Mapping[str, float] | None = 0.03) -> PacingOptimum:
        """The most connects per hour.

        Args:
            limit: Upper limit on ``drop_rate``, as a number or by name; None for no limit.

        Returns:
            The optimum; its policy randomises where the limit binds.

        Raises:
            ValueError: If the limit is not allowed.
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
        """Events, choices and measures, written out."""
        return self._built((self.answer_prob,))

    def _centre(self) -> dict[str, Any]:
        return blended_centre(self.n, None, self._campaign(self.answer_prob))
