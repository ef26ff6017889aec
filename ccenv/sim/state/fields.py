"""Fields of the snapshot, declared once; the record, spaces, manifests, pages and tests are built from them.

A snapshot holds only what a real ACD can see. Fields are declared in groups. One function writes all fields of a group
for one entity, and one mark tells when it has to. `tests/sim/test_declared_fields.py` holds the declarations to the
source of the writers, and `tests/sim/test_snapshots.py` holds the values to the slow twin.

Masks and rules that keep to the fast path read `core` fields only. `rule_only` fields are not in the observation.
"""

from __future__ import annotations

from typing import NamedTuple

from ccenv.sim.state.codes import MOST_CHATS, VALUE_CLASSES
from ccenv.sim.state.definitions import N_DEFINITIONS
from ccenv.sim.state.sizes import Size


class Field(NamedTuple):
    """One field of the snapshot.

    `unit`: unit of the value, "1" for a count. `width`: values per entity.
    `high`, `scale`: the observation holds min(value, `high`) * `scale`. Values are never negative. A `high` that is the
    name of a table of the size class stands for the rows of that table.
    `rule_only`: the field is not observed.

    The other attributes are those of its group; see `together`.
    """

    name: str
    unit: str
    high: float | str
    scale: float
    meaning: str
    width: int = 1
    rule_only: bool = False
    axis: str = ""
    group: str = ""
    writer: str = ""
    mark: str = ""
    encoder: str = ""
    core: bool = False

    def highest(self, size: Size) -> float:
        """Return the upper bound of the field's values in a size class, in the field's unit."""
        return float(getattr(size, self.high)) if isinstance(self.high, str) else float(self.high)


def together(
    group: str, axis: str, *fields: Field, writer: str, mark: str, core: bool = False, encoder: str = ""
) -> tuple[Field, ...]:
    """Return the fields of a group.

    Args:
        group: Name of the group.
        axis: "" for single values of the centre; Q, G, C, P for one per queue, group, campaign, compatible pair.
        *fields: What the group holds.
        writer: The function that writes them, `module.function` of `ccenv.sim.shown`.
        mark: When it writes: a set of the environment record (`e.<mark>`) that holds the entities to write; `look`,
            each time somebody looks; `event`, if an event has occurred since the last look; `slot`, in a new slot.
        core: Whether masks and rules may read them without a full look.
        encoder: Name of the group with which they are encoded into the observation; empty for its own name.
    """
    return tuple(
        field._replace(axis=axis, group=group, writer=writer, mark=mark, encoder=encoder or group, core=core)
        for field in fields
    )


RECENT_S = 300.0  # time constant [s] of the recent rates of a queue, and of a campaign's short answer rate
RECENT_LONG_S = 1_800.0  # time constant [s] of a campaign's long answer rate, and of a queue's service level
FINISH_HORIZONS_S = (10.0, 30.0, 60.0)
RINGING_AGES_S = (0.0, 5.0, 10.0, 20.0)  # left edges [s] of the age classes of ringing lines
N_OLDEST = 3  # contacts at the head of a queue whose waits are observed
TOP_CLASS = VALUE_CLASSES - 1

FIELDS = (
    *together(
        "centre", "",
        Field("epoch_kind", "code", 4, 0.25, "opening, event, same instant, timer, review"),
        Field("event_number", "1", 1e12, 1.0, "events so far, reviews apart: one coin per event", rule_only=True),
        Field("closed", "flag", 1, 1.0, "1 after closing"),
        Field("lines_left", "lines", 1e6, 1e-2, "trunks that are free (clipped if unlimited)"),
        writer="core.write_centre", mark="look", core=True,
    ),
    *together(
        "head", "Q",
        Field("queue_length", "contacts", "contacts", 0.1, "contacts in line, virtual ones included"),
        Field("head_entry_wait_s", "s", 3600, 1 / 60,
              "wait of the first in line since it entered this queue; 0 for deferrable work"),
        Field("head_total_wait_s", "s", 7200, 1 / 60, "the same plus its waiting credit"),
        Field("head_callback", "flag", 1, 1.0, "1 if the first in line is to be called back"),
        Field("head_returning", "flag", 1, 1.0, "1 if the first in line is known to have called before"),
        Field("head_value_class", "class", TOP_CLASS, 1.0 / TOP_CLASS,
              "value class of the first in line, 0 if unknown"),
        Field("head_transfers", "1", 10, 0.5, "how often the first in line was transferred"),
        Field("head_age_s", "s", 2_592_000, 1 / 86_400,
              "time since the first in line came in, if it is deferrable work"),
        Field("head_campaign", "code", "campaigns", 0.25,
              "1 plus the number of the campaign whose lead, calling in, is the first in line; 0 if it is no lead"),
        writer="core.write_head", mark="waiting_bits", core=True, encoder="line",
    ),
    *together(
        "preferred", "P",
        Field("head_preferred", "flag", 1, 1.0, "1 if the advisor whom the first in line prefers is idle"),
        writer="core.write_preferred", mark="waiting_bits", core=True,
    ),
    *together(
        "idle", "G",
        Field("idle", "advisors", "advisors", 0.1, "idle advisors"),
        Field("idle_longest_s", "s", 3600, 1 / 300, "idle time of the first in the group's order of advisors"),
        Field("chat_levels", "advisors", "advisors", 0.1,
              f"advisors with 1, 2, ..., {MOST_CHATS} contacts (chats, and a call beside which chats are taken) "
              "who take another chat", width=MOST_CHATS),
        Field("interruptible", "advisors", "advisors", 0.1,
              "advisors who may take a call though not idle: on work that may be interrupted, or with few chats"),
        writer="core.write_idle", mark="look", core=True,
    ),
    *together(
        "lines", "C",
        Field("ringing", "lines", "contacts", 0.1, "lines ringing, or answered and not yet decided by the detector"),
        Field("deciding", "lines", "contacts", 0.1, "lines answered and not yet decided by the detector"),
        Field("connects_waiting", "contacts", "contacts", 0.2, "connects waiting for an advisor, or ringing at one"),
        Field("lines_free", "lines", "contacts", 0.05, "lines that could be dialed now"),
        writer="core.write_lines", mark="news_campaigns", core=True, encoder="campaign",
    ),
    *together(
        "lists", "C",
        Field("leads_dialable", "leads", 1e6, 1e-4, "leads that may be dialed now (clipped if unlimited)"),
        Field("agreed_ready", "leads", "leads", 0.1, "agreed callbacks that are due"),
        Field("dialing_open", "flag", 1, 1.0, "1 if some segment is within its hours"),
        writer="core.write_lists", mark="news_campaigns", core=True, encoder="campaign",
    ),
    *together(
        "clock", "",
        Field("time_of_day_s", "s", 172_800, 1 / 86_400, "time since the midnight before the opening"),
        Field("to_close_s", "s", 86_400, 1 / 28_800, "time to closing"),
        Field("since_last_s", "s", 3600, 1 / 10, "time since the last decision"),
        Field("mode", "flag", 1, 1.0, "the mode of a switching load, where it is observed"),
        Field("in_ivr", "contacts", "contacts", 0.1, "contacts in the IVR"),
        writer="observe.write_clock", mark="look", encoder="centre",
    ),
    *together(
        "line", "Q",
        Field("oldest_wait_s", "s", 3600, 1 / 60, "wait of the first three in line", width=N_OLDEST),
        Field("head_priority", "flag", 1, 1.0, "1 if the first in line has high priority"),
        Field("overdue", "contacts", "contacts", 0.1, "deferrable work in line that should have been done by now"),
        writer="observe.write_line", mark="rest_queues",
    ),
    *together(
        "recent", "Q",
        Field("arrivals_recent_per_hour", "1/h", 20_000, 1 / 60, "recent rate of contacts offered"),
        Field("abandoned_recent_per_hour", "1/h", 20_000, 1 / 10, "recent rate of abandonment"),
        writer="observe.write_recent", mark="event",
    ),
    *together(
        "callbacks", "Q",
        Field("callbacks_pending", "contacts", "contacts", 0.1, "contacts that are to be called back"),
        writer="observe.write_callbacks", mark="news_queues",
    ),
    *together(
        "served", "Q",
        Field("service_level_recent", "share", 1, 1.0,
              "share answered within `service_level_s` of contacts recently answered or abandoned (30 min)"),
        Field("estimated_wait_s", "s", 3600, 1 / 60, "wait of the last contact that left the line for an advisor"),
        writer="observe.write_served", mark="news_queues", encoder="callbacks",
    ),
    *together(
        "alerting", "Q",
        Field("alerting", "contacts", "contacts", 0.2, "contacts that ring at an advisor who has not picked up"),
        writer="observe.write_alerting", mark="news_queues", encoder="callbacks",
    ),
    *together(
        "queue_slot", "Q",
        Field("forecast_per_hour", "1/h", 20_000, 1 / 60, "mean profile of this slot"),
        Field("forecast_next_per_hour", "1/h", 20_000, 1 / 60, "mean profile of the next slot"),
        writer="observe.write_queue_slot", mark="slot",
    ),
    *together(
        "service", "P",
        Field("in_service", "contacts", "contacts", 0.1,
              "contacts of the queue or campaign talking to the group, or in chat with it"),
        writer="observe.write_service", mark="news_advisors",
    ),
    *together(
        "states", "G",
        Field("reserved", "advisors", "advisors", 0.1,
              "advisors reserved for an attempt or a callback, or at whom a contact rings"),
        Field("wrap_up", "advisors", "advisors", 0.1, "advisors in wrap-up"),
        Field("away", "advisors", "advisors", 0.1, "advisors on a break, or away after not picking up"),
        Field("staffed", "advisors", "advisors", 0.1, "advisors on duty or not yet finished"),
        Field("chatting", "advisors", "advisors", 0.1, "advisors with one chat or more, and no call"),
        writer="observe.write_states", mark="news_advisors",
    ),
    *together(
        "group_slot", "G",
        Field("staffed_next", "advisors", "advisors", 0.1, "advisors planned for the next slot"),
        writer="observe.write_group_slot", mark="slot",
    ),
    *together(
        "talks", "G",
        Field("finishes", "contacts", "contacts", 0.1,
              "contacts expected to finish within "
              + ", ".join(f"{h:g}" for h in FINISH_HORIZONS_S) + " s, by their ages",
              width=len(FINISH_HORIZONS_S)),
        writer="observe.write_finishes", mark="event",
    ),
    *together(
        "ringing", "C",
        Field("ringing_by_age", "lines", "contacts", 0.1,
              "the lines of `ringing`, dialed 0-5, 5-10, 10-20, 20 s ago and more", width=len(RINGING_AGES_S)),
        writer="observe.write_ringing", mark="look",
    ),
    *together(
        "outcomes", "C",
        Field("answer_rate", "share", 1, 2.0,
              "recent share of ended attempts that were answered: 5 and 30 min", width=2),
        Field("dropped", "contacts", 1e6, 0.02, "dropped connects of the run (numerator of `run_total`)"),
        Field("joined_or_dropped", "contacts", 1e6, 0.002, "joined and dropped connects (denominator of `run_total`)"),
        writer="observe.write_outcomes", mark="rest_campaigns", encoder="campaign",
    ),
    *together(
        "leads", "C",
        Field("leads_left", "leads", 1e6, 1e-4, "leads that are not closed (clipped if unlimited)"),
        Field("retries_ready", "leads", "leads", 1e-2, "leads that may be dialed again now"),
        Field("retries_waiting", "leads", "leads", 1e-2, "leads that may be dialed again later"),
        Field("promises_pending", "leads", "leads", 1e-2, "promises and appointments whose day has not come"),
        writer="observe.write_leads", mark="rest_campaigns", encoder="campaign",
    ),
    *together(
        "windows", "C",
        Field("compliance_over", "contacts", 1e6, 0.02,
              "numerator of the dropped share in the window of now, by definition", width=N_DEFINITIONS),
        Field("compliance_base", "contacts", 1e6, 0.002, "its denominator, by definition", width=N_DEFINITIONS),
        writer="observe.write_windows", mark="news_windows",
    ),
)  # fmt: skip

OBSERVED = tuple(field for field in FIELDS if not field.rule_only)


def encoded_as(encoder: str) -> tuple[Field, ...]:
    """Return the observed fields that one encoder writes into the observation.

    Raises:
        ValueError: If no field is declared with this encoder.
    """
    found = tuple(field for field in OBSERVED if field.encoder == encoder)
    if not found:
        raise ValueError(f"no field is encoded by {encoder!r}; known: {', '.join({f.encoder: 0 for f in OBSERVED})}")
    return found
