"""The calibrated centre of each month, with a queue for each class of customer, and the faults planted into it."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any, NamedTuple

from scipy.stats import norm

from ccenv.files.reading import read
from ccenv.scenarios import load_scenario
from ccenv.scenarios.files.library import find
from ccenv.scenarios.files.overrides import override
from ccenv.seeds import seeds
from ccenv.simulation import simulate
from experiments.calibrate.customers import LONGEST_S, SHORTEST_S
from experiments.calibrate.logs import TYPES
from experiments.validate.bank.columns import HIGH, MODELLED, OTHER, Sums, of_model, queue_of

CENTRE, PURPOSE = "bank_inbound", "evaluation"
Document = dict[str, Any]


class Month(NamedTuple):
    """A month of the log and the variant of the centre fitted to its odd days; None for the centre itself."""

    name: str
    number: int
    variant: str | None


MONTHS = (Month("January", 1, "january"), Month("May", 5, "may"), Month("October", 10, None))


class Fault(NamedTuple):
    """A change of the model that the comparison must notice; without `plant` the model itself."""

    name: str
    plant: Callable[[Document], None] | None


def _advisors(more: int) -> Callable[[Document], None]:
    def plant(document: Document) -> None:
        for group in document["groups"].values():
            group["staffing"] = [n + more for n in group["staffing"]]

    return plant


def _handle_times(factor: float) -> Callable[[Document], None]:
    def plant(document: Document) -> None:
        for queue in document["queues"].values():
            queue["handle_s"]["mu"] += math.log(factor)

    return plant


def _hazard(factor: float) -> Callable[[Document], None]:
    def plant(document: Document) -> None:
        for queue in document["queues"].values():
            queue["patience_s"]["hazard_per_s"] = [factor * rate for rate in queue["patience_s"]["hazard_per_s"]]

    return plant


def _no_credit(document: Document) -> None:
    for queue in document["queues"].values():
        queue["priority"]["credit_s"] = 0.0


NONE = Fault("none", None)
FAULTS = (
    Fault("one advisor more in every group", _advisors(1)),
    Fault("two advisors more in every group", _advisors(2)),
    Fault("handle times x 0.85", _handle_times(0.85)),
    Fault("handle times x 0.9", _handle_times(0.9)),
    Fault("hazard of giving up x 0.7", _hazard(0.7)),
    Fault("no credit for customers of high priority", _no_credit),
)


def document_of(month: Month, fault: Fault = NONE) -> Document:
    """Return the centre of a month with a fault."""
    document = read(find(CENTRE))
    variants = document.pop("variants")
    if month.variant is not None:
        assert not override(document, variants[month.variant], CENTRE)
    document["sources"] = {"*": f"{CENTRE}, {month.name}"}
    if fault.plant is not None:
        fault.plant(document)
    return by_class(document)


def by_class(document: Document) -> Document:
    """Return the same centre with a queue for each class of customer of a type, so that each has its own figures.

    Under `lwt` the contact with the longest wait goes first, credit included, in whichever queue it is. Two queues with
    the fresh contacts of the classes and with their credits are therefore the same centre as one queue.
    """
    made = copy.deepcopy(document)
    parts = {name: _parts(name, queue) for name, queue in document["queues"].items()}
    made["queues"] = {queue: values for part in parts.values() for queue, values in part.items()}
    for group in made["groups"].values():
        group["skills"] = [queue for skill in group["skills"] for queue in parts[skill]]
    return made


def _parts(name: str, queue: Document) -> dict[str, Document]:
    p = queue["priority"]["p"]
    parts = {}
    for kind, share, high in ((HIGH, p, 1.0), (OTHER, 1.0 - p, 0.0)):
        if share > 0.0:
            part = parts[queue_of(name, kind)] = copy.deepcopy(queue)
            part["arrivals_per_hour"] = [share * rate for rate in queue["arrivals_per_hour"]]
            part["priority"]["p"] = high
    return parts


def simulated(month: Month, fault: Fault, days: int) -> dict[tuple[str, str], Sums]:
    """Return the sums of simulated days of a month with a fault."""
    document = document_of(month, fault)
    keys = seeds(PURPOSE, days)
    table = simulate(load_scenario(document), seeds=keys, by="interval", kpis=list(MODELLED))
    dists = {name: document["queues"][name]["handle_s"] for name in TYPES}
    return of_model(table, {name: trimmed(dist["mu"], dist["sigma"]) for name, dist in dists.items()})


def trimmed(mu: float, sigma: float) -> float:
    """Return the mean of a lognormal time between `SHORTEST_S` and `LONGEST_S`, over the mean of all times."""
    low, high = ((math.log(end) - mu) / sigma for end in (SHORTEST_S, LONGEST_S))
    share = norm.cdf(high) - norm.cdf(low)
    return float((norm.cdf(high - sigma) - norm.cdf(low - sigma)) / share)
