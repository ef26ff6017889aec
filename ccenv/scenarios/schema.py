"""What a centre is: the typed schema of a scenario file.

A plain number where a law of time is expected is the mean of an exponential law in seconds, zero meaning "at once". A
plain number where a profile is expected holds in every slot. Every class forbids unknown keys.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

Probability = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
Positive = Annotated[float, msgspec.Meta(gt=0.0)]
NonNegative = Annotated[float, msgspec.Meta(ge=0.0)]
Count = Annotated[int, msgspec.Meta(ge=0)]
PositiveCount = Annotated[int, msgspec.Meta(ge=1)]


class Node(msgspec.Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """A mapping of the scenario file; keys that it does not declare are refused."""


class Never(Node, frozen=True, tag_field="law", tag="never"):
    """The event does not happen (patience without end)."""


class Constant(Node, frozen=True, tag_field="law", tag="constant"):
    """Always `value_s` seconds."""

    value_s: NonNegative


class Exponential(Node, frozen=True, tag_field="law", tag="exponential"):
    """Exponential with mean `mean_s` seconds."""

    mean_s: Positive


class Uniform(Node, frozen=True, tag_field="law", tag="uniform"):
    """Uniform between `low_s` and `high_s` seconds."""

    low_s: NonNegative
    high_s: Positive


class Lognormal(Node, frozen=True, tag_field="law", tag="lognormal"):
    """Lognormal: the logarithm of the time in seconds is normal with mean `mu` and standard deviation `sigma`."""

    mu: float
    sigma: Positive


class PiecewiseHazard(Node, frozen=True, tag_field="law", tag="piecewise_hazard"):
    """Hazard `hazard_per_s[i]` from `from_s[i]` to `from_s[i + 1]`; the last one holds for ever. `from_s[0]` is 0."""

    from_s: Annotated[list[NonNegative], msgspec.Meta(min_length=1, max_length=16)]
    hazard_per_s: Annotated[list[NonNegative], msgspec.Meta(min_length=1, max_length=16)]


Law = Never | Constant | Exponential | Uniform | Lognormal | PiecewiseHazard
Time = NonNegative | Law
Profile = NonNegative | list[NonNegative]
ProbabilityProfile = Probability | list[Probability]


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


class Priority(Node, frozen=True):
    """A share of callers has high priority: it is visible, and credited `credit_s` seconds of waiting."""

    p: Probability = 0.0
    credit_s: NonNegative = 0.0


class Return(Node, frozen=True):
    """A contact comes again: with probability `p` after `delay_s` of opening time, at most `max_times` in a row."""

    p: Probability = 0.0
    delay_s: Time = 600.0
    max_times: Count = 1


class Queue(Node, frozen=True):
    """A type of inbound contact and its waiting line."""

    arrivals_per_hour: Profile
    handle_s: Time
    patience_s: Time = Never()
    wrap_up_s: Time = 0.0
    priority: Priority = Priority()
    redial: Return = Return()
    repeat: Return = Return()
    service_level_s: NonNegative = 20.0


class Group(Node, frozen=True):
    """Advisors with the same skills: names of queues and campaigns; `staffing` in whole advisors for each slot."""

    skills: Annotated[list[str], msgspec.Meta(min_length=1)]
    staffing: Count | list[Count]
    handle_s: dict[str, Time] = {}
    wage_per_hour: NonNegative = 0.0


class Detector(Node, frozen=True):
    """Errors of answering-machine detection: a person taken for a machine, a machine taken for a person."""

    p_false_positive: Probability = 0.0
    p_machine_passed: Probability = 0.0


class Campaign(Node, frozen=True):
    """An outbound list and how it is dialed.

    The outcome is drawn at the end of ringing: a live person answers with `p_answer` of that slot, else a machine,
    busy, invalid, else nobody. `p_sale[k]` is the probability of a sale at contact number k + 1 (the last value holds
    beyond), and `contact_number[k]` the share of leads of which this is contact number k + 1.
    """

    p_answer: ProbabilityProfile
    handle_s: Time
    ring_s: Time = 0.0
    p_machine: Probability = 0.0
    p_busy: Probability = 0.0
    p_invalid: Probability = 0.0
    detector: Detector = Detector()
    reserves: bool = False
    max_lines: PositiveCount = 1_000_000
    leads: Count | Literal["unlimited"] = "unlimited"
    drop_after_s: Time = 0.0
    handle_sale_s: Time | None = None
    handle_machine_s: Time = 0.0
    wrap_up_s: Time = 0.0
    p_sale: Probability | Annotated[list[Probability], msgspec.Meta(min_length=1, max_length=16)] = 0.0
    contact_number: Annotated[list[NonNegative], msgspec.Meta(min_length=1, max_length=16)] = msgspec.field(
        default_factory=lambda: [1.0]
    )
    sale_value: NonNegative = 0.0
    dial_from_s: NonNegative = 0.0
    dial_until_s: NonNegative = 86_400.0
    dial_ladder: Annotated[list[PositiveCount], msgspec.Meta(min_length=1, max_length=8)] = msgspec.field(
        default_factory=lambda: [1, 2, 4, 8, 16]
    )
    drop_limit: Probability = 0.03


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

    `sources` maps patterns of dotted keys (`queues.*.handle_s`) to where the figures come from; every figure must be
    matched by one. `variants` maps a name to dotted keys and the values that replace them.
    """

    name: str
    description: str
    clock: Clock
    queues: dict[str, Queue] = {}
    groups: dict[str, Group] = {}
    campaigns: dict[str, Campaign] = {}
    day_level_cv: NonNegative = 0.0
    trunks: PositiveCount | None = None
    work_conserving: bool = False
    rules: Rules = Rules()
    reward: str = "service"
    size_class: Literal["S", "M", "L"] | None = None
    sources: dict[str, str] = {}
    variants: dict[str, dict[str, Any]] = {}
