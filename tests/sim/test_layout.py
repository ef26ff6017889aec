"""Tables of the environment record begin where a cache line does, and are no wider than they must be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ccenv.run.config import run_config
from ccenv.run.engine import Engine
from ccenv.scenarios import load_scenario
from ccenv.sim.state.entities import LINE_BYTES
from ccenv.sim.state.layout import HEAP_WAYS, layout
from ccenv.sim.state.sizes import SIZES


@pytest.mark.parametrize("size", list(SIZES))
def test_records_and_siblings_of_the_heap_are_in_whole_lines(size: str) -> None:
    fields: Any = layout(size).env.fields
    places = {name: offset for name, (_, offset) in fields.items()}
    event = fields["heap"][0].base.itemsize

    assert layout(size).env.itemsize % LINE_BYTES == 0
    assert places["contact"] % LINE_BYTES == places["advisor"] % LINE_BYTES == 0
    for parent in range(3):
        children = [places["heap"] + event * (HEAP_WAYS * parent + k) for k in range(1, HEAP_WAYS + 1)]
        assert len({child // LINE_BYTES for child in children}) == 1


@pytest.mark.parametrize("size", list(SIZES))
def test_fields_do_not_overlap_and_are_aligned(size: str) -> None:
    fields: Any = layout(size).env.fields
    end = 0
    for name, (kind, offset) in fields.items():
        if name != "counts":  # all counters again, as one array
            assert offset >= end and offset % kind.alignment == 0, name
            end = offset + kind.itemsize
    assert end <= layout(size).env.itemsize


def test_rows_begin_at_a_line() -> None:
    engine = Engine(run_config(load_scenario("tiny"), owns="rules"), 3)

    assert engine.words.ctypes.data % LINE_BYTES == engine.words.strides[0] % LINE_BYTES == 0
    assert np.shares_memory(engine.words, engine.envs)


def test_a_row_of_the_table_of_leads_takes_at_most_32_bytes_in_the_small_classes() -> None:
    for size in ("S", "M"):
        fields: Any = layout(size).env.fields
        taken = sum(kind.itemsize for name, (kind, _) in fields.items() if name.startswith("lead_"))
        assert taken <= 32 * SIZES[size].leads
