"""What of a record has changed since its snapshot was last written, so that only this is written again.

The snapshot of a row is the kernel's own: it still holds what was written into it. Marks are kept where things change:

- `news_queues`: who is to be called back; `news_groups`, for rules: how many of the group are idle; `news_advisors`:
  any state or talk of its advisors; `news_campaigns`: lines, leads and connects of the campaign; `news_windows`: its
  windows over which dropped shares are formed;
- the core takes marks away when it is written; what the rest is still to be told is added to `rest_queues`, the queues
  with somebody in line then or before, and to `rest_campaigns`.

All is marked where an episode starts, where a record was copied away from its snapshot, and where it was shown to the
other of rules and policies: `shown` is then none of theirs.
"""

import math

import numpy as np

from ccenv.sim.kernel.draws import U
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.lists.compliance import HOUR_S
from ccenv.sim.state.codes import DAY_S, INFINITY, OPEN

EVERYTHING = ~U(0)
STAGES = 4
TO_NOBODY, TO_RULES, TO_POLICY = range(3)


@helper
def all_of(n):
    """The set of the first n of a kind, where there may be none."""
    return EVERYTHING >> U(64 - n) if n > 0 else U(0)


@block
def mark_all(e, c, to):
    """The snapshot holds something else: all of it is to be written, from now on for rules or for a policy."""
    e.shown = to
    e.shown_stage = -1
    e.shown_slot = -1
    e.shown_hour = -1
    e.shown_events = -1
    e.shown_queues = all_of(c.n_queues)
    e.rest_queues = all_of(c.n_queues)
    e.news_queues = all_of(c.n_queues)
    e.news_groups = all_of(c.n_groups)
    e.news_advisors = all_of(c.n_groups)
    e.rest_campaigns = all_of(c.n_campaigns)


@helper
def _next_border(e, c):
    """When hours of a segment begin or end next today."""
    midnight = e.day * DAY_S
    border = INFINITY
    for k in range(c.n_segments):
        for t in (midnight + c.segment[k].from_s, midnight + c.segment[k].until_s):
            if t > e.t:
                border = min(border, t)
    return border


@helper
def mark_campaigns(e, c):
    """Mark every campaign if hours have begun or ended, or if the trunks leave more or fewer lines."""
    stage = e.day * STAGES + e.stage
    hours = stage != e.shown_stage or e.t >= e.shown_until
    if hours:
        e.shown_stage = stage
        e.shown_until = _next_border(e, c) if e.stage == OPEN else INFINITY
    trunks = (e.lines != e.shown_lines) & (c.trunks - max(e.lines, e.shown_lines) < c.most_lines)  # without a branch
    e.shown_lines = e.lines
    if hours or trunks:
        e.news_campaigns = all_of(c.n_campaigns)


@helper
def mark_hour(e, c):
    """Mark the windows of every campaign if an hour has begun, with which some of them move."""
    hour = np.int64(math.floor(e.t / HOUR_S))
    if hour != e.shown_hour:
        e.shown_hour = hour
        e.news_windows = all_of(c.n_campaigns)
