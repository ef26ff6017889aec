"""Section "Outbound": lawful times of the next attempt."""

from __future__ import annotations

import math
from itertools import chain

from ccenv.sim.state import codes
from tests.oracle.hours import DAY_S, Hours
from tests.oracle.segments import Lead

GRID_S = 120
MOST_DAYS = 400  # days after which the search ends


def grid_time(t: float) -> int:
    """Grid time of t: units of 120 s, rounded up."""
    return math.ceil(t / GRID_S)


def lawful_time(lead: Lead, t: float, hours: Hours) -> float:
    """The least time at or after t at which hours and caps allow an attempt; infinite if there is none."""
    if math.isinf(t):
        return t
    rules = lead.segment.campaign.calling_rules
    if rules.max_per_24h is not None and len(lead.grid_times) >= rules.max_per_24h:
        t = max(t, DAY_S + GRID_S * lead.grid_times[-rules.max_per_24h])
    times = chain([t], hours.borders(lead.segment, t, MOST_DAYS))
    return next((x for x in times if hours.hold(lead.segment, x) and has_room(lead, x, hours)), codes.INFINITY)


def has_room(lead: Lead, t: float, hours: Hours) -> bool:
    """Whether the cap of seven local days allows another attempt at time t."""
    cap = lead.segment.campaign.calling_rules.max_per_7_days
    if cap is None:
        return True
    day = hours.local_day(lead.segment, t)
    # An attempt whose grid time lies in the local day after its own counts for both, or the cap could be broken.
    return sum(day - 6 <= attempted for attempted in lead.local_days) < cap
