"""The bank's scenario files as documents: the measured figures, rounded, with their sources and comments."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.calibrate import campaign as deposits
from experiments.calibrate.comebacks import Comebacks
from experiments.calibrate.customers import Hazard, LognormalFit
from experiments.calibrate.logs import CLOSE_S, GENERAL, OPEN_S, SLOT_S, TYPES
from experiments.calibrate.staffing import Staffing

LOG = "Anonymous Bank call log, Technion (Brown et al. 2005)"
FIT_DAYS = "odd October 1999 weekdays"
LONG_DAYS = "weekdays of January and May 1999 and odd October weekdays"
CREDIT_S = 90.0
WRAP_UP_S = 10.0
SERVICE_LEVEL_S = 20.0
OVERTIME_S = 3600.0
MAX_REDIALS, MAX_REPEATS = 5, 3
PACING = {"name": "max0", "params": {"k": 2.0, "c": 2.0}}

MEANING = {
    "PS": "regular service",
    "NW": "prospective customers",
    "NE": "stock trading",
    "IN": "internet support",
    "TT": "a call back that found the advisor at work",
    "PE": "regular service in English",
}

COMMENTS = {
    "": "Written by `python -m experiments.calibrate` from the bank's call log; do not edit.",
    **{f"queues.{name}": f"{meaning}" for name, meaning in MEANING.items()},
    "groups": "Effective staffing: what explains the measured abandonment and waits, by half hour from the opening.",
    "sources": "Where the figures come from, by pattern of dotted key.",
    "variants": "Other months of the same log, shown and not accepted: traffic, handle times, priority and staffing.",
}
BLENDED_COMMENTS = COMMENTS | {
    "variants": "`either`: each dial decides whether it reserves an advisor: rules of both kinds and learners on "
    "equal terms. `volatile`: the same, more advisors who dial, an unannounced load, and contacts that are worth more.",
}


MOVED = 3  # general advisors who also dial in the variant `volatile`, in the campaign's hours
VOLATILE_SOURCES = {
    "variants.volatile.groups.*": "modelling choice: three general advisors also dial in the campaign's hours",
    "variants.volatile.switching.*": "modelling choice, 13 times the variance that the log has by half hour "
    "(experiments/results/screen.md): an hour with less, then half an hour with more, unannounced",
}


class Customers(NamedTuple):
    """Figures common to all months: handle time, patience and share of high priority by type; the returns."""

    handle: dict[str, LognormalFit]
    patience: dict[str, Hazard]
    high: dict[str, float]
    redial: Comebacks
    repeat: Comebacks


class Traffic(NamedTuple):
    """Fresh contacts by type and half hour, mean per day (types, slots); coefficient of variation of the day level."""

    fresh: NDArray[np.float64]
    day_level_cv: float


def inbound(customers: Customers, traffic: Traffic, staffing: Staffing) -> dict[str, Any]:
    """Return the document of `bank_inbound` without variants."""
    arrivals = _per_hour(traffic)
    return {
        "name": "bank_inbound",
        "description": "A small bank's centre on an October weekday of 1999: six types of inbound contact, no dialing.",
        "clock": {
            "kind": "day",
            "open_s": OPEN_S,
            "close_s": CLOSE_S,
            "overtime_s": OVERTIME_S,
            "slot_s": SLOT_S,
            "review_s": 5.0,
        },
        "day_level_cv": round(traffic.day_level_cv, 3),
        "queues": {name: _queue(name, customers, arrivals[name]) for name in TYPES},
        "groups": {
            "general": {"skills": list(GENERAL), "staffing": staffing["general"]},
            "internet": {"skills": ["IN"], "staffing": staffing["internet"]},
        },
        "rules": {"routing": {"name": "lwt"}},
        "reward": "service",
        "sources": dict(SOURCES),
    }


def blended(document: dict[str, Any], staffing: list[int], campaign: dict[str, Any]) -> dict[str, Any]:
    """Return the document of `bank_blended`: an inbound document with the group that also dials, and its campaign."""
    return {
        "name": "bank_blended",
        "description": "The bank's centre on an October weekday, with a group that takes the same five types as the "
        "general one and also dials for term deposits.",
        **{key: document[key] for key in ("clock", "day_level_cv", "queues")},
        "campaigns": {"deposits": campaign},
        "groups": {**document["groups"], "blended": {"skills": [*GENERAL, "deposits"], "staffing": staffing}},
        "rules": {**document["rules"], "pacing": PACING},
        "reward": "bank_blended",
        "value_unit": 1,
        "sources": {
            "value_unit": "the unit of all values",
            **document["sources"],
            "groups.blended.*": BLENDED_SOURCE,
            "rules.pacing.*": "untuned: two lines for each idle advisor beyond the first",
            **{f"campaigns.*.{key}": text for key, text in deposits.SOURCES.items()},
            **VOLATILE_SOURCES,
        },
        "variants": {
            "either": {"campaigns.deposits.reserves": "either"},
            "volatile": volatile(document["groups"]["general"]["staffing"], staffing),
        },
    }


def volatile(general: list[int], blended: list[int]) -> dict[str, Any]:
    """Return the values of the variant `volatile`, by dotted key, from the staffing of both groups."""
    left = [max(1, g - MOVED) if b else g for g, b in zip(general, blended, strict=True)]
    return {
        "campaigns.deposits.reserves": "either",
        "groups.general.staffing": left,
        "groups.blended.staffing": [b + g - k for g, b, k in zip(general, blended, left, strict=True)],
        "switching": {"mean_s": [3600, 1800], "arrivals": [0.7, 1.6], "observed": False},
        "reward": "bank_volatile",
    }


def variant(customers: Customers, traffic: Traffic, staffing: Staffing) -> dict[str, Any]:
    """Return the values of another month that replace those of October, by dotted key."""
    queues = inbound(customers, traffic, staffing)["queues"]
    return {
        "day_level_cv": round(traffic.day_level_cv, 3),
        **{f"queues.{name}.arrivals_per_hour": queues[name]["arrivals_per_hour"] for name in TYPES},
        **{f"queues.{name}.handle_s.{key}": queues[name]["handle_s"][key] for name in TYPES for key in ("mu", "sigma")},
        **{f"queues.{name}.priority.p": queues[name]["priority"]["p"] for name in TYPES},
        **{f"groups.{name}.staffing": numbers for name, numbers in staffing.items()},
    }


def _per_hour(traffic: Traffic) -> dict[str, list[float]]:
    per_hour = np.round(traffic.fresh * 3600.0 / SLOT_S, 2)
    return {name: [float(x) for x in row] for name, row in zip(TYPES, per_hour, strict=True)}


def _queue(name: str, customers: Customers, arrivals: list[float]) -> dict[str, Any]:
    handle, patience = customers.handle[name], customers.patience[name]
    return {
        "arrivals_per_hour": arrivals,
        "handle_s": {"dist": "lognormal", "mu": round(handle.mu, 3), "sigma": round(handle.sigma, 3)},
        "patience_s": _hazard(patience.from_s, patience.per_s),
        "wrap_up_s": WRAP_UP_S,
        "priority": {"p": round(customers.high[name], 3), "credit_s": CREDIT_S},
        "redial": _return(customers.redial, MAX_REDIALS),
        "repeat": _return(customers.repeat, MAX_REPEATS),
        "service_level_s": SERVICE_LEVEL_S,
    }


def _hazard(from_s: list[float], per_s: list[float]) -> dict[str, Any]:
    return {"dist": "piecewise_hazard", "from_s": from_s, "hazard_per_s": [float(f"{x:.3g}") for x in per_s]}


def _return(comebacks: Comebacks, max_times: int) -> dict[str, Any]:
    delay = _hazard(comebacks.from_s, comebacks.hazard_per_s)
    return {"p": round(comebacks.p, 3), "delay_s": delay, "max_times": max_times}


BLENDED_SOURCE = (
    "smallest whole numbers by half hour with which talk and wrap-up fill at most 75 % of the time of general and "
    "blended advisors in every hour, dialing off, and in the campaign's hours at least as many as the pacing rule "
    "needs to drop no more than the limit (computed with the simulator)"
)
VARIANT_SOURCES = {
    "variants.*": f"the same procedure on the odd regular weekdays of that month, {LOG}; shown, not accepted. Patience "
    "and returns are those of October. Nobody was set apart for type IN then: the staffing of internet is what would "
    "have shown its waits",
}
SOURCES = {
    "clock.*": f"opening hours of the bank Sunday to Thursday, {LOG}; half hours, overtime and review are ours",
    "day_level_cv": f"daily totals of {FIT_DAYS} net of Poisson noise, {LOG}",
    "queues.*.arrivals_per_hour": f"contacts offered on {FIT_DAYS} by half hour, smoothed, less the redials and "
    f"repeats that this scenario makes itself, {LOG}",
    "queues.*.handle_s.*": f"lognormal fit of services of 10 s to 1 h on {FIT_DAYS} (types TT and PE, with fewer than "
    f"200 of them: {LONG_DAYS}), {LOG}; shorter ones, mostly advisors hanging up to rest, are left out",
    "queues.*.patience_s.*": f"hazard of abandoning by time waited, {LONG_DAYS}, by type (PE: all types together), "
    f"{LOG}; bins with fewer than 10 abandonments are joined to a neighbour, the last one holds for ever",
    "queues.*.wrap_up_s": f"mean gap between services of one advisor while another contact waited, {LOG}",
    "queues.*.priority.p": f"assumption: the share of high priority among contacts that queued on {FIT_DAYS} (TT and "
    f"PE: {LONG_DAYS}) holds for all, since priority is logged only for those that queued, {LOG}; IN and NW callers "
    "are not identified and have none",
    "queues.*.priority.credit_s": "the bank credited callers of high priority with 90 s of waiting (Brown et al. 2005)",
    "queues.*.redial.*": f"same-day returns of identified customers who abandoned, {LONG_DAYS}, {LOG}; corrected for "
    "returns that the log does not show, in excess of the calls that served customers make anyway; assumed equal for "
    f"all types; at most {MAX_REDIALS} in a row is an assumption",
    "queues.*.repeat.*": f"same-day returns within half an hour of identified customers who were served, {LONG_DAYS}, "
    f"{LOG}; corrected for returns that the log does not show, in excess of the rate from half an hour on; assumed "
    f"equal for all types; at most {MAX_REPEATS} in a row is an assumption",
    "queues.*.service_level_s": "the trade's usual threshold",
    "groups.general.*": f"effective staffing fitted on {FIT_DAYS} under lwt, {LOG}; accepted on the even ones",
    "groups.internet.*": f"effective staffing fitted on {FIT_DAYS}, {LOG}; accepted on the even ones. From August on "
    "advisors of their own served type IN and nothing else",
}
