"""The term-deposit campaign: figures from the UCI file, and assumptions where no public log has figures."""

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.calibrate.logs import OPEN_S, SLOT_S, SLOTS, require

# Beyond the tenth contact there are too few sales to estimate a probability for each number.
CONTACT_NUMBERS, SALE_NUMBERS = 16, 11

# Assumed, because no public log has dials. The level is the only public figure; the rise towards the evening is a
# modelling choice. Keys are first hours (inclusive), values probabilities of an answer.
P_ANSWER_FROM_HOUR = {7: 0.12, 9: 0.15, 12: 0.18, 15: 0.20, 17: 0.24, 20: 0.22}
# Ring times by outcome [s]: shortest and longest time to an answer by a person (mean 10) and by a machine (mean 20),
# and the times until a busy line, an invalid number and no answer are told.
RING_PERSON_S, RING_MACHINE_S = (4.0, 16.0), (16.0, 24.0)
RING_BUSY_S, RING_INVALID_S, RING_NO_ANSWER_S = 4.0, 3.0, 25.0
P_MACHINE, P_BUSY, P_INVALID = 0.35, 0.03, 0.03
P_DETECTOR_ERROR = 0.05
HANDLE_MACHINE_S = 10.0
MAX_LINES = 30
# Calling rules: 8 am to 9 pm at the called party; 2 s, from the end of the greeting, here from the answer; 3 % of
# answered calls. `PRESET` sets the hours, the limit and its definition; the campaign dials in the same hours.
PRESET = "ftc_tsr_2024"
DIAL_FROM_S, DIAL_UNTIL_S = 8 * 3600, 21 * 3600
DROP_AFTER_S, DROP_LIMIT = 2.0, 0.03
GREETING_S, HANG_UP_S = 1.0, 12.0
# Lockout of 72 h after a drop. The list is unlimited, so no lead is dialed twice: the lockout and the factors beyond
# the first attempt act only in studies that add retries.
LOCKOUT_S = 72 * 3600.0
BY_ATTEMPT = [1.0, 0.95, 0.9, 0.85, 0.8, 0.75]
VALUE_CV, VALUE_HANDLE_CORRELATION = 0.5, 0.4
# The unit of value is a hundredth of a sale: a line costs a cent a minute.
LINE_COST_PER_HOUR, DROP_PENALTY = 0.006, 0.1

SOURCES = {
    "p_answer": "assumption, swept in studies, never calibrated: no public log has dials. Level of the only public "
    "anchor (New Haven 1998 get-out-the-vote calls, 149 of 775 people reached; Gerber and Green 2000), rising "
    "towards the evening within the .10 to .35 that practice names",
    "by_attempt": "modelling choice, who was not reached is harder to reach; nobody is dialed twice here",
    "ring_s_by_outcome.*": "assumption, swept in studies: practice names 10 to 12 s to an answer, machines that answer "
    "after four rings, some 20 s, and 22 to 30 s until nobody has answered; busy and invalid numbers are told within "
    "seconds",
    "p_machine": "assumption, swept in studies: practice names .30 to .50 of dials",
    "p_busy": "assumption, engineering judgement: .03 of dials",
    "p_invalid": "assumption, engineering judgement: .03 of dials",
    "detector.*": "assumption: 95 % right either way, the best that vendors claim (rivals call 90 to 95 % unrealistic)",
    "handle_machine_s.*": "assumption: an advisor needs 10 s to notice a machine",
    "max_lines": "assumption: no pacing rule gains from more lines for so few advisors",
    "drop_after_s.*": "assumption: 2 s from the answer, within the 2 s from the end of the greeting of the FTC "
    "Telemarketing Sales Rule, 16 CFR 310.4(b)(4)",
    "greeting_s": "modelling choice, the length of a greeting",
    "hang_up_s.*": "modelling choice",
    "dial_*_s": "calling hours 8 am to 9 pm (FTC Telemarketing Sales Rule, TCPA)",
    "calling_rules.lockout_after_drop_s": "modelling choice: 72 h, the order that ViciDial's help names for drops",
    "handle_s.*": "lognormal fit of the duration of last contacts without a sale, UCI Bank Marketing (Moro et al. "
    "2014)",
    "handle_sale_s.*": "lognormal fit of the duration of last contacts with a sale, UCI Bank Marketing (Moro et al. "
    "2014)",
    "wrap_up_s": "that of the inbound contacts",
    "p_sale": "sales per client reaching contact number k, UCI Bank Marketing (Moro et al. 2014); the last value "
    "pools the numbers from it on",
    "contact_number": "share of all contacts that are a client's k-th, UCI Bank Marketing (Moro et al. 2014); the "
    "last value pools the numbers from it on",
    "sale_value": "unit: values are counted in sales",
    "value_*": "modelling choice; that contacts with a sale last more than twice as long as those without, UCI Bank "
    "Marketing (Moro et al. 2014)",
    "line_cost_per_hour": "modelling choice: a cent a minute where a sale brings 100",
    "drop_penalty": "modelling choice, that of the reward",
}


def campaign(folder: Path, wrap_up_s: float) -> dict[str, Any]:
    """Return the campaign as a mapping of the scenario file.

    Raises:
        LogMissingError: The UCI archive is not in `folder`.
    """
    numbers, sold, duration = _read(folder)
    contacts = _contacts(numbers, CONTACT_NUMBERS)
    last = SALE_NUMBERS
    sales = [np.sum(sold & (numbers == k)) for k in range(1, last)] + [np.sum(sold & (numbers >= last))]
    return {
        "p_answer": _p_answer(),
        "by_attempt": BY_ATTEMPT,
        "p_machine": P_MACHINE,
        "p_busy": P_BUSY,
        "p_invalid": P_INVALID,
        "detector": {"p_false_positive": P_DETECTOR_ERROR, "p_machine_passed": P_DETECTOR_ERROR},
        "ring_s_by_outcome": rings(),
        "greeting_s": GREETING_S,
        "hang_up_s": {"dist": "exponential", "mean_s": HANG_UP_S},
        "drop_after_s": {"dist": "constant", "value_s": DROP_AFTER_S},
        "reserves": False,
        "max_lines": MAX_LINES,
        "leads": "unlimited",
        "dial_from_s": DIAL_FROM_S,
        "dial_until_s": DIAL_UNTIL_S,
        "calling_rules": {"preset": PRESET, "lockout_after_drop_s": LOCKOUT_S},
        "handle_s": _lognormal(duration[~sold]),
        "handle_sale_s": _lognormal(duration[sold]),
        "handle_machine_s": {"dist": "constant", "value_s": HANDLE_MACHINE_S},
        "wrap_up_s": wrap_up_s,
        "contact_number": _rounded_shares(contacts),
        "p_sale": [round(float(p), 4) for p in sales / _contacts(numbers, last)],
        "sale_value": 1.0,
        "value_cv": VALUE_CV,
        "value_handle_correlation": VALUE_HANDLE_CORRELATION,
        "line_cost_per_hour": LINE_COST_PER_HOUR,
        "drop_penalty": DROP_PENALTY,
    }


def rings() -> dict[str, Any]:
    """Return the ring times by outcome as a mapping of the scenario file."""
    (low, high), (machine_low, machine_high) = RING_PERSON_S, RING_MACHINE_S
    return {
        "person": {"dist": "uniform", "low_s": low, "high_s": high},
        "machine": {"dist": "uniform", "low_s": machine_low, "high_s": machine_high},
        "busy": {"dist": "constant", "value_s": RING_BUSY_S},
        "invalid": {"dist": "constant", "value_s": RING_INVALID_S},
        "no_answer": {"dist": "constant", "value_s": RING_NO_ANSWER_S},
    }


def _read(folder: Path) -> tuple[NDArray[np.int_], NDArray[np.bool_], NDArray[np.float64]]:
    """Number of each client's last contact, whether the client bought, and the duration of that contact [s]."""
    with zipfile.ZipFile(require(folder, "uci_bank.zip")) as archive:
        text = archive.read("bank-full.csv").decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    numbers = np.array([int(row["campaign"]) for row in rows])
    sold = np.array([row["y"] == "yes" for row in rows])
    return numbers, sold, np.array([float(row["duration"]) for row in rows])


def _contacts(numbers: NDArray[np.int_], last: int) -> NDArray[np.float64]:
    """Number of contacts that were a client's first, second, ...; the last entry holds all from number `last` on."""
    reached = [np.sum(numbers >= k) for k in range(1, last)]
    return np.array([*reached, np.sum(np.maximum(0, numbers - last + 1))], dtype=float)


def _rounded_shares(counts: NDArray[np.float64]) -> list[float]:
    """Shares with four decimals that add up to 1: the last one takes the rounding error."""
    shares = [round(float(share), 4) for share in counts[:-1] / counts.sum()]
    return [*shares, round(1.0 - sum(shares), 4)]


def _p_answer() -> list[float]:
    hours = [(OPEN_S + slot * SLOT_S) // 3600 for slot in range(SLOTS)]
    return [P_ANSWER_FROM_HOUR[max(h for h in P_ANSWER_FROM_HOUR if h <= hour)] for hour in hours]


def _lognormal(times: NDArray[np.float64]) -> dict[str, Any]:
    logs = np.log(times[times > 0])
    return {"dist": "lognormal", "mu": round(float(logs.mean()), 3), "sigma": round(float(logs.std()), 3)}
