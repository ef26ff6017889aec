"""Outbound campaigns: lists of leads, how they are dialed, and what comes of it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from ccenv.scenarios.schema.base import (
    Count,
    Node,
    NonNegative,
    Positive,
    PositiveCount,
    Probability,
    ProbabilityProfile,
)
from ccenv.scenarios.schema.calling_rules import CallingRules, Compliance
from ccenv.scenarios.schema.dists import Never, Time
from ccenv.sim.state.codes import Mix, RetryOrder
from ccenv.sim.state.layout import ATTEMPT_NUMBERS, CONTACT_NUMBERS

Factors = Annotated[list[NonNegative], msgspec.Meta(min_length=1, max_length=ATTEMPT_NUMBERS)]
BY_NUMBER = msgspec.Meta(min_length=1, max_length=CONTACT_NUMBERS)
MOST_ATTEMPTS = 100  # of one lead
LocalOffset = Annotated[float, msgspec.Meta(ge=-43_200.0, le=43_200.0)]


class Detector(Node, frozen=True):
    """Errors of answering-machine detection: a person taken for a machine, a machine taken for a person."""

    p_false_positive: Probability = 0.0
    p_machine_passed: Probability = 0.0


class RingDists(Node, frozen=True):
    """Ring times by outcome: a person (recognised or not), a machine (recognised or not), busy, invalid, nobody."""

    person: Time
    machine: Time = 0.0
    busy: Time = 0.0
    invalid: Time = 0.0
    no_answer: Time = 0.0


class Segment(Node, frozen=True):
    """A part of a campaign's list: leads that are alike.

    `size`: leads. What is left out is the campaign's: `p_answer` by slot, `by_attempt`, `sale_value`. `propensity`
    multiplies `p_sale`. `zone_s` is added to the centre's time to get local time. `p_consent` and `p_do_not_call`:
    shares of leads that have consented, and that are on a do-not-call list. `score`, `weight`: for the order of
    dialing. `value_left`: the worth of a lead that is not closed when the run is over.
    """

    size: Count | Literal["unlimited"]
    p_answer: ProbabilityProfile | None = None
    by_attempt: Factors | None = None
    propensity: NonNegative = 1.0
    sale_value: NonNegative | None = None
    zone_s: LocalOffset = 0.0
    p_consent: Probability = 1.0
    p_do_not_call: Probability = 0.0
    score: float = 0.0
    weight: Positive = 1.0
    value_left: NonNegative = 0.0


class DialOrder(Node, frozen=True):
    """Which lead is dialed next.

    `retries`: the order of leads that may be dialed again. `mix`: from which segment a fresh lead comes. If there are
    both, every `fresh_every`-th is fresh: 1 takes fresh ones as long as there are any, 0 only if there is no retry.
    """

    retries: RetryOrder = "due"
    fresh_every: Count = 1
    mix: Mix = "in_order"


class Retries(Node, frozen=True):
    """After which outcomes a lead is dialed again, and how much later; at most `max_attempts` attempts in all.

    `machine`: recognised as one, or passed and joined. `talked`: a talk without the goal.
    """

    max_attempts: Annotated[int, msgspec.Meta(ge=1, le=MOST_ATTEMPTS)]
    no_answer: Time | None = None
    busy: Time | None = None
    machine: Time | None = None
    dropped: Time | None = None
    hung_up: Time | None = None
    talked: Time | None = None


class AgreedCallback(Node, frozen=True):
    """A person reached at a bad moment agrees, with probability `p`, to be called `after_s` later.

    It goes before all other leads, and is kept if dialed within `window_s` of that time. The probability of an answer
    is multiplied by `answer_factor`.
    """

    p: Probability
    after_s: Time
    window_s: NonNegative = 900.0
    answer_factor: NonNegative = 1.0


class FollowUp(Node, frozen=True):
    """What becomes of a promise or an appointment `after_s` later: kept with probability `p_kept`, else broken.

    Its value counts when it is kept. `retry_broken`: a broken one goes back to the list.
    """

    p_kept: Probability
    after_s: Time
    retry_broken: bool = False


class Campaign(Node, frozen=True):
    """An outbound list and how it is dialed.

    The outcome is drawn at the end of ringing: a live person answers with `p_answer` of that slot (times `by_attempt`
    of the attempt's number, the last value holds beyond), else a machine, busy, invalid, else nobody. With
    `ring_s_by_outcome` in place of `ring_s` it is drawn at the dial. `p_sale[k]` is the probability that a person
    joined for the k + 1st time does what the campaign is for, its `goal` (the last value holds beyond), and
    `contact_number[k]` the share of leads of which the first talk is talk number k + 1. `sale_value` is the mean value
    of a goal; values vary with `value_cv`, and with the handle time by `value_handle_correlation`.
    """

    p_answer: ProbabilityProfile
    handle_s: Time
    ring_s: Time = 0.0
    ring_s_by_outcome: RingDists | None = None
    by_attempt: Factors = msgspec.field(default_factory=lambda: [1.0])
    p_machine: Probability = 0.0
    p_busy: Probability = 0.0
    p_invalid: Probability = 0.0
    detector: Detector = Detector()
    reserves: bool = False
    max_lines: PositiveCount = 1_000_000
    leads: Count | Literal["unlimited"] = "unlimited"
    segments: dict[str, Segment] = {}
    order: DialOrder = DialOrder()
    retries: Retries | None = None
    agreed_callback: AgreedCallback | None = None
    drop_after_s: Time = 0.0
    hang_up_s: Time = msgspec.field(default_factory=Never)
    goal: Literal["sale", "appointment", "promise", "survey"] = "sale"
    follow_up: FollowUp | None = None
    p_stop: Probability = 0.0
    handle_sale_s: Time | None = None
    handle_machine_s: Time = 0.0
    wrap_up_s: Time = 0.0
    p_sale: Probability | Annotated[list[Probability], BY_NUMBER] = 0.0
    contact_number: Annotated[list[NonNegative], BY_NUMBER] = msgspec.field(default_factory=lambda: [1.0])
    sale_value: NonNegative = 0.0
    value_cv: NonNegative = 0.0
    value_handle_correlation: Annotated[float, msgspec.Meta(ge=-1.0, le=1.0)] = 0.0
    value_left: NonNegative = 0.0
    dial_from_s: NonNegative = 0.0
    dial_until_s: NonNegative = 86_400.0
    dial_ladder: Annotated[list[PositiveCount], msgspec.Meta(min_length=1, max_length=8)] = msgspec.field(
        default_factory=lambda: [1, 2, 4, 8, 16]
    )
    calling_rules: CallingRules = CallingRules()
    drop_limit: Probability = 0.03
    compliance: Compliance | str = "run_total"
    greeting_s: NonNegative = 0.0
    line_cost_per_hour: NonNegative = 0.0
    drop_penalty: NonNegative = 0.0
