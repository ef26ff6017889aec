"""Outbound campaigns."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from ccenv.scenarios.schema.base import Count, Node, NonNegative, PositiveCount, Probability, ProbabilityProfile
from ccenv.scenarios.schema.laws import Time


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
