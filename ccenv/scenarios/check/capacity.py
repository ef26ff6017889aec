"""Choose the size class that holds a centre."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import UNSET

from ccenv.files.errors import ScenarioError
from ccenv.scenarios.catalogue import make_catalogue, make_pairs
from ccenv.scenarios.check.expected import expected_contacts
from ccenv.scenarios.compile.centre import collect_dists
from ccenv.scenarios.compile.roster import advisors, make_roster
from ccenv.scenarios.compile.segments import n_segments
from ccenv.scenarios.compile.slots import n_slots
from ccenv.scenarios.schema import Centre
from ccenv.sim.state.sizes import SIZES, Size


def needs(centre: Centre) -> dict[str, int]:
    """Return the rows that a centre needs in each table of a size class.

    The tables of contacts and leads are left out: their use is known only from a run.
    """
    return {
        "queues": len(centre.queues),
        "groups": len(centre.groups),
        "campaigns": len(centre.campaigns),
        "pairs": len(make_pairs(centre)),
        "actions": len(make_catalogue(centre)),
        "advisors": sum(advisors(group) for group in centre.groups.values()),
        "slots": n_slots(centre.clock),
        "dists": len(collect_dists(centre)),
        "roster": len(make_roster(centre)),
        "segments": n_segments(centre),
        "trace": sum(len(queue.trace_s or ()) for queue in centre.queues.values()),
    }


def choose_size(centre: Centre, file: str) -> Size:
    """Return the size class that the centre names, else the smallest that fits, with the contacts expected at once.

    Raises:
        ScenarioError: If the named class, or the largest one, is too small; the message names each table that is too
            small, with the rows it needs and has.
    """
    needed = needs(centre)
    fitting = [size for size in SIZES.values() if not too_small(size, needed)]
    if centre.size_class is None:
        if fitting:
            # a number of lines that no class has room for stands for "no limit"
            needed_at_once = {every: expected_contacts(centre, every_line=every) for every in (True, False)}
            return next(
                (size for all_lines in (True, False) for size in fitting if size.contacts >= needed_at_once[all_lines]),
                fitting[-1],
            )
        largest = list(SIZES.values())[-1]
        allowed = f"size class {largest.name} is too small for {too_small(largest, needed)}; no size class is larger"
        raise ScenarioError(file, "size_class", UNSET, allowed)
    asked = SIZES[centre.size_class]
    if asked in fitting:
        return asked
    advice = f"choose {fitting[0].name}" if fitting else "no size class is larger"
    raise ScenarioError(file, "size_class", asked.name, f"is too small for {too_small(asked, needed)}; {advice}")


def too_small(size: Size, needed: Mapping[str, int]) -> str:
    """Name the tables that are too small, with the rows they need and have; empty if all fit."""
    short = [(table, n, getattr(size, table)) for table, n in needed.items() if n > getattr(size, table)]
    return ", ".join(f"the table {table} (needs {n}, has {has})" for table, n, has in short)
