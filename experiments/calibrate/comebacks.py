"""Redials after abandonment and repeats after service: their probabilities and delays, from the log.

The log identifies only customers who queued, so a return is seen only if it queued too. The rate of returns at a
lag is therefore divided by the share of contacts that queued at that lag, in the same centre on the same day. The
result includes unrelated contacts of the same customer. Assumptions: from half an hour after a service on, all contacts
are unrelated; before that, unrelated contacts have at most the rate of the bin that starts there. Earlier after a
service, the excess over that rate is repeats. After an abandonment, at any lag, the excess over the unrelated rate is
redials. All customers return like those who can be identified, who are mostly of types PS and NE.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.calibrate.logs import CLOSE_S, GENERAL

LAGS_S = (0.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 5400.0, 7200.0, 10800.0, 14400.0)
REPEATS_UNTIL_S = 1800.0


class Comebacks(NamedTuple):
    """Probability of a return on the same day, and the hazard of its delay given a return."""

    p: float
    from_s: list[float]
    hazard_per_s: list[float]


def redials_and_repeats(contacts: NDArray[np.void]) -> tuple[Comebacks, Comebacks]:
    """Return redials after an abandonment and repeats after a service, from the rates of return within one day."""
    abandoned, served = return_rates(contacts)
    lags = np.array(LAGS_S)
    anyway = np.minimum(served, served[lags[:-1] == REPEATS_UNTIL_S])
    soon = lags[1:] <= REPEATS_UNTIL_S
    return comebacks(lags, abandoned - anyway), comebacks(lags[: soon.sum() + 1], (served - anyway)[soon])


def return_rates(contacts: NDArray[np.void]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the rate [1/s] of the first return in each bin of `LAGS_S`, corrected for returns that are not seen.

    Returns:
        The rate after an abandonment from the queue, and the rate after a service that began in the queue.
    """
    tallies = np.zeros((2, 4, len(LAGS_S) - 1))
    for day in np.unique(contacts["month"] * 100 + contacts["day"]):
        today = contacts[contacts["month"] * 100 + contacts["day"] == day]
        _tally_day(today[np.isin(today["type"], GENERAL)], tallies)
    seen, at_risk, queued, offered = tallies[:, 0], tallies[:, 1], tallies[:, 2], tallies[:, 3]
    rates = seen / at_risk * offered / queued / np.diff(LAGS_S)
    return rates[0], rates[1]


def comebacks(lags: NDArray[np.float64], excess: NDArray[np.float64]) -> Comebacks:
    """Convert an excess hazard [1/s] of returning, by bin, into a probability and a distribution of the delay."""
    cumulated = np.concatenate([[0.0], np.cumsum(np.maximum(excess, 0.0) * np.diff(lags))])
    still_out = np.exp(-cumulated) - np.exp(-cumulated[-1])
    p = float(still_out[0])
    hazard = np.log(still_out[:-2] / still_out[1:-1]) / np.diff(lags)[:-1]
    # delays end within the last bin, on average at its midpoint
    last = 2.0 / (lags[-1] - lags[-2])
    return Comebacks(p, [float(x) for x in lags[:-1]], [*(float(h) for h in hazard), float(last)])


def _tally_day(today: NDArray[np.void], tallies: NDArray[np.float64]) -> None:
    """Add one day: returns seen, bins at risk, and contacts that queued and that were offered at those lags."""
    arrivals = today["arrival_s"]
    queued_before = np.concatenate([[0.0], np.cumsum(today["wait_s"] > 0)])
    for contact in today[(today["customer"] != "") & (today["wait_s"] > 0)]:
        end = contact["arrival_s"] + contact["wait_s"] + (0.0 if contact["abandoned"] else contact["service_s"])
        bounds = end + np.array(LAGS_S)
        own = arrivals[today["customer"] == contact["customer"]]
        back = own[own > end].min(initial=np.inf)
        at = np.searchsorted(arrivals, bounds)
        at_risk = (bounds[1:] <= CLOSE_S) & (back >= bounds[:-1])
        row = tallies[0 if contact["abandoned"] else 1]
        row[0] += at_risk & (back < bounds[1:])
        row[1] += at_risk
        row[2] += at_risk * np.diff(queued_before[at])
        row[3] += at_risk * np.diff(at)
