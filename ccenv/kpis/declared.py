"""What a summary shows of a scenario: KPIs and counters of the features that it declares.

Counters of other features stay 0, with three exceptions that say nothing either: without repeats, every answered
contact counts as resolved; where nobody else is met, every talk is one with the right party; and the dropped share is
counted by every definition, also by those that judge no campaign.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from ccenv.kpis.kpi import LABELS, column_of
from ccenv.kpis.registry import KPIS
from ccenv.sim.state.counters import COMPLIANCE_COUNTERS
from ccenv.sim.state.definitions import NAMES, OWN

if TYPE_CHECKING:
    from ccenv.scenarios import Scenario
    from ccenv.scenarios.schema import Campaign, Centre, Group, Ivr, Queue


class Feature(NamedTuple):
    """A feature of a centre: its name, the labels of the counters that need it, whether a centre declares it."""

    name: str
    labels: tuple[str, ...]
    declared_by: Callable[[Centre], bool]


def _queues(declares: Callable[[Queue], Any]) -> Callable[[Centre], bool]:
    return lambda centre: any(map(declares, centre.queues.values()))


def _groups(declares: Callable[[Group], Any]) -> Callable[[Centre], bool]:
    return lambda centre: any(map(declares, centre.groups.values()))


def _campaigns(declares: Callable[[Campaign], Any]) -> Callable[[Centre], bool]:
    return lambda centre: any(map(declares, centre.campaigns.values()))


def _ivr(declares: Callable[[Any], Any]) -> Callable[[Centre], bool]:
    return _queues(lambda queue: queue.ivr is not None and declares(queue.ivr))


def _leaves_unresolved(ivr: Ivr) -> bool:
    return ivr.p_contained > 0.0 and min(ivr.p_resolved_easy, ivr.p_resolved_hard) < 1.0


def _is_repeated(queue: Queue) -> bool:
    return queue.repeat.p > 0.0 and queue.repeat.max_times > 0


def _any(profile: Any) -> bool:
    """Return whether a number, or one of a list of numbers, is not 0."""
    return any(profile) if isinstance(profile, list) else bool(profile)


def _never(time: Any) -> bool:
    return type(time).__name__ == "Never"


def definition_of(campaign: Campaign) -> str:
    """Return the name of a campaign's definition; `own` if the campaign gives the parameters itself."""
    return campaign.compliance if isinstance(campaign.compliance, str) else OWN


def _uses(definition: str) -> Callable[[Centre], bool]:
    """Return whether a centre's campaigns are judged by a definition: by `own` too where their definitions differ."""

    def declared_by(centre: Centre) -> bool:
        names = {definition_of(campaign) for campaign in centre.campaigns.values()}
        return definition in names or (definition == OWN and len(names) > 1)

    return declared_by


def _balks(queue: Queue) -> bool:
    return queue.p_balk > 0.0 or (queue.announcement is not None and not _never(queue.announcement.tolerance_s))


def _rests(group: Group) -> bool:
    away = group.no_pick_up is not None and group.no_pick_up.away_s > 0.0
    return away or any(shift.breaks for shift in group.shifts)


def _reserves(centre: Centre) -> bool:
    if _groups(lambda group: group.no_pick_up)(centre):
        return True
    return _campaigns(lambda campaign: campaign.reserves)(centre) or _queues(lambda queue: queue.callback)(centre)


def _passes_machines(campaign: Campaign) -> bool:
    detector = campaign.detector
    return _any(campaign.p_machine) and (detector == "none" or detector.p_machine_passed > 0.0)


def _misses_persons(campaign: Campaign) -> bool:
    return campaign.detector != "none" and campaign.detector.p_false_positive > 0.0


def _decides_later(campaign: Campaign) -> bool:
    return (
        campaign.detector != "none"
        and getattr(campaign.detector.decide_s, "value_s", campaign.detector.decide_s) != 0.0
    )


def _meets_others(campaign: Campaign) -> bool:
    own = campaign.p_right_party
    shares = [part.p_right_party for part in campaign.segments.values()] or [own]
    return any((own if share is None else share) < 1.0 for share in shares)


def _pays(campaign: Campaign) -> bool:
    return campaign.sale_value > 0.0 or any(segment.sale_value for segment in campaign.segments.values())


def _transfers(centre: Centre) -> bool:
    return _queues(lambda queue: queue.transfer.p)(centre) or _ivr(lambda ivr: _any([*ivr.routes.values()]))(centre)


FEATURES = (
    Feature("trunks", ("blocked",), lambda centre: centre.trunks is not None),
    Feature("containment", ("contained",), _ivr(lambda ivr: ivr.p_contained)),
    Feature("IVR", ("handed_off", "ivr_s"), _ivr(lambda ivr: True)),
    Feature("price of the IVR", ("ivr_cost",), _ivr(lambda ivr: ivr.price_per_minute)),
    Feature("contacts that the IVR does not resolve", ("contained_unresolved",), _ivr(_leaves_unresolved)),
    Feature("hang-ups in the IVR", ("ivr_hangup",), _ivr(lambda ivr: ivr.p_hangup)),
    Feature("misrouting", ("misrouted_in", "misrouted_out"), _ivr(lambda ivr: _any([*ivr.routes.values()]))),
    Feature("transfers", ("transfers_in", "transferred_out"), _transfers),
    Feature("balking", ("balked",), _queues(_balks)),
    Feature(
        "patience",
        ("abandoned", "abandoned_in_time", "wait_abandoned_s"),
        _queues(lambda queue: not _never(queue.patience_s)),
    ),
    Feature("chats", ("chatting_s", "chat_s"), _queues(lambda queue: queue.chat)),
    Feature(
        "chats beside a call",
        ("beside_s",),
        lambda centre: any(group.capacity.chats_beside_voice > 0 for group in centre.groups.values()),
    ),
    Feature("silent leaving", ("silent", "silent_s"), _queues(lambda queue: queue.chat and queue.chat.p_silent)),
    Feature("closing", ("unserved", "wait_unserved_s"), lambda centre: centre.clock.kind == "day"),
    Feature("redials", ("redials",), _queues(lambda queue: queue.redial.p and queue.redial.max_times)),
    Feature("repeats", ("repeats",), lambda centre: _queues(_is_repeated)(centre) or _ivr(_leaves_unresolved)(centre)),
    Feature("resolution", ("resolved", "unresolved", "fresh_resolved"), _queues(_is_repeated)),
    Feature(
        "callbacks",
        tuple(label for label in LABELS if label.startswith("callback_")) + ("carried_out",),
        _queues(lambda queue: queue.callback),
    ),
    Feature(
        "deferrable work",
        (
            *(label for label in LABELS if label.startswith(("item", "backlog"))),
            "closings",
        ),
        _queues(lambda queue: queue.deferrable),
    ),
    Feature(
        "interruptions",
        ("interruptions",),
        _queues(lambda queue: queue.deferrable is not None and queue.deferrable.interruptible),
    ),
    Feature("orders", ("orders",), _queues(lambda queue: queue.sale.p)),
    Feature("values of orders", ("order_value", "expected_order_value"), _queues(lambda q: q.sale.p and q.sale.value)),
    Feature("satisfaction", ("scored", "score"), _queues(lambda queue: queue.satisfaction)),
    Feature("monitoring", ("sampled", "sampled_quality"), _groups(lambda group: group.monitoring.share)),
    Feature("its cost", ("coaching_cost",), _groups(lambda group: group.monitoring.share and group.monitoring.cost)),
    Feature(
        "answering services",
        ("service_contacts", "service_fees", "service_s"),
        _groups(lambda group: group.answering_service),
    ),
    Feature("breaks", ("away_s",), _groups(_rests)),
    Feature("contacts not picked up", ("not_picked_up", "alerting_s"), _groups(lambda group: group.no_pick_up)),
    Feature("reserved advisors", ("reserved_s",), _reserves),
    Feature("busy lines", ("busy",), _campaigns(lambda campaign: _any(campaign.p_busy))),
    Feature("numbers out of use", ("invalid",), _campaigns(lambda campaign: _any(campaign.p_invalid))),
    Feature("machines", ("machine",), _campaigns(lambda campaign: _any(campaign.p_machine))),
    Feature("persons taken for machines", ("false_positive",), _campaigns(_misses_persons)),
    Feature(
        "machines taken for persons",
        ("machine_passed", "mp_joined", "mp_dropped", "mp_talk_s"),
        _campaigns(_passes_machines),
    ),
    Feature("time of the detector", ("deciding_s",), _campaigns(_decides_later)),
    Feature("right party", ("right_party", "wrong_party"), _campaigns(_meets_others)),
    Feature("hang-ups", ("hung_up", "hung_up_wait_s"), _campaigns(lambda campaign: not _never(campaign.hang_up_s))),
    Feature("promises and appointments", ("kept", "broken"), _campaigns(lambda campaign: campaign.follow_up)),
    Feature("values of goals", ("sale_value", "expected_sale_value"), _campaigns(_pays)),
    Feature(
        "return calls",
        tuple(label for label in LABELS if label.startswith("return")),
        _campaigns(lambda campaign: campaign.return_calls),
    ),
    Feature("agreed callbacks", ("agreed", "agreed_kept", "agreed_late"), _campaigns(lambda c: c.agreed_callback)),
    Feature("consent", ("without_consent",), _campaigns(lambda campaign: campaign.calling_rules.needs_consent)),
    Feature(
        "do-not-call lists",
        ("do_not_call",),
        _campaigns(lambda campaign: any(segment.p_do_not_call for segment in campaign.segments.values())),
    ),
    Feature("wishes not to be called", ("stopped",), _campaigns(lambda campaign: campaign.p_stop)),
    Feature(
        "values of leads",
        ("closed_value",),
        _campaigns(lambda c: c.value_left or any(segment.value_left for segment in c.segments.values())),
    ),
    *(
        Feature(f"definition {name}", tuple(f"{name}_{counter.name}" for counter in COMPLIANCE_COUNTERS), _uses(name))
        for name in NAMES
    ),
)


def absent_columns(scenario: Scenario) -> frozenset[str]:
    """Return the KPIs and counters, by the column of their total, of features that the scenario does not declare.

    A counter is absent if the scenario declares neither an entity of its axis nor the feature that it needs; a sum, if
    all its terms are absent or have weight 0; a ratio, if its numerator or its denominator is.
    """
    centre = scenario.centre
    entities = {**scenario.by_axis, "centre": ("",)}
    gone = {labelled.column for labelled in LABELS.values() if not entities[labelled.axis]}
    for feature in FEATURES:
        if not feature.declared_by(centre):
            gone.update(map(column_of, feature.labels))
    for kpi in KPIS.values():
        weight, names = kpi.weight, entities[kpi.axis]
        weightless = weight is not None and not any(weight(centre, name) for name in names)
        if weightless or _all_gone(kpi.numerator, gone) or (kpi.denominator and _all_gone(kpi.denominator, gone)):
            gone.add(kpi.name)
    return frozenset(gone)


def _all_gone(labels: Iterable[str], gone: set[str]) -> bool:
    return all(column_of(label.removeprefix("-")) in gone for label in labels)
