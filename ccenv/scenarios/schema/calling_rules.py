"""The calling rules: what may never be done, and how dropped connects are counted."""

from __future__ import annotations

from typing import Annotated

import msgspec

from ccenv.scenarios.schema.base import Node, NonNegative
from ccenv.sim.state.definitions import Base, FalsePositives, HangUps, Start, Window
from ccenv.sim.state.layout import GRID_TIMES, MOST_A_DAY

TimeOfDay = Annotated[float, msgspec.Meta(ge=0.0, le=86_400.0)]


class CallingRules(Node, frozen=True):
    """What no policy can break; a limit of None is no limit.

    Leads may be dialed from `calling_from_s` to `calling_until_s` of their own local day, at most `max_per_24h` times
    in any 24 hours and `max_per_7_days` times in any seven local days, not within `lockout_after_drop_s` of a dropped
    connect, nor within `quiet_after_talk_s` of a talk (but for an agreed callback), and, if `needs_consent`, only with
    consent.
    """

    calling_from_s: TimeOfDay = 0.0
    calling_until_s: TimeOfDay = 86_400.0
    max_per_24h: Annotated[int, msgspec.Meta(ge=1, le=GRID_TIMES)] | None = None
    max_per_7_days: Annotated[int, msgspec.Meta(ge=1, le=MOST_A_DAY)] | None = None
    lockout_after_drop_s: NonNegative = 0.0
    quiet_after_talk_s: NonNegative = 0.0
    needs_consent: bool = False


class Compliance(Node, frozen=True):
    """A campaign's own definition of the dropped share: over / base of connects in a window.

    Over are those dropped, those joined later than `threshold_s` (None: no matter how late) after `start`, and those
    that hang up, if `hang_ups` counts them. `base`: persons only (`live`), or machines taken for persons too (`queue`).
    """

    threshold_s: NonNegative | None = 2.0
    start: Start = "connected"
    base: Base = "live"
    hang_ups: HangUps = "late"
    false_positives: FalsePositives = "ignored"
    window: Window = "day"
