"""The facts of a centre as plain data, ready for JSON."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import numpy as np

from ccenv.description.keys import default_of
from ccenv.description.load import ASSUMPTION, Floats, Load, handle_times, offered
from ccenv.description.words import plural, slot_labels
from ccenv.kpis.declared import definition_of
from ccenv.rewards.terms import TERMS, reward_weights
from ccenv.scenarios import Scenario
from ccenv.scenarios.check.warn import warn_of_reward, warn_of_transfers
from ccenv.scenarios.compile.calling_rules import own_definition
from ccenv.scenarios.compile.campaigns import p_sale
from ccenv.scenarios.compile.dists import mean_of
from ccenv.scenarios.compile.finish import joined_mixture
from ccenv.scenarios.compile.lines import max_lines
from ccenv.scenarios.compile.roster import advisors
from ccenv.scenarios.compile.segments import lead_shares, p_answer, sale_value, segments
from ccenv.scenarios.compile.slots import n_slots
from ccenv.scenarios.files.sources import unsourced
from ccenv.scenarios.means import mean_s
from ccenv.scenarios.schema import Campaign, Compliance, Queue, Segment
from ccenv.sim.state.definitions import DEFINITIONS, RUN_TOTAL
from ccenv.spaces.observation import observation_space

FULL = 1.0  # load per advisor from which a group is overloaded
LISTED = 3  # names that a warning lists

Facts = dict[str, Any]


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
        "clock": _resolved(centre.clock) | {"slots": n_slots(centre.clock)},
        "episode_days": centre.episode_days,
        "size_class": scenario.size.name,
        "trunks": centre.trunks,
        "observation": int(observation_space(scenario).shape[0]),
        "actions": len(scenario.catalogue),
        "slots": slot_labels(centre.clock),
        "level": _levels(scenario),
        "queues": [_queue(name, q, scenario, load) for q, name in enumerate(centre.queues)],
        "groups": [_group(name, g, scenario, load, times[:, g]) for g, name in enumerate(centre.groups)],
        "campaigns": [_campaign(name, scenario, load) for name in centre.campaigns],
        "load": {"assumption": ASSUMPTION, **_totals(load)},
        "rules": {kind: _rule(scenario, kind) for kind in ("routing", "pacing")},
        "reward": _reward(scenario),
        "variants": list(centre.variants),
        "sources": dict(centre.sources),
        "warnings": warnings_of(scenario, load),
    }
    finite: Facts = _finite(facts)
    return finite


def warnings_of(scenario: Scenario, load: Load) -> list[str]:
    """Return what a planner should look at first: overload, drops at once, rewards, held transfers, sources."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warn_of_reward(scenario)
        warn_of_transfers(scenario)
    said = [str(each.message).removeprefix(f"{scenario.file}: ") for each in caught]
    return [
        *_overloads(scenario, load),
        *_without_staff(scenario, load),
        *_drops(scenario),
        *said,
        *_unsourced(scenario),
    ]


def _overloads(scenario: Scenario, load: Load) -> list[str]:
    """Return a line for each set of groups that are overloaded at the same time, and equally."""
    labels, alike = slot_labels(scenario.centre.clock), dict[tuple[int, float, int], list[int]]()
    for g, rho in enumerate(np.nan_to_num(load.rho)):
        n_full = int(np.count_nonzero(rho >= FULL))
        if n_full:
            k = int(np.argmax(rho))
            alike.setdefault((k, round(float(rho[k]), 2), n_full), []).append(g)
    found = []
    for (k, rho, n_full), groups in alike.items():
        work, staff = load.of_group[groups, k].sum(), load.staff[groups, k].sum()
        more = f"; 1 or more in {n_full} of {load.rho.shape[1]} slots" if n_full > 1 else ""
        found.append(
            f"overload: {_listed(scenario.groups[g] for g in groups)}: {work:.3g} erlangs for {staff:.3g} advisors "
            f"at {labels[k]}, {rho:.2f} each{more}"
        )
    return found


def _listed(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - LISTED} more groups" if len(listed) > LISTED else ""
    return ", ".join(listed[:LISTED]) + more


def _without_staff(scenario: Scenario, load: Load) -> list[str]:
    found = []
    labels = slot_labels(scenario.centre.clock)
    for name, lost in zip(scenario.queues, load.nobody, strict=True):
        at = np.flatnonzero(lost > 0.0)
        if at.size:
            where = f"at {labels[at[0]]}" + (f" and in {plural(at.size - 1, 'more slot')}" if at.size > 1 else "")
            found.append(f"nobody on duty: {name} has {lost[at[0]]:.3g} contacts per hour, and no advisor, {where}")
    return found


def _drops(scenario: Scenario) -> list[str]:
    return [
        f"drops: {name} dials without reserving an advisor and has no drop_after_s, "
        "so a connect that finds nobody idle is dropped at once"
        for name, campaign in scenario.centre.campaigns.items()
        if campaign.reserves is not True and mean_s(campaign.drop_after_s) == 0.0
    ]


def _unsourced(scenario: Scenario) -> list[str]:
    keys = unsourced(_given(scenario.centre))
    if not keys:
        return []
    listed = ", ".join(keys[:LISTED]) + (", ..." if len(keys) > LISTED else "")
    return [f"sources: no entry for {len(keys)} figures: {listed}"]


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
        "service_level_s": queue.service_level_s,
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
        "advisor_order": group.advisor_order,
        "wage_per_hour": group.wage_per_hour,
    }


def joined_s(campaign: Campaign) -> float:
    """Return the mean time of an advisor for a joined attempt [s], machines passed and wrap-up included."""
    mixture = joined_mixture(campaign)
    total = sum(p for p, _ in mixture)
    talk_s = sum(p * mean_of(dist) for p, dist in mixture) / total if total > 0.0 else mean_s(campaign.handle_s)
    return talk_s + mean_s(campaign.wrap_up_s)


def ringing_s(campaign: Campaign) -> float:
    """Return the mean time until the outcome of a first attempt [s], over all leads and slots."""
    by_outcome = campaign.ring_s_by_outcome
    if by_outcome is None:
        return mean_s(campaign.ring_s)
    others = {"machine": campaign.p_machine, "busy": campaign.p_busy, "invalid": campaign.p_invalid}
    parts = zip(lead_shares(campaign), segments(campaign), strict=True)
    person = sum(share * float(np.mean(p_answer(segment, campaign))) for share, segment in parts)
    person = min(person * campaign.by_attempt[0], 1.0 - sum(others.values()))
    shares = {"person": person, **others, "no_answer": 1.0 - person - sum(others.values())}
    return sum(p * mean_s(getattr(by_outcome, outcome)) for outcome, p in shares.items())


def _campaign(name: str, scenario: Scenario, load: Load) -> Facts:
    campaign: Campaign = scenario.centre.campaigns[name]
    rules, skilled = campaign.calling_rules, [name in g.skills for g in scenario.centre.groups.values()]
    spare = np.maximum(0.0, load.staff - load.of_group)[skilled].sum(axis=0)
    return {
        "name": name,
        "goal": campaign.goal,
        "p_answer": _profile(campaign.p_answer, scenario),
        "p_goal": _numbers(campaign.p_sale),
        "joined_s": joined_s(campaign),
        "ring_s": ringing_s(campaign),
        "reserves": campaign.reserves,
        "max_lines": max_lines(scenario.centre, name),
        "dial_ladder": list(campaign.dial_ladder),
        "hours": [campaign.dial_from_s, campaign.dial_until_s],
        "spare_advisors": spare.tolist(),
        "groups": [group for group, able in zip(scenario.groups, skilled, strict=True) if able],
        "lists": [
            _list(part, segment, campaign, scenario)
            for part, segment in zip(list(campaign.segments) or [""], segments(campaign), strict=True)
        ],
        "retries": None if campaign.retries is None else campaign.retries.max_attempts,
        "calling_rules": _resolved(rules),
        "dropped_share": dropped_share(campaign),
        "drop_after_s": mean_s(campaign.drop_after_s),
        "hang_up_s": mean_s(campaign.hang_up_s),
    }


def _list(name: str, segment: Segment, campaign: Campaign, scenario: Scenario) -> Facts:
    answer = np.asarray(_profile(p_answer(segment, campaign), scenario))
    goal = float(np.dot(campaign.contact_number, np.minimum(1.0, segment.propensity * _by_number(campaign))))
    return {
        "name": name,
        "leads": segment.size,
        "p_answer": [float(answer.min()), float(answer.max())],
        "p_goal": goal / sum(campaign.contact_number),
        "value": sale_value(segment, campaign),
        "zone": segment.zone if segment.zone is not None else segment.zone_s,
        "p_consent": segment.p_consent,
        "p_do_not_call": segment.p_do_not_call,
    }


def _by_number(campaign: Campaign) -> Any:
    return p_sale(campaign)[: len(campaign.contact_number)]


def dropped_share(campaign: Campaign) -> Facts:
    """Return the definition of a campaign's dropped share, in parameters and in words, and its limit."""
    name, own = definition_of(campaign), own_definition(campaign)
    described = {key: getattr(own, key) for key in Compliance.__struct_fields__}
    source = next((each.source for each in DEFINITIONS if each.name == name), "")
    text = "dropped / (joined + dropped) over the whole run" if name == RUN_TOTAL else _in_words(described)
    return {"definition": name, "limit": campaign.drop_limit, "text": text, "source": source, **described}


def _in_words(own: Mapping[str, Any]) -> str:
    starts = {
        "connected": "the answer",
        "greeting_start": "the start of the greeting",
        "greeting_end": "the end of the greeting",
    }
    late = ""
    if own["threshold_s"] is not None:
        late = f" or joined more than {own['threshold_s']:g} s after {starts[own['start']]}"
    hung = {"late": "; later hang-ups count", "all": "; all hang-ups count", "none": "; hang-ups do not count"}
    base = {"live": "persons who answer", "queue": "persons and machines that reach the queue"}
    window = {"day": "a day", "period_30d": "30 days", "rolling_24h": "any 24 hours"}
    estimated = "; persons taken for machines are estimated" if own["false_positives"] == "estimated" else ""
    counted = f"dropped{late}{hung[own['hang_ups']]}{estimated}"
    return f"share of {base[own['base']]} in {window[own['window']]}: {counted}"


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
    return {"name": scenario.reward, "value_unit": scenario.value_unit, "weights": weights}


def _totals(load: Load) -> Facts:
    return {"staff": load.staff.sum(axis=0).tolist(), "total": load.of_group.sum(axis=0).tolist()}


def _profile(given: Any, scenario: Scenario) -> list[float]:
    n = n_slots(scenario.centre.clock)
    return [float(x) for x in np.broadcast_to(np.asarray(given, np.float64), (n,))]


def _numbers(given: Any) -> list[float]:
    return [float(x) for x in np.atleast_1d(given)]


def _resolved(node: msgspec.Struct) -> Facts:
    return {name: msgspec.to_builtins(getattr(node, name)) for name in node.__struct_fields__}


def _given(value: Any) -> Any:
    """Return what a centre declares beside the defaults, in plain types."""
    if isinstance(value, msgspec.Struct):
        fields = {f.name: f for f in msgspec.structs.fields(value)}
        items = {name: (getattr(value, name), default_of(field)) for name, field in fields.items()}
        return {name: _given(item) for name, (item, default) in items.items() if msgspec.to_builtins(item) != default}
    if isinstance(value, dict):
        return {key: _given(item) for key, item in value.items()}
    return [_given(item) for item in value] if isinstance(value, list) else value


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
