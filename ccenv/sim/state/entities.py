"""Records with the same layout in all size classes: distributions, actions, advisors, contacts, rows of the log."""

from __future__ import annotations

from typing import Any

import numpy as np

from ccenv.sim.state.codes import N_STATES
from ccenv.sim.state.definitions import N_DEFINITIONS, N_ROLLING, ROLLING_HOURS

DIST_POINTS = 32
LOG_ROWS = 131_072

DIST = np.dtype(
    [
        ("kind", "i4"),
        ("n", "i4"),
        ("a", "f8"),
        ("b", "f8"),
        ("mean_s", "f8"),
        ("start", "f8", (DIST_POINTS,)),
        ("hazard", "f8", (DIST_POINTS,)),
    ],
    align=True,
)
LOG_ROW = np.dtype(
    [("t", "f8"), ("key", "u8"), ("number", "i8"), ("code", "i4"), ("kind", "i4"), ("index", "i4"), ("group", "i4"),
     ("advisor", "i4"), ("detail", "i4")], align=True,
)  # fmt: skip
LOG = np.dtype([("on", "i8"), ("n", "i8"), ("row", LOG_ROW, (LOG_ROWS,))], align=True)

STAFFED = np.dtype([("group", "i4"), ("state", "i4")], align=True)  # whose time a counter of advisors' time counts
OUT = np.dtype(  # one row of a batch, after a step
    [("reward", "f8"), ("elapsed_s", "f8"), ("cost", "f8"), ("cost_base", "f8"), ("u", "f8"), ("decision", "i8"),
     ("terminated", "?"), ("truncated", "?"), ("illegal", "?"), ("starts", "?"), ("warm_up", "?"),
     ("final_u", "f8"), ("final_decision", "i8"), ("final_warm_up", "?")],  # of an episode that a same-step reset ended
     align=True,
)  # fmt: skip

# of the configuration
GROUP = np.dtype([
    ("order", "i4"), ("varied", "i4"),  # do handle times depend on the advisor?
    ("shrinkage", "f8"), ("speed_sigma", "f8"), ("quality", "f8"), ("quality_sd", "f8"),
    ("on_repeat", "f8"), ("on_sale", "f8"), ("excess", "f8"), ("learning_days", "f8"), ("tenure_days", "f8"),
    ("fatigue", "f8"), ("fatigue_above", "f8"), ("fatigue_s", "f8"), ("script", "f8"), ("script_cost", "f8"),
    ("sampled", "f8"), ("sample_cost", "f8"), ("gain", "f8"), ("drift", "f8"),
], align=True)  # fmt: skip
ROSTER_ENTRY = np.dtype([("t", "f8"), ("length", "f8"), ("advisor", "i4"), ("what", "i4"), ("alone", "i4")], align=True)
DEFINITION = np.dtype([
    ("threshold_s", "f8"), ("start", "i4"), ("counts", "i4"), ("hang_ups", "i4"), ("false_positives", "i4"),
    ("window", "i4"),
], align=True)  # fmt: skip
ACTION = np.dtype([("kind", "i4"), ("index", "i4"), ("group", "i4"), ("n", "i4"), ("pair", "i4")], align=True)

# of an environment
GROUP_STATE = np.dtype([
    ("n", "i4", (N_STATES,)), ("last_idle", "i4"), ("turn", "i8"),
    ("idle_since", "f8"),  # of the first in the idle list; where nobody is, of whoever was the last to be
], align=True)  # fmt: skip
CAMPAIGN_STATE = np.dtype([
    ("n_fresh", "i8"), ("since_fresh", "i4"),  # fresh leads dialed; retries since the last of them
    ("turn", "i4"),  # of the segments, where looking for a fresh lead begins
    ("recent_t", "f8"), ("answered", "f8", (2,)), ("ended", "f8", (2,)), ("ring_head", "i4"), ("ring_tail", "i4"),
    ("ringing", "i4"), ("wait_head", "i4"), ("wait_tail", "i4"), ("waiting", "i4"), ("lines", "i4"),
    ("n_over", "f8", (N_DEFINITIONS,)), ("n_base", "f8", (N_DEFINITIONS,)),  # of the window of now
    ("hour", "i8"), ("over_by_hour", "f8", (N_ROLLING, ROLLING_HOURS)),
    ("base_by_hour", "f8", (N_ROLLING, ROLLING_HOURS)),
    ("stale", "i4"),  # have the hours changed since they were summed?
    ("over_rolling", "f8", (N_ROLLING,)), ("base_rolling", "f8", (N_ROLLING,)),
], align=True)  # fmt: skip
SEGMENT_STATE = np.dtype([
    ("n_leads", "i8"), ("n_waiting", "i4"), ("n_ready", "i4"), ("n_agreed", "i4"), ("n_promised", "i4"),
    ("free_row", "i4"), ("n_used", "i4"),  # rows given back, linked; and how many of the others were ever taken
], align=True)  # fmt: skip
LINE_BYTES = 64  # of the processor's memory


def _in_whole_lines(kind: np.dtype) -> np.dtype:
    """The same record, as long as some whole lines of memory: all of an array then lie alike in them."""
    fields: Any = kind.fields
    return np.dtype({
        "names": list(fields),
        "formats": [what for what, _ in fields.values()],
        "offsets": [offset for _, offset in fields.values()],
        "itemsize": -(-kind.itemsize // LINE_BYTES) * LINE_BYTES,
    }, align=True)  # fmt: skip


# Advisors and contacts are many: what most events touch comes first, and each field is as narrow as its range allows.
ADVISOR = np.dtype([
    ("since", "f8"), ("idle_since", "f8"), ("owed_s", "f8"), ("talk_s", "f8"), ("n_contacts", "f8"), ("order", "f8"),
    ("n_idle", "i4"), ("place", "i2"), ("ahead", "i2"), ("behind", "i2"),  # in the idle list: in a heap, or in a list
    ("contact", "i2"), ("state", "i1"), ("leaving", "i1"), ("absent", "i1"), ("worked", "i1"),
    ("idle_number", "i8"), ("key", "u8"), ("speed", "f8"), ("quality", "f8"), ("quality_0", "f8"),
    ("tenure_days", "f8"), ("load", "f8"), ("load_t", "f8"),
], align=True)  # fmt: skip
CONTACT = _in_whole_lines(np.dtype([
    ("key", "u8"), ("entry_s", "f8"), ("since", "f8"), ("waited_s", "f8"),
    ("factor", "f8"),  # of patience while waiting, of handle time while talking
    ("advisor", "i2"), ("previous", "i2"), ("next", "i2"),
    ("partner", "i2"),  # of a warm transfer: the record of the first advisor, and of the leg
    ("n_redials", "i2"), ("n_repeats", "i2"), ("n_transfers", "i2"),
    ("phase", "i1"), ("kind", "i1"), ("index", "i1"), ("origin", "i1"), ("true_type", "i1"), ("priority", "i1"),
    ("identified", "i1"), ("transfers", "i1"), ("buys", "i1"), ("unresolved", "i1"),
    ("number", "i8"), ("credit_s", "f8"), ("accepted_s", "f8"), ("value", "f8"),
    ("lead", "i4"), ("preferred", "i2"), ("tries", "i2"), ("attempt", "i2"), ("joins", "i2"),
    ("segment", "i1"), ("returning", "i1"), ("value_class", "i1"), ("contact_number", "i1"), ("machine", "i1"),
    ("outcome", "i1"), ("hangs_up", "i1"), ("agreed", "i1"),
], align=True))  # fmt: skip
EVENT = np.dtype([("t", "f8"), ("timer", "i4"), ("sequence", "i4")], align=True)
