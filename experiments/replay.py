"""Replay a recorded day of the bank under a routing rule: `python -m experiments.replay 1999-10-04 --routing lwt`.

Contacts arrive at the times of the log. The scenario `bank_inbound` draws their handle times and patience and has the
advisors, so the figures of the rule are means over seeds. The log already holds redials and repeats, so the replay has
none of its own.
"""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ccenv.kpis import ratio_of_totals
from ccenv.kpis.numbers import as_text
from ccenv.rules.registry import ROUTING_RULES
from ccenv.scenarios import Scenario, load_scenario
from ccenv.seeds import seeds
from ccenv.simulation import simulate
from experiments.calibrate.acceptance import KPIS
from experiments.calibrate.document import SERVICE_LEVEL_S
from experiments.calibrate.logs import TYPES, LogMissingError, data_folder, read_weekdays

VARIANTS = {1: "january", 5: "may", 10: None}
"""Variant of `bank_inbound` for each month of the log; None is the scenario itself."""


def contacts_of(day: datetime.date, contacts: npt.NDArray[np.void]) -> npt.NDArray[np.void]:
    """Return the contacts of one day of the log, in order of arrival.

    Raises:
        ValueError: The log has no such day; the message lists the days of that month, or the months, in the log.
    """
    chosen = contacts[(contacts["month"] == day.month) & (contacts["day"] == day.day)]
    if day.year == 1999 and len(chosen):
        return chosen
    of_month = contacts["day"][contacts["month"] == day.month] if day.year == 1999 else contacts["day"][:0]
    days = ", ".join(map(str, np.unique(of_month)))
    allowed = f"of that month: {days}" if days else "regular weekdays of January, May and October 1999"
    raise ValueError(f"day {day} is not in the log; allowed: {allowed}")


def overrides(chosen: npt.NDArray[np.void]) -> dict[str, Any]:
    """Return overrides of `bank_inbound` under which exactly the recorded contacts arrive.

    Args:
        chosen: Contacts of one day, of dtype `experiments.calibrate.logs.CONTACT`, in order of arrival.

    Returns:
        Values by dotted key, for `load_scenario("bank_inbound", **overrides)`.
    """
    found: dict[str, Any] = {}
    for name in TYPES:
        found[f"queues.{name}.trace_s"] = chosen["arrival_s"][chosen["type"] == name].tolist()
        found[f"queues.{name}.redial.p"] = 0
        found[f"queues.{name}.repeat.p"] = 0
    return found


def replayed(day: datetime.date, contacts: npt.NDArray[np.void]) -> Scenario:
    """Return `bank_inbound`, in the variant of the month, with the contacts of a day of the log.

    Raises:
        ValueError: As in `contacts_of`.
    """
    return load_scenario("bank_inbound", variant=VARIANTS[day.month], **overrides(contacts_of(day, contacts)))


def compare(day: datetime.date, contacts: npt.NDArray[np.void], routing: str, n_seeds: int) -> str:
    """Return a text table of contacts and KPIs by type, as logged and under a rule, with 95 % intervals over seeds."""
    chosen = contacts_of(day, contacts)
    summary = simulate(replayed(day, contacts), routing=routing, seeds=seeds("validation", n_seeds)).summary()
    lines = [["type", "contacts", *(word for kpi in KPIS for word in (kpi, routing))]]
    for name in ("", *TYPES):
        own = chosen[chosen["type"] == name] if name else chosen
        column = f":{name}" if name else ""
        figures = [(as_text(value), str(summary[kpi + column])) for kpi, value in logged(own).items()]
        lines.append([name or "all", str(len(own)), *(cell for pair in figures for cell in pair)])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(cell.rjust(w) for cell, w in zip(line, widths, strict=True)) for line in lines)


def logged(own: npt.NDArray[np.void]) -> dict[str, float]:
    """Return KPIs of recorded contacts by the simulator's definitions; nan if there are no contacts."""
    in_time = ~own["abandoned"] & (own["wait_s"] <= SERVICE_LEVEL_S)
    numerators = (own["abandoned"].sum(), own["wait_s"].sum(), in_time.sum())
    return {kpi: float(ratio_of_totals(above, len(own))) for kpi, above in zip(KPIS, numerators, strict=True)}


def main() -> int:
    """Run the command; return 2 if the log does not exist or does not have the day."""
    parser = argparse.ArgumentParser(prog="python -m experiments.replay", description=__doc__)
    parser.add_argument("day", type=datetime.date.fromisoformat, help="a day of the log, 1999-10-04")
    parser.add_argument(
        "--routing", default="lwt", choices=[r.name for r in ROUTING_RULES], help="default: %(default)s"
    )
    parser.add_argument("--seeds", type=int, default=64, help="how many runs (default: %(default)s)")
    parser.add_argument("--data", type=Path, default=data_folder(), help="folder of the logs (default: %(default)s)")
    options = parser.parse_args()
    try:
        print(compare(options.day, read_weekdays(options.data), options.routing, options.seeds))
    except (LogMissingError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
