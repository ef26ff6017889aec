"""The facts of campaigns: times, lists, calling rules and the dropped share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ccenv.description.plain import Facts, resolved
from ccenv.kpis.declared import definition_of
from ccenv.scenarios import Scenario
from ccenv.scenarios.compile.calling_rules import own_definition
from ccenv.scenarios.compile.campaigns import p_sale
from ccenv.scenarios.compile.detector import detector_of
from ccenv.scenarios.compile.dists import mean_of
from ccenv.scenarios.compile.finish import joined_mixture
from ccenv.scenarios.compile.lines import max_lines
from ccenv.scenarios.compile.segments import lead_shares, p_answer, p_right_party, sale_value, segments
from ccenv.scenarios.compile.slots import n_slots
from ccenv.scenarios.means import mean_s
from ccenv.scenarios.offered import Load
from ccenv.scenarios.schema import Campaign, Compliance, Segment
from ccenv.sim.state.definitions import DEFINITIONS, RUN_TOTAL


def campaign_facts(name: str, scenario: Scenario, load: Load) -> Facts:
    """Return the facts of one campaign."""
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
        "detector": _detector(campaign),
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
        "calling_rules": resolved(rules),
        "dropped_share": dropped_share(campaign),
        "drop_after_s": mean_s(campaign.drop_after_s),
        "hang_up_s": mean_s(campaign.hang_up_s),
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


def _detector(campaign: Campaign) -> Facts | None:
    """Return the errors of a campaign's detector and its mean time; None without a detector."""
    if campaign.detector == "none":
        return None
    detector = detector_of(campaign)
    return {key: getattr(detector, key) for key in ("p_false_positive", "p_machine_passed")} | {
        "decide_s": mean_s(detector.decide_s)
    }


def _list(name: str, segment: Segment, campaign: Campaign, scenario: Scenario) -> Facts:
    answer = np.asarray(_profile(p_answer(segment, campaign), scenario))
    goal = float(np.dot(campaign.contact_number, np.minimum(1.0, segment.propensity * _by_number(campaign))))
    return {
        "name": name,
        "leads": segment.size,
        "p_answer": [float(answer.min()), float(answer.max())],
        "p_right_party": p_right_party(segment, campaign),
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
        "decided": "the detector's decision",
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


def _profile(given: Any, scenario: Scenario) -> list[float]:
    n = n_slots(scenario.centre.clock)
    return [float(x) for x in np.broadcast_to(np.asarray(given, np.float64), (n,))]


def _numbers(given: Any) -> list[float]:
    return [float(x) for x in np.atleast_1d(given)]
