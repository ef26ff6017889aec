"""Checks of campaigns."""

from __future__ import annotations

from collections.abc import Iterator

from ccenv.scenarios.problem import SUM_TOLERANCE, Problem
from ccenv.scenarios.schema import Campaign, Centre, Clock
from ccenv.sim.codes import DAY_S
from ccenv.sim.sizes import SIZES

MOST_LINES = max(size.contacts for size in SIZES.values())  # no class holds more attempts at once


def campaigns(centre: Centre) -> Iterator[Problem]:
    """Probabilities that fit together, ladders, contact numbers and dialing hours."""
    for name, campaign in centre.campaigns.items():
        yield from _outcomes(f"campaigns.{name}", campaign)
        yield from _contact_numbers(f"campaigns.{name}", campaign)
        yield from _hours(f"campaigns.{name}", campaign, centre.clock)
        ladder = campaign.dial_ladder
        if ladder[0] != 1 or any(b <= a for a, b in zip(ladder, ladder[1:], strict=False)):
            yield Problem(f"campaigns.{name}.dial_ladder", ladder, "must start with 1 and increase")
        if ladder[-1] > MOST_LINES:
            yield Problem(f"campaigns.{name}.dial_ladder", ladder, f"must end at {MOST_LINES} lines or below")


def _outcomes(key: str, campaign: Campaign) -> Iterator[Problem]:
    answers = campaign.p_answer if isinstance(campaign.p_answer, list) else [campaign.p_answer]
    others = campaign.p_machine + campaign.p_busy + campaign.p_invalid
    for slot, p in enumerate(answers):
        if p + others > 1.0 + SUM_TOLERANCE:
            allowed = f"p_answer + p_machine + p_busy + p_invalid is {p + others:.6g} in slot {slot}; must be at most 1"
            yield Problem(f"{key}.p_answer", p, allowed)


def _contact_numbers(key: str, campaign: Campaign) -> Iterator[Problem]:
    shares = campaign.contact_number
    if abs(sum(shares) - 1.0) > SUM_TOLERANCE:
        yield Problem(f"{key}.contact_number", shares, f"the shares sum to {sum(shares):.12g}; must sum to 1")
    if isinstance(campaign.p_sale, list) and len(campaign.p_sale) > len(shares):
        allowed = f"has {len(campaign.p_sale)} values; contact_number has shares for {len(shares)} only"
        yield Problem(f"{key}.p_sale", campaign.p_sale, allowed)


def _hours(key: str, campaign: Campaign, c: Clock) -> Iterator[Problem]:
    start, end = campaign.dial_from_s, campaign.dial_until_s
    if c.kind == "steady":
        for name, value, default in (("dial_from_s", start, 0.0), ("dial_until_s", end, DAY_S)):
            if value != default:
                yield Problem(f"{key}.{name}", value, "a steady scenario has no time of day; leave dialing hours out")
    elif start >= end:
        yield Problem(f"{key}.dial_until_s", end, f"must be after dial_from_s = {start:g}")
    elif start >= c.close_s or end <= c.open_s:
        allowed = f"the campaign could never be dialed: the centre is open from {c.open_s:g} s to {c.close_s:g} s"
        yield Problem(f"{key}.dial_from_s", start, allowed)
