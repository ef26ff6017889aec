"""The bank's day by half hour: the calibrated centre compared with every weekday of its call log."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ccenv.kpis import KPIS, KpiTable, ratio_of_totals
from ccenv.kpis.kpi import add_up
from ccenv.scenarios import load_scenario
from ccenv.seeds import seeds
from ccenv.simulation import simulate
from experiments.calibrate.document import SERVICE_LEVEL_S
from experiments.calibrate.logs import (
    CLOSE_S,
    OPEN_S,
    SLOT_S,
    SLOTS,
    LogMissingError,
    log_name,
    read_weekdays,
)
from experiments.calibrate.logs import MONTHS as MONTHS_OF_LOG
from experiments.jobs.files import ROOT
from experiments.reports.figures.style import FAINT, LEARNED, OTHER, WIDTH, styled, svg
from experiments.validate.settings import Settings

Floats = npt.NDArray[np.float64]

DAYS, PURPOSE = 512, "evaluation"
BAND = 0.9  # central share of the days that the band covers
INSIDE = 0.9  # smallest share of the half hours in which the model's figure lies in the band of October
FIGURE = "real_data"


class Month(NamedTuple):
    """A month of the log and the variant of `bank_inbound` fitted to it; None for the scenario itself."""

    name: str
    number: int
    variant: str | None


MONTHS = (Month("January", 1, "january"), Month("May", 5, "may"), Month("October", 10, None))
ACCEPTED = "October"  # the calibration accepts October alone; the other months are only shown
SHOWN = {
    "mean_wait_s": ("Mean wait\n[s per contact offered]", 1.0),
    "abandonment": ("Abandoned\n[% of offered]", 100.0),
    "served_within_T_of_offered": (f"Served within {SERVICE_LEVEL_S:g} s\n[% of offered]", 100.0),
}


def log_inputs(settings: Settings) -> dict[str, Any]:
    """Inputs of the result besides the sources: the folder, and the content of the existing logs."""
    paths = [ROOT / settings.data / log_name(month) for month in MONTHS_OF_LOG]
    content = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if path.is_file()}
    return {"arguments": {"folder": settings.data}, "content": content}


def measure(folder: str = Settings.data, days: int = DAYS) -> dict[str, Any]:
    """Log and model by half hour, for each month and KPI.

    Args:
        folder: Folder of the logs, relative to the checkout.
        days: Simulated days of each month.

    Returns:
        If a log is missing: `skipped`, the reason, and `passed` None. Otherwise `passed`, `days` and `months`. A month
        has `days` and `kpis`. A KPI has `log` (ratio of totals over the days), `low` and `high` (band over days) and
        `model`, each (slots,); `inside`, the share of half hours in which `model` lies in the band; and `covered`, the
        share of the log's half hours, day by day, in the band of the simulated days.
    """
    try:
        contacts = read_weekdays(ROOT / folder)
    except LogMissingError as missing:
        return {"skipped": f"{Path(missing.args[0].split(' is ')[0]).name} is not there", "passed": None}
    months = {
        month.name: _month(contacts[contacts["month"] == month.number], _simulated(month, days)) for month in MONTHS
    }
    passed = all(kpi["inside"] >= INSIDE for kpi in months[ACCEPTED]["kpis"].values())
    return {"days": days, "months": months, "passed": passed}


def verdict(result: dict[str, Any]) -> str:
    """Short summary of a result."""
    inside = [kpi["inside"] for kpi in result["months"][ACCEPTED]["kpis"].values()]
    return f"{100 * min(inside):.0f} % of the half hours of {ACCEPTED} in the band of its days, or more"


def section(result: dict[str, Any]) -> str:
    """Section of the page in Markdown, with the figure under `FIGURE`."""
    title = "## Real data: the bank by half hour"
    if "skipped" in result:
        return f"{title}\n\nSkipped: {result['skipped']}."
    head = ["month", "days of the log", *(f"`{kpi}`" for kpi in SHOWN)]
    rows = [
        [name, str(month["days"]), *(_shares(month["kpis"][kpi]) for kpi in SHOWN)]
        for name, month in result["months"].items()
    ]
    table = "\n".join("| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head), *rows])
    return f"""{title}

`bank_inbound` and its variants, {result["days"]} days each, beside the weekdays of the Anonymous Bank (Technion, 1999).
The band holds the central {100 * BAND:.0f} % of the days' figures of a half hour; an event counts in the half hour in
which it happens. Half hours in which the model's figure lies in the band (asked for in {ACCEPTED}:
{100 * INSIDE:.0f} %), and behind it the share of the log's half hours, day by day, in the same band of the simulated
days. The model was fitted to these months, of October to the odd days: this says that the day has the right shape and
the right spread, not that a new month is foretold.

{table}

![waits, abandonment and service level by half hour](validation/{FIGURE}.svg)"""


def figures(result: dict[str, Any]) -> dict[str, bytes]:
    """The figure as SVG, by name; empty if the logs are missing."""
    if "skipped" in result:
        return {}
    with styled():
        return {FIGURE: svg(_draw(result["months"]))}


def _shares(kpi: dict[str, Any]) -> str:
    return f"{100 * kpi['inside']:.0f} %; {100 * kpi['covered']:.0f} %"


def by_day(contacts: npt.NDArray[np.void]) -> tuple[Floats, dict[str, Floats]]:
    """Contacts offered, and the numerator of each KPI, by day and half hour, (days, slots) each.

    The counting is that of the simulator: an arrival counts in its own half hour; a wait, an abandonment and an answer
    count in the half hour in which the wait ends.
    """
    days = np.unique(contacts["month"] * 100 + contacts["day"], return_inverse=True)[1]
    ends = contacts["arrival_s"] + contacts["wait_s"]
    in_time = ~contacts["abandoned"] & (contacts["wait_s"] <= SERVICE_LEVEL_S)
    weights = {
        "mean_wait_s": contacts["wait_s"],
        "abandonment": contacts["abandoned"],
        "served_within_T_of_offered": in_time,
    }
    offered = _added(days, contacts["arrival_s"], np.ones(len(contacts)))
    return offered, {name: _added(days, ends, weight.astype(float)) for name, weight in weights.items()}


def _added(days: npt.NDArray[np.int_], times: Floats, weights: Floats) -> Floats:
    """Sum of weights by day and half hour; overtime belongs to the last half hour."""
    slots = np.clip((times - OPEN_S) // SLOT_S, 0, SLOTS - 1).astype(int)
    out = np.zeros((int(days.max()) + 1, SLOTS))
    np.add.at(out, (days, slots), weights)
    return out


def _simulated(month: Month, days: int) -> KpiTable:
    return simulate(load_scenario("bank_inbound", variant=month.variant), seeds=seeds(PURPOSE, days), by="interval")


def _month(contacts: npt.NDArray[np.void], table: KpiTable) -> dict[str, Any]:
    offered, numerators = by_day(contacts)
    kpis = {name: _compared((numerators[name], offered), _model(table, name)) for name in SHOWN}
    return {"days": len(offered), "kpis": kpis}


def _compared(log: tuple[Floats, Floats], model: tuple[Floats, Floats]) -> dict[str, Any]:
    """Comparison of log and model, each given as numerator and denominator, (days, slots)."""
    (low, high), (model_low, model_high) = _band(*log), _band(*model)
    figure = ratio_of_totals(model[0].sum(axis=0), model[1].sum(axis=0))
    single = ratio_of_totals(*log)
    seen = ~np.isnan(single)
    return {
        "log": ratio_of_totals(log[0].sum(axis=0), log[1].sum(axis=0)).tolist(),
        "low": low.tolist(),
        "high": high.tolist(),
        "model": figure.tolist(),
        "inside": float(np.mean((low <= figure) & (figure <= high))),
        "covered": float(np.mean(((model_low <= single) & (single <= model_high))[seen])),
    }


def _band(numerator: Floats, denominator: Floats) -> Floats:
    """Ends of the band over the days' figures, (2, slots)."""
    ends = [0.5 - BAND / 2, 0.5 + BAND / 2]
    found: Floats = np.nanquantile(ratio_of_totals(numerator, denominator), ends, axis=0)
    return found


def _model(table: KpiTable, name: str) -> tuple[Floats, Floats]:
    """Numerator and denominator of a KPI, (days, slots) each."""
    assert table.interval is not None
    columns: Any = table.interval.view(np.ndarray)
    kpi = KPIS[name]
    return add_up(kpi.numerator, columns), add_up(kpi.denominator, columns)


def _draw(months: dict[str, Any]) -> Figure:
    figure = Figure(figsize=(WIDTH, 6.2))
    panels = figure.subplots(len(SHOWN), len(months), sharex=True, sharey="row", squeeze=False)
    for column, (name, month) in enumerate(months.items()):
        panels[0, column].set_title(f"{name}, {month['days']} days")
        for row, (kpi, (label, scale)) in enumerate(SHOWN.items()):
            _panel(panels[row, column], month["kpis"][kpi], scale)
            panels[row, 0].set_ylabel(label)
        panels[-1, column].set_xticks(range(8, 25, 4), [f"{hour}:00" for hour in range(8, 25, 4)])
        panels[-1, column].set_xlabel("Time of day")
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
    return figure


def _panel(axes: Axes, kpi: dict[str, Any], scale: float) -> None:
    middle = (OPEN_S + SLOT_S * (np.arange(SLOTS) + 0.5)) / 3600.0
    low, high, log, model = (scale * np.array(kpi[key]) for key in ("low", "high", "log", "model"))
    axes.fill_between(middle, low, high, color=FAINT, linewidth=0, label=f"log, {100 * BAND:.0f} % of days")
    axes.plot(middle, log, color=OTHER, linestyle="", marker="o", markersize=2.5, label="log, all days")
    axes.plot(middle, model, color=LEARNED, label="model")
    axes.set_xlim(OPEN_S / 3600.0, CLOSE_S / 3600.0)
    axes.set_ylim(bottom=0.0)
