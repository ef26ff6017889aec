"""Blending and pacing together: inbound served first, outbound dialed ahead, limits on drops and abandonment."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ccenv.theory._checks import non_negative, positive, whole
from ccenv.theory.mdp import Events, Space, steps
from ccenv.theory.models._model import Built, Optimum, Ratio
from ccenv.theory.models._modes import HOUR_S
from ccenv.theory.models._ringing import Dialing, ringing_cap
from ccenv.theory.models._rules import PACING_RULES
from ccenv.theory.models._scenarios import blended_centre, campaign_of, queue_of
from ccenv.theory.models._tails import patient_cap, unlimited_cap
from ccenv.theory.models.blending import decay

__all__ = ["BlendedPacing", "BlendedPacingMeasures", "BlendedPacingOptimum"]


@dataclass(frozen=True)
class BlendedPacingMeasures:
    """Measures of a policy.

    Attributes:
        connects_per_h: Answered dials joined to an advisor, per hour.
        drop_rate: Answered dials that find no idle advisor, over all answered dials.
        inbound_abandon: Probability that an inbound contact abandons.
        inbound_p_wait: Probability that an inbound contact has to wait.
        e_wait_s: Mean wait of all inbound contacts, abandoned ones and zeros included [s].
        utilisation: Share of the advisors' time spent at work.
        p_max_ringing: Share of the time with `max_ringing` lines ringing; if 0, the cap has no effect.
        p_cut: Probability that an inbound contact is lost because the queue is truncated.
    """

    connects_per_h: float
    drop_rate: float
    inbound_abandon: float
    inbound_p_wait: float
    e_wait_s: float
    utilisation: float
    p_max_ringing: float
    p_cut: float


@dataclass(frozen=True)
class BlendedPacingOptimum(Optimum):
    """The best policy under the names of the reference table.

    Attributes:
        optimal_connects_per_h: Connects per hour.
        multiplier_drop: Connects per hour gained by one drop per hour more than the limit allows.
        multiplier_abandon: Connects per hour gained by one unit more of the limit on the abandonment probability.
    """

    optimal_connects_per_h: float
    multiplier_drop: float
    multiplier_abandon: float


@dataclass(frozen=True)
class BlendedPacing(Dialing):
    """``s`` advisors, inbound with patience, and an unlimited list that is dialed ahead.

    A freed advisor takes a waiting inbound contact first. An answered dial is joined to an idle advisor at once or
    dropped. After each event the policy dials 0, 1, ... lines; ringing dials are never cancelled. All times are
    exponential. The rules are those of `Pacing`.

    Attributes:
        s: Number of advisors, at least 1.
        lambda_per_h: Inbound contacts per hour, at least 0.
        inbound_aht_s: Mean handle time of inbound [s], above 0.
        patience_s: Mean patience [s]; 0 for infinite patience, which needs an offered load below ``s``.
        outbound_aht_s: Mean handle time of outbound [s], above 0.
        ring_s: Mean ring time [s], above 0.
        answer_prob: Probability that a dial is answered, in (0, 1].
        max_ringing: Largest number of lines ringing; None for a cap that grows until policies do not reach it.
        queue_cap: Length at which the queue is truncated; None for one that at most about 1e-13 of the contacts find.
    """

    MEASURES = BlendedPacingMeasures
    LIMITS = ("inbound_abandon", "drop_rate", "inbound_p_wait", "e_wait_s")
    RULES = PACING_RULES

    s: int
    lambda_per_h: float
    inbound_aht_s: float
    patience_s: float
    outbound_aht_s: float
    ring_s: float
    answer_prob: float
    max_ringing: int | None = None
    queue_cap: int | None = None

    def __post_init__(self) -> None:
        whole("s", self.s)
        for name in ("inbound_aht_s", "outbound_aht_s", "ring_s", "answer_prob"):
            positive(name, getattr(self, name))
        for name in ("lambda_per_h", "patience_s"):
            non_negative(name, getattr(self, name))
        for name in ("max_ringing", "queue_cap"):
            if getattr(self, name) is not None:
                whole(name, getattr(self, name))
        if self.answer_prob > 1:
            raise ValueError(f"answer_prob={self.answer_prob!r} is not allowed: it must be a number in (0, 1]")
        if not self.patience_s and self.inbound_load >= self.s:
            raise ValueError(f"s={self.s} is not allowed: without abandonment it must exceed the offered load")

    @property
    def inbound_load(self) -> float:
        """Inbound rate times mean handle time [erlang]."""
        return self.lambda_per_h * self.inbound_aht_s / HOUR_S

    def solve(
        self, limit: float | Mapping[str, float] | None = None, *, drop_limit: float = 0.03
    ) -> BlendedPacingOptimum:
        """Maximise the connects per hour.

        Args:
            limit: Upper limits by measure on ``inbound_abandon``, ``inbound_p_wait``, ``e_wait_s`` and ``drop_rate``. A
                number is a limit on ``inbound_abandon``; None for none besides the drop limit.
            drop_limit: Upper limit on ``drop_rate``, unless `limit` names another.

        Returns:
            The optimum; its policy randomises if a limit binds.

        Raises:
            ValueError: If a limit cannot be met.
        """
        named = {"inbound_abandon": float(limit)} if isinstance(limit, int | float) else dict(limit or {})
        fields = self._best("connects_per_h", {"drop_rate": drop_limit, **named})
        return BlendedPacingOptimum(
            **fields,
            optimal_connects_per_h=fields["result"].connects_per_h,
            multiplier_drop=fields["multipliers"]["drop_rate"],
            multiplier_abandon=fields["multipliers"].get("inbound_abandon", 0.0),
        )

    @cached_property
    def built(self) -> Built:
        """Events, choices and measures."""
        most, longest, s = self._max_ringing(), self._queue_cap(), self.s
        space = Space(
            {"inbound": s + 1, "outbound": s + 1, "ringing": most + 1, "waiting": longest + 1},
            lambda c: (c["inbound"] + c["outbound"] <= s) & ((c["waiting"] == 0) | (c["inbound"] + c["outbound"] == s)),
        )
        i, j, m, q = space.states.T
        free, next_ = i + j < s, (q > 0).astype(int)
        fits, rate = free | (q < longest), np.full(len(space), float(self.lambda_per_h))
        end = m * HOUR_S / self.ring_s
        answered = end * self.answer_prob
        leave = q * HOUR_S / self.patience_s if self.patience_s else np.zeros(len(space))
        events = Events(space)
        events.add(fits, rate, inbound=free.astype(int), waiting=(~free).astype(int))
        events.add(i > 0, i * HOUR_S / self.inbound_aht_s, inbound=next_ - 1, waiting=-next_)
        events.add(j > 0, j * HOUR_S / self.outbound_aht_s, outbound=-1, inbound=next_, waiting=-next_)
        events.add(q > 0, leave, waiting=-1)
        events.add((m > 0) & free, answered, ringing=-1, outbound=1)
        events.add(m > 0, np.where(free, end - answered, end), ringing=-1)
        owner, to, dial = steps(space, "ringing", most - m)
        offered = self.lambda_per_h or 1.0
        ratios = {
            "connects_per_h": Ratio(answered * free),
            "drop_rate": Ratio(answered * ~free, answered),
            "inbound_abandon": Ratio(leave, offered),
            "inbound_p_wait": Ratio(rate * ~free, offered),
            "e_wait_s": Ratio(q * HOUR_S, offered),
            "utilisation": Ratio((i + j) / s),
            "p_max_ringing": Ratio((m == most).astype(float)),
            "p_cut": Ratio(rate * ~fits, offered),
        }
        return Built(space, events.process(owner, to), dial[:, None], ratios)

    def _max_ringing(self) -> int:
        return self.max_ringing or ringing_cap(self.s, self.answer_prob, self.ring_s, self.outbound_aht_s)

    def _queue_cap(self) -> int:
        if self.queue_cap is not None:
            return self.queue_cap
        if self.patience_s:
            return patient_cap(self.lambda_per_h * self.patience_s / HOUR_S)
        return unlimited_cap(decay(self.s, self.lambda_per_h, self.inbound_aht_s, self.outbound_aht_s))

    def _centre(self) -> dict[str, Any]:
        queue = queue_of(self.lambda_per_h, self.inbound_aht_s, self.patience_s)
        return blended_centre(self.s, queue, campaign_of(self.outbound_aht_s, self.ring_s, self.answer_prob))

    def _view(self) -> dict[str, Any]:
        coordinates = self.built.space.coordinates()
        idle = self.s - coordinates["inbound"] - coordinates["outbound"]
        return {**coordinates, "idle": idle, "soon": coordinates["inbound"] + coordinates["outbound"]}
