"""Checks that involve several keys of a centre and cannot be expressed as types.

A check is a generator of problems; `collect` runs them all. Parameters of a concept that is switched off are
allowed, so one key switches a concept on and off.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from ccenv.scenarios.check.answering import answering_services
from ccenv.scenarios.check.calling_rules import dates, definitions, dialing_hours, presets, unanswered_rings
from ccenv.scenarios.check.campaigns import campaigns, ringing
from ccenv.scenarios.check.chats import capacities, chats
from ccenv.scenarios.check.dists import dists
from ccenv.scenarios.check.groups import days_worked, shifts, skills
from ccenv.scenarios.check.handling import busyness, by_slot
from ccenv.scenarios.check.levels import day_level, history, slot_level, surge
from ccenv.scenarios.check.lists import lists
from ccenv.scenarios.check.loops import loops
from ccenv.scenarios.check.problem import Problem
from ccenv.scenarios.check.queues import classes, ivrs, profiles_to_interpolate, traces, transfers
from ccenv.scenarios.check.rewards import reward
from ccenv.scenarios.check.rules import rules
from ccenv.scenarios.check.work import deferrable
from ccenv.scenarios.compile.slots import n_slots
from ccenv.scenarios.schema import Centre, Clock
from ccenv.sim.state.codes import DAY_S

NAME = re.compile(r"[A-Za-z0-9_-]+")
CLOCK_KEYS = {
    "day": ("horizon_s", "warm_up_s", "weekly"),
    "steady": ("open_s", "close_s", "overtime_s", "slot_s", "weekly"),
    "continuous": ("open_s", "close_s", "overtime_s", "horizon_s"),
}


def named(centre: Centre) -> Iterator[Problem]:
    """Names fit into dotted keys and action names, and each skill has one meaning."""
    if not NAME.fullmatch(centre.name):
        yield Problem("name", centre.name, "may hold letters, digits, _ and - only")
    for section in ("queues", "groups", "campaigns", "variants"):
        for name in getattr(centre, section):
            if not NAME.fullmatch(name):
                yield Problem(f"{section}.{name}", name, "a name may hold letters, digits, _ and - only")
    for name, campaign in centre.campaigns.items():
        for segment in campaign.segments:
            if not NAME.fullmatch(segment):
                allowed = "a name may hold letters, digits, _ and - only"
                yield Problem(f"campaigns.{name}.segments.{segment}", segment, allowed)
        if name in centre.queues:
            yield Problem(f"campaigns.{name}", name, "is also a queue; skills need different names")
    if not centre.groups:
        yield Problem("groups", {}, "needs at least one group of advisors")
    if not centre.queues and not centre.campaigns:
        yield Problem("queues", {}, "needs at least one queue or campaign")


def clock(centre: Centre) -> Iterator[Problem]:
    """Opening comes before closing, days do not overlap, and each key given has a meaning for the kind of clock."""
    c = centre.clock
    default = Clock()
    for key in CLOCK_KEYS[c.kind]:
        if getattr(c, key) != getattr(default, key):
            yield Problem(f"clock.{key}", getattr(c, key), f"has no meaning where clock.kind is {c.kind}; leave it out")
    if c.kind == "steady":
        if centre.episode_days != 1:
            yield Problem("episode_days", centre.episode_days, "must be 1 in a steady scenario, which has no days")
        return
    if c.kind == "continuous":
        if round(DAY_S / c.slot_s) * c.slot_s != DAY_S:
            yield Problem("clock.slot_s", c.slot_s, f"must divide a day of {DAY_S:g} s in a continuous scenario")
        if c.warm_up_s >= centre.episode_days * DAY_S:
            allowed = f"must be less than the run, episode_days = {centre.episode_days} days"
            yield Problem("clock.warm_up_s", c.warm_up_s, allowed)
        return
    if c.close_s <= c.open_s:
        yield Problem("clock.close_s", c.close_s, f"must be after clock.open_s = {c.open_s:g}")
    if c.close_s + c.overtime_s > c.open_s + DAY_S:
        allowed = f"closing and overtime_s = {c.overtime_s:g} must be over by the next opening, {c.open_s + DAY_S:g} s"
        yield Problem("clock.close_s", c.close_s, allowed)
    if (c.close_s - c.open_s) / c.slot_s > 1e6:
        yield Problem("clock.slot_s", c.slot_s, "makes more than a million slots")


def profiles(centre: Centre) -> Iterator[Problem]:
    """Profiles have one value for each slot."""
    n = n_slots(centre.clock)
    given: list[tuple[str, Any]] = [
        *((f"queues.{k}.arrivals_per_hour", q.arrivals_per_hour) for k, q in centre.queues.items()),
        *((f"groups.{k}.staffing", g.staffing) for k, g in centre.groups.items()),
        *((f"campaigns.{k}.p_answer", c.p_answer) for k, c in centre.campaigns.items()),
        *(
            (f"campaigns.{k}.segments.{name}.p_answer", segment.p_answer)
            for k, c in centre.campaigns.items()
            for name, segment in c.segments.items()
        ),
    ]
    c = centre.clock
    if c.kind == "continuous":
        why = f"{'a week' if c.weekly else 'a day'} in slots of {c.slot_s:g} s"
    else:
        why = (
            "a steady scenario"
            if c.kind == "steady"
            else f"{c.open_s:g} s to {c.close_s:g} s in slots of {c.slot_s:g} s"
        )
    for key, value in given:
        if isinstance(value, list) and len(value) != n:
            yield Problem(
                key, value, f"has {len(value)} values; expected {n}, one for each slot ({why}), or a plain number"
            )


CHECKS: tuple[Callable[[Centre], Iterator[Problem]], ...] = (
    named,
    clock,
    dates,
    profiles,
    skills,
    answering_services,
    deferrable,
    shifts,
    days_worked,
    dists,
    profiles_to_interpolate,
    traces,
    ivrs,
    transfers,
    chats,
    capacities,
    classes,
    day_level,
    by_slot,
    busyness,
    slot_level,
    surge,
    history,
    campaigns,
    lists,
    dialing_hours,
    definitions,
    presets,
    unanswered_rings,
    rules,
    ringing,
    loops,
    reward,
)
