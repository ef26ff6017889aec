"""Groups of advisors."""

from __future__ import annotations

from typing import Annotated

import msgspec

from ccenv.scenarios.schema.base import Count, Node, NonNegative, Positive, PositiveCount, Probability
from ccenv.scenarios.schema.dists import Time
from ccenv.sim.state.codes import MOST_CHATS, AdvisorOrder


class Break(Node, frozen=True):
    """A break of `length_s` seconds.

    It starts `at_s` seconds after midnight, or at the end of the contact then in hand.
    """

    at_s: NonNegative
    length_s: Positive


class Shift(Node, frozen=True):
    """`n` advisors who work from `from_s` to `until_s` seconds after midnight, with the same breaks."""

    n: PositiveCount
    from_s: NonNegative
    until_s: Positive
    breaks: Annotated[list[Break], msgspec.Meta(max_length=8)] = []


class Quality(Node, frozen=True):
    """Quality of advisors in points from 0 to 100: normal with `mean` and `sd`, one draw for each advisor.

    An advisor d points above the mean has exp(-`on_repeat` d) times the probability of a repeat and exp(`on_sale` d)
    times the probability of a sale.
    """

    mean: Annotated[float, msgspec.Meta(ge=0.0, le=100.0)] = 80.0
    sd: NonNegative = 0.0
    on_repeat: NonNegative = 0.0
    on_sale: NonNegative = 0.0


class Learning(Node, frozen=True):
    """Learning curve: handle times are multiplied by 1 + `excess` exp(-tenure / `time_constant_days`).

    `tenure_days`: tenure at the start of the episode.
    """

    excess: NonNegative = 0.0
    time_constant_days: Positive = 20.0
    tenure_days: NonNegative = 0.0


class Fatigue(Node, frozen=True):
    """Fatigue: handle times are multiplied by 1 + `strength` max(0, load - `threshold`).

    The load is the share of time spent in talk and wrap-up, averaged with exponential weights of `time_constant_s`.
    """

    strength: NonNegative = 0.0
    threshold: Probability = 0.7
    time_constant_s: Positive = 3_600.0


class Script(Node, frozen=True):
    """A call script: it multiplies the spread of handle times by 1 - `strength` and costs `quality_cost` points."""

    strength: Probability = 0.0
    quality_cost: NonNegative = 0.0


class Monitoring(Node, frozen=True):
    """Quality monitoring: a `share` of contacts is sampled, and the advisor is coached.

    Quality falls by `drift_per_day` points on each day worked. A sample costs `cost` and restores the share `gain` of
    the lost quality.
    """

    share: Probability = 0.0
    cost: NonNegative = 0.0
    gain: Probability = 0.0
    drift_per_day: NonNegative = 0.0


class AnsweringService(Node, frozen=True):
    """A pool of another firm that answers contacts at a price: where a centre sends what its own advisors cannot take.

    It takes up to `lines` contacts at a time, in all opening hours, and each one that it answers costs
    `price_per_contact`, in units of value. It has no wages, breaks or absences, and its time is not that of advisors.
    `own_quality`: points of quality, from 0 to 100, of the firm's own advisors, for which the queues' probabilities of
    repeats and sales, and their satisfaction, hold. The effect of a contact's quality is that of the group's `quality`
    less `own_quality` (modelling choice); None: `own_quality` is the mean of the group's quality. A contact keeps its
    telephone line.
    """

    lines: PositiveCount
    price_per_contact: NonNegative = 0.0
    own_quality: Annotated[float, msgspec.Meta(ge=0.0, le=100.0)] | None = None


class Capacity(Node, frozen=True):
    """What an advisor may have at once: one call or attempt, or up to `chats` chats.

    `chats_beside_voice`: most chats of an advisor who is on a call (talk or wrap-up, inbound or outbound); 0: a call
    takes the whole advisor. The call counts as one of the contacts at once, so the key is at most `chats` - 1. An
    advisor with so many chats may be given a call if nobody with the skill is idle; a callback or an attempt takes an
    idle advisor. The work on the chats goes at the rate of one more chat, and the call at its own. Amazon Connect and
    Genesys combine channels by capacity in this way; the rates and the order of advisors are a modelling choice.
    """

    chats: Annotated[int, msgspec.Meta(ge=1, le=MOST_CHATS)] = 1
    chats_beside_voice: Annotated[int, msgspec.Meta(ge=0, le=MOST_CHATS - 1)] = 0


class NoPickUp(Node, frozen=True):
    """Advisors do not pick up a contact with probability `p`, each time one is offered: ring-no-answer.

    The contact then rings for `ring_s` seconds while its patience runs on, and goes back to its place in line. The
    advisor is reserved meanwhile, and away for `away_s` seconds afterwards; 0: free again. Modelling choice.
    """

    p: Annotated[float, msgspec.Meta(gt=0.0, lt=1.0)]
    ring_s: Positive = 15.0
    away_s: NonNegative = 0.0


class Group(Node, frozen=True):
    """Advisors with the same `skills`, which are names of queues and campaigns.

    `staffing` gives the number of advisors in each slot; `shifts` replace it. Each advisor is absent for a day with
    probability `shrinkage`. `handle_s` replaces the handle times of the queues that it names. `wage_per_hour`: wage of
    an advisor on duty, breaks included, in units of value. `speed_cv` is the coefficient of variation of the advisors'
    handle-time factors. `advisor_order`: the idle advisor who is assigned first. `no_pick_up`: advisors who do not pick
    up a contact; none: all pick up at once. `busyness_cv`: coefficient of variation of a factor of the group's handle
    times, drawn for each day: lognormal with mean 1, hidden. Handle times vary with the day (Ibrahim, L'Ecuyer, Shen
    and Thiongane 2016); one factor a day and group is a modelling choice.
    With `answering_service` the group is not of advisors but of the lines of an answering service, and has no staffing.
    `capacity`: what an advisor may have at once.
    """

    skills: Annotated[list[str], msgspec.Meta(min_length=1)]
    staffing: Count | list[Count] = 0
    shifts: list[Shift] = []
    shrinkage: Probability = 0.0
    handle_s: dict[str, Time] = {}
    advisor_order: AdvisorOrder = "longest_idle"
    speed_cv: NonNegative = 0.0
    quality: Quality = Quality()
    learning: Learning = Learning()
    fatigue: Fatigue = Fatigue()
    script: Script = Script()
    monitoring: Monitoring = Monitoring()
    no_pick_up: NoPickUp | None = None
    busyness_cv: NonNegative = 0.0
    wage_per_hour: NonNegative = 0.0
    answering_service: AnsweringService | None = None
    capacity: Capacity = Capacity()
