"""The bank's days held back: means by half hour, queue and class of customer, of the log and of the calibrated centre.

The centre of each month is fitted to the odd days of the month, and compared with its even days. A comparison is a
figure of the log less that of the model, over the standard error of the log's mean over days. The bound is the one that
the largest of all comparisons keeps with probability 95 % if the model is true: samples of as many simulated days as
the log has are compared with the model in the same way. Faults are planted into the model; each must fail a comparison.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from experiments.calibrate.logs import MONTHS as MONTHS_OF_LOG
from experiments.calibrate.logs import LogMissingError, log_name, of_even_days, read_weekdays
from experiments.jobs.files import ROOT
from experiments.validate.bank import page
from experiments.validate.bank.columns import of_log
from experiments.validate.bank.figures import drawings
from experiments.validate.bank.judge import bounds, compared, largest_by_chance
from experiments.validate.bank.known import KNOWN, cause_of
from experiments.validate.bank.model import FAULTS, MONTHS, NONE, Fault, simulated
from experiments.validate.bank.rows import Rows, rows_of
from experiments.validate.settings import Settings

DAYS = 256
Line = dict[str, Any]


def log_inputs(settings: Settings) -> dict[str, Any]:
    """Inputs of the result besides the sources: the folder, and the content of the existing logs."""
    paths = [ROOT / settings.data / log_name(month) for month in MONTHS_OF_LOG]
    content = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if path.is_file()}
    return {"arguments": {"folder": settings.data}, "content": content}


def measure(folder: str = Settings.data, days: int = DAYS) -> dict[str, Any]:
    """Compare log and model, and log and model with each fault.

    Args:
        folder: Folder of the logs, relative to the checkout.
        days: Simulated days of each month.

    Returns:
        If a log is missing: `skipped`, the reason, and `passed` None. Otherwise `days`, `of_log` (days by month),
        `bounds` of |z| by family, `lines` (comparisons with the model itself, each with `month` and `cause` of a known
        difference), `faults` (by name: the comparisons that catch it, best first), `stale` (causes of known differences
        that do not show) and `passed`.
    """
    try:
        contacts = read_weekdays(ROOT / folder)
    except LogMissingError as missing:
        name = missing.args[0].split(" is ")[0].rpartition("/")[2]
        return {"skipped": f"{name} is not there", "passed": None}
    kept = contacts[of_even_days(contacts)]
    logs = {month.name: rows_of(of_log(kept[kept["month"] == month.number])) for month in MONTHS}
    models = {month.name: rows_of(simulated(month, NONE, days)) for month in MONTHS}
    limits = bounds([largest_by_chance(models[month.name], len(logs[month.name].sums)) for month in MONTHS])
    lines = _lines(logs, models)
    caught = {fault.name: _caught(logs, fault, days, limits, lines) for fault in FAULTS}
    result = {
        "days": days,
        "of_log": {name: len(log.sums) for name, log in logs.items()},
        "bounds": limits,
        "lines": lines,
        "faults": caught,
        "stale": stale(lines, limits),
    }
    return {**result, "passed": all(bars(result).values())}


def stale(lines: Sequence[Line], limits: dict[str, float]) -> list[str]:
    """Return the causes of known differences of which no comparison shows."""
    failing = [line for line in lines if fails(line, limits)]
    return [known.cause for known in KNOWN if not any(known.covers(line) for line in failing)]


def bars(result: dict[str, Any]) -> dict[str, bool]:
    """Which bars are met: no comparison fails without a known cause, all faults are caught, all causes still show."""
    failing = [line for line in result["lines"] if fails(line, result["bounds"])]
    return {
        "near": all(line["cause"] is not None for line in failing),
        "caught": all(result["faults"].values()),
        "causes": not result["stale"],
    }


def fails(line: Line, limits: dict[str, float]) -> bool:
    """Return whether a comparison is beyond the bound of its family."""
    return bool(abs(line["z"]) > limits[line["family"]])


def _lines(logs: dict[str, Rows], models: dict[str, Rows]) -> list[Line]:
    found = [
        {"month": month.name, **line} for month in MONTHS for line in compared(logs[month.name], models[month.name])
    ]
    return [{**line, "cause": cause_of(line)} for line in found]


def _caught(
    logs: dict[str, Rows], fault: Fault, days: int, limits: dict[str, float], sound: Sequence[Line]
) -> list[Line]:
    """Return the comparisons that catch a fault, those first in which the fault alone makes the difference.

    A comparison catches a fault if it fails with the fault and not without. Known differences catch nothing.
    """
    passing = {_key(line): line for line in sound if line["cause"] is None and not fails(line, limits)}
    models = {month.name: rows_of(simulated(month, fault, days)) for month in MONTHS}
    found = [
        {**line, "without": passing[_key(line)]["z"]}
        for line in _lines(logs, models)
        if fails(line, limits) and _key(line) in passing
    ]
    return sorted(found, key=lambda line: abs(line["without"]) - abs(line["z"]))


def _key(line: Line) -> tuple[Any, ...]:
    return tuple(line[name] for name in ("month", "family", "figure", "queue", "slot"))


def verdict(result: dict[str, Any]) -> str:
    """Short summary of a result."""
    limits = result["bounds"]
    failing = [line for line in result["lines"] if fails(line, limits)]
    unknown = sum(line["cause"] is None for line in failing)
    caught = sum(bool(lines) for lines in result["faults"].values())
    return (
        f"{len(result['lines'])} comparisons of days held back, {unknown} beyond the bound and "
        f"{len(failing) - unknown} more by known causes; {caught} of {len(result['faults'])} planted faults caught"
    )


def section(result: dict[str, Any]) -> str:
    """Section of the page in Markdown."""
    return page.section(result)


def files(result: dict[str, Any]) -> dict[str, str | bytes]:
    """Table of all comparisons and figure, by name; empty if the logs are missing."""
    return {} if "skipped" in result else {"real_data.csv": page.csv(result), **drawings(result)}
