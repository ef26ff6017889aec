"""Inbound contacts: queues, IVR, callbacks, transfers, customers, returns."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from ccenv.scenarios.schema.base import Count, Node, NonNegative, Positive, PositiveCount, Probability, Profile
from ccenv.scenarios.schema.dists import Constant, Never, Time
from ccenv.sim.state.codes import MOST_CHATS, VALUE_CLASSES


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
    """The machine before a queue (voice menu, voicebot or chatbot).

    After `time_s` it keeps a contact to the end, the contact hangs up, or it is handed off to a queue.

    `p_contained` and `p_hangup`: shares of contacts that the machine keeps, and that hang up in it. `p_contained` is
    also the escalation threshold: each contact has a difficulty u, uniform in (0, 1), and the machine keeps it if
    u < `p_contained`. A rule or a supervisor may set another threshold for a run.
    `p_resolved_easy`, `p_resolved_hard`: the probability that a kept contact is resolved is linear in its difficulty,
    from `p_resolved_easy` at u = 0 to `p_resolved_hard` at u = 1 (modelling choice). A kept contact that is not
    resolved comes again after the queue's `repeat.delay_s`, at most `repeat.max_times` times in a row.
    `price_per_minute`: price of a minute in the machine, in units of value. `handoff_factor`: factor of the first
    handle time of a contact that is handed off; below 1 if the machine has already asked what the advisor would ask.
    `routes` is this queue's row of the confusion matrix: the shares of its contacts routed to other queues; the rest
    go to this queue. An advisor notices a misrouted contact after `detect_s` of service and transfers it.
    """

    time_s: Time = 0.0
    p_contained: Probability = 0.0
    p_hangup: Probability = 0.0
    routes: dict[str, Probability] = {}
    detect_s: Time = 30.0
    p_resolved_easy: Probability = 1.0
    p_resolved_hard: Probability = 1.0
    price_per_minute: NonNegative = 0.0
    handoff_factor: Positive = 1.0


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


Rate = Annotated[float, msgspec.Meta(gt=0.0, le=1.0)]


class Chat(Node, frozen=True):
    """The contacts of a queue are chats, of which an advisor may have several at once; they hold no telephone line.

    `rate_by_level`: rates r_1, r_2, ... at which an advisor with 1, 2, ... chats works on each of them. Handle times
    are work at rate 1; when the number of chats changes, the work left takes a new time (Luo and Zhang 2013, Tezcan and
    Zhang 2014). `p_silent`: probability that a customer whose patience is over leaves without a sign. The chat then
    stays in line as if somebody waited, and takes an advisor the work `detect_s`.
    """

    rate_by_level: Annotated[list[Rate], msgspec.Meta(min_length=1, max_length=MOST_CHATS)]
    p_silent: Probability = 0.0
    detect_s: Time = 30.0


class Deferrable(Node, frozen=True):
    """Deferrable work, such as e-mails or back office: items that wait as long as need be, also over nights.

    An item is due `due_s` after it came in, in clock time: nights count. It has no patience, telephone line or voice
    menu, and is begun in opening hours only. `interruptible`: the assignment of a contact on a telephone line may take
    an advisor from an item, if no own advisor with the skill is idle; a break, the end of a shift and closing interrupt
    it too. The item then waits at its old place in line, and goes on later with the rest of its time and `resume_s`
    seconds more (preemptive resume).
    """

    due_s: Time = Constant(86_400.0)
    interruptible: bool = False
    resume_s: NonNegative = 0.0


class Queue(Node, frozen=True):
    """A type of inbound contact and its waiting line.

    `trace_s`: recorded times of arrival in seconds since the midnight before day 0. They replace random arrivals, and
    `arrivals_per_hour` is then only the forecast. `p_balk`: probability that a contact leaves at once if no advisor is
    free for it.

    `arrivals_per_hour`: mean rate of fresh contacts in each slot. `interpolation`: `constant` within a slot, or
    `linear` from the start of a slot to the start of the next. `handle_s`: talk time, hold included. `wrap_up_s`: work
    of the advisor after the talk. `patience_s`: time after which a waiting contact abandons. `service_level_s`: wait
    within which an answer counts as in time. `chat`: the contacts are chats instead of calls. With `deferrable` they
    are items of work that may wait.

    `handle_by_slot`: relative handle times by the slot in which service begins. They are divided by their mean over the
    fresh contacts that the forecast expects, so that `handle_s` stays the mean of the day. Handle times depend on the
    time of day (Ibrahim, L'Ecuyer, Shen and Thiongane 2016); a factor is a modelling choice.
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
    chat: Chat | None = None
    deferrable: Deferrable | None = None
    handle_by_slot: list[Positive] = []
