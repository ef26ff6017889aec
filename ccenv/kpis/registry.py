"""Key performance indicators, declared once: tables, summaries, reports and pages are made from these declarations.

A KPI is a ratio of two sums of counters, or one such sum. Over entities and over runs it is the ratio of the totals,
never a mean of ratios. A formula names counters by their labels (`LABELS`) and sums that are declared before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ccenv.sim.counters import COUNTERS, Counter

if TYPE_CHECKING:
    from ccenv.scenarios.schema import Centre

AXES = ("queue", "group", "campaign", "centre")
ADVISOR_DAY_S = 8 * 3600.0  # what "for each advisor-day" counts as one


class Labelled(NamedTuple):
    """A counter with its axis and its public label, which is unique over all axes."""

    label: str
    axis: str
    counter: Counter

    @property
    def column(self) -> str:
        """Name of its total in a KPI table: numbers of things begin with `n_`."""
        return f"n_{self.label}" if self.counter.unit == "1" else self.label


def _labels() -> dict[str, Labelled]:
    """A counter is called by its name; where an earlier axis has the same name, by axis and name."""
    found: dict[str, Labelled] = {}
    for axis, counters in COUNTERS.items():
        for counter in counters:
            label = counter.name if counter.name not in found else f"{axis}_{counter.name}"
            found[label] = Labelled(label, axis, counter)
    illegal = Counter("illegal_actions", "1", "illegal actions of the policy, replaced by those of the scenario's rule")
    return found | {illegal.name: Labelled(illegal.name, "centre", illegal)}


LABELS = _labels()


class Kpi(NamedTuple):
    """One indicator.

    Attributes:
        name: Its column in a KPI table; followed by `:entity` for one queue, group or campaign.
        unit: "share", "s", "value", ...
        formula: `sum` or `sum / sum`, where a sum of several labels joined by " + " and " - " stands in brackets. One
            without a denominator adds up; a summary gives it per run.
        meaning: In words.
        axis: What it is given for, beside the total: each "queue", "group" or "campaign"; "centre" has the total only.
        weight: For sums by group: what the sum is multiplied by, from the scenario and the group's name.
    """

    name: str
    unit: str
    formula: str
    meaning: str
    axis: str = "centre"
    weight: Callable[[Centre, str], float] | None = None

    @property
    def numerator(self) -> tuple[str, ...]:
        """Labels to add up; one after "-" is subtracted."""
        return _labels_of(self.formula.partition(" / ")[0])

    @property
    def denominator(self) -> tuple[str, ...]:
        """The same; empty for a sum."""
        return _labels_of(self.formula.partition(" / ")[2])


def _labels_of(text: str) -> tuple[str, ...]:
    return tuple(text.strip("()").replace(" - ", " + -").split(" + ")) if text else ()


def _hours(centre: Centre, group: str) -> float:
    return 1.0 / 3600.0


def _wage_per_s(centre: Centre, group: str) -> float:
    return centre.groups[group].wage_per_hour / 3600.0


def _outbound_days(centre: Centre, group: str) -> float:
    return 1.0 / ADVISOR_DAY_S if any(skill in centre.campaigns for skill in centre.groups[group].skills) else 0.0


# A contact that accepts a callback is offered and, when it answers, answered, like the others; but it does not wait on
# a line. So waits on a line are means over all others, and callbacks have waits of their own. A transferred contact is
# offered, and may be answered, in each of the queues that it comes to.
_QUEUE = (
    Kpi("wait_s", "s", "(wait_answered_s + wait_abandoned_s + wait_unserved_s)", "wait on a line of all that left it"),
    Kpi("n_entered", "1", "(fresh + redials + repeats - blocked)", "contacts of this origin that met a free trunk"),
    Kpi("blocking", "share", "blocked / (n_entered + blocked)", "contacts refused because all trunks were in use"),
    Kpi("containment", "share", "contained / n_entered", "contacts that met a free trunk and were served by the IVR"),
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
    Kpi("sl_of_served", "share", "answered_in_time / answered", "service level: answered in time, of the answered"),
    Kpi("callback_acceptance", "share", "callback_accepted / callback_offered", "offers of a callback accepted"),
    Kpi("callback_answer_rate", "share", "callback_answered / callback_tries", "tries to call back that were answered"),
    Kpi(
        "mean_callback_wait_s", "s", "callback_wait_s / callback_answered", "from accepting a callback to answering it"
    ),
    Kpi("csat", "points", "score / scored", "mean satisfaction, from 0 to 100"),
    Kpi("order_conversion", "share", "orders / answered", "answered contacts that ordered or bought"),
    Kpi("mean_order_value", "value", "order_value / orders", "value of an order or sale"),
)

_GROUP = (
    Kpi("work_s", "s", "(talking_s + wrapping_s)", "advisor time in talk and wrap-up"),
    Kpi("staffed_s", "s", "(work_s + idle_s + reserved_s + away_s)", "advisor time on duty, breaks included"),
    Kpi("staffed_h", "h", "staffed_s", "advisor time on duty, in hours", weight=_hours),
    Kpi("wages", "value", "staffed_s", "advisor time on duty at the group's wage; breaks are paid", weight=_wage_per_s),
    Kpi("cost", "value", "(wages + coaching_cost)", "wages and coaching"),
    Kpi(
        "outbound_advisor_days",
        "d",
        "staffed_s",
        "days of 8 h on duty of advisors who may work for a campaign",
        weight=_outbound_days,
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
    Kpi("call_quality", "points", "sampled_quality / sampled", "mean quality heard in sampled contacts, from 0 to 100"),
)

_CAMPAIGN = (
    Kpi("conversion", "share", "sales / joined", "joined connects that bought"),
    Kpi("connect_rate", "share", "connects / attempts", "attempts that reached a person, recognised as one"),
    Kpi("calls_per_account", "1", "attempts / touched", "attempts for each lead dialed at all"),
    Kpi("hit_rate", "share", "sales / attempts", "attempts that ended in a sale"),
    Kpi(
        "dropped_share_run_total",
        "share",
        "dropped / (joined + dropped)",
        "connects for whom nobody was free in time, over the whole run (definition `run_total`)",
    ),
    Kpi("average_talk_s", "s", "campaign_talk_s / joined", "talk time of a joined connect"),
    Kpi(
        "outbound_aht_s",
        "s",
        "(campaign_talk_s + mp_talk_s + campaign_wrap_up_s) / (joined + mp_joined)",
        "talk and wrap-up of what was joined to an advisor, machines passed included",
    ),
    Kpi("mean_connect_delay_s", "s", "joined_delay_s / joined", "wait of a connect until it is joined"),
)

_CENTRE = (
    Kpi(
        "attempts_per_advisor_day",
        "1/d",
        "attempts / outbound_advisor_days",
        "attempts for each 8 h on duty of an advisor who may work for a campaign",
    ),
    Kpi("revenue", "value", "(order_value + sale_value)", "value of orders and sales, inbound and outbound"),
    Kpi(
        "cost_per_contact",
        "value",
        "cost / (answered + joined)",
        "wages and coaching for each contact handled, inbound and outbound",
    ),
    Kpi("business_impact", "value", "(revenue - cost)", "value of orders and sales less wages and coaching"),
)

KPIS = {
    kpi.name: kpi._replace(axis=axis)
    for axis, declared in zip(AXES, (_QUEUE, _GROUP, _CAMPAIGN, _CENTRE), strict=True)
    for kpi in declared
}


def column_of(label: str) -> str:
    """Name of the total of a counter label, or of a declared sum, in a KPI table."""
    return LABELS[label].column if label in LABELS else label


def add_up(
    labels: tuple[str, ...], columns: Mapping[str, npt.NDArray[Any]], suffix: str = ""
) -> npt.NDArray[np.float64]:
    """The sum that a numerator or denominator stands for, from columns by name; `suffix` is "" or `:entity`."""
    total: Any = 0.0
    for label in labels:
        values = columns[column_of(label.removeprefix("-")) + suffix]
        total = total - values if label.startswith("-") else total + values
    return np.asarray(total, np.float64)


def ratio_of_totals(numerator: npt.ArrayLike, denominator: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """The only place where a KPI's ratio is formed; nan where the denominator is 0, because nothing was counted."""
    above, below = np.broadcast_arrays(np.asarray(numerator, np.float64), np.asarray(denominator, np.float64))
    return np.divide(above, below, out=np.full(above.shape, np.nan), where=below != 0.0)
