"""Counters of the simulator, declared once.

Record fields, reward terms, `n_` columns, tables and tests are built from these declarations. A counter is a float64
running total of one queue, group or campaign.
"""

from __future__ import annotations

from typing import NamedTuple

from ccenv.sim.state.codes import ADVISOR_CHATTING, ADVISOR_TALKING, ADVISOR_WRAP_UP, AWAITING_ANSWER, AWAY, IDLE
from ccenv.sim.state.definitions import NAMES


class Counter(NamedTuple):
    """One running total: name, unit ("1" for a count, "s", "value", "points") and meaning."""

    name: str
    unit: str
    meaning: str


QUEUE_COUNTERS = (
    Counter("fresh", "1", "fresh contacts"),
    Counter("redials", "1", "contacts that came again after abandoning or being blocked"),
    Counter("repeats", "1", "contacts that came again because the first was not resolved"),
    Counter("returns", "1", "return calls: leads of a campaign that called in after an attempt"),
    Counter("misrouted_in", "1", "sent here by the IVR though they belong to another queue"),
    Counter("misrouted_out", "1", "sent to another queue by the IVR though they belong here"),
    Counter("transfers_in", "1", "transferred here from another queue"),
    Counter("transferred_out", "1", "answered contacts that were transferred to another queue"),
    Counter("blocked", "1", "refused because all trunks were in use"),
    Counter("contained", "1", "served by the IVR"),
    Counter("ivr_hangup", "1", "hung up in the IVR"),
    Counter("balked", "1", "left on hearing that they must wait"),
    Counter("offered", "1", "joined the queue, in person or by a callback"),
    Counter("answered", "1", "joined to an advisor"),
    Counter("abandoned", "1", "gave up waiting"),
    Counter("unserved", "1", "still waiting when overtime was over"),
    Counter("callback_offered", "1", "contacts that were offered a callback"),
    Counter("callback_accepted", "1", "contacts that accepted it"),
    Counter("callback_tries", "1", "times that one was called back"),
    Counter("callback_answered", "1", "callbacks that were answered; they count as answered, too"),
    Counter("callback_lost", "1", "callbacks not answered at the last try"),
    Counter("callback_wait_s", "s", "time from accepting a callback to answering it"),
    Counter("carried_out", "1", "callbacks still pending at the end"),
    Counter("answered_in_time", "1", "answered within `service_level_s`"),
    Counter("abandoned_in_time", "1", "abandoned within `service_level_s`"),
    Counter("waited", "1", "left the queue after more than 0 s on a line; callbacks wait on none"),
    Counter("wait_answered_s", "s", "wait of answered contacts"),
    Counter("wait_abandoned_s", "s", "wait of abandoned contacts, of those that left without a sign too"),
    Counter("wait_unserved_s", "s", "wait of unserved contacts"),
    Counter("waiting_s", "s", "time spent waiting on a line by all contacts, counted as it passes"),
    Counter("resolved", "1", "answered contacts that need not come again"),
    Counter("unresolved", "1", "answered contacts that will come again"),
    Counter("fresh_answered", "1", "first contacts (neither redial nor repeat) of this origin that were answered"),
    Counter("fresh_resolved", "1", "the same, resolved"),
    Counter("orders", "1", "orders and sales"),
    Counter("order_value", "value", "value of orders and sales"),
    Counter("expected_order_value", "value", "value of the orders to expect of contacts when their service begins"),
    Counter("scored", "1", "contacts whose satisfaction was counted"),
    Counter("score", "points", "their satisfaction, from 0 to 100 each"),
    Counter("talk_s", "s", "talk time of finished contacts"),
    Counter("wrap_up_s", "s", "finished wrap-up time"),
    Counter("handed_off", "1", "sent by the IVR to a queue of advisors"),
    Counter("contained_unresolved", "1", "served by the IVR, and will come again"),
    Counter("ivr_s", "s", "time in the IVR, counted at its end"),
    Counter("ivr_cost", "value", "price of this time"),
    Counter("silent", "1", "chats whose customer gave up waiting without a sign"),
    Counter("silent_s", "s", "time of finished chats with nobody there"),
    # of deferrable work, whose other counters stay 0 but for `resolved`, `unresolved`, `scored` and `score`
    Counter("items", "1", "items of deferrable work that came in, those that came again included"),
    Counter("items_again", "1", "items that came again because the first was not resolved"),
    Counter("items_begun", "1", "items that an advisor began to work on"),
    Counter("items_done", "1", "items finished"),
    Counter("items_done_in_time", "1", "items finished by the time they were due"),
    Counter("items_left", "1", "items not finished at the end"),
    Counter("item_age_s", "s", "time from coming in to being finished, of finished items; nights included"),
    Counter("item_work_s", "s", "time of advisors on items: work, finished or interrupted, and finished wrap-up"),
    Counter("interruptions", "1", "times that an advisor put an item back"),
    Counter(
        "backlog_s", "s", "time that items spent in line in opening hours and overtime, counted as the line changes"
    ),
    Counter("backlog_time_s", "s", "time over which `backlog_s` is counted"),
    Counter("backlog_closing", "1", "items in line at closings, around the clock at midnights"),
    Counter("closings", "1", "closings at which the line was counted"),
)

GROUP_COUNTERS = (
    Counter("idle_s", "s", "advisor time idle"),
    Counter("reserved_s", "s", "advisor time reserved for an attempt, and ringing in vain"),
    Counter("talking_s", "s", "advisor time talking"),
    Counter("wrapping_s", "s", "advisor time in wrap-up"),
    Counter("away_s", "s", "advisor time on breaks, and away after not picking up"),
    Counter("handled", "1", "contacts that an advisor began to handle, inbound and outbound"),
    Counter("sampled", "1", "contacts that were listened to"),
    Counter("sampled_quality", "points", "quality heard in them, from 0 to 100 each"),
    Counter("coaching_cost", "value", "cost of listening and coaching"),
    Counter("service_contacts", "1", "contacts that an answering service began to handle"),
    Counter("service_fees", "value", "price of these contacts"),
    Counter("service_s", "s", "time of an answering service in talk and wrap-up; it is no time of advisors"),
    Counter("chatting_s", "s", "advisor time with one chat or more, and no call"),
    Counter("chat_s", "s", "time of finished chats, those with nobody there included"),
    Counter("not_picked_up", "1", "contacts that rang at an advisor for the whole time and were not picked up"),
    Counter("alerting_s", "s", "advisor time ringing in vain, also of contacts that gave up meanwhile"),
    Counter("advisor_days", "1", "advisors on duty, counted at the end of each day"),
    Counter("group_days", "1", "days at whose end the group had advisors on duty with time at work or ready"),
    Counter(
        "uneven_contacts",
        "1",
        "squared differences of the contacts that advisors began today from the group's mean, as they change",
    ),
    Counter("occupancy_spread_sum", "share", "standard deviation of occupancy over the group's advisors, by day"),
    Counter("occupancy_range_sum", "share", "largest less smallest occupancy of the group's advisors, by day"),
    Counter("occupancy_gap_sum", "share", "distance of the group's occupancy from that of all advisors, by day"),
    Counter("beside_s", "s", "advisor time in talk or wrap-up of a call with one chat or more beside it"),
)

# counters of each definition of the dropped share; the order gives the indices OVER, BASE, ... below
COMPLIANCE_COUNTERS = (
    Counter("over", "1", "connects that count as abandoned"),
    Counter("base", "1", "connects of which they are a share"),
    Counter("windows", "1", "windows that ended, all of them lived through"),
    Counter("windows_above", "1", "the same, with a share above the limit"),
    Counter("window_over", "1", "connects that count as abandoned, in such windows"),
    Counter("window_base", "1", "connects of which they are a share, in such windows"),
)
OVER, BASE, N_WINDOWS, N_ABOVE, WINDOW_OVER, WINDOW_BASE = range(len(COMPLIANCE_COUNTERS))

CAMPAIGN_COUNTERS = (
    Counter("attempts", "1", "dials"),
    Counter("no_answer", "1", "attempts that nobody answered"),
    Counter("busy", "1", "attempts that met a busy line"),
    Counter("invalid", "1", "attempts on a number out of use"),
    Counter("machine", "1", "machines recognised"),
    Counter("false_positive", "1", "persons taken for machines"),
    Counter("machine_passed", "1", "machines taken for persons"),
    Counter("connects", "1", "live persons recognised as such, or gone before the detector had decided"),
    Counter("joined", "1", "connects joined to an advisor"),
    Counter("right_party", "1", "finished talks with the person on the list"),
    Counter("wrong_party", "1", "finished talks with somebody else"),
    Counter("dropped", "1", "connects for whom nobody was free in time"),
    Counter("mp_joined", "1", "machines passed that were joined to an advisor"),
    Counter("mp_dropped", "1", "machines passed that nobody took in time"),
    Counter("hung_up", "1", "connects that hung up while they waited"),
    Counter("ringing_s", "s", "time of ended ringing"),
    Counter("deciding_s", "s", "time of the detector's decisions, on attempts that are no connects"),
    Counter("joined_delay_s", "s", "wait of joined connects"),
    Counter("dropped_wait_s", "s", "wait of dropped connects"),
    Counter("hung_up_wait_s", "s", "wait of connects that hung up"),
    Counter("sales", "1", "goals reached: sales, appointments, promises or surveys, whatever the campaign is for"),
    Counter("kept", "1", "promises and appointments kept"),
    Counter("broken", "1", "promises and appointments broken"),
    Counter("sale_value", "value", "value of goals, of promises and appointments when they are kept"),
    Counter(
        "expected_sale_value", "value", "value of the goals to expect of joined contacts, by their contact numbers"
    ),
    Counter("talk_s", "s", "talk time of finished joined contacts"),
    Counter("mp_talk_s", "s", "advisor time lost on machines passed"),
    Counter("wrap_up_s", "s", "finished wrap-up time"),
    Counter("touched", "1", "leads dialed for the first time"),
    Counter("closed", "1", "leads that will not be dialed again"),
    Counter("without_consent", "1", "leads passed over because they have not consented"),
    Counter("do_not_call", "1", "leads passed over because they are on a do-not-call list"),
    Counter("stopped", "1", "persons who asked not to be called again"),
    Counter("agreed", "1", "callbacks agreed with a person"),
    Counter("agreed_kept", "1", "agreed callbacks dialed in time"),
    Counter("agreed_late", "1", "agreed callbacks dialed too late"),
    Counter("first_joined", "1", "joined connects and return calls of leads whose person was not talked to before"),
    Counter("first_call_sales", "1", "goals reached in a lead's first talk"),
    Counter(
        "returns_expected", "1", "times that a lead decided to call in after an attempt, or again after a lost call"
    ),
    Counter("returns_cancelled", "1", "return calls that did not come, because the lead was dialed before"),
    Counter("returns_late", "1", "return calls that would come after the last closing"),
    Counter("returned", "1", "return calls that came, redials included"),
    Counter("returns_lost", "1", "return calls that came and reached no advisor"),
    Counter("returns_answered", "1", "return calls answered by an advisor"),
    Counter("returns_joined", "1", "the same, by an advisor with the campaign's skill"),
    Counter("return_sales", "1", "goals reached in return calls; they count as `sales`, too"),
    Counter("closed_value", "value", "declared value of the leads that were closed, and are not left any more"),
    *(
        counter._replace(name=f"{name}_{counter.name}", meaning=f"{counter.meaning} (definition `{name}`)")
        for name in NAMES
        for counter in COMPLIANCE_COUNTERS
    ),
)

# Counters of time that grow between events: of a queue, and of a group by the advisor state whose time they count.
RUNNING_OF_QUEUE = "waiting_s"
RUNNING_OF_GROUP = {
    "idle_s": IDLE,
    "reserved_s": AWAITING_ANSWER,
    "talking_s": ADVISOR_TALKING,
    "wrapping_s": ADVISOR_WRAP_UP,
    "away_s": AWAY,
    "chatting_s": ADVISOR_CHATTING,
}

COUNTERS = {"queue": QUEUE_COUNTERS, "group": GROUP_COUNTERS, "campaign": CAMPAIGN_COUNTERS}
