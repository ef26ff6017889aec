"""Find campaigns that a pacing rule would dial without end at one instant, because dials take no time."""

from __future__ import annotations

from collections.abc import Iterator

from ccenv.rules.spec import RuleSpec
from ccenv.scenarios.check.problem import Problem
from ccenv.scenarios.compile.detector import detector_of
from ccenv.scenarios.compile.dists import dist_values
from ccenv.scenarios.compile.segments import p_answer, segments
from ccenv.scenarios.schema import Campaign, Centre, RingDists, Time
from ccenv.sim.state.codes import CONSTANT, RING_DISTS


def endless_dialing(centre: Centre, rule: RuleSpec) -> Iterator[Problem]:
    """Yield a problem for each campaign that a pacing rule, under the flag it needs, would dial without end.

    A rule that keeps lines ringing dials again while no line rings. A rule that reserves advisors dials again while
    the advisor is idle.
    """
    for name, campaign in centre.campaigns.items():
        key = f"campaigns.{name}"
        if rule.reserves is False and not rule.once:
            yield from _rings(key, campaign, rule.name)
        if rule.reserves and any(segment.size == "unlimited" for segment in segments(campaign)):
            yield from _answers(key, campaign, centre, rule.name)


def at_once(time: Time) -> bool:
    """Return whether a time is always 0."""
    values = dist_values(time)
    return values.kind == CONSTANT and values.a == 0.0


def _ring_dists(campaign: Campaign) -> RingDists:
    return campaign.ring_s_by_outcome or RingDists(*[campaign.ring_s] * len(RING_DISTS))


def _rings(key: str, campaign: Campaign, rule: str) -> Iterator[Problem]:
    by_outcome, dists = campaign.ring_s_by_outcome is not None, _ring_dists(campaign)
    why = f"a dial would take no time, and {rule}, which keeps lines ringing, would dial without end"
    for outcome in ("person", "no_answer"):
        time = getattr(dists, outcome)
        if at_once(time):
            where = f"{key}.ring_s_by_outcome.{outcome}" if by_outcome else f"{key}.ring_s"
            yield Problem(where, time, f"{why}; must be above 0")
    shares = {outcome: getattr(campaign, f"p_{outcome}") for outcome in ("machine", "busy", "invalid")}
    if sum(p for outcome, p in shares.items() if at_once(getattr(dists, outcome))) >= 1.0:
        likeliest = max(shares, key=shares.__getitem__)
        yield Problem(f"{key}.p_{likeliest}", shares[likeliest], f"{why}; must be below 1, or its ring time above 0")


def _answers(key: str, campaign: Campaign, centre: Centre, rule: str) -> Iterator[Problem]:
    """If all unanswered dials take no time and leave the advisor idle, some dial must be answered."""
    dists = _ring_dists(campaign)
    others = [(campaign.p_machine, dists.machine), (campaign.p_busy, dists.busy), (campaign.p_invalid, dists.invalid)]
    passed = campaign.p_machine * detector_of(campaign).p_machine_passed
    if passed > 0.0 or any(p > 0.0 and not at_once(time) for p, time in [*others, (1.0, dists.no_answer)]):
        return
    factors = centre.switching.answers if centre.switching else [1.0]
    for segment in segments(campaign):
        given = p_answer(segment, campaign)
        if min(given if isinstance(given, list) else [given]) * min(factors) == 0.0:
            allowed = f"{rule} would dial without end while no dial is answered; must be above 0, or the ring time be"
            yield Problem(f"{key}.p_answer", given, allowed)
