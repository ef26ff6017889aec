"""What the types cannot say: checks across the keys of a centre.

A check is a generator of problems (dotted key, value found, what is allowed); `validate` raises the first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ccenv.rules.registry import PACING_RULES, ROUTING_RULES, RuleError, find_rule, rule_params
from ccenv.scenarios.errors import ScenarioError, closest, names
from ccenv.scenarios.roster import advisors
from ccenv.scenarios.schema import Campaign, Centre, Clock
from ccenv.scenarios.slots import n_slots
from ccenv.scenarios.validate_laws import laws
from ccenv.sim.sizes import SIZES

DAY_S = 86_400.0
NAME = re.compile(r"[A-Za-z0-9_-]+")
MOST_LINES = max(size.contacts for size in SIZES.values())  # no class holds more attempts at once
SUM_TOLERANCE = 1e-9
CLOCK_KEYS = {"day": ("horizon_s", "warm_up_s"), "steady": ("open_s", "close_s", "overtime_s", "slot_s")}


class Problem(NamedTuple):
    """What is wrong: dotted key, value found, what is allowed."""

    key: str
    value: Any
    allowed: str


def validate(centre: Centre, file: str) -> None:
    """Check a centre.

    Raises:
        ScenarioError: for the first problem found.
    """
    for check in CHECKS:
        for problem in check(centre):
            raise ScenarioError(file, *problem)


def named(centre: Centre) -> Iterator[Problem]:
    """Names that can stand in dotted keys and in action names; one meaning for each skill."""
    if not NAME.fullmatch(centre.name):
        yield Problem("name", centre.name, "may hold letters, digits, _ and - only")
    for section in ("queues", "groups", "campaigns", "variants"):
        for name in getattr(centre, section):
            if not NAME.fullmatch(name):
                yield Problem(f"{section}.{name}", name, "a name may hold letters, digits, _ and - only")
    for name in centre.campaigns:
        if name in centre.queues:
            yield Problem(f"campaigns.{name}", name, "is also a queue; skills need different names")
    if not centre.groups:
        yield Problem("groups", {}, "needs at least one group of advisors")
    if not centre.queues and not centre.campaigns:
        yield Problem("queues", {}, "needs at least one queue or campaign")


def clock(centre: Centre) -> Iterator[Problem]:
    """Opening before closing, one day at a time, and no key of the other kind of clock."""
    c = centre.clock
    default = Clock()
    for key in CLOCK_KEYS[c.kind]:
        if getattr(c, key) != getattr(default, key):
            yield Problem(f"clock.{key}", getattr(c, key), f"has no meaning where clock.kind is {c.kind}; leave it out")
    if c.kind == "steady":
        return
    if c.close_s <= c.open_s:
        yield Problem("clock.close_s", c.close_s, f"must be after clock.open_s = {c.open_s:g}")
    if c.close_s + c.overtime_s > c.open_s + DAY_S:
        allowed = f"closing and overtime_s = {c.overtime_s:g} must be over by the next opening, {c.open_s + DAY_S:g} s"
        yield Problem("clock.close_s", c.close_s, allowed)
    if (c.close_s - c.open_s) / c.slot_s > 1e6:
        yield Problem("clock.slot_s", c.slot_s, "makes more than a million slots")


def profiles(centre: Centre) -> Iterator[Problem]:
    """One value for each slot."""
    n = n_slots(centre.clock)
    given: list[tuple[str, Any]] = [
        *((f"queues.{k}.arrivals_per_hour", q.arrivals_per_hour) for k, q in centre.queues.items()),
        *((f"groups.{k}.staffing", g.staffing) for k, g in centre.groups.items()),
        *((f"campaigns.{k}.p_answer", c.p_answer) for k, c in centre.campaigns.items()),
    ]
    c = centre.clock
    why = "a steady scenario" if c.kind == "steady" else f"{c.open_s:g} s to {c.close_s:g} s in slots of {c.slot_s:g} s"
    for key, value in given:
        if isinstance(value, list) and len(value) != n:
            yield Problem(
                key, value, f"has {len(value)} values; expected {n}, one for each slot ({why}), or a plain number"
            )


def skills(centre: Centre) -> Iterator[Problem]:
    """Skills that exist, groups that are staffed, and somebody for every queue and campaign."""
    known = [*centre.queues, *centre.campaigns]
    for name, group in centre.groups.items():
        key = f"groups.{name}"
        for i, skill in enumerate(group.skills):
            if skill not in known:
                allowed = f"must be one of the queues and campaigns: {names(known)}{closest(skill, known)}"
                yield Problem(f"{key}.skills.{i}", skill, allowed)
            if skill in group.skills[:i]:
                yield Problem(f"{key}.skills.{i}", skill, "stands twice")
        if advisors(group) == 0:
            yield Problem(
                f"{key}.staffing", group.staffing, "the group is never staffed; at least one slot must be above 0"
            )
        own = [skill for skill in group.skills if skill in centre.queues]
        for queue in group.handle_s:
            if queue not in own:
                allowed = f"must be a queue among the group's skills: {names(own)}{closest(queue, own)}"
                yield Problem(f"{key}.handle_s.{queue}", queue, allowed)
    for section in ("queues", "campaigns"):
        for name in getattr(centre, section):
            if not any(name in group.skills for group in centre.groups.values()):
                yield Problem(f"{section}.{name}", name, "no group has it among its skills")


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


def rules(centre: Centre) -> Iterator[Problem]:
    """Registered rules with parameters that they have."""
    for half, registered in (("routing", ROUTING_RULES), ("pacing", PACING_RULES)):
        chosen = getattr(centre.rules, half)
        try:
            code = find_rule(registered, chosen.name)
        except RuleError as error:
            yield Problem(f"rules.{half}.name", chosen.name, str(error))
            return
        try:
            rule_params(registered[code], chosen.params, tuple(centre.queues), len(centre.queues))
        except RuleError as error:
            yield Problem(f"rules.{half}.params", chosen.params, str(error))


CHECKS: tuple[Callable[[Centre], Iterator[tuple[str, Any, str]]], ...] = (
    named,
    clock,
    profiles,
    skills,
    laws,
    campaigns,
    rules,
)
