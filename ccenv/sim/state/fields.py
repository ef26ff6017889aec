"""Fields of the snapshot, declared once; the record, spaces, manifests, pages and tests are built from them.

A snapshot holds only what a real ACD can see. Masks and rules read `core` fields only, which are written at every
epoch. The other fields are written only when an observation is needed. `rule_only` fields are not in the observation.
"""

from __future__ import annotations

from typing import NamedTuple

from ccenv.sim.state.codes import VALUE_CLASSES
from ccenv.sim.state.definitions import N_DEFINITIONS


class Field(NamedTuple):
    """One field of the snapshot.

    `axis`: "" for a single value of the centre; Q, G, C, P for one value per queue, group, campaign, compatible pair.
    `unit`: unit of the value, "1" for a count. `width`: values per entity.
    `high`, `scale`: the observation holds min(value, `high`) * `scale`. Values are never negative.
    `core`: masks and rules may read the field. `rule_only`: the field is not observed.
    `changes`: name of the group of fields rewritten together; empty for the axis's default group; see `observed.py`.
    """

    name: str
    axis: str
    unit: str
    high: float
    scale: float
    meaning: str
    core: bool = False
    width: int = 1
    rule_only: bool = False
    changes: str = ""


RECENT_S = 300.0  # time constant [s] of the recent rates of a queue, and of a campaign's short answer rate
RECENT_LONG_S = 1_800.0  # time constant [s] of a campaign's long answer rate
FINISH_HORIZONS_S = (10.0, 30.0, 60.0)
RINGING_AGES_S = (0.0, 5.0, 10.0, 20.0)  # left edges [s] of the age classes of ringing lines
N_OLDEST = 3  # contacts at the head of a queue whose waits are observed
TOP_CLASS = VALUE_CLASSES - 1

FIELDS = (
    Field("epoch_kind", "", "code", 4, 0.25, "opening, event, same instant, timer, review", core=True),
    Field(
        "event_number",
        "",
        "1",
        1e12,
        1.0,
        "events so far, reviews apart: one coin per event",
        core=True,
        rule_only=True,
    ),
    Field("closed", "", "flag", 1, 1.0, "1 after closing", core=True),
    Field("lines_left", "", "lines", 1e6, 1e-2, "trunks that are free (clipped if unlimited)", core=True),
    Field("queue_length", "Q", "contacts", 200, 0.1, "contacts in line, virtual ones included", core=True),
    Field(
        "head_entry_wait_s", "Q", "s", 3600, 1 / 60, "wait of the first in line since it entered this queue", core=True
    ),
    Field("head_total_wait_s", "Q", "s", 7200, 1 / 60, "the same plus its waiting credit", core=True),
    Field("head_callback", "Q", "flag", 1, 1.0, "1 if the first in line is to be called back", core=True),
    Field("head_returning", "Q", "flag", 1, 1.0, "1 if the first in line is known to have called before", core=True),
    Field(
        "head_value_class",
        "Q",
        "class",
        TOP_CLASS,
        1.0 / TOP_CLASS,
        "value class of the first in line, 0 if unknown",
        core=True,
    ),
    Field("head_transfers", "Q", "1", 10, 0.5, "how often the first in line was transferred", core=True),
    Field(
        "head_preferred",
        "P",
        "flag",
        1,
        1.0,
        "1 if the advisor whom the first in line prefers is idle",
        core=True,
        changes="preferred",
    ),
    Field("idle", "G", "advisors", 1024, 0.1, "idle advisors", core=True, changes="idle"),
    Field(
        "idle_longest_s",
        "G",
        "s",
        3600,
        1 / 300,
        "idle time of the first in the group's order of advisors",
        core=True,
        changes="idle",
    ),
    Field("ringing", "C", "lines", 1024, 0.1, "lines ringing", core=True),
    Field("connects_waiting", "C", "contacts", 100, 0.2, "connects waiting for an advisor", core=True),
    Field("lines_free", "C", "lines", 1024, 0.05, "lines that could be dialed now", core=True),
    Field("leads_dialable", "C", "leads", 1e6, 1e-4, "leads that may be dialed now (clipped if unlimited)", core=True),
    Field("agreed_ready", "C", "leads", 200, 0.1, "agreed callbacks that are due", core=True),
    Field("dialing_open", "C", "flag", 1, 1.0, "1 if some segment is within its hours", core=True),
    Field("time_of_day_s", "", "s", 172_800, 1 / 86_400, "time since the midnight before the opening"),
    Field("to_close_s", "", "s", 86_400, 1 / 28_800, "time to closing"),
    Field("since_last_s", "", "s", 3600, 1 / 10, "time since the last decision"),
    Field("mode", "", "flag", 1, 1.0, "the mode of a switching load, where it is observed"),
    Field("in_ivr", "", "contacts", 200, 0.1, "contacts in the IVR"),
    Field("oldest_wait_s", "Q", "s", 3600, 1 / 60, "wait of the first three in line", width=N_OLDEST),
    Field("head_priority", "Q", "flag", 1, 1.0, "1 if the first in line has high priority"),
    Field("arrivals_recent_per_hour", "Q", "1/h", 20_000, 1 / 60, "recent rate of contacts offered", changes="recent"),
    Field("abandoned_recent_per_hour", "Q", "1/h", 20_000, 1 / 10, "recent rate of abandonment", changes="recent"),
    Field("callbacks_pending", "Q", "contacts", 200, 0.1, "contacts that are to be called back", changes="callbacks"),
    Field("forecast_per_hour", "Q", "1/h", 20_000, 1 / 60, "mean profile of this slot", changes="slot"),
    Field("forecast_next_per_hour", "Q", "1/h", 20_000, 1 / 60, "mean profile of the next slot", changes="slot"),
    Field("in_service", "P", "contacts", 1024, 0.1, "contacts of the queue or campaign talking to the group"),
    Field("reserved", "G", "advisors", 1024, 0.1, "advisors reserved for an attempt"),
    Field("wrap_up", "G", "advisors", 1024, 0.1, "advisors in wrap-up"),
    Field("away", "G", "advisors", 1024, 0.1, "advisors on a break"),
    Field("staffed", "G", "advisors", 1024, 0.1, "advisors on duty or not yet finished"),
    Field("staffed_next", "G", "advisors", 1024, 0.1, "advisors planned for the next slot", changes="slot"),
    Field(
        "finishes",
        "G",
        "contacts",
        1024,
        0.1,
        "contacts expected to finish within 10, 30, 60 s, by their ages",
        width=3,
        changes="talks",
    ),
    Field(
        "ringing_by_age",
        "C",
        "lines",
        1024,
        0.1,
        "lines ringing for 0-5, 5-10, 10-20, 20 s and more",
        width=4,
        changes="ringing",
    ),
    Field(
        "answer_rate", "C", "share", 1, 2.0, "recent share of ended attempts that were answered: 5 and 30 min", width=2
    ),
    Field("dropped", "C", "contacts", 1e6, 0.02, "dropped connects of the run (numerator of `run_total`)"),
    Field("joined_or_dropped", "C", "contacts", 1e6, 0.002, "joined and dropped connects (denominator of `run_total`)"),
    Field("leads_left", "C", "leads", 1e6, 1e-4, "leads that are not closed (clipped if unlimited)"),
    Field("retries_ready", "C", "leads", 1e5, 1e-2, "leads that may be dialed again now"),
    Field("retries_waiting", "C", "leads", 1e5, 1e-2, "leads that may be dialed again later"),
    Field("promises_pending", "C", "leads", 1e5, 1e-2, "promises and appointments whose day has not come"),
    Field(
        "compliance_over",
        "C",
        "contacts",
        1e6,
        0.02,
        "numerator of the dropped share in the window of now, by definition",
        width=N_DEFINITIONS,
        changes="windows",
    ),
    Field(
        "compliance_base",
        "C",
        "contacts",
        1e6,
        0.002,
        "its denominator, by definition",
        width=N_DEFINITIONS,
        changes="windows",
    ),
)

OBSERVED = tuple(field for field in FIELDS if not field.rule_only)


def changing(axis: str, changes: str = "") -> tuple[Field, ...]:
    """Return the observed fields of an axis that are rewritten together; the default group for an empty `changes`."""
    return tuple(field for field in OBSERVED if (field.axis, field.changes) == (axis, changes))
