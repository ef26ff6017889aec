"""Bytes of an environment, by purpose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ccenv.batch import Batch
from ccenv.scenarios import load_scenario
from ccenv.sim.state.layout import layout
from ccenv.sim.state.sizes import SIZES
from experiments.speed.clock import exactly

SCENARIO = "bank_blended"
LEAD = "lead_"  # prefix of the record's fields that are columns of the table of leads
ROWS = 4
KIB = 1024.0


def measure(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Sizes of records and arrays; nothing is timed.

    Args:
        inputs: Not used.

    Returns:
        `figures`, and `classes`: for each size class `bytes` of the record, of its table of leads (`lead_bytes`), and
        the number of `leads`, `advisors` and `contacts` that it can hold.
    """
    batch = Batch(load_scenario(SCENARIO), ROWS)
    engine, size = batch.engine, batch.scenario.size
    shown = (engine.flat, engine.obs, engine.masks, engine.outs, engine.final_obs, engine.paid)
    record = engine.run.layout.env.itemsize
    arrays = sum(array.nbytes for array in shown) // ROWS
    leads = _lead_bytes(size.name)
    figures = {
        "without_leads_kib": (record - leads + arrays) / KIB,
        "record_kib": record / KIB,
        "arrays_kib": arrays / KIB,
        "whole_kib": (record + arrays) / KIB,
        "lead_bytes": leads / size.leads,
        "lead_capacity": size.leads,
    }
    classes = [
        {
            "size_class": name,
            "bytes": layout(name).env.itemsize,
            "lead_bytes": _lead_bytes(name),
            "leads": SIZES[name].leads,
            "advisors": SIZES[name].advisors,
            "contacts": SIZES[name].contacts,
        }
        for name in SIZES
    ]
    return {"figures": {name: exactly(value) for name, value in figures.items()}, "classes": classes}


def _lead_bytes(size: str) -> int:
    kind = layout(size).env
    return sum(kind[name].itemsize for name in kind.names or () if name.startswith(LEAD))
