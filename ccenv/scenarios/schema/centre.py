"""The whole centre: clock, randomness of its load, rules."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from ccenv.scenarios.schema.advisors import Group
from ccenv.scenarios.schema.base import Node, NonNegative, Positive, PositiveCount, Probability
from ccenv.scenarios.schema.dists import Time
from ccenv.scenarios.schema.inbound import Queue
from ccenv.scenarios.schema.outbound import Campaign


class Clock(Node, frozen=True):
    """When the centre works.

    `day`: opens at `open_s` and closes at `close_s` (seconds after midnight); after closing advisors stay until their
    queues are empty, at most `overtime_s`. `steady`: one span without nights, `warm_up_s` excluded and then `horizon_s`
    counted. Profiles have one value for each slot of `slot_s` seconds from the opening. `review_s`: how often a policy
    that holds is asked again while it could act, 0 for never.
    """

    kind: Literal["day", "steady"] = "day"
    open_s: NonNegative = 0.0
    close_s: Positive = 86_400.0
    overtime_s: NonNegative = 3_600.0
    slot_s: Positive = 1_800.0
    horizon_s: Positive = 3_600.0
    warm_up_s: NonNegative = 0.0
    review_s: NonNegative = 5.0


class SlotLevel(Node, frozen=True):
    """The random level of each slot, by which the rates of arrival are multiplied: lognormal with mean 1.

    `cv` is its coefficient of variation, `correlation` that of the logarithms of neighbouring slots.
    """

    cv: NonNegative = 0.0
    correlation: Annotated[float, msgspec.Meta(gt=-1.0, lt=1.0)] = 0.0


class Switching(Node, frozen=True):
    """Two modes that take turns, each lasting an exponential time of mean `mean_s[mode]`.

    In mode m all rates of arrival are multiplied by `arrivals[m]` and the probabilities of an answer by `answers[m]`.
    `observed`: whether policies see the mode.
    """

    mean_s: Annotated[list[Positive], msgspec.Meta(min_length=2, max_length=2)]
    arrivals: Annotated[list[NonNegative], msgspec.Meta(min_length=2, max_length=2)] = msgspec.field(
        default_factory=lambda: [1.0, 1.0]
    )
    answers: Annotated[list[NonNegative], msgspec.Meta(min_length=2, max_length=2)] = msgspec.field(
        default_factory=lambda: [1.0, 1.0]
    )
    observed: bool = False


class Surge(Node, frozen=True):
    """On a day, with probability `p`, the rates of `queues` (all if empty) are multiplied by `factor` for `lasts_s`.

    It begins at a time uniform between `from_s` and `until_s` seconds after midnight.
    """

    p: Probability
    factor: NonNegative
    from_s: NonNegative
    until_s: NonNegative
    lasts_s: Time
    queues: list[str] = []


class History(Node, frozen=True):
    """What lies behind an episode: nothing (`none`), or `days` days under the scenario's own rules (`steady`)."""

    kind: Literal["none", "steady"] = "none"
    days: PositiveCount = 7


class Rule(Node, frozen=True):
    """A rule by its registered name, with parameters."""

    name: str
    params: dict[str, Any] = {}


class Rules(Node, frozen=True):
    """What runs the half of the decisions that a policy does not own, and what an illegal action falls back to."""

    routing: Rule = Rule("fifo")
    pacing: Rule = Rule("no_dial")


class Centre(Node, frozen=True):
    """A whole scenario file.

    `episode_days`: days of an episode where a run does not say otherwise.
    `sources` maps patterns of dotted keys (`queues.*.handle_s`) to where the figures come from; every figure must be
    matched by one. `variants` maps a name to dotted keys and the values that replace them.
    """

    name: str
    description: str
    clock: Clock
    episode_days: PositiveCount = 1
    queues: dict[str, Queue] = {}
    groups: dict[str, Group] = {}
    campaigns: dict[str, Campaign] = {}
    day_level_cv: NonNegative = 0.0
    day_level_dist: Literal["lognormal", "gamma"] = "lognormal"
    slot_level: SlotLevel = SlotLevel()
    switching: Switching | None = None
    surge: Surge | None = None
    history: History = History()
    trunks: PositiveCount | None = None
    work_conserving: bool = False
    rules: Rules = Rules()
    reward: str = "service"
    size_class: Literal["S", "M", "L", "XL"] | None = None
    sources: dict[str, str] = {}
    variants: dict[str, dict[str, Any]] = {}
