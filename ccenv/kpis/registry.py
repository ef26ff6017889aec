"""Declarations of all KPIs. Tables, summaries, reports and pages are generated from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccenv.kpis.kpi import AXES, Kpi, Weight
from ccenv.sim.state.definitions import NAMES

if TYPE_CHECKING:
    from ccenv.scenarios.schema import Centre

ADVISOR_DAY_S = 8 * 3600.0  # length of an advisor-day


def _outbound_days(centre: Centre, group: str) -> float:
    return 1.0 / ADVISOR_DAY_S if any(skill in centre.campaigns for skill in centre.groups[group].skills) else 0.0


def _outbound_hours(centre: Centre, group: str) -> float:
    return _outbound_days(centre, group) * ADVISOR_DAY_S / 3600.0


def _of_goal(goal: str) -> Weight:
    return Weight(
        f"1 for a campaign with goal {goal}, else 0",
        lambda centre, campaign: 1.0 if centre.campaigns[campaign].goal == goal else 0.0,
    )


_HOURS = Weight("1 / 3600", lambda centre, group: 1.0 / 3600.0)
_MINUTES = Weight("1 / 60", lambda centre, queue: 1.0 / 60.0)
_WAGE = Weight("wage_per_hour of the group / 3600", lambda centre, group: centre.groups[group].wage_per_hour / 3600.0)
_OUTBOUND_DAYS = Weight(f"1 / {ADVISOR_DAY_S:g} for a group with the skill of a campaign, else 0", _outbound_days)
_OUTBOUND_HOURS = Weight("1 / 3600 for a group with the skill of a campaign, else 0", _outbound_hours)
_LINE_COST = Weight(
    "line_cost_per_hour of the campaign / 3600",
    lambda centre, campaign: centre.campaigns[campaign].line_cost_per_hour / 3600.0,
)
_PENALTY = Weight("drop_penalty of the campaign", lambda centre, campaign: centre.campaigns[campaign].drop_penalty)


# A contact that accepts a callback counts as offered and, when it answers, as answered. It does not wait on a line, so
# means of waits on a line exclude callbacks, and callbacks have waits of their own. A transferred contact counts as
# offered, and perhaps as answered, in each queue that it enters.
_QUEUE = (
    Kpi("wait_s", "s", "(wait_answered_s + wait_abandoned_s + wait_unserved_s)", "wait on a line of all that left it"),
    Kpi(
        "n_entered",
        "1",
        "(fresh + redials + repeats + returns - blocked)",
        "contacts of this origin that met a free trunk",
    ),
    Kpi("blocking", "share", "blocked / (n_entered + blocked)", "contacts refused because all trunks were in use"),
    Kpi("containment", "share", "contained / n_entered", "contacts that met a free trunk and were served by the IVR"),
    Kpi(
        "containment_resolved",
        "share",
        "(contained - contained_unresolved) / n_entered",
        "contacts that met a free trunk, were served by the IVR and need not come again",
    ),
    Kpi(
        "ivr_resolution",
        "share",
        "(contained - contained_unresolved) / contained",
        "contacts served by the IVR that need not come again",
    ),
    Kpi(
        "handoff_share",
        "share",
        "handed_off / n_entered",
        "contacts that met a free trunk and were sent by the IVR to a queue of advisors",
    ),
    Kpi("ivr_minutes", "min", "ivr_s", "time in the IVR, in minutes", weight=_MINUTES),
    Kpi("ivr_hangup_share", "share", "ivr_hangup / n_entered", "contacts that met a free trunk and hung up in the IVR"),
    Kpi(
        "misrouting",
        "share",
        "misrouted_out / (n_entered - contained - ivr_hangup)",
        "contacts that the IVR sent to another queue, of those that it sent to any",
    ),
    Kpi(
        "balking",
        "share",
        "balked / (balked + offered - transfers_in)",
        "contacts that reached the queue and left on hearing that they must wait; nobody balks after a transfer",
    ),
    Kpi("fcr", "share", "fresh_resolved / fresh_answered", "first contacts resolved, of those answered"),
    Kpi(
        "asa_s",
        "s",
        "wait_answered_s / (answered - callback_answered)",
        "average speed of answer: mean wait of the answered, callbacks apart",
    ),
    Kpi(
        "mean_wait_s",
        "s",
        "wait_s / (offered - callback_accepted)",
        "mean wait of all offered to the queue, zeros and abandoned included, callbacks apart",
    ),
    Kpi("atq_s", "s", "wait_s / waited", "average time in queue: mean wait of those that waited at all"),
    Kpi("p_wait", "share", "waited / (offered - callback_accepted)", "contacts that waited at all, callbacks apart"),
    Kpi("aht_s", "s", "(talk_s + wrap_up_s) / answered", "average handle time: talk, hold and wrap-up"),
    Kpi("contact_duration_s", "s", "(wait_answered_s + talk_s) / answered", "answered contacts: time on the line"),
    Kpi("abandonment", "share", "abandoned / offered", "contacts offered to the queue that gave up waiting"),
    Kpi("silent_share", "share", "silent / offered", "chats offered to the queue whose customer left without a sign"),
    Kpi("unserved_share", "share", "unserved / offered", "contacts still waiting when overtime was over"),
    Kpi(
        "transfer_rate", "share", "transferred_out / answered", "answered contacts that were transferred, misrouted too"
    ),
    Kpi(
        "served_within_T_of_offered",
        "share",
        "answered_in_time / offered",
        "service level: answered in time, of all offered; a callback's time counts from accepting it",
    ),
    Kpi(
        "p_wait_le_T_incl_abandoners",
        "share",
        "(answered_in_time + abandoned_in_time) / offered",
        "service level: answered or abandoned in time, of all offered",
    ),
    Kpi(
        "sl_excl_short_abandons",
        "share",
        "answered_in_time / (offered - abandoned_in_time)",
        "service level: answered in time, of the offered that did not abandon in time",
    ),
    Kpi(
        "served_within_T_of_arrivals",
        "share",
        "answered_in_time / (fresh + redials + repeats + returns + misrouted_in - misrouted_out + transfers_in)",
        "service level: answered in time, of all arrivals: blocked, balked and served or lost in the IVR included",
    ),
    Kpi("sl_of_served", "share", "answered_in_time / answered", "service level: answered in time, of the answered"),
    Kpi("callback_acceptance", "share", "callback_accepted / callback_offered", "offers of a callback accepted"),
    Kpi("callback_answer_rate", "share", "callback_answered / callback_tries", "tries to call back that were answered"),
    Kpi(
        "mean_callback_wait_s", "s", "callback_wait_s / callback_answered", "from accepting a callback to answering it"
    ),
    Kpi("csat", "points", "score / scored", "mean satisfaction, from 0 to 100"),
    Kpi("order_conversion", "share", "orders / answered", "answered contacts that ordered or bought"),
    Kpi("mean_order_value", "value", "order_value / orders", "value of an order or sale"),
    Kpi(
        "backlog",
        "1",
        "backlog_s / backlog_time_s",
        "deferrable work in line, on average over opening hours and overtime; over all queues the mean of a queue",
    ),
    Kpi("backlog_at_closing", "1", "backlog_closing / closings", "deferrable work in line at a closing"),
    Kpi("done_in_time", "share", "items_done_in_time / items_done", "finished work that was done when it was due"),
    Kpi("item_mean_age_s", "s", "item_age_s / items_done", "finished work: time since it came in, nights included"),
    Kpi("item_handle_s", "s", "item_work_s / items_done", "time of advisors for an item done: work and wrap-up"),
    Kpi("interruptions_per_item", "1", "interruptions / items_begun", "times that an item was put back for others"),
)

_GROUP = (
    Kpi("work_s", "s", "(talking_s + wrapping_s + chatting_s)", "advisor time in talk, chat and wrap-up"),
    Kpi(
        "concurrency",
        "1",
        "chat_s / (chatting_s + beside_s)",
        "chats of an advisor who has any, averaged over the time",
    ),
    Kpi("staffed_s", "s", "(work_s + idle_s + reserved_s + away_s)", "advisor time on duty, breaks included"),
    Kpi("staffed_h", "h", "staffed_s", "advisor time on duty, in hours", weight=_HOURS),
    Kpi("wages", "value", "staffed_s", "advisor time on duty at the group's wage; breaks are paid", weight=_WAGE),
    Kpi(
        "cost",
        "value",
        "(wages + coaching_cost + service_fees)",
        "wages, coaching, and the fees of answering services",
    ),
    Kpi(
        "outbound_advisor_days",
        "d",
        "staffed_s",
        "days of 8 h on duty of advisors who may work for a campaign",
        weight=_OUTBOUND_DAYS,
    ),
    Kpi(
        "outbound_advisor_h",
        "h",
        "staffed_s",
        "hours on duty of advisors who may work for a campaign",
        weight=_OUTBOUND_HOURS,
    ),
    Kpi("occupancy", "share", "work_s / (work_s + idle_s + reserved_s)", "work, of the time at work or ready for it"),
    Kpi("utilisation", "share", "work_s / staffed_s", "work, of the time on duty"),
    Kpi("contacts_per_advisor_hour", "1/h", "handled / staffed_h", "contacts begun for each hour on duty"),
    Kpi(
        "wait_between_contacts_s",
        "s",
        "(idle_s + reserved_s) / handled",
        "idle and reserved time of an advisor for each contact, machines passed included",
    ),
    Kpi(
        "occupancy_spread",
        "share",
        "occupancy_spread_sum / group_days",
        "standard deviation of occupancy over the group's advisors on duty, mean over days",
    ),
    Kpi(
        "occupancy_range",
        "share",
        "occupancy_range_sum / group_days",
        "largest less smallest occupancy of the group's advisors on duty, mean over days",
    ),
    Kpi(
        "occupancy_gap",
        "share",
        "occupancy_gap_sum / group_days",
        "distance of the group's occupancy from that of all advisors, mean over days",
    ),
    Kpi(
        "contacts_variance",
        "1",
        "uneven_contacts / advisor_days",
        "variance of the contacts begun a day over the group's advisors on duty",
    ),
    Kpi(
        "no_pick_up_share",
        "share",
        "not_picked_up / (handled + not_picked_up)",
        "contacts that rang at an advisor in vain, of those and of contacts begun",
    ),
    Kpi("call_quality", "points", "sampled_quality / sampled", "mean quality heard in sampled contacts, from 0 to 100"),
)

# The goal of a campaign is a sale, an appointment, a promise or an answered survey. A connect is a person who answers;
# a joined connect has an advisor.
_CAMPAIGN = (
    Kpi(
        "conversion",
        "share",
        "sales / (joined + returns_joined)",
        "joined connects, and return calls joined to an advisor with the skill, that reached the campaign's goal",
    ),
    Kpi(
        "right_party_share",
        "share",
        "right_party / (right_party + wrong_party)",
        "finished talks with the person on the list, of those with anybody",
    ),
    Kpi("connect_rate", "share", "connects / attempts", "attempts that reached a person, recognised as one"),
    Kpi("calls_per_account", "1", "attempts / touched", "attempts for each lead dialed at all"),
    Kpi("hit_rate", "share", "sales / attempts", "attempts that reached the campaign's goal"),
    Kpi(
        "first_call_close",
        "share",
        "first_call_sales / first_joined",
        "leads joined at all that reached the goal when joined for the first time",
    ),
    Kpi("n_appointments", "1", "sales", "appointments made", weight=_of_goal("appointment")),
    Kpi("n_promises", "1", "sales", "promises to pay", weight=_of_goal("promise")),
    Kpi("n_surveys", "1", "sales", "surveys answered", weight=_of_goal("survey")),
    Kpi("kept_share", "share", "kept / (kept + broken)", "promises and appointments kept, of those whose day has come"),
    Kpi(
        "agreed_kept_share",
        "share",
        "agreed_kept / (agreed_kept + agreed_late)",
        "agreed callbacks dialed in time, of those dialed",
    ),
    Kpi("return_rate", "share", "returned / attempts", "return calls, redials included, for each attempt"),
    Kpi("returns_answered_share", "share", "returns_answered / returned", "return calls answered by an advisor"),
    Kpi(
        "return_conversion",
        "share",
        "return_sales / returns_joined",
        "return calls joined to an advisor with the skill that reached the campaign's goal",
    ),
    Kpi("hang_up_share", "share", "hung_up / connects", "connects that hung up while they waited"),
    Kpi(
        "dropped_share_run_total",
        "share",
        "dropped / (joined + dropped)",
        "connects for whom nobody was free in time, over the whole run (definition `run_total`)",
    ),
    *(
        Kpi(
            f"dropped_share_{name}",
            "share",
            f"{name}_window_over / {name}_window_base",
            f"connects that count as abandoned, over the windows lived through (definition `{name}`)",
        )
        for name in NAMES
    ),
    *(
        Kpi(
            f"windows_above_{name}",
            "share",
            f"{name}_windows_above / {name}_windows",
            f"windows lived through whose dropped share was above the campaign's limit (definition `{name}`)",
        )
        for name in NAMES
    ),
    Kpi("average_talk_s", "s", "campaign_talk_s / joined", "talk time of a joined connect"),
    Kpi(
        "outbound_aht_s",
        "s",
        "(campaign_talk_s + mp_talk_s + campaign_wrap_up_s) / (joined + mp_joined)",
        "talk and wrap-up of what was joined to an advisor, machines passed included",
    ),
    Kpi("mean_connect_delay_s", "s", "joined_delay_s / joined", "wait of a connect until it is joined"),
    Kpi(
        "line_s",
        "s",
        "(ringing_s + deciding_s + joined_delay_s + dropped_wait_s + hung_up_wait_s + campaign_talk_s + mp_talk_s)",
        "time of outbound lines: ringing, detection, waits of connects, talks with persons and with machines passed",
    ),
    Kpi("line_cost", "value", "line_s", "time of outbound lines at the campaign's price", weight=_LINE_COST),
    Kpi("penalties", "value", "dropped", "dropped connects at the campaign's penalty", weight=_PENALTY),
)

_CENTRE = (
    Kpi(
        "attempts_per_advisor_day",
        "1/d",
        "attempts / outbound_advisor_days",
        "attempts for each 8 h on duty of an advisor who may work for a campaign",
    ),
    Kpi(
        "right_party_per_hour",
        "1/h",
        "right_party / outbound_advisor_h",
        "finished talks with the person on the list for each hour on duty of an advisor who may work for a campaign",
    ),
    Kpi("illegal_share", "share", "illegal_actions / decisions", "illegal actions of the policy, of all decisions"),
    Kpi("revenue", "value", "(order_value + sale_value)", "value of orders and goals, inbound and outbound"),
    Kpi(
        "operating_cost",
        "value",
        "(cost + line_cost + ivr_cost)",
        "wages, coaching, fees of answering services, outbound lines and the IVR",
    ),
    Kpi(
        "overflow_share",
        "share",
        "service_contacts / answered",
        "answered contacts that an answering service took instead of own advisors",
    ),
    Kpi(
        "cost_per_contact",
        "value",
        "operating_cost / (answered - transferred_out + joined + items_done)",
        "wages, coaching, fees, outbound lines and IVR for each contact handled, inbound and outbound; one that was "
        "transferred counts where it was handled to the end, and so does an item of work",
    ),
    Kpi(
        "business_impact",
        "value",
        "(revenue - operating_cost - penalties)",
        "value of orders and goals less wages, coaching, fees, outbound lines, the IVR and penalties for dropped "
        "connects",
    ),
)

KPIS = {
    kpi.name: kpi._replace(axis=axis)
    for axis, declared in zip(AXES, (_QUEUE, _GROUP, _CAMPAIGN, _CENTRE), strict=True)
    for kpi in declared
}
