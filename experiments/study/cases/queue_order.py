"""Order of waiting contacts: by entry into the present queue (FIFO), or by total wait (LWT)."""

from __future__ import annotations

from typing import Any

import numpy as np

from ccenv.scenarios import load_scenario
from experiments.study import waits
from experiments.study.declared import (
    Assumption,
    Floats,
    Headline,
    Measure,
    Setting,
    Study,
    Sums,
    Sweep,
    Values,
    ratio,
    scaled,
)

CENTRE = "customer_service"
FIFO, LWT = "FIFO", "LWT"
CHOICE = "modelling choice"
LIBRARY = "library's scenario; range: modelling choice"


def settings(values: Values) -> dict[str, Setting]:
    """Return both orders in the same centre."""
    centre = load_scenario(CENTRE).centre
    changes: dict[str, Any] = {}
    for name, queue in centre.queues.items():
        assert queue.ivr is not None and queue.redial is not None
        key = f"queues.{name}"
        changes[f"{key}.arrivals_per_hour"] = scaled(queue.arrivals_per_hour, values["volume"])
        changes[f"{key}.transfer.p"] = values["transfers"] if queue.transfer.to else 0.0
        changes[f"{key}.ivr.routes"] = {to: values["misrouted"] * p for to, p in queue.ivr.routes.items()}
        changes[f"{key}.customer.p_identified"] = values["identified"]
        changes[f"{key}.customer.value_classes"] = []
        changes[f"{key}.customer.p_preferred"] = 0.0
        changes[f"{key}.priority"] = {"p": values["priority"], "credit_s": queue.priority.credit_s}
        changes[f"{key}.redial.p"] = values["redials"]
        changes[f"{key}.callback"] = None
    return {name: Setting(CENTRE, changes, (name.lower(), {})) for name in (FIFO, LWT)}


def spread(sums: Sums) -> Floats:
    """Return the standard deviation of the total wait."""
    mean = sums[waits.SUM] / sums[waits.COUNT]
    found: Floats = np.sqrt(np.maximum(sums[waits.SQUARES] / sums[waits.COUNT] - mean**2, 0.0))
    return found


def quantile(share: float) -> Any:
    """Return a function from sums to the quantile of the total wait, linear within a bin."""

    def form(sums: Sums) -> Floats:
        counts = np.stack([sums[column] for column in waits.HISTOGRAM], axis=-1)
        below = np.cumsum(counts, axis=-1)
        level = share * below[..., -1]
        place = np.argmax(below >= level[..., None], axis=-1)
        inside = np.take_along_axis(counts, place[..., None], -1)[..., 0]
        before = np.take_along_axis(below, place[..., None], -1)[..., 0] - inside
        found: Floats = waits.BIN_S * (place + (level - before) / inside)
        return found

    return form


STUDY = Study(
    name="queue_order",
    title="FIFO or longest total wait",
    question="What does it change if contacts are served by their total wait (LWT) and not by the time at which they "
    "entered the present queue (FIFO)?",
    about="The centre is `customer_service` of the library. A contact waits again after a transfer, after the IVR has "
    "sent it to a wrong queue, and when it redials after giving up. FIFO forgets the earlier wait; LWT counts it, for "
    "a redial if the caller is identified. The total wait is that of a request: all waits of its chain of transfers "
    "and redials.",
    variants={
        FIFO: "an advisor takes the contact that entered its present queue first",
        LWT: "an advisor takes the contact with the longest total wait",
    },
    settings=settings,
    assumptions=(
        Assumption("volume", "contacts, relative to the library's centre", 1.35, 1.0, 1.6, CHOICE),
        Assumption("transfers", "answered contacts of `accounts` and `cards` that are transferred", 0.15, 0.0, 0.4,
                   CHOICE, percent=True),
        Assumption("misrouted", "contacts sent to a wrong queue, relative to the library's", 1.0, 0.0, 3.0, LIBRARY),
        Assumption("identified", "callers whom the CRM identifies", 0.8, 0.0, 1.0, CHOICE, percent=True),
        Assumption("redials", "abandoned contacts that redial", 0.48, 0.0, 0.8, LIBRARY, percent=True),
        Assumption("priority", "contacts with a credit of 90 s, which LWT alone heeds", 0.0, 0.0, 0.3, LIBRARY,
                   percent=True),
    ),
    measures=(
        ratio("mean", "s", (waits.SUM,), (waits.COUNT,), "mean total wait of a request that met a queue"),
        Measure("spread", "s", (waits.COUNT, waits.SUM, waits.SQUARES), spread, "standard deviation of the total wait"),
        Measure("95 % quantile", "s", waits.HISTOGRAM, quantile(0.95), "total wait that 5 % of requests exceed"),
        Measure("99 % quantile", "s", waits.HISTOGRAM, quantile(0.99), "total wait that 1 % of requests exceed"),
        ratio("abandonment", "share", ("n_abandoned",), ("n_offered",), "abandoned, of the contacts offered"),
    ),
    headlines=(
        Headline("mean", "change", LWT, FIFO, "mean"),
        Headline("spread", "change", LWT, FIFO, "spread"),
        Headline("95 % quantile", "change", LWT, FIFO, "95 % quantile"),
        Headline("99 % quantile", "change", LWT, FIFO, "99 % quantile"),
        Headline("abandonment", "difference", LWT, FIFO, "abandonment"),
    ),
    sweep=Sweep("volume", (1.0, 1.2, 1.35, 1.5, 1.6)),
    runs=lambda values: 24,
    waits=True,
    remarks=(
        "Callbacks are switched off, so all waits are on a line.",
        "Without transfers, wrong queues, redials and credits both orders are the same rule, decision by decision.",
    ),
)  # fmt: skip
