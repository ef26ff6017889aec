"""Five situations that a manager asks about, each a change of the centre or of the control."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from ccenv.scenarios import Scenario

ABSENT = 3  # advisors
JUMP = 2.0  # factor of arrivals
JUMP_S = 7_200.0
LIST_SHARE = 0.5  # of the dials of an ordinary day

Overrides = Mapping[str, Any]


class Situation(NamedTuple):
    """A situation.

    Attributes:
        name: Name.
        meaning: What happens, as a sentence.
        change: Function of the scenario and of the dials of an ordinary day under the rule; returns values of dotted
            keys, or None if the centre cannot be in this situation.
        feed: Whether the control still receives the state of the centre; without it the fallback rule decides.
    """

    name: str
    meaning: str
    change: Callable[[Scenario, float], Overrides | None]
    feed: bool = True


def _queue_jumps(scenario: Scenario, dials: float) -> Overrides | None:
    clock = scenario.centre.clock
    if not scenario.queues:
        return None
    if clock.kind != "day":
        return {f"queues.{name}.arrivals_per_hour": _times(queue.arrivals_per_hour, JUMP)
                for name, queue in scenario.centre.queues.items() if queue.trace_s is None} or None  # fmt: skip
    start_s = max((clock.open_s + clock.close_s - JUMP_S) / 2, clock.open_s)
    surge = {
        "p": 1.0,
        "factor": JUMP,
        "from_s": start_s,
        "until_s": start_s,
        "lasts_s": {"dist": "constant", "value_s": JUMP_S},
    }
    return {"surge": surge}


def _answers_double(scenario: Scenario, dials: float) -> Overrides | None:
    profiles = {}
    for name, campaign in scenario.centre.campaigns.items():
        most = 1.0 - campaign.p_machine - campaign.p_busy - campaign.p_invalid
        profiles[f"campaigns.{name}.p_answer"] = (campaign.p_answer, most)
        for segment, part in campaign.segments.items():
            if part.p_answer is not None:
                profiles[f"campaigns.{name}.segments.{segment}.p_answer"] = (part.p_answer, most)
    doubled = {key: (_times(profile, 2.0, most), profile) for key, (profile, most) in profiles.items()}
    return {key: new for key, (new, old) in doubled.items() if new != old} or None


def _absent(scenario: Scenario, dials: float) -> Overrides | None:
    staff = {name: _most(group) for name, group in scenario.centre.groups.items() if group.answering_service is None}
    name = max(staff, key=lambda each: staff[each], default=None)
    if name is None or staff[name] <= ABSENT:
        return None
    group = scenario.centre.groups[name]
    if not group.shifts:
        return {f"groups.{name}.staffing": _fewer(group.staffing)}
    counts = [shift.n for shift in group.shifts]
    for _ in range(ABSENT):
        counts[counts.index(max(counts))] -= 1
    return {
        f"groups.{name}.shifts": [
            {**msgspec.to_builtins(shift), "n": n} for shift, n in zip(group.shifts, counts, strict=True) if n
        ]
    }


def _most(group: Any) -> int:
    if group.shifts:
        return sum(shift.n for shift in group.shifts)
    return max(group.staffing) if isinstance(group.staffing, list) else int(group.staffing)


def _fewer(staffing: int | list[int]) -> int | list[int]:
    if isinstance(staffing, list):
        return [max(0, n - ABSENT) for n in staffing]
    return staffing - ABSENT


def _list_runs_out(scenario: Scenario, dials: float) -> Overrides | None:
    campaigns = scenario.centre.campaigns
    if not campaigns or not dials > 0.0 or any(campaign.segments for campaign in campaigns.values()):
        return None
    leads = max(1, round(LIST_SHARE * dials / len(campaigns)))
    return {f"campaigns.{name}.leads": leads for name in campaigns}


def _nothing(scenario: Scenario, dials: float) -> Overrides | None:
    return {}


def _times(profile: Any, factor: float, most: float = math.inf) -> Any:
    """Return a number, or each number of a list, times a factor and at most `most`."""
    if isinstance(profile, list):
        return [_times(each, factor, most) for each in profile]
    return min(factor * profile, max(most, profile))


SITUATIONS = (
    Situation("Ordinary days", "Nothing unusual happens.", _nothing),
    Situation("A queue jumps", f"Twice as many contacts arrive for {JUMP_S / 3600:g} hours at midday.", _queue_jumps),
    Situation("The answer rate doubles", "Twice as many dials are answered, all day.", _answers_double),
    Situation("Three are absent", "Three advisors of the largest group are absent, all day.", _absent),
    Situation(
        "The feed dies",
        "The control receives no state of the centre all day. Its fallback rules decide instead.",
        _nothing,
        feed=False,
    ),
    Situation("The list runs out", "The list holds half as many leads as an ordinary day dials.", _list_runs_out),
)
