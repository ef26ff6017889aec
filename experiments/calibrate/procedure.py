"""Calibration of one sample of days: fresh arrivals and staffing that reproduce the measured outcomes."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccenv.seeds import seeds
from experiments.calibrate import arrivals, model
from experiments.calibrate.comebacks import redials_and_repeats
from experiments.calibrate.customers import (
    FEWEST,
    FEWEST_PATIENCE_EVENTS,
    Hazard,
    LognormalFit,
    handle_time,
    patience,
    share_high,
)
from experiments.calibrate.document import WRAP_UP_S, Customers, Traffic, inbound
from experiments.calibrate.logs import GROUPS, TYPES
from experiments.calibrate.outcomes import Outcome, Target, target
from experiments.calibrate.staffing import Staffing, first_guess, fit

# Smoothing width of the targets of the staffing, by group: that of the arrivals of its types.
TARGET_WIDTH = {"general": 1, "internet": 4}
RETURNS_WIDTH = 2
# Simulated days and largest number of sweeps, of the first and the second fit.
ROUNDS = ((192, 6), (512, 4))
ARRIVAL_UPDATES = 2
TICKS = sum(ARRIVAL_UPDATES + sweeps * 10 + 1 for _, sweeps in ROUNDS) + 1


class Fit(NamedTuple):
    """Traffic and staffing fitted to a sample of days, its targets by group, and the width of each type's smoothing."""

    traffic: Traffic
    staffing: Staffing
    targets: dict[str, Target]
    widths: dict[str, int]


def measure_customers(sample: NDArray[np.void], all_months: NDArray[np.void]) -> Customers:
    """Return handle time, patience and priority by type, and returns; rare types use more months or all types.

    Args:
        sample: Contacts of the month for which they are measured: handle times and priority.
        all_months: Contacts of all months: patience, returns, and what the sample is too small for.
    """
    handle: dict[str, LognormalFit] = {}
    hazard: dict[str, Hazard] = {}
    high: dict[str, float] = {}
    for name in TYPES:
        now, ever = sample[sample["type"] == name], all_months[all_months["type"] == name]
        recent, own = handle_time(now), patience(ever)
        handle[name] = recent if recent.n >= FEWEST else handle_time(ever)
        hazard[name] = own if own.n_events >= FEWEST_PATIENCE_EVENTS else patience(all_months)
        high[name] = share_high(now if np.sum(now["wait_s"] > 0) >= FEWEST else ever)
    redial, repeat = redials_and_repeats(all_months)
    return Customers(handle, hazard, high, redial, repeat)


def fit_days(contacts: NDArray[np.void], customers: Customers, tick: Callable[[], object]) -> Fit:
    """Fit arrivals and staffing to all offered contacts of a sample of days; `tick` is called per simulation."""
    days = arrivals.counts(contacts)
    offered, widths = arrivals.profiles(days)
    level = arrivals.day_level_cv(days)
    samples = {group: contacts[np.isin(contacts["type"], names)] for group, names in GROUPS.items()}
    targets = {group: target(sample, TARGET_WIDTH[group]) for group, sample in samples.items()}
    staffing = {group: _start(sample, targets[group]) for group, sample in samples.items()}
    traffic = Traffic(offered, level)
    for n_seeds, sweeps in ROUNDS:
        keys = seeds("training", n_seeds)
        for _ in range(ARRIVAL_UPDATES):
            traffic = _net_of_returns(offered, customers, traffic, staffing, keys)
            tick()
        simulate = partial(_simulate, inbound(customers, traffic, staffing), keys)
        staffing = fit(simulate, targets, staffing, sweeps, tick)
    traffic = _net_of_returns(offered, customers, traffic, staffing, keys)
    tick()
    return Fit(traffic, staffing, targets, widths)


def _net_of_returns(
    offered: NDArray[np.float64], customers: Customers, traffic: Traffic, staffing: Staffing, keys: NDArray[np.int64]
) -> Traffic:
    """Fresh arrivals: contacts offered minus the model's redials and repeats under the present traffic."""
    came_again = model.returns(model.run(inbound(customers, traffic, staffing), keys, kpis=model.FITTED))
    smoothed = np.array([arrivals.smooth(row, RETURNS_WIDTH) for row in came_again])
    return traffic._replace(fresh=np.maximum(offered - smoothed, 0.0))


def _simulate(document: dict[str, Any], keys: NDArray[np.int64], staffing: Staffing) -> dict[str, Outcome]:
    return model.outcomes(model.run(document, keys, staffing, model.FITTED))


def _start(contacts: NDArray[np.void], goal: Target) -> list[int]:
    served = contacts["service_s"][~contacts["abandoned"]]
    mean_patience_s = float(contacts["wait_s"].sum() / contacts["abandoned"].sum())
    return first_guess(goal, float(np.mean(np.minimum(served, 3600.0))) + WRAP_UP_S, mean_patience_s)
