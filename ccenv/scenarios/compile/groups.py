"""The records of groups, advisors and roster."""

from __future__ import annotations

import math
from typing import Any

from ccenv.scenarios.compile.roster import Entry, advisors, make_roster, staffing
from ccenv.scenarios.compile.slots import n_slots
from ccenv.scenarios.schema import Centre, Group
from ccenv.sim.kernel.bits import WORD, words_of
from ccenv.sim.state.codes import ADVISOR_ORDERS, NIL


def fill_groups(row: Any, centre: Centre) -> None:
    """Fill the parts of the configuration for groups, advisors and roster."""
    first = 0
    row["advisor_group"] = NIL
    for g, group in enumerate(centre.groups.values()):
        served = [q for q, name in enumerate(centre.queues) if name in group.skills]
        row["queue_skill"][g] = words_of(served, WORD * row["queue_skill"].shape[1])
        row["campaign_skill"][g] = sum(1 << c for c, name in enumerate(centre.campaigns) if name in group.skills)
        for kind, entities in (("queue", centre.queues), ("campaign", centre.campaigns)):
            for k, name in enumerate(entities):
                if name in group.skills:
                    row[f"{kind}_groups"][k] |= words_of([g], WORD * row[f"{kind}_groups"].shape[1])
                    if kind == "queue" and group.answering_service is None:
                        row["own_groups"][k] |= words_of([g], WORD * row["own_groups"].shape[1])
        row["staffing"][g, : n_slots(centre.clock)] = staffing(group, centre.clock)
        row["first_advisor"][g] = first
        row["advisor_group"][first : first + advisors(group)] = g
        first += advisors(group)
        _group(row["group"][g], group)
    row["first_advisor"][len(centre.groups) :] = first
    row["n_advisors"] = first
    roster = make_roster(centre)
    row["n_roster"] = len(roster)
    for name, values in zip(Entry._fields, zip(*roster, strict=True), strict=False):
        row["roster"][name][: len(roster)] = values


def _group(row: Any, group: Group) -> None:
    quality, learning, fatigue = group.quality, group.learning, group.fatigue
    script, monitoring, service = group.script, group.monitoring, group.answering_service
    row["order"] = ADVISOR_ORDERS.index(group.advisor_order)
    row["chats"], row["beside"] = group.capacity.chats, group.capacity.chats_beside_voice
    row["varied"] = any(x > 0.0 for x in (group.speed_cv, learning.excess, fatigue.strength, script.strength))
    row["shrinkage"], row["speed_sigma"] = group.shrinkage, math.sqrt(math.log1p(group.speed_cv**2))
    row["quality"], row["quality_sd"] = quality.mean, quality.sd
    row["service"], row["own_quality"] = service is not None, quality.mean
    if service is not None:
        row["price"] = service.price_per_contact
        row["own_quality"] = quality.mean if service.own_quality is None else service.own_quality
    row["on_repeat"], row["on_sale"] = quality.on_repeat, quality.on_sale
    row["excess"], row["learning_days"] = learning.excess, learning.time_constant_days
    row["tenure_days"] = learning.tenure_days
    row["fatigue"], row["fatigue_above"] = fatigue.strength, fatigue.threshold
    row["fatigue_s"] = fatigue.time_constant_s
    row["script"], row["script_cost"] = script.strength, script.quality_cost
    row["sampled"], row["sample_cost"] = monitoring.share, monitoring.cost
    row["busy_sigma"] = math.sqrt(math.log1p(group.busyness_cv**2))
    if group.no_pick_up is not None:
        missed = group.no_pick_up
        row["p_no_pick_up"], row["alert_s"], row["rest_s"] = missed.p, missed.ring_s, missed.away_s
    row["gain"], row["drift"] = monitoring.gain, monitoring.drift_per_day
