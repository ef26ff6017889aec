"""Outbound campaigns: lists of leads, dialing, outcomes and goals."""

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

Reserves = bool | Literal["either"]
Factors = Annotated[list[NonNegative], msgspec.Meta(min_length=1, max_length=ATTEMPT_NUMBERS)]
BY_NUMBER = msgspec.Meta(min_length=1, max_length=CONTACT_NUMBERS)
MOST_ATTEMPTS = 100  # of a lead
LocalOffset = Annotated[float, msgspec.Meta(ge=-86_400.0, le=86_400.0)]


class Detector(Node, frozen=True):
    """Answering-machine detection: its errors, and the time that it takes.

    `p_false_positive`: share of persons taken for machines. `p_machine_passed`: share of machines taken for persons.
    `decide_s`: time from the answer to the decision. No connect is joined before it; a person may hang up meanwhile.
    """

    p_false_positive: Probability = 0.0
    p_machine_passed: Probability = 0.0
    decide_s: Time = 0.0


class RingDists(Node, frozen=True):
    """Ring times by outcome.

    `person` and `machine`: recognised or not. `busy`: a busy line. `invalid`: a number out of use. `no_answer`: nobody
    answers.
    """

    person: Time
    machine: Time = 0.0
    busy: Time = 0.0
    invalid: Time = 0.0
    no_answer: Time = 0.0


class Segment(Node, frozen=True):
    """A part of a campaign's list: `size` leads with the same parameters.

    `p_answer` by slot, `by_attempt`, `sale_value` and `p_right_party` default to the campaign's. `propensity`
    multiplies `p_sale`. Local time is the centre's time plus `zone_s`. Or `zone` names a time zone of the IANA data
    base, and its offset is looked up for each day; this needs `clock.start_date` and `clock.zone`. `p_consent` and
    `p_do_not_call`: shares of leads that have consented and that are on a do-not-call list. `score` and `weight`
    determine the order of dialing. `value_left`: value of a lead that is not closed at the end of the run.
    """

    size: Count | Literal["unlimited"]
    p_answer: ProbabilityProfile | None = None
    by_attempt: Factors | None = None
    propensity: NonNegative = 1.0
    sale_value: NonNegative | None = None
    p_right_party: Probability | None = None
    zone_s: LocalOffset = 0.0
    zone: str | None = None
    p_consent: Probability = 1.0
    p_do_not_call: Probability = 0.0
    score: float = 0.0
    weight: Positive = 1.0
    value_left: NonNegative = 0.0


class DialOrder(Node, frozen=True):
    """Order in which leads are dialed.

    `retries`: order of the leads that may be dialed again. `mix`: choice of the segment of a fresh lead. If retries and
    fresh leads are available, every `fresh_every`-th dial is fresh: 1 dials fresh leads first, 0 dials retries first.
    """

    retries: RetryOrder = "due"
    fresh_every: Count = 1
    mix: Mix = "in_order"


class Retries(Node, frozen=True):
    """Delay until a lead is dialed again, by outcome of the last attempt; None: not dialed again.

    A lead has at most `max_attempts` attempts. `no_answer`, `busy`, `dropped` and `hung_up` are outcomes of that name.
    `machine`: recognised as one, or taken for a person and joined.
    `talked`: a talk that did not reach the goal. `wrong_party`: a talk with somebody else than the lead.
    """

    max_attempts: Annotated[int, msgspec.Meta(ge=1, le=MOST_ATTEMPTS)]
    no_answer: Time | None = None
    busy: Time | None = None
    machine: Time | None = None
    dropped: Time | None = None
    hung_up: Time | None = None
    talked: Time | None = None
    wrong_party: Time | None = None


class AgreedCallback(Node, frozen=True):
    """A callback: a person reached at a bad moment agrees, with probability `p`, to be called `after_s` later.

    Its lead is dialed before all others. The callback is kept if the lead is dialed within `window_s` of the agreed
    time. The probability of an answer is multiplied by `answer_factor`.
    """

    p: Probability
    after_s: Time
    window_s: NonNegative = 900.0
    answer_factor: NonNegative = 1.0


class FollowUp(Node, frozen=True):
    """Outcome of a promise or an appointment after `after_s`: kept with probability `p_kept`, else broken.

    Its value counts when it is kept. `retry_broken`: a lead with a broken promise returns to the list.
    """

    p_kept: Probability
    after_s: Time
    retry_broken: bool = False


class ReturnShares(Node, frozen=True):
    """Probability that a lead calls in after an attempt, by its outcome; the outcomes are those of `retries`.

    `no_answer`: nobody answered. `machine`: the detector took the answer for a machine. `dropped`: no advisor took the
    connect in time. `hung_up`: the person hung up while waiting for an advisor.
    """

    no_answer: Probability = 0.0
    machine: Probability = 0.0
    dropped: Probability = 0.0
    hung_up: Probability = 0.0


class ReturnCalls(Node, frozen=True):
    """Calls of leads that were dialed in vain: the person sees a missed call and calls in.

    After an attempt that ended with an outcome of `p_by_outcome` the lead calls in with that probability, `delay_s` of
    opening time later, unless it is dialed again before. The call enters at the queue named `queue`, through trunks and
    IVR as any of its contacts. Its number is matched with the list: an advisor with the skill for the campaign handles
    it with the campaign's handle time, wrap-up and goal; any other advisor of the queue as a contact of the queue,
    without a goal. While the call is in the centre the lead cannot be dialed. A talk counts as the talk of an attempt
    for what follows; a call that reaches no advisor gives the lead back to its list.

    Modelling choice. That called persons call back, and that centres route such calls by the number, is documented by
    makers of dialers; shares and delays are the centre's own.
    """

    queue: str
    p_by_outcome: ReturnShares
    delay_s: Time = 1_800.0


class Campaign(Node, frozen=True):
    """An outbound campaign: a list of leads and the way it is dialed.

    The outcome of a dial is drawn at the end of ringing, with `ring_s_by_outcome` at the dial: a person answers with
    `p_answer` of the slot times `by_attempt` of the attempt's number; else a machine, busy, an invalid number, else no
    answer. `p_sale[k]` is the probability that a person joined for the (k + 1)-th time reaches the campaign's `goal`.
    The last values of `by_attempt` and `p_sale` hold for all higher numbers. `contact_number[k]` is the share of leads
    whose first talk in the run is their (k + 1)-th. `sale_value` is the mean value of a goal and `value_cv` its
    coefficient of variation; `value_handle_correlation` correlates it with the handle time. `max_lines`:
    most lines in use at once; by default the smaller of the trunks and four times the advisors with the skill.
    `p_right_party`: probability that a joined person is the one on the list, drawn anew by each attempt. Somebody else
    does not reach the goal, is talked to for `handle_wrong_party_s` (by default `handle_s`), agrees to no callback and
    asks for no end of calls. Such a talk is none with the lead, so `quiet_after_talk_s` does not follow; each dial
    counts for the caps.

    `detector`: errors and time of answering-machine detection, or `none`: all machines reach advisors, and nobody is
    taken for one. `reserves` says whether each attempt has a reserved advisor (true), none has one (false), or each
    dial decides (`either`).

    `leads`: size of the list if there are no `segments`. `segments`: parts of the list with values of their own.
    `value_left`: as in a segment, for a list without segments. `ring_s`: time until the outcome of an attempt.
    `p_machine`, `p_busy` and `p_invalid`: probabilities of these outcomes of an attempt. `handle_s`: talk time of a
    joined connect that does not reach the goal; `handle_sale_s`: of one that does, by default the same;
    `handle_machine_s`: advisor time for a machine taken for a person. `wrap_up_s`: work of the advisor after the talk.
    `p_stop`: probability that a talk without a goal ends in the request not to be called again. `drop_after_s`: time
    for which a connect waits for an advisor before it is dropped; 0: it is dropped at once. `hang_up_s`: time after
    which a waiting person hangs up. `greeting_s`: length of the greeting, from which some definitions of the dropped
    share count. `drop_limit`: largest allowed dropped share, from 0 to 1. `compliance`: definition of the dropped
    share, by name or by its own parameters. The campaign dials from `dial_from_s` to `dial_until_s` seconds after
    midnight, on the centre's clock. `dial_ladder`: numbers of lines that one action may dial. `line_cost_per_hour`:
    price of a line in use, in units of value. `drop_penalty`: cost of a dropped connect in the KPIs, in units of value.

    `handle_by_slot`: relative handle times by the slot in which the talk begins, divided by their mean over the slots.
    """

    p_answer: ProbabilityProfile
    handle_s: Time
    ring_s: Time = 0.0
    ring_s_by_outcome: RingDists | None = None
    by_attempt: Factors = msgspec.field(default_factory=lambda: [1.0])
    p_machine: Probability = 0.0
    p_busy: Probability = 0.0
    p_invalid: Probability = 0.0
    detector: Detector | Literal["none"] = Detector()
    reserves: Reserves = False
    max_lines: PositiveCount | None = None
    leads: Count | Literal["unlimited"] = "unlimited"
    segments: dict[str, Segment] = {}
    order: DialOrder = DialOrder()
    retries: Retries | None = None
    agreed_callback: AgreedCallback | None = None
    drop_after_s: Time = 0.0
    hang_up_s: Time = msgspec.field(default_factory=Never)
    goal: Literal["sale", "appointment", "promise", "survey"] = "sale"
    follow_up: FollowUp | None = None
    return_calls: ReturnCalls | None = None
    p_stop: Probability = 0.0
    handle_sale_s: Time | None = None
    handle_machine_s: Time = 0.0
    handle_wrong_party_s: Time | None = None
    p_right_party: Probability = 1.0
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
    handle_by_slot: list[Positive] = []
