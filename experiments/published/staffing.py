"""Rows of printed staffing tables: Erlang C for 100 contacts in half an hour of 3 minutes each."""

from __future__ import annotations

import math
from typing import Any

from ccenv.theory import erlang_c, least_staff_c
from experiments.published.row import Figure, Measure, Row

INPUTS = {
    "rate_per_hour": 200.0,
    "handle_s": 180.0,
    "target_s": 20.0,
    "service_level": 0.8,
    "most_occupancy": 0.85,
    "shrinkage": 0.3,
}
ABOUT = "100 contacts in 30 minutes, handle time 3 minutes, 80 % within 20 s, occupancy at most 0.85, shrinkage 0.3"


def by_formula(row: Row, share: float) -> dict[str, Figure]:
    """Return the figures of a staffing table by Erlang's formula; nothing is random."""
    values = _values(**row.inputs)
    return {each.name: Figure(values.get(each.name, math.nan), 0.0) for each in row.measures}


def _values(
    rate_per_hour: float,
    handle_s: float,
    target_s: float,
    service_level: float,
    most_occupancy: float,
    shrinkage: float,
) -> dict[str, float]:
    """Figures of the least staff that meets both targets, and those of smaller staffs, by name."""
    load = rate_per_hour * handle_s / 3_600.0
    n = least_staff_c(rate_per_hour, handle_s, service_level, target_s)
    n = max(n, math.ceil(load / most_occupancy))
    found = {"advisors": float(n), "advisors, shrinkage included": float(math.ceil(n / (1.0 - shrinkage)))}
    for staff in range(math.floor(load) + 1, max(n, 14) + 1):
        answer = erlang_c(rate_per_hour, handle_s, staff, target_s)
        figures: dict[str, Any] = {
            "P(wait)": answer.p_wait,
            "service level": answer.service_level_T,
            "speed of answer [s]": answer.asa_s,
            "occupancy": answer.occupancy,
        }
        found |= {f"{name}, {staff} advisors": value for name, value in figures.items()}
    return found


def _exact(name: str, value: str) -> Measure:
    return Measure(name, value, 0.0)


def _line(staff: int, p_wait: str, service_level: str, answer_s: str, occupancy: str) -> tuple[Measure, ...]:
    """The printed line of one number of advisors."""
    names = ("P(wait)", "service level", "speed of answer [s]", "occupancy")
    figures = (p_wait, service_level, answer_s, occupancy)
    return tuple(_exact(f"{name}, {staff} advisors", figure) for name, figure in zip(names, figures, strict=True))


STAFF = (_exact("advisors", "14"), _exact("advisors, shrinkage included", "20"))

ROWS = (
    Row(
        "pyworkforce",
        "published",
        "pyworkforce 0.1.0, example of its page on the Python package index",
        ABOUT,
        (
            *STAFF,
            _exact("P(wait), 14 advisors", "0.1741319335950498"),
            _exact("service level, 14 advisors", "0.8883500191794669"),
            _exact("occupancy, 14 advisors", "0.7142857142857143"),
        ),
        by_formula,
        INPUTS,
    ),
    Row(
        "ErlangC",
        "published",
        "ErlangC 0.1.0 (R), examples of its page on CRAN",
        ABOUT,
        (
            *STAFF,
            *_line(11, "0.6821182", "0.3896138", "122.78127684408", "0.9090909"),
            *_line(12, "0.4493882", "0.640158", "40.4449401868444", "0.8333333"),
            *_line(13, "0.2852705", "0.7955948", "17.1162271821896", "0.7692308"),
            *_line(14, "0.1741319", "0.88835", "7.83593701177724", "0.7142857"),
        ),
        by_formula,
        INPUTS,
    ),
)
