"""Checks of lists: segments, retries, agreed callbacks, return calls and follow-ups."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ccenv.files.errors import names
from ccenv.scenarios.check.problem import Problem
from ccenv.scenarios.compile.attempt_times import longest_s
from ccenv.scenarios.compile.segments import keeps, segments
from ccenv.scenarios.schema import Campaign, Centre, Clock, Segment
from ccenv.sim.state.codes import AFTER

FEW = 1e-4  # least share of leads that can be dialed in a long list: a search passes over all others
MANY = 1_000_000  # longest list in which any share of leads may be passed over at one instant


def lists(centre: Centre) -> Iterator[Problem]:
    """Leads are declared once and can be dialed, and kept leads can be dialed again."""
    for name, campaign in centre.campaigns.items():
        key = f"campaigns.{name}"
        yield from _declared_once(key, campaign)
        yield from _values(key, campaign)
        yield from _scrubbed(key, campaign)
        yield from _kept(key, campaign)
        yield from _called_in(key, campaign, centre)
        yield from _remembered(key, campaign, centre.clock)


def _declared_once(key: str, campaign: Campaign) -> Iterator[Problem]:
    if not campaign.segments:
        return
    if campaign.leads != "unlimited":
        allowed = "the campaign has segments, which say how many leads there are; leave it out"
        yield Problem(f"{key}.leads", campaign.leads, allowed)
    if campaign.value_left != 0.0:
        yield Problem(f"{key}.value_left", campaign.value_left, "the campaign has segments; give it to each of them")


def _values(key: str, campaign: Campaign) -> Iterator[Problem]:
    for where, segment in _named(key, campaign):
        if segment.size == "unlimited" and segment.value_left > 0.0:
            allowed = "must be 0: a list without end cannot be used up"
            yield Problem(f"{where}.value_left", segment.value_left, allowed)


def _named(key: str, campaign: Campaign) -> list[tuple[str, Segment]]:
    """Return the segments with their dotted keys; a campaign without segments has one, under its own key."""
    keys = [f"{key}.segments.{name}" for name in campaign.segments] or [key]
    return list(zip(keys, segments(campaign), strict=True))


def _scrubbed(key: str, campaign: Campaign) -> Iterator[Problem]:
    """Leads without consent or on a do-not-call list are skipped one by one at a dial, so they must not be too many."""
    for where, segment in _named(key, campaign):
        callable_share = 1.0 - segment.p_do_not_call
        field, value = "p_do_not_call", segment.p_do_not_call
        if campaign.calling_rules.needs_consent:
            if segment.p_consent < callable_share:
                field, value = "p_consent", segment.p_consent
            callable_share *= segment.p_consent
        if callable_share < FEW and (segment.size == "unlimited" or segment.size > MANY):
            allowed = f"leaves {callable_share:g} of the leads to dial; must leave {FEW:g}, or size be at most {MANY:,}"
            yield Problem(f"{where}.{field}", value, allowed)


def _kept(key: str, campaign: Campaign) -> Iterator[Problem]:
    retries, callback = campaign.retries, campaign.agreed_callback
    if retries is not None and all(getattr(retries, outcome) is None for outcome in AFTER):
        allowed = f"names no outcome after which a lead is dialed again; give the delay after one of {names(AFTER)}"
        yield Problem(f"{key}.retries", msgspec.to_builtins(retries), allowed)
    if callback is not None and callback.p == 0.0:
        yield Problem(f"{key}.agreed_callback.p", callback.p, "must be above 0, or agreed_callback be left out")


def _called_in(key: str, campaign: Campaign, centre: Centre) -> Iterator[Problem]:
    """Return calls have a queue and an outcome after which they come."""
    calls = campaign.return_calls
    if calls is None:
        return
    if calls.queue not in centre.queues:
        allowed = f"must be one of {names(centre.queues)}" if centre.queues else "the centre has no queues"
        yield Problem(f"{key}.return_calls.queue", calls.queue, allowed)
    elif centre.queues[calls.queue].chat is not None or centre.queues[calls.queue].deferrable is not None:
        allowed = "has chats or deferrable work; must be a queue of calls"
        yield Problem(f"{key}.return_calls.queue", calls.queue, allowed)
    outcomes = calls.p_by_outcome.__struct_fields__
    if not any(getattr(calls.p_by_outcome, outcome) for outcome in outcomes):
        allowed = f"must be above 0 for one of {names(outcomes)}, or return_calls be left out"
        yield Problem(f"{key}.return_calls.p_by_outcome", msgspec.to_builtins(calls.p_by_outcome), allowed)


def _remembered(key: str, campaign: Campaign, clock: Clock) -> Iterator[Problem]:
    """A steady run is short enough for the stored times of attempts. `run_config` checks this for runs over days."""
    span_s = clock.warm_up_s + clock.horizon_s
    if clock.kind == "steady" and keeps(campaign) and span_s > longest_s():
        allowed = f"warm_up_s + horizon_s must be at most {longest_s():.0f}, as {key} dials its leads again"
        yield Problem("clock.horizon_s", clock.horizon_s, allowed)
