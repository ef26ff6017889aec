"""What the simulator counts, declared once: reward terms, KPIs, tables and tests are made from these declarations."""

from __future__ import annotations

from typing import NamedTuple

from ccenv.sim.codes import ADVISOR_TALKING, ADVISOR_WRAP_UP, IDLE, RESERVED


class Counter(NamedTuple):
    """One running total: name, unit ("1" for a number of things, "s", "value") and meaning."""

    name: str
    unit: str
    meaning: str


QUEUE_COUNTERS = (
    Counter("fresh", "1", "fresh contacts"),
    Counter("redials", "1", "contacts that came again after abandoning or being blocked"),
    Counter("repeats", "1", "contacts that came again because the first was not resolved"),
    Counter("blocked", "1", "refused because all trunks were in use"),
    Counter("offered", "1", "entered the queue"),
    Counter("answered", "1", "assigned to an advisor"),
    Counter("abandoned", "1", "gave up waiting"),
    Counter("unserved", "1", "still waiting when overtime was over"),
    Counter("answered_in_time", "1", "answered within `service_level_s`"),
    Counter("abandoned_in_time", "1", "abandoned within `service_level_s`"),
    Counter("waited", "1", "left the queue after more than 0 s"),
    Counter("wait_answered_s", "s", "wait of answered contacts"),
    Counter("wait_abandoned_s", "s", "wait of abandoned contacts"),
    Counter("wait_unserved_s", "s", "wait of unserved contacts"),
    Counter("waiting_s", "s", "time spent waiting by all contacts, counted as it passes"),
    Counter("resolved", "1", "answered contacts that need not come again"),
    Counter("unresolved", "1", "answered contacts that will come again"),
    Counter("fresh_answered", "1", "answered contacts that are neither redial nor repeat"),
    Counter("fresh_resolved", "1", "the same, resolved"),
    Counter("talk_s", "s", "talk time of finished contacts"),
    Counter("wrap_up_s", "s", "finished wrap-up time"),
)

GROUP_COUNTERS = (
    Counter("idle_s", "s", "advisor time idle"),
    Counter("reserved_s", "s", "advisor time reserved for an attempt"),
    Counter("talking_s", "s", "advisor time talking"),
    Counter("wrapping_s", "s", "advisor time in wrap-up"),
)

CAMPAIGN_COUNTERS = (
    Counter("attempts", "1", "dials"),
    Counter("no_answer", "1", "attempts that nobody answered"),
    Counter("busy", "1", "attempts that met a busy line"),
    Counter("invalid", "1", "attempts on a number out of use"),
    Counter("machine", "1", "machines recognised"),
    Counter("false_positive", "1", "persons taken for machines"),
    Counter("machine_passed", "1", "machines taken for persons"),
    Counter("connects", "1", "live persons recognised as such"),
    Counter("joined", "1", "connects joined to an advisor"),
    Counter("dropped", "1", "connects for whom nobody was free in time"),
    Counter("mp_joined", "1", "machines passed that were joined to an advisor"),
    Counter("mp_dropped", "1", "machines passed that nobody took in time"),
    Counter("joined_delay_s", "s", "wait of joined connects"),
    Counter("dropped_wait_s", "s", "wait of dropped connects"),
    Counter("sales", "1", "sales"),
    Counter("sale_value", "value", "value of sales"),
    Counter(
        "expected_sale_value", "value", "value of the sales to expect of joined contacts, by their contact numbers"
    ),
    Counter("talk_s", "s", "talk time of finished joined contacts"),
    Counter("mp_talk_s", "s", "advisor time lost on machines passed"),
    Counter("wrap_up_s", "s", "finished wrap-up time"),
    Counter("touched", "1", "leads dialed for the first time"),
)

# the time counters that run between events: a queue's, and a group's by the advisor state whose time they count
RUNNING_OF_QUEUE = "waiting_s"
RUNNING_OF_GROUP = {
    "idle_s": IDLE,
    "reserved_s": RESERVED,
    "talking_s": ADVISOR_TALKING,
    "wrapping_s": ADVISOR_WRAP_UP,
}

COUNTERS = {"queue": QUEUE_COUNTERS, "group": GROUP_COUNTERS, "campaign": CAMPAIGN_COUNTERS}
