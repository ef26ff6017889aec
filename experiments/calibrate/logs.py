"""The bank's call log (Technion, Anonymous Bank, 1999) as arrays of offered contacts."""

import csv
import datetime
import gzip
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

TYPES = ("PS", "NW", "NE", "IN", "TT", "PE")
GENERAL = ("PS", "NW", "NE", "TT", "PE")
GROUPS = {"general": GENERAL, "internet": ("IN",)}
MONTHS = (1, 5, 10)

OPEN_S, CLOSE_S, SLOT_S = 25_200, 86_400, 1_800
SLOTS = (CLOSE_S - OPEN_S) // SLOT_S

# An election (17 May), the eve of a holiday (20) and the surge after it (23): abnormal by the notes of the log.
ABNORMAL = {(5, 17), (5, 20), (5, 23)}
SUNDAY_TO_THURSDAY = {6, 0, 1, 2, 3}

CONTACT = np.dtype(
    [
        ("month", "i8"),
        ("day", "i8"),
        ("type", "U2"),
        ("arrival_s", "f8"),
        ("wait_s", "f8"),
        ("abandoned", "?"),
        ("service_s", "f8"),
        ("customer", "U16"),
        ("high", "?"),
        ("advisor", "U16"),
    ]
)


class LogMissingError(FileNotFoundError):
    """A file of the data folder does not exist."""


def data_folder() -> Path:
    """Return the default folder of the logs: `shared/data` beside the checkout."""
    return Path(__file__).resolve().parents[2].parent / "shared" / "data"


def log_name(month: int) -> str:
    """Return the file name of a month's log."""
    return f"anonbank_1999_{month:02d}.csv.gz"


def require(folder: Path, name: str) -> Path:
    """Return the path of a data file.

    Raises:
        LogMissingError: It does not exist; the message names it.
    """
    path = folder / name
    if not path.is_file():
        raise LogMissingError(f"{path} is not there: the scenarios can only be calibrated beside the logs")
    return path


def read_weekdays(folder: Path) -> NDArray[np.void]:
    """Return contacts offered to an advisor on regular weekdays (Sunday to Thursday, 7:00 to 24:00) of three months.

    Served contacts and contacts that abandoned from the queue are offered. Callers who left inside the voice unit, and
    rows marked as phantoms, are not. A contact arrives when it leaves the voice unit.

    Returns:
        One row per contact of dtype `CONTACT`, in order of month, day and arrival; times in seconds after midnight.
    """
    rows: list[tuple[object, ...]] = []
    for month in MONTHS:
        path = require(folder, log_name(month))
        with gzip.open(path, "rt", encoding="utf-8") as file:
            rows += [_contact(row) for row in csv.DictReader(file) if _is_offered(row)]
    contacts = np.array(rows, dtype=CONTACT)
    opening_time = (contacts["arrival_s"] >= OPEN_S) & (contacts["arrival_s"] < CLOSE_S)
    return np.sort(contacts[opening_time], order=["month", "day", "arrival_s"])


def held_back(contacts: NDArray[np.void]) -> NDArray[np.bool_]:
    """Return whether each contact is of an even day of October: no fit uses these days, acceptance does."""
    return np.asarray((contacts["month"] == 10) & of_even_days(contacts))


def of_even_days(contacts: NDArray[np.void]) -> NDArray[np.bool_]:
    """Return whether each contact is of an even day: arrivals, handle times and staffing of no month use these."""
    return np.asarray(contacts["day"] % 2 == 0)


def n_days(contacts: NDArray[np.void]) -> int:
    """Return the number of different days."""
    return len(np.unique(contacts["month"] * 100 + contacts["day"]))


def _is_offered(row: dict[str, str]) -> bool:
    month, day = int(row["date"][2:4]), int(row["date"][4:6])
    if (month, day) in ABNORMAL or datetime.date(1999, month, day).weekday() not in SUNDAY_TO_THURSDAY:
        return False
    left_inside_voice_unit = row["outcome"] == "HANG" and row["q_start"] == "0:00:00"
    return row["outcome"] in ("AGENT", "HANG") and not left_inside_voice_unit


def _contact(row: dict[str, str]) -> tuple[object, ...]:
    return (
        int(row["date"][2:4]),
        int(row["date"][4:6]),
        row["type"],
        _seconds(row["vru_exit"]),
        float(row["q_time"]),
        row["outcome"] == "HANG",
        float(row["ser_time"]),
        "" if row["customer_id"] == "0" else row["customer_id"],
        row["priority"] == "2",
        row["server"],
    )


def _seconds(clock: str) -> int:
    hours, minutes, seconds = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)
