"""Dirty bits of the snapshot: which entities have changed since they were last written.

The snapshot of a row keeps its values from decision to decision, so only changed parts are written again. Event
handlers set the bit of an entity in one of these sets of the environment record:

| set | entity | changed |
|---|---|---|
| `news_queues` | queue | pending callbacks, contacts answered or abandoned |
| `news_groups` | group | number of idle advisors (for rules) |
| `news_advisors` | group | state or talk of an advisor |
| `news_campaigns` | campaign | lines, leads, connects |
| `news_windows` | campaign | windows of the dropped shares |

A writer clears the bits that it has served. When the core has been written, `rest_queues` (queues with a contact in
line now or at the last write) and `rest_campaigns` keep the entities whose other fields are still to be written.

Everything is rewritten after reset, after a record is copied (clone, fork), and when the reader changes between rules
and policy. `e.shown` holds the current reader: TO_NOBODY, TO_RULES or TO_POLICY.
"""

import math

import numpy as np

from ccenv.sim.kernel.bits import fill, first_bits
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.lists.compliance import HOUR_S
from ccenv.sim.lists.lawful import next_border
from ccenv.sim.state.codes import INFINITY, OPEN

STAGES = 4  # stages of a day, to number day and stage together
TO_NOBODY, TO_RULES, TO_POLICY = range(3)


@block
def mark_all(e, c, to):
    """Mark everything as changed and set the reader (TO_RULES or TO_POLICY)."""
    e.shown = to
    e.shown_stage = -1
    e.shown_slot = -1
    e.shown_hour = -1
    e.shown_events = -1
    fill(e.shown_queues, c.n_queues)
    fill(e.rest_queues, c.n_queues)
    fill(e.news_queues, c.n_queues)
    fill(e.news_groups, c.n_groups)
    fill(e.news_advisors, c.n_groups)
    e.rest_campaigns = first_bits(c.n_campaigns)


@helper
def _next_border(e, c):
    """Return the next time at which the dialing hours of a segment may start or end; infinity without such hours."""
    border = INFINITY
    for k in range(c.n_segments):
        border = min(border, next_border(c, k, e.t))
    return border


@helper
def mark_campaigns(e, c):
    """Mark all campaigns if the stage changed, dialing hours started or ended, or another number of trunks is free.

    The number of free trunks matters only while it is below the largest `max_lines` of a campaign.
    """
    stage = e.day * STAGES + e.stage
    hours = stage != e.shown_stage or e.t >= e.shown_until
    if hours:
        e.shown_stage = stage
        e.shown_until = _next_border(e, c) if e.stage == OPEN else INFINITY
    trunks = (e.lines != e.shown_lines) & (c.trunks - max(e.lines, e.shown_lines) < c.most_lines)  # `&`: branch-free
    e.shown_lines = e.lines
    if hours or trunks:
        e.news_campaigns = first_bits(c.n_campaigns)


@helper
def mark_hour(e, c):
    """Mark the windows of all campaigns if a new hour has begun, because rolling windows move with it."""
    hour = np.int64(math.floor(e.t / HOUR_S))
    if hour != e.shown_hour:
        e.shown_hour = hour
        e.news_windows = first_bits(c.n_campaigns)
