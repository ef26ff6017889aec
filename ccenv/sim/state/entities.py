"""Record types that are the same in all size classes: distributions, actions, advisors, contacts, log rows, ..."""

from __future__ import annotations

from typing import Any

import numpy as np

from ccenv.sim.state.codes import MOST_CHATS, N_STATES
from ccenv.sim.state.definitions import N_DEFINITIONS, N_ROLLING, ROLLING_HOURS
from ccenv.sim.state.sizes import Size

DIST_POINTS = 32  # most pieces or quantiles of a distribution
LOG_ROWS = 131_072  # capacity of the event log

# `kind`: code of the distribution; `a`, `b`: its parameters; `n`: used entries of `start` and `hazard`. These hold the
# pieces of a hazard, the probabilities and means of a hyper-exponential, or the quantiles of an
# empirical distribution and the powers between them.
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

STAFFED = np.dtype([("group", "i4"), ("state", "i4")], align=True)  # group and advisor state of a time counter
# Outputs of one row of a batch after a step: reward, seconds since the last decision, cost and its base, the coin and
# the number of the next decision; flags: an episode starts, counting has not started (`warm_up`).
OUT = np.dtype(
    [("reward", "f8"), ("elapsed_s", "f8"), ("cost", "f8"), ("cost_base", "f8"), ("u", "f8"), ("decision", "i8"),
     ("illegal_share", "f8"),  # illegal actions of the episode so far, of all its actions
     ("terminated", "?"), ("truncated", "?"), ("illegal", "?"), ("starts", "?"), ("warm_up", "?"),
     ("final_u", "f8"), ("final_decision", "i8"), ("final_illegal_share", "f8"),
     ("final_warm_up", "?")],  # `final_`: of the episode that ended, in a same-step reset
     align=True,
)  # fmt: skip

# Configuration. GROUP: order of idle advisors, absence, speed, quality and its effects on repeats and sales, learning,
# fatigue, script, monitoring. The factors are in `advisors/traits.py`.
GROUP = np.dtype([
    ("order", "i4"), ("varied", "i4"),  # flag: handle times depend on the advisor
    ("shrinkage", "f8"), ("speed_sigma", "f8"), ("quality", "f8"), ("quality_sd", "f8"),
    ("on_repeat", "f8"), ("on_sale", "f8"), ("excess", "f8"), ("learning_days", "f8"), ("tenure_days", "f8"),
    ("fatigue", "f8"), ("fatigue_above", "f8"), ("fatigue_s", "f8"), ("script", "f8"), ("script_cost", "f8"),
    ("sampled", "f8"), ("sample_cost", "f8"), ("gain", "f8"), ("drift", "f8"),
    # flag: lines of an answering service; its price of a contact; quality for which the queues' probabilities hold
    ("service", "i4"), ("price", "f8"), ("own_quality", "f8"),
    ("chats", "i4"), ("beside", "i4"),  # most chats of an advisor at once, and beside a call
    # probability that an advisor does not pick up, seconds for which it rings, and for which the advisor is away then
    ("p_no_pick_up", "f8"), ("alert_s", "f8"), ("rest_s", "f8"),
    ("busy_sigma", "f8"),  # log-sd of the factor of handle times by day
], align=True)  # fmt: skip
# `t`: seconds since the opening; `length`: of a break [s]; `what`: ON, GO_OFF, BREAK; flags: `alone`: no slot begins,
# `initial`: at the start of a run only
ROSTER_ENTRY = np.dtype(
    [("t", "f8"), ("length", "f8"), ("advisor", "i4"), ("what", "i4"), ("alone", "i4"), ("initial", "i4")], align=True
)
# A definition of the dropped share; words are stored as indices in the tuples of `definitions.py`; `counts`: base.
DEFINITION = np.dtype([
    ("threshold_s", "f8"), ("start", "i4"), ("counts", "i4"), ("hang_ups", "i4"), ("false_positives", "i4"),
    ("window", "i4"),
], align=True)  # fmt: skip
# The zone of a segment from day `first_day` of the run on: local time less centre time; the dialing hours, as `n` parts
# of the day in centre time from midnight to midnight, in order.
ZONE_PERIODS, DAY_PARTS = 16, 3
ZONE_PERIOD = np.dtype([
    ("first_day", "i8"), ("zone_s", "f8"), ("n", "i8"), ("from_s", "f8", (DAY_PARTS,)), ("until_s", "f8", (DAY_PARTS,)),
], align=True)  # fmt: skip
# `kind`: HOLD, ASSIGN, DIAL, DIAL_RESERVED; `index`: queue or campaign; `n`: leads to dial; `pair`: index or NIL
ACTION = np.dtype([("kind", "i4"), ("index", "i4"), ("group", "i4"), ("n", "i4"), ("pair", "i4")], align=True)

# Environment. GROUP_STATE: advisors by state, last of the idle list, next turn of round robin; advisors
# who may be given a call though none is idle: on interruptible work, or with few enough chats; by level (from 1 on) the
# advisors at this level who take another chat, were there room.
GROUP_STATE = np.dtype([
    ("n", "i4", (N_STATES,)), ("last_idle", "i4"), ("turn", "i8"), ("n_interruptible", "i4"),
    ("busy", "f8"),  # factor of handle times of the day
    ("n_came", "f8"), ("n_begun", "f8"),  # today: advisors on duty, contacts begun
    ("idle_since", "f8"),  # of the first in the idle list; if the list is empty, of the last advisor that was first
    ("chatting", "i4", (MOST_CHATS,)),
], align=True)  # fmt: skip
CAMPAIGN_STATE = np.dtype([
    ("n_fresh", "i8"), ("since_fresh", "i4"),  # fresh leads dialed; retries dialed since the last one
    ("turn", "i4"),  # offset of the segment at which the search for a fresh lead starts (mix `even`)
    # counts of answered and ended attempts with time constants RECENT_S and RECENT_LONG_S, decayed to `recent_t`;
    # linked lists of ringing attempts and of waiting connects; lines in use
    ("recent_t", "f8"), ("answered", "f8", (2,)), ("ended", "f8", (2,)), ("ring_head", "i4"), ("ring_tail", "i4"),
    ("ringing", "i4"), ("wait_head", "i4"), ("wait_tail", "i4"), ("waiting", "i4"), ("lines", "i4"),
    ("deciding", "i4"),  # of the ringing attempts, those that were answered and wait for the detector
    ("alerting", "i4"),  # connects that ring at an advisor
    ("n_over", "f8", (N_DEFINITIONS,)), ("n_base", "f8", (N_DEFINITIONS,)),  # sums of the current window, by definition
    # rolling windows: newest hour, sums by hour modulo ROLLING_HOURS
    ("hour", "i8"), ("over_by_hour", "f8", (N_ROLLING, ROLLING_HOURS)),
    ("base_by_hour", "f8", (N_ROLLING, ROLLING_HOURS)),
    ("stale", "i4"),  # flag: the hours have changed since they were summed
    ("over_rolling", "f8", (N_ROLLING,)), ("base_rolling", "f8", (N_ROLLING,)),
], align=True)  # fmt: skip
# Leads looked at (dialed or scrubbed); rows that wait and are ready; ready agreed callbacks; pending promises.
SEGMENT_STATE = np.dtype([
    ("n_leads", "i8"), ("n_waiting", "i4"), ("n_ready", "i4"), ("n_agreed", "i4"), ("n_promised", "i4"),
    ("free_row", "i4"), ("n_used", "i4"),  # free list of rows (index + 1, 0: empty); rows ever taken
], align=True)  # fmt: skip
LINE_BYTES = 64  # size of a cache line of the processor


def _in_whole_lines(kind: np.dtype) -> np.dtype:
    """Return the record padded to whole cache lines, so that all elements of an array are aligned alike."""
    fields: Any = kind.fields
    return np.dtype({
        "names": list(fields),
        "formats": [what for what, _ in fields.values()],
        "offsets": [offset for _, offset in fields.values()],
        "itemsize": -(-kind.itemsize // LINE_BYTES) * LINE_BYTES,
    }, align=True)  # fmt: skip


def _with_names(kind: np.dtype, **names: str) -> np.dtype:
    """Return the record with further names, each for the place of a field."""
    fields: Any = kind.fields
    return np.dtype({
        "names": [*fields, *names],
        "formats": [what for what, _ in fields.values()] + [fields[old][0] for old in names.values()],
        "offsets": [offset for _, offset in fields.values()] + [fields[old][1] for old in names.values()],
        "itemsize": kind.itemsize,
    }, align=True)  # fmt: skip


def index_type(least: str, n: int) -> str:
    """Return the narrowest signed integer type that holds 0, ..., n - 1 and NIL, at least as wide as `least`."""
    return next(kind for kind in ("i1", "i2", "i4") if kind >= least and n - 1 <= np.iinfo(kind).max)


# Records of advisors and contacts have many rows: fields that most events touch come first, and each field is as
# narrow as its range allows, to save cache lines.
#
# ADVISOR: `since`: start of the state, or time up to which it is counted; `owed_s`: break still to be taken; `talk_s`,
# `n_contacts`, `n_idle`: talk, contacts begun and idle periods in the run; `order`, `idle_number`: sort key in the idle
# heap and tie-breaker; `place`: index in the heap; `ahead`, `behind`: links of the idle list; flags: `leaving` at the
# end of the current work, `absent` today, `worked` today; `quality_0`: quality at the start; `load`: average load
# (fatigue), as of `load_t`; `n_chats`: chats, `chat`: the first of them; flag `on_call`: on a call in a group that may
# have chats beside it; level: their sum. An advisor at a level is in no idle list, and uses a field otherwise:
# `assigned_s` (place of `idle_since`): time of the last assignment.
def advisor_record(z: Size) -> np.dtype:
    """Return the record type of one advisor in a size class."""
    place, contact = index_type("i2", z.advisors), index_type("i2", z.contacts)
    kind = np.dtype([
        ("since", "f8"), ("idle_since", "f8"), ("owed_s", "f8"), ("talk_s", "f8"), ("n_contacts", "f8"),
        ("order", "f8"), ("n_idle", "i4"), ("place", place), ("ahead", place), ("behind", place),
        ("contact", contact), ("state", "i1"), ("leaving", "i1"), ("absent", "i1"), ("worked", "i1"),
        ("chat", contact), ("n_chats", "i1"), ("on_call", "i1"), ("idle_number", "u4"),
        ("key", "u8"), ("speed", "f8"), ("quality", "f8"), ("quality_0", "f8"),
        ("tenure_days", "f8"), ("load", "f8"), ("load_t", "f8"),
    ], align=True)  # fmt: skip
    return _with_names(kind, assigned_s="idle_since")


# Share of an advisor in the day: seconds at work, and idle or reserved; contacts begun; the group's factor of handle
# times at the start of the last talk, where the group has one; flag: on duty today.
SHARE = np.dtype(
    [("work_s", "f8"), ("ready_s", "f8"), ("n_today", "f8"), ("busy", "f8"), ("came", "i4")], align=True
)  # fmt: skip


# CONTACT: `entry_s`: time of joining the queue, or of the answer of an attempt; `since`: start of the phase;
# `waited_s`: earlier waiting for the same request; `previous`, `next`: links of its list; `index`: queue or campaign;
# `origin`: queue of arrival; `true_type`: queue it belongs to; flags: `transfers` after the talk, `buys` (the goal),
# `unresolved`. `number`: in its stream or segment; `accepted_s`: time a callback was accepted, or a detector decided;
# `value`: of the goal; `lead`: row of the lead table or NIL; `tries`: callback tries; `attempt`: 1, 2, ...; `joins`:
# earlier joins of the lead; `contact_number`: contacts before the campaign; `outcome`: NIL until known; flags:
# `machine`, `hangs_up` (before the drop or the detector's decision), `agreed`, `wrong` (party), `gone` (left a chat
# without a sign). A chat in service uses fields of waiting contacts and attempts: `chat_done`, `chat_left` (places of
# `credit_s` and `value`): work done and left as of `chat_t` (place of `accepted_s`); `previous` and `next` link the
# chats of its advisor. Deferrable work uses some fields in its own way: see
# `handling/deferring.py`. `offers`: offers to advisors who
# may not pick up; `virtual` (flag): virtual before it rang.
def contact_record(z: Size) -> np.dtype:
    """Return the record type of one contact, or attempt, in a size class."""
    advisor, link = index_type("i2", z.advisors), index_type("i2", z.contacts)
    index = index_type("i1", max(z.queues, z.campaigns))
    kind = _in_whole_lines(np.dtype([
        ("key", "u8"), ("entry_s", "f8"), ("since", "f8"), ("waited_s", "f8"),
        ("factor", "f8"),  # of patience while it waits, of handle time while it talks
        ("advisor", advisor), ("previous", link), ("next", link),
        ("partner", link),  # warm transfer: the two records point to each other, the first contact's and the leg's
        ("n_redials", "i2"), ("n_repeats", "i2"), ("n_transfers", "i2"),
        ("phase", "i1"), ("kind", "i1"), ("index", index), ("origin", index), ("true_type", index), ("priority", "i1"),
        ("identified", "i1"), ("transfers", "i1"), ("buys", "i1"), ("unresolved", "i1"),
        ("number", "i8"), ("credit_s", "f8"), ("accepted_s", "f8"), ("value", "f8"),
        ("lead", "i4"), ("preferred", advisor), ("tries", "i2"), ("attempt", "i2"), ("joins", "i2"),
        ("segment", index_type("i1", z.segments)), ("returning", "i1"), ("value_class", "i1"), ("contact_number", "i1"),
        ("machine", "i1"), ("outcome", "i1"), ("hangs_up", "i1"), ("agreed", "i1"), ("wrong", "i1"),
        ("gone", "i1"),
        ("offers", "i2"), ("virtual", "i1"),
    ], align=True))  # fmt: skip
    return _with_names(kind, chat_done="credit_s", chat_left="value", chat_t="accepted_s")


# An entry of the event heap; `order` breaks ties of time. From its highest bits down it holds the kind of event, the
# sequence number of the scheduling, and the timer in the lowest TIMER_BITS.
TIMER_BITS, KIND_AT_BIT = 20, 60
EVENT = np.dtype([("t", "f8"), ("order", "i8")], align=True)
