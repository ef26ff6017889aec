"""Inbound contacts: queues, IVR, callbacks, transfers, customers, returns."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from ccenv.scenarios.schema.base import Count, Node, NonNegative, Positive, PositiveCount, Probability, Profile
from ccenv.scenarios.schema.dists import Never, Time
from ccenv.sim.state.codes import VALUE_CLASSES


class Priority(Node, frozen=True):
    """With probability `p` a contact has high priority: policies see it, and its wait counts `credit_s` longer."""

    p: Probability = 0.0
    credit_s: NonNegative = 0.0


class Return(Node, frozen=True):
    """A contact returns with probability `p` after `delay_s` of opening time, at most `max_times` in a row."""

    p: Probability = 0.0
    delay_s: Time = 600.0
    max_times: Count = 1


class Ivr(Node, frozen=True):
    """The voice menu before a queue: after `time_s` a contact is contained, hangs up, or is routed to a queue.

    `p_contained` and `p_hangup`: shares of contacts that the menu serves, and that hang up in it.
    `routes` is this queue's row of the confusion matrix: the shares of its contacts routed to other queues; the rest
    go to this queue. An advisor notices a misrouted contact after `detect_s` of service and transfers it.
    """

    time_s: Time = 0.0
    p_contained: Probability = 0.0
    p_hangup: Probability = 0.0
    routes: dict[str, Probability] = {}
    detect_s: Time = 30.0


class Announcement(Node, frozen=True):
    """An announcement to contacts that must wait: the wait so far of the first in line.

    A contact leaves at once if that wait exceeds its `tolerance_s`. The patience of those who stay is multiplied by
    `patience_factor`.
    """

    tolerance_s: Time = Never()
    patience_factor: Positive = 1.0


class Callback(Node, frozen=True):
    """An offer of a callback, made to contacts that must wait if the first in line has waited `offer_above_s`.

    With probability `p_accept` the contact hangs up and keeps its place in line. When it is assigned, the advisor is
    reserved for `ring_s`. The contact answers with probability `p_answer`; otherwise the call is repeated after
    `retry_s`, at most `max_tries` tries in all.
    """

    offer_above_s: NonNegative = 0.0
    p_accept: Probability = 0.5
    ring_s: Time = 10.0
    p_answer: Probability = 1.0
    max_tries: PositiveCount = 1
    retry_s: Time = 900.0


class Transfer(Node, frozen=True):
    """With probability `p` the talk ends with a transfer to the queue `to`.

    `kind`: `cold` or `warm`. `cold`: the first advisor wraps up at once. `warm`: the first advisor stays until the
    second is assigned, and both talk for `handover_s`.
    """

    p: Probability = 0.0
    to: str = ""
    kind: Literal["cold", "warm"] = "cold"
    handover_s: Time = 0.0


class ValueClass(Node, frozen=True):
    """A class of customers.

    `share`: share of the contacts. `value_factor`: factor of the value of a sale. `credit_s`: waiting credit.
    """

    share: Probability
    value_factor: NonNegative = 1.0
    credit_s: NonNegative = 0.0


class Customer(Node, frozen=True):
    """Data of the CRM on a contact; it identifies a contact with probability `p_identified`.

    `p_returning`: share of fresh contacts from known customers. The handle time of an identified contact is multiplied
    by `returning_factor` if the customer is known or the contact is a redial or repeat. `p_preferred`: share of
    contacts that prefer one of the advisors with the skill; with that advisor the handle time is multiplied by
    `preferred_factor`.
    """

    p_identified: Probability = 0.0
    p_returning: Probability = 0.0
    returning_factor: Positive = 1.0
    value_classes: Annotated[list[ValueClass], msgspec.Meta(max_length=VALUE_CLASSES - 1)] = []
    p_preferred: Probability = 0.0
    preferred_factor: Positive = 1.0


class Sale(Node, frozen=True):
    """An order or sale with probability `p` and value `value`; `handle_s` is the handle time of such a contact."""

    p: Probability = 0.0
    value: NonNegative = 0.0
    handle_s: Time | None = None


class Satisfaction(Node, frozen=True):
    """Satisfaction in points from 0 to 100: `base` minus points for waiting, transfers and earlier attempts.

    `per_wait_minute`, `per_transfer` and `per_repeat`: points subtracted for each minute of waiting, each transfer and
    each earlier attempt. `per_quality`: points added for each point of the advisor's quality above the group's mean.
    """

    base: Annotated[float, msgspec.Meta(ge=0.0, le=100.0)] = 90.0
    per_wait_minute: NonNegative = 0.0
    per_transfer: NonNegative = 0.0
    per_repeat: NonNegative = 0.0
    per_quality: NonNegative = 0.0


class Queue(Node, frozen=True):
    """A type of inbound contact and its waiting line.

    `trace_s`: recorded times of arrival in seconds since the midnight before day 0. They replace random arrivals, and
    `arrivals_per_hour` is then only the forecast. `p_balk`: probability that a contact leaves at once if no advisor is
    free for it.

    `arrivals_per_hour`: mean rate of fresh contacts in each slot. `interpolation`: `constant` within a slot, or
    `linear` from the start of a slot to the start of the next. `handle_s`: talk time, hold included. `wrap_up_s`: work
    of the advisor after the talk. `patience_s`: time after which a waiting contact abandons. `service_level_s`: wait
    within which an answer counts as in time.
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
