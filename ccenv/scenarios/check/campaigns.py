"""Checks of campaigns: outcomes of a dial, goals, ring times, ladders."""

from __future__ import annotations

from collections.abc import Iterator

from ccenv.files.errors import names
from ccenv.rules.registry import find_rule
from ccenv.scenarios.check.dialing import endless_dialing
from ccenv.scenarios.check.problem import SUM_TOLERANCE, Problem
from ccenv.scenarios.compile.segments import keeps
from ccenv.scenarios.schema import Campaign, Centre
from ccenv.scenarios.schema.base import ProbabilityProfile
from ccenv.sim.state.sizes import SIZES

MOST_LINES = max(size.contacts for size in SIZES.values())  # no size class holds more attempts at once
MOST_VALUE_CV = 10.0  # beyond it, values too rare to occur in a run dominate the mean
FOLLOWED = ("appointment", "promise")  # goals that are kept or broken days later


def campaigns(centre: Centre) -> Iterator[Problem]:
    """Probabilities, contact numbers, values, ring times and ladders are consistent."""
    for name, campaign in centre.campaigns.items():
        key = f"campaigns.{name}"
        yield from _outcomes(key, campaign)
        yield from _contact_numbers(key, campaign)
        yield from _goals(key, campaign)
        if campaign.ring_s_by_outcome is not None and campaign.ring_s != 0.0:
            yield Problem(f"{key}.ring_s", campaign.ring_s, "ring_s_by_outcome says how long it rings; leave it out")
        ladder = campaign.dial_ladder
        if ladder[0] != 1 or any(b <= a for a, b in zip(ladder, ladder[1:], strict=False)):
            yield Problem(f"{key}.dial_ladder", ladder, "must start with 1 and increase")
        if ladder[-1] > MOST_LINES:
            yield Problem(f"{key}.dial_ladder", ladder, f"must end at {MOST_LINES} lines or below")


def ringing(centre: Centre) -> Iterator[Problem]:
    """The scenario's own pacing rule does not dial without end at one instant. `rules` has checked its name."""
    yield from endless_dialing(centre, find_rule("pacing", centre.rules.pacing.name))


def _outcomes(key: str, campaign: Campaign) -> Iterator[Problem]:
    others = campaign.p_machine + campaign.p_busy + campaign.p_invalid
    profiles: list[tuple[str, ProbabilityProfile | None]] = [(f"{key}.p_answer", campaign.p_answer)]
    profiles += [(f"{key}.segments.{name}.p_answer", part.p_answer) for name, part in campaign.segments.items()]
    for where, profile in profiles:
        answers = profile if isinstance(profile, list) else [] if profile is None else [profile]
        for slot, p in enumerate(answers):
            if p + others > 1.0 + SUM_TOLERANCE:
                total = f"p_answer + p_machine + p_busy + p_invalid is {p + others:.6g} in slot {slot}"
                yield Problem(where, p, f"{total}; must be at most 1")


def _contact_numbers(key: str, campaign: Campaign) -> Iterator[Problem]:
    """Shares that sum to 1; chances of a goal for no more numbers, unless a lead may be talked to more often."""
    shares = campaign.contact_number
    if abs(sum(shares) - 1.0) > SUM_TOLERANCE:
        yield Problem(f"{key}.contact_number", shares, f"the shares sum to {sum(shares):.12g}; must sum to 1")
    if isinstance(campaign.p_sale, list) and len(campaign.p_sale) > len(shares) and not keeps(campaign):
        allowed = f"has {len(campaign.p_sale)} values; contact_number has shares for {len(shares)} only"
        yield Problem(f"{key}.p_sale", campaign.p_sale, allowed)


def _goals(key: str, campaign: Campaign) -> Iterator[Problem]:
    if campaign.value_cv > MOST_VALUE_CV:
        allowed = f"a coefficient of variation; must be at most {MOST_VALUE_CV:g}"
        yield Problem(f"{key}.value_cv", campaign.value_cv, allowed)
    if campaign.follow_up is not None and campaign.goal not in FOLLOWED:
        allowed = f"must be one of {names(FOLLOWED)} where the campaign has a follow_up"
        yield Problem(f"{key}.goal", campaign.goal, allowed)
