"""The calibration, from logs to scenario files, page and figure."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ccenv.files.writing import to_json, write_atomic
from ccenv.kpis import KpiTable
from ccenv.seeds import seeds
from experiments.calibrate import acceptance, chart, model
from experiments.calibrate.blending import GREATEST_OCCUPANCY, MOST_STEPS, Blending, staff_blended
from experiments.calibrate.campaign import DROP_LIMIT, campaign
from experiments.calibrate.comebacks import Comebacks
from experiments.calibrate.document import (
    BLENDED_COMMENTS,
    COMMENTS,
    VARIANT_SOURCES,
    WRAP_UP_S,
    Customers,
    blended,
    inbound,
    variant,
)
from experiments.calibrate.logs import GROUPS, TYPES, held_back, n_days, of_even_days, read_weekdays
from experiments.calibrate.one_pool import unequal_service
from experiments.calibrate.outcomes import target
from experiments.calibrate.page import page
from experiments.calibrate.procedure import TICKS, Fit, fit_days, measure_customers
from experiments.calibrate.write_yaml import dump
from experiments.reports.figures.style import styled, svg

VARIANTS = {"january": 1, "may": 5}
MONTHS = {"october": 10, **VARIANTS}
SHOWN_DAYS = 1_024
BLENDING_DAYS = 512


def calibrate(data: Path, library: Path, results: Path) -> dict[str, Any]:
    """Read the logs, fit, write scenarios and results.

    Args:
        data: Folder of the logs.
        library: Folder of the scenario files.
        results: Folder of the result file, its page and its figure.

    Returns:
        The verdict on the days held back.

    Raises:
        LogMissingError: A log does not exist.
    """
    contacts = read_weekdays(data)
    deposits = campaign(data, WRAP_UP_S)
    kept = contacts[~held_back(contacts)]
    odd = kept[~of_even_days(kept)]
    samples = {name: odd[odd["month"] == m] for name, m in MONTHS.items()}
    customers = {name: measure_customers(sample, kept) for name, sample in samples.items()}
    fits: dict[str, Fit] = {}
    for name, sample in samples.items():
        with _progress(f"fit {name}", TICKS) as tick:
            fits[name] = fit_days(sample, customers[name], tick)
    documents = {name: inbound(customers[name], fit.traffic, fit.staffing) for name, fit in fits.items()}
    with _progress("staff blended", 3 * MOST_STEPS) as tick:
        blending = staff_blended(documents["october"], deposits, seeds("training", BLENDING_DAYS), tick)

    mixed = blended(documents["october"], blending.staffing, deposits)
    plain = documents["october"]
    plain["variants"] = {name: variant(customers[name], fits[name].traffic, fits[name].staffing) for name in VARIANTS}
    plain["sources"] = {**plain["sources"], **VARIANT_SOURCES}
    for document, comments in ((plain, COMMENTS), (mixed, BLENDED_COMMENTS)):
        write_atomic(library / f"{document['name']}.yaml", dump(document, comments))

    result = _result(contacts, customers["october"], fits, documents, blending)
    write_atomic(results / "calibration.json", to_json(result))
    write_atomic(results / "calibration.md", page(result))
    with styled():
        write_atomic(results / "calibration.svg", svg(chart.day(result["day"])))
    return dict(result["verdict"])


@contextmanager
def _progress(label: str, most: int) -> Iterator[Callable[[], object]]:
    """Progress bar of at most `most` simulations; it is filled if the search needs fewer."""
    with tqdm(total=most, desc=label, unit="simulation") as bar:
        yield bar.update
        bar.total = bar.n
        bar.refresh()


def _result(
    contacts: NDArray[np.void],
    customers: Customers,
    fits: dict[str, Fit],
    documents: dict[str, dict[str, Any]],
    blending: Blending,
) -> dict[str, Any]:
    """Content of the page and the figure in plain types."""
    check, even = contacts[held_back(contacts)], contacts[of_even_days(contacts)]
    october = contacts[(contacts["month"] == 10) & ~held_back(contacts)]
    keys = seeds("validation", SHOWN_DAYS)
    tables = {name: model.run(document, keys) for name, document in documents.items()}
    log, modelled = acceptance.of_log(check), acceptance.of_model(tables["october"], n_days(check))
    outcome = model.outcomes(tables["october"])
    return {
        "verdict": acceptance.verdict(log, modelled),
        "held_back": {"days": n_days(check), **log},
        "fit": {"days": n_days(october), **acceptance.of_log(october)},
        "model": {"days": SHOWN_DAYS, **modelled},
        "months": {name: _month(even[even["month"] == m], tables[name]) for name, m in VARIANTS.items()},
        "blending": {
            "limit": GREATEST_OCCUPANCY,
            "drop_limit": DROP_LIMIT,
            **blending._asdict(),
            "tried": [t._asdict() for t in blending.tried],
        },
        "one_pool": unequal_service(october),
        "figures": _figures(customers, fits["october"]),
        "day": {
            group: {
                "staffing": fits["october"].staffing[group],
                "model": outcome[group]._asdict(),
                "fit": target(october[np.isin(october["type"], names)]).mean._asdict(),
                "held_back": target(check[np.isin(check["type"], names)]).mean._asdict(),
            }
            for group, names in GROUPS.items()
        },
    }


def _month(contacts: NDArray[np.void], table: KpiTable) -> dict[str, Any]:
    days = n_days(contacts)
    return {"log": {"days": days, **acceptance.of_log(contacts)}, "model": acceptance.of_model(table, days)}


def _figures(customers: Customers, october: Fit) -> dict[str, Any]:
    return {
        "day_level_cv": october.traffic.day_level_cv,
        "redial_p": customers.redial.p,
        "redial_median_s": _median(customers.redial),
        "repeat_p": customers.repeat.p,
        "repeat_median_s": _median(customers.repeat),
        "types": {
            name: {
                "handle_mu": customers.handle[name].mu,
                "handle_sigma": customers.handle[name].sigma,
                "handle_n": customers.handle[name].n,
                "share_short": customers.handle[name].share_short,
                "patience_events": customers.patience[name].n_events,
                "high": customers.high[name],
                "smoothing": october.widths[name],
            }
            for name in TYPES
        },
    }


def _median(comebacks: Comebacks) -> float:
    """Median delay [s] of a piecewise hazard."""
    ends = np.append(comebacks.from_s[1:], np.inf)
    need = np.log(2.0)
    for start, end, hazard in zip(comebacks.from_s, ends, comebacks.hazard_per_s, strict=True):
        if need <= hazard * (end - start):
            return float(start + need / hazard)
        need -= hazard * (end - start)
    raise AssertionError("the last bin never ends")
