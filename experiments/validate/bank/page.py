"""Section of the page about the bank's days held back, and the table of all comparisons."""

from __future__ import annotations

from typing import Any

from experiments.calibrate.logs import OPEN_S, SLOT_S
from experiments.jobs.markdown import table, text
from experiments.validate.bank.judge import LEVEL
from experiments.validate.bank.rows import ALL, DAY, FEWEST, HALF_HOUR

TITLE = "## Real data: the bank by half hour"
FIGURE = "real_data"
SHOWN = 3  # comparisons that are named for each fault
NAMES = {
    "offered": "contacts a day",
    "abandoned": "abandoned",
    "wait": "mean wait [s]",
    "in time": "served within 20 s",
    "queued": "had to queue",
    "hazard": "abandoned per second waited",
    "service": "service time [s]",
    "wait of queued": "mean wait of those who queue [s]",
    "abandoned of queued": "abandoned of those who queue",
}


def section(result: dict[str, Any]) -> str:
    """Return the section in Markdown."""
    if "skipped" in result:
        return f"{TITLE}\n\nSkipped: {result['skipped']}."
    gone = "".join(f"\n\nNOT THERE ANY MORE: {cause}." for cause in result["stale"])
    return f"""{TITLE}

{_about(result)}

{table(["month", "comparisons", "largest absolute z, by day", "by half hour", "beyond the bound"], _months(result))}

![waits, abandonment and service level by half hour](validation/{FIGURE}.svg)

### Where the model differs, and why

{table(["month", "comparisons beyond the bound", "cause"], _causes(result))}{gone}

### Planted faults

Each fault is planted into the model of all months. A comparison catches it if it fails with the fault and not without;
those of the table above catch nothing. The first {SHOWN} of each fault, with z without the fault in brackets.

{table(["fault", "comparisons that catch it", "the clearest ones"], _faults(result))}"""


def _about(result: dict[str, Any]) -> str:
    months = ", ".join(f"{n} of {name}" for name, n in result["of_log"].items())
    limits = result["bounds"]
    return text(f"""
        `bank_inbound` and its variants beside weekdays of the Anonymous Bank (Technion, 1999) that no fit of their
        traffic, handle times and staffing uses: the even days ({months}; {result["days"]} simulated days each).
        Patience and returns are fitted to all days but the even ones of October. Compared are means over days: volumes,
        waits, abandonment and service times of a day by queue and class of customer, and volumes, waits and abandonment
        by half hour where the model expects at least {FEWEST} contacts. z is the log's figure less the model's, over
        the standard error of the mean over days, the larger one of log and model. The bound on the largest |z| is that
        of samples of as many simulated days, exceeded with probability {100 * LEVEL:g} % in each of the two families:
        {limits[DAY]:.2f} by day, {limits[HALF_HOUR]:.2f} by half hour. All comparisons:
        [real_data.csv](validation/real_data.csv).""")


def csv(result: dict[str, Any]) -> str:
    """Return all comparisons with the model itself as comma-separated values; `known`: whether its cause is known."""
    head = ("month", "family", "figure", "queue", "slot", "log", "error", "model", "z")
    rows = [
        [*(_field(line[name]) for name in head), "no" if line["cause"] is None else "yes"] for line in result["lines"]
    ]
    return "\n".join(",".join(row) for row in [[*head, "known"], *rows]) + "\n"


def _field(value: Any) -> str:
    return "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)


def _beyond(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [line for line in result["lines"] if abs(line["z"]) > result["bounds"][line["family"]]]


def _months(result: dict[str, Any]) -> list[list[str]]:
    rows = []
    for month in result["of_log"]:
        lines = [line for line in result["lines"] if line["month"] == month and line["cause"] is None]
        largest = [
            max((abs(line["z"]) for line in lines if line["family"] == family), default=0.0)
            for family in (DAY, HALF_HOUR)
        ]
        beyond = [line for line in _beyond(result) if line["month"] == month]
        unknown = sum(line["cause"] is None for line in beyond)
        rows.append(
            [
                month,
                str(len(lines)),
                *(f"{z:.2f}" for z in largest),
                f"{unknown}; {len(beyond) - unknown} by known causes",
            ]
        )
    return rows


def _causes(result: dict[str, Any]) -> list[list[str]]:
    by_cause: dict[tuple[str, str], list[str]] = {}
    for line in _beyond(result):
        key = (line["month"], line["cause"] or "NOT KNOWN")
        by_cause.setdefault(key, []).append(f"{named(line)} {_both(line)}")
    return [[month, "; ".join(found), cause] for (month, cause), found in by_cause.items()]


def _faults(result: dict[str, Any]) -> list[list[str]]:
    return [
        [name, str(len(lines)), "; ".join(_catch(line) for line in lines[:SHOWN]) or "NOT CAUGHT"]
        for name, lines in result["faults"].items()
    ]


def _catch(line: dict[str, Any]) -> str:
    return f"{line['month']}, {named(line)} {_both(line)} ({line['without']:+.1f})"


def _both(line: dict[str, Any]) -> str:
    return f"{line['log']:.3g} in the log, {line['model']:.3g} in the model, z {line['z']:+.1f}"


def named(line: dict[str, Any]) -> str:
    """Return a comparison in words."""
    queue = "all queues" if line["queue"] == ALL else line["queue"]
    time = "" if line["slot"] is None else f" from {_clock(int(line['slot']))}"
    return f"{queue}{time}: {NAMES.get(line['figure'], line['figure'])}"


def _clock(slot: int) -> str:
    minutes = (OPEN_S + slot * SLOT_S) // 60
    return f"{minutes // 60}:{minutes % 60:02d}"
