"""The facts of a centre as plain data, ready for JSON."""

from __future__ import annotations

import math

from ccenv.description.campaigns import campaign_facts, joined_s
from ccenv.description.cautions import warnings_of
from ccenv.description.plain import Facts, finite, resolved
from ccenv.description.words import slot_labels
from ccenv.rewards.terms import TERMS, reward_name, reward_weights
from ccenv.scenarios import Scenario
from ccenv.scenarios.compile.roster import advisors
from ccenv.scenarios.compile.slots import n_slots
from ccenv.scenarios.means import mean_s
from ccenv.scenarios.offered import ASSUMPTION, Floats, Load, handle_times, offered
from ccenv.scenarios.schema import Centre, Queue
from ccenv.spaces.observation import observation_space


def facts_of(scenario: Scenario) -> Facts:
    """Return what there is to know of a centre, in plain types; infinite and undefined numbers are None.

    Returns:
        A mapping with the keys `name`, `description`, `file`, `digest`, `clock`, `episode_days`, `size_class`,
        `observation`, `actions`, `slots`, `queues`, `groups`, `campaigns`, `load` (with the assumption), `level`,
        `rules`, `reward`, `variants`, `sources` and `warnings`. Lists by slot have a value for each of `slots`.
    """
    centre = scenario.centre
    load, times = offered(centre), handle_times(centre)
    facts = {
        "name": scenario.name,
        "description": " ".join(centre.description.split()),
        "file": scenario.file,
        "digest": scenario.digest,
        "clock": resolved(centre.clock) | {"slots": n_slots(centre.clock)},
        "episode_days": centre.episode_days,
        "size_class": scenario.size.name,
        "trunks": centre.trunks,
        "observation": int(observation_space(scenario).shape[0]),
        "actions": len(scenario.catalogue),
        "slots": slot_labels(centre.clock),
        "level": _levels(scenario),
        "queues": [_queue(name, q, scenario, load) for q, name in enumerate(centre.queues)],
        "groups": [_group(name, g, scenario, load, times[:, g]) for g, name in enumerate(centre.groups)],
        "campaigns": [campaign_facts(name, scenario, load) for name in centre.campaigns],
        "load": {"assumption": ASSUMPTION, **_totals(load)},
        "rules": {kind: _rule(scenario, kind) for kind in ("routing", "pacing")},
        "reward": _reward(scenario),
        "variants": list(centre.variants),
        "sources": dict(centre.sources),
        "warnings": warnings_of(scenario, load),
    }
    found: Facts = finite(facts)
    return found


def _queue(name: str, q: int, scenario: Scenario, load: Load) -> Facts:
    queue: Queue = scenario.centre.queues[name]
    return {
        "name": name,
        "forecast_per_hour": load.forecast[q].tolist(),
        "rate_per_hour": load.rate[q].tolist(),
        "load": load.of_queue[q].tolist(),
        "handle_s": mean_s(queue.handle_s),
        "wrap_up_s": mean_s(queue.wrap_up_s),
        "patience_s": mean_s(queue.patience_s),
        "service_level_s": queue.service_level_s if queue.deferrable is None else None,
        "p_balk": queue.p_balk,
        "redial": queue.redial.p if queue.redial.max_times else 0.0,
        "repeat": queue.repeat.p if queue.repeat.max_times else 0.0,
        "priority": queue.priority.p,
        "transfer": {"p": queue.transfer.p, "to": queue.transfer.to, "kind": queue.transfer.kind}
        if queue.transfer.p > 0.0
        else None,
        "order": {"p": queue.sale.p, "value": queue.sale.value} if queue.sale.p > 0.0 else None,
        "has": _concepts(queue),
        "groups": [group for group, each in scenario.centre.groups.items() if name in each.skills],
    }


def _concepts(queue: Queue) -> list[str]:
    """Return the optional concepts that a queue uses."""
    used = {
        "chat": queue.chat is not None,
        "deferrable work": queue.deferrable is not None,
        "IVR": queue.ivr is not None,
        "balking": queue.p_balk > 0.0,
        "announcement": queue.announcement is not None,
        "callback": queue.callback is not None,
        "priority": queue.priority.p > 0.0,
        "redial": queue.redial.p > 0.0 and queue.redial.max_times > 0,
        "repeat": queue.repeat.p > 0.0 and queue.repeat.max_times > 0,
        "transfer": queue.transfer.p > 0.0,
        "order": queue.sale.p > 0.0,
        "CRM": queue.customer.p_identified > 0.0,
        "satisfaction": queue.satisfaction is not None,
        "recorded arrivals": queue.trace_s is not None,
    }
    return [name for name, there in used.items() if there]


def _group(name: str, g: int, scenario: Scenario, load: Load, times: Floats) -> Facts:
    group = scenario.centre.groups[name]
    skills: Facts = {q: float(t) for q, t in zip(scenario.queues, times, strict=True) if not math.isnan(t)}
    for c, campaign in scenario.centre.campaigns.items():
        if c in group.skills:
            skills[c] = joined_s(campaign)
    return {
        "name": name,
        "skills": skills,
        "advisors": advisors(group),
        "staff": load.staff[g].tolist(),
        "load": load.of_group[g].tolist(),
        "rho": load.rho[g].tolist(),
        "shrinkage": group.shrinkage,
        "shifts": len(group.shifts),
        "busyness_cv": group.busyness_cv,
        "no_pick_up": 0.0 if group.no_pick_up is None else group.no_pick_up.p,
        "chats": _chats(scenario.centre, name),
        "chats_beside_voice": group.capacity.chats_beside_voice,
        "advisor_order": group.advisor_order,
        "wage_per_hour": group.wage_per_hour,
        "answering_service": group.answering_service is not None,
        "price_per_contact": 0.0 if group.answering_service is None else group.answering_service.price_per_contact,
    }


def _chats(centre: Centre, name: str) -> int | None:
    """Return how many chats an advisor of a group may have at once; None if the group takes no chats."""
    group = centre.groups[name]
    takes = any(queue.chat is not None for q, queue in centre.queues.items() if q in group.skills)
    return group.capacity.chats if takes else None


def _of_advisors(centre: Centre) -> list[str]:
    """Return what makes the work of advisors differ from day to day, slot to slot and contact to contact, in words."""
    found = []
    for name, group in centre.groups.items():
        if group.busyness_cv > 0.0:
            found.append(
                f"each day has a factor of the handle times of {name}, with a coefficient of variation of "
                f"{group.busyness_cv:g}; the policy does not see it"
            )
        if group.no_pick_up is not None:
            missed = group.no_pick_up
            found.append(
                f"advisors of {name} do not pick up {missed.p:.1%} of the contacts offered: they ring for "
                f"{missed.ring_s:g} s, and the advisor is then away for {missed.away_s:g} s"
            )
    by_slot = [name for name, queue in centre.queues.items() if queue.handle_by_slot]
    by_slot += [name for name, campaign in centre.campaigns.items() if campaign.handle_by_slot]
    if by_slot:
        found.append(f"handle times of {', '.join(by_slot)} depend on the slot")
    return found


def _levels(scenario: Scenario) -> list[str]:
    """Return what makes days and slots differ, in words."""
    centre, found = scenario.centre, []
    if centre.day_level_cv > 0.0:
        found.append(
            f"each day has a {centre.day_level_dist} level with a coefficient of variation of {centre.day_level_cv:g}"
        )
    if centre.slot_level.cv > 0.0:
        found.append(f"each slot has a random level with a coefficient of variation of {centre.slot_level.cv:g}")
    if centre.switching is not None:
        seen = "the policy sees the mode" if centre.switching.observed else "the policy does not see the mode"
        rates = " and ".join(f"{rate:g}" for rate in centre.switching.arrivals)
        found.append(f"two modes alternate, with arrivals * {rates}; {seen}")
    if centre.surge is not None:
        surge = centre.surge
        found.append(
            f"with probability {surge.p:g} a surge multiplies the arrivals of "
            f"{', '.join(surge.queues) or 'all queues'} by {surge.factor:g} for {mean_s(surge.lasts_s):g} s on average"
        )
    found += _of_advisors(centre)
    if centre.history.kind == "steady":
        found.append(f"an episode begins in the state that {centre.history.days} earlier days have left")
    return found


def _rule(scenario: Scenario, kind: str) -> Facts:
    rule = getattr(scenario.centre.rules, kind)
    return {"name": rule.name, "params": dict(rule.params)}


def _reward(scenario: Scenario) -> Facts:
    """Return the weights by term; by entity where they differ."""
    record = reward_weights(scenario)
    entities = scenario.by_axis
    weights: Facts = {}
    for label, term in TERMS.items():
        mine = record[f"{term.axis}_count"][term.counter.name][: len(entities[term.axis])].tolist()
        if any(mine):
            by_name = dict(zip(entities[term.axis], mine, strict=True))
            weights[label] = mine[0] if len(set(mine)) == 1 else by_name
    return {"name": reward_name(scenario.reward), "value_unit": scenario.value_unit, "weights": weights}


def _totals(load: Load) -> Facts:
    return {"staff": load.staff.sum(axis=0).tolist(), "total": load.of_group.sum(axis=0).tolist()}
