"""The KPIs that a centre has: those whose counters can count something there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ccenv.kpis.dropped_share import definition_of
from ccenv.kpis.kpi import LABELS, Kpi
from ccenv.kpis.registry import KPIS
from ccenv.sim.state.counters import COMPLIANCE_COUNTERS
from ccenv.sim.state.definitions import NAMES, OWN

if TYPE_CHECKING:
    from ccenv.scenarios import Scenario
    from ccenv.scenarios.schema import Centre


def present(scenario: Scenario) -> tuple[str, ...]:
    """Return the names of the KPIs that a centre has, in the order of the registry.

    A ratio is left out if its numerator or its denominator is 0 in every run: `callback_acceptance` without callbacks,
    `abandonment` if all contacts wait for ever. A sum is left out if it is 0 in every run. `fcr` is left out if no
    contact ever repeats. Of the dropped shares only those of the campaigns' definitions are there, and
    `dropped_share_run_total`.
    """
    centre = scenario.centre
    counting = {label for label in LABELS if _counts(centre, label)}
    found: list[str] = []
    for kpi in KPIS.values():
        if _any(kpi.numerator, counting) and (not kpi.denominator or _any(kpi.denominator, counting)):
            if not _weighs(centre, kpi):
                continue
            found.append(kpi.name)
            if not kpi.denominator:
                counting.add(kpi.name)  # later formulas may name this sum
    return tuple(found)


def _any(labels: tuple[str, ...], counting: set[str]) -> bool:
    return any(label.removeprefix("-") in counting for label in labels)


def _weighs(centre: Centre, kpi: Kpi) -> bool:
    """Whether the weight of an entity is not 0."""
    if kpi.weight is None:
        return True
    names = list(centre.groups if kpi.axis == "group" else centre.campaigns)
    return any(kpi.weight(centre, name) != 0.0 for name in names)


def _counts(centre: Centre, label: str) -> bool:
    """Whether a counter can differ from 0 in a run of the centre."""
    labelled = LABELS[label]
    name = labelled.counter.name
    if label == "blocked":
        return centre.trunks is not None
    if labelled.axis == "queue":
        return any(_OF_QUEUE.get(name, _always)(queue) for queue in centre.queues.values())
    if labelled.axis == "group":
        if name == "reserved_s":
            return bool(centre.campaigns)
        return any(_OF_GROUP.get(name, _always)(group) for group in centre.groups.values())
    if labelled.axis == "campaign":
        if name in _BY_DEFINITION:
            return _BY_DEFINITION[name] in _definitions(centre)
        return any(_OF_CAMPAIGN.get(name, _always)(campaign) for campaign in centre.campaigns.values())
    return True


def _definitions(centre: Centre) -> set[str]:
    """Return the definitions of the dropped share in use; `own` is among them if campaigns differ."""
    names = {definition_of(campaign) for campaign in centre.campaigns.values()}
    return names if len(names) < 2 else {*names, OWN}


def _always(entity: object) -> bool:
    return True


def _never(time: Any) -> bool:
    """Whether a time is the distribution `never`."""
    config = getattr(time, "__struct_config__", None)
    return config is not None and config.tag == "never"


def _by_name(conditions: Mapping[str, Callable[[Any], bool]]) -> dict[str, Callable[[Any], bool]]:
    """Return the condition of each counter, from conditions of several names joined by spaces."""
    return {name: condition for names, condition in conditions.items() for name in names.split()}


# Conditions under which a queue, group or campaign can count something. Counters not named here have none.
_OF_QUEUE = _by_name(
    {
        "redials": lambda queue: queue.redial.p > 0.0,
        "repeats resolved unresolved fresh_resolved fresh_answered": lambda queue: queue.repeat.p > 0.0,
        "misrouted_in misrouted_out": lambda queue: queue.ivr is not None and any(queue.ivr.routes.values()),
        "transfers_in transferred_out": lambda queue: (
            queue.transfer.p > 0.0 or (queue.ivr is not None and any(queue.ivr.routes.values()))
        ),
        "contained": lambda queue: queue.ivr is not None and queue.ivr.p_contained > 0.0,
        "ivr_hangup": lambda queue: queue.ivr is not None and queue.ivr.p_hangup > 0.0,
        "balked": lambda queue: (
            queue.p_balk > 0.0 or (queue.announcement is not None and not _never(queue.announcement.tolerance_s))
        ),
        "abandoned abandoned_in_time wait_abandoned_s": lambda queue: not _never(queue.patience_s),
        "callback_offered callback_accepted callback_tries callback_answered callback_lost callback_wait_s "
        "carried_out": lambda queue: queue.callback is not None,
        "orders order_value expected_order_value": lambda queue: queue.sale.p > 0.0,
        "scored score": lambda queue: queue.satisfaction is not None,
    }
)
_OF_GROUP = _by_name(
    {
        "away_s": lambda group: any(shift.breaks for shift in group.shifts),
        "sampled sampled_quality coaching_cost": lambda group: group.monitoring.share > 0.0,
    }
)
_OF_CAMPAIGN = _by_name(
    {
        "busy": lambda campaign: campaign.p_busy > 0.0,
        "invalid": lambda campaign: campaign.p_invalid > 0.0,
        "machine": lambda campaign: campaign.p_machine > 0.0,
        "false_positive": lambda campaign: campaign.detector.p_false_positive > 0.0,
        "machine_passed mp_joined mp_dropped mp_talk_s": lambda campaign: (
            campaign.p_machine > 0.0 and campaign.detector.p_machine_passed > 0.0
        ),
        "hung_up hung_up_wait_s": lambda campaign: not _never(campaign.hang_up_s),
        "sales first_call_sales sale_value expected_sale_value": lambda campaign: bool(np.any(campaign.p_sale)),
        "kept broken": lambda campaign: campaign.follow_up is not None,
        "without_consent": lambda campaign: any(each.p_consent < 1.0 for each in campaign.segments.values()),
        "do_not_call": lambda campaign: any(each.p_do_not_call > 0.0 for each in campaign.segments.values()),
        "stopped": lambda campaign: campaign.p_stop > 0.0,
        "agreed agreed_kept agreed_late": lambda campaign: campaign.agreed_callback is not None,
    }
)
_BY_DEFINITION = {f"{name}_{counter.name}": name for name in NAMES for counter in COMPLIANCE_COUNTERS}
