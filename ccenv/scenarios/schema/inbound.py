"""Inbound contacts: queues and what happens around them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from ccenv.scenarios.schema.base import Count, Node, NonNegative, Positive, PositiveCount, Probability, Profile
from ccenv.scenarios.schema.dists import Never, Time
from ccenv.sim.state.codes import VALUE_CLASSES


class Priority(Node, frozen=True):
    """A share of callers has high priority: it is visible, and credited `credit_s` seconds of waiting."""

    p: Probability = 0.0
    credit_s: NonNegative = 0.0


class Return(Node, frozen=True):
    """A contact comes again: with probability `p` after `delay_s` of opening time, at most `max_times` in a row."""

    p: Probability = 0.0
    delay_s: Time = 600.0
    max_times: Count = 1


class Ivr(Node, frozen=True):
    """The voice menu before a queue: after `time_s` a contact is contained, hangs up, or is sent to a queue.

    `routes` is this queue's row of the confusion matrix: shares of the queues that its contacts are sent to; the rest
    goes to its own. What is sent to a wrong queue is noticed there after `detect_s` of service, and transferred.
    """

    time_s: Time = 0.0
    p_contained: Probability = 0.0
    p_hangup: Probability = 0.0
    routes: dict[str, Probability] = {}
    detect_s: Time = 30.0


class Announcement(Node, frozen=True):
    """Contacts that must wait hear how long the first in line has waited.

    They leave at once if that is more than their `tolerance_s`; the patience of those who stay is multiplied by
    `patience_factor`.
    """

    tolerance_s: Time = Never()
    patience_factor: Positive = 1.0


class Callback(Node, frozen=True):
    """An offer to be called back, made to contacts that must wait if the first in line has waited `offer_above_s`.

    With `p_accept` the contact hangs up and keeps its place in line. When it is assigned the advisor is reserved for
    `ring_s`; it is answered with `p_answer`, else tried again after `retry_s`, in all at most `max_tries` times.
    """

    offer_above_s: NonNegative = 0.0
    p_accept: Probability = 0.5
    ring_s: Time = 10.0
    p_answer: Probability = 1.0
    max_tries: PositiveCount = 1
    retry_s: Time = 900.0


class Transfer(Node, frozen=True):
    """With probability `p` the talk ends with a transfer to the queue `to`.

    `cold`: the first advisor wraps up at once. `warm`: the first advisor stays until the second is assigned, and both
    talk for `handover_s`.
    """

    p: Probability = 0.0
    to: str = ""
    kind: Literal["cold", "warm"] = "cold"
    handover_s: Time = 0.0


class ValueClass(Node, frozen=True):
    """A class of customers: share of the contacts, factor of a sale's value, seconds of waiting credit."""

    share: Probability
    value_factor: NonNegative = 1.0
    credit_s: NonNegative = 0.0


class Customer(Node, frozen=True):
    """What a CRM knows of a contact that is identified (with `p_identified`); of others it knows nothing.

    `p_returning`: share of fresh contacts of known customers; an identified contact of one, and any redial or repeat of
    an identified contact, takes `returning_factor` times the handle time. `p_preferred`: share with a preferred
    advisor, one of those with the skill; with that advisor it takes `preferred_factor` times the handle time.
    """

    p_identified: Probability = 0.0
    p_returning: Probability = 0.0
    returning_factor: Positive = 1.0
    value_classes: Annotated[list[ValueClass], msgspec.Meta(max_length=VALUE_CLASSES - 1)] = []
    p_preferred: Probability = 0.0
    preferred_factor: Positive = 1.0


class Sale(Node, frozen=True):
    """An order or sale with probability `p`, worth `value`; `handle_s` is the handle time of such a contact."""

    p: Probability = 0.0
    value: NonNegative = 0.0
    handle_s: Time | None = None


class Satisfaction(Node, frozen=True):
    """Points of satisfaction, from 0 to 100: a base, less what waiting, transfers and earlier attempts cost.

    `per_quality` is what a point of the advisor's quality above the group's mean adds.
    """

    base: Annotated[float, msgspec.Meta(ge=0.0, le=100.0)] = 90.0
    per_wait_minute: NonNegative = 0.0
    per_transfer: NonNegative = 0.0
    per_repeat: NonNegative = 0.0
    per_quality: NonNegative = 0.0


class Queue(Node, frozen=True):
    """A type of inbound contact and its waiting line.

    `trace_s`: recorded times of arrival, in seconds since the midnight before day 0; they replace the random ones, and
    the profile is the forecast then. `p_balk`: share of contacts that leave at once when nobody is free for them.
    """

    arrivals_per_hour: Profile
    handle_s: Time
    interpolation: Literal["constant", "linear"] = "constant"
    trace_s: list[NonNegative] | None = None
    ivr: Ivr | None = None
    p_balk: Probability = 0.0
    announcement: Announcement | None = None
    patience_s: Time = Never()
    callback: Callback | None = None
    wrap_up_s: Time = 0.0
    transfer: Transfer = Transfer()
    priority: Priority = Priority()
    customer: Customer = Customer()
    sale: Sale = Sale()
    satisfaction: Satisfaction | None = None
    redial: Return = Return()
    repeat: Return = Return()
    service_level_s: NonNegative = 20.0
