"""Collect the problems of a centre: all at once, and none that only follows from another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from ccenv.files.errors import MOST_PROBLEMS
from ccenv.scenarios.check import centre as of_centre
from ccenv.scenarios.check.problem import Problem
from ccenv.scenarios.files.overrides import NAMED
from ccenv.scenarios.schema import Centre

Check = Callable[[Centre], Iterator[Problem]]

SECTIONS = ("queues", "groups", "campaigns")  # without these mappings, no name can be judged
# checks that read the clock: their problems may follow from a fault of the clock
OF_CLOCK = (
    "profiles", "shifts", "days_worked", "traces", "slot_level", "surge", "history", "lists", "dialing_hours", "rules",
)  # fmt: skip


def collect(centre: Centre, before: Sequence[Problem] = ()) -> list[Problem]:
    """Return the problems of a centre, at most `MOST_PROBLEMS`.

    Args:
        centre: The centre; if the data had faults, with allowed values in their places.
        before: Faults of the data. Problems in the same queue, group, campaign or other section are left out, because
            they may follow from them.
    """
    if any(problem.key in SECTIONS or not problem.key for problem in before):
        return []
    faulty = {part_of(problem.key) for problem in before}
    found: list[Problem] = []
    for check in of_centre.CHECKS:
        name = check.__name__
        clock_is_faulty = any(problem.key.startswith("clock.") for problem in [*before, *found]) or "clock" in faulty
        if (clock_is_faulty and name in OF_CLOCK) or (
            name == "skills" and any(k.startswith("groups.") for k in faulty)
        ):
            continue
        for problem in _run(check, centre, certain=not before and not found):
            if part_of(problem.key) not in faulty:
                found.append(problem)
            if len(before) + len(found) >= MOST_PROBLEMS:
                return found
    return found


def part_of(key: str) -> str:
    """Return the part of a centre to which a dotted key belongs: a queue, group or campaign, or a top-level key."""
    parts = key.split(".")
    return ".".join(parts[: 2 if parts[0] in NAMED else 1])


def _run(check: Check, centre: Centre, *, certain: bool) -> Iterable[Problem]:
    """Yield the problems that a check finds; its errors count only if no problem was found before.

    A check relies on what the checks before it have made sure.
    """
    try:
        yield from check(centre)
    except Exception:
        if certain:
            raise
