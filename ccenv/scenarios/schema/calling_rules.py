"""Calling rules of a campaign, and the definition of its dropped share."""

from __future__ import annotations

from typing import Annotated

import msgspec

from ccenv.scenarios.schema.base import Node, NonNegative
from ccenv.sim.state.definitions import Base, FalsePositives, HangUps, Start, Window
from ccenv.sim.state.layout import GRID_TIMES, MOST_A_DAY

TimeOfDay = Annotated[float, msgspec.Meta(ge=0.0, le=86_400.0)]


class CallingRules(Node, frozen=True):
    """Rules that the action mask enforces for every policy; a limit of None means no limit.

    Leads may be dialed from `calling_from_s` to `calling_until_s` of their local day. Hours whose end is less than
    their beginning go on over midnight. A lead is dialed at most `max_per_24h` times in any 24 hours and
    `max_per_7_days` times in any seven local days. It is not dialed within `lockout_after_drop_s` of a dropped connect,
    nor within `quiet_after_talk_s` of a talk unless a callback is agreed. With `needs_consent`, only leads with consent
    are dialed. `min_ring_s`: least time for which an unanswered dial rings before the line is given up; ring times that
    may be shorter are refused. The laws that ask for "15 s or four rings" are met by 15 s. 0 allows any ring time.

    `preset`: name of a law, which sets those of these keys, and of the campaign's `drop_limit` and `compliance`, that
    the campaign does not give itself. `none` sets nothing.
    """

    preset: str = "none"
    calling_from_s: TimeOfDay = 0.0
    calling_until_s: TimeOfDay = 86_400.0
    max_per_24h: Annotated[int, msgspec.Meta(ge=1, le=GRID_TIMES)] | None = None
    max_per_7_days: Annotated[int, msgspec.Meta(ge=1, le=MOST_A_DAY)] | None = None
    lockout_after_drop_s: NonNegative = 0.0
    quiet_after_talk_s: NonNegative = 0.0
    needs_consent: bool = False
    min_ring_s: NonNegative = 0.0


class Compliance(Node, frozen=True):
    """A campaign's own definition of the dropped share: `over` / base of the connects in a `window`.

    `over` counts connects that are dropped, joined later than `threshold_s` after `start` (None: joined connects never
    count), or hung up if `hang_ups` includes them. `false_positives`: `ignored`, or `estimated`, which adds
    the expected number of persons taken for machines to both. `base` counts persons only (`live`), or also machines
    taken for persons (`queue`).
    """

    threshold_s: NonNegative | None = 2.0
    start: Start = "connected"
    base: Base = "live"
    hang_ups: HangUps = "late"
    false_positives: FalsePositives = "ignored"
    window: Window = "day"
