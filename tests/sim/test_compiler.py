"""Functions of the kernel are compiled by fewer passes and a shorter lowering, and give what numba gives."""

from __future__ import annotations

import operator
from typing import Any

import numba
import numpy as np
import pytest
from numba.core import types
from numba.core.codegen import JITCodeLibrary
from numba.core.registry import cpu_target

from ccenv.sim.kernel.compiler import compiler
from ccenv.sim.state.codes import NIL

ROW = np.dtype([("x", "i2"), ("y", "f8"), ("z", "f4", (2,))], align=True)
RECORD = np.dtype([("n", "i4"), ("row", ROW, (3,)), ("number", "i2", (4,)), ("square", "f8", (2, 3))], align=True)
LEAN = compiler(JITCodeLibrary, lean=True)


def _sum(e, i, j):
    e.row[i].y += 1.0
    total = e.row[i].x + e.row[i].y + e.row[i].z[j] + e.number[j] + e.square[j, i]
    for k in range(e.number.shape[0]):
        total += e.number[k]
    return total


def _element(e, i):
    return e.row[i].y


def _first(e):
    return e.number[e.row[1].x]


def _with_function(e):
    def twice(x):
        return 2 * x

    return twice(e.n)


def _record() -> Any:
    e = np.zeros(1, RECORD)
    e["row"]["x"], e["row"]["y"], e["number"] = [7, NIL, 9], [1.5, 2.5, 3.5], [1, 2, 3, 4]
    e["row"]["z"], e["square"] = np.arange(6).reshape(3, 2), np.arange(6).reshape(2, 3)
    return e


@pytest.mark.parametrize("boundscheck", [True, False])
def test_tables_in_records_are_read_and_written(boundscheck: bool) -> None:
    lean = numba.njit(pipeline_class=LEAN, boundscheck=boundscheck)(_sum)
    record, twin = _record(), _record()

    for i in range(3):
        for j in range(2):
            assert lean(record[0], i, j) == _sum(twin.view(np.recarray)[0], i, j)
    assert np.array_equal(record["row"]["y"], twin["row"]["y"])


@pytest.mark.parametrize("index", [NIL, 3, 2**40])
def test_an_index_out_of_bounds_is_an_error(index: int) -> None:
    with pytest.raises(IndexError, match="out of bounds"):
        numba.njit(pipeline_class=LEAN, boundscheck=True)(_element)(_record()[0], index)


def test_no_index_is_out_of_bounds_if_a_field_holds_it() -> None:
    with pytest.raises(IndexError, match="out of bounds"):
        numba.njit(pipeline_class=LEAN, boundscheck=True)(_first)(_record()[0])


def test_only_the_lean_passes_leave_functions_within_functions_out() -> None:
    assert numba.njit(pipeline_class=compiler(JITCodeLibrary, lean=False))(_with_function)(_record()[0]) == 0
    with pytest.raises(numba.core.errors.NumbaError):
        numba.njit(pipeline_class=LEAN)(_with_function)(_record()[0])


def test_kept_signatures_are_those_that_numba_finds() -> None:
    context = cpu_target.typing_context
    find: Any = types.Function.get_call_type
    table = numba.from_dtype(RECORD).typeof("row")
    for function, args in (
        (operator.add, (types.int64, types.float64)),
        (operator.add, (types.int64, types.int64)),
        (operator.lt, (types.float64, types.float64)),
        (operator.getitem, (table, types.int64)),
    ):
        kind: Any = context.resolve_value_type(function)
        assert (
            find(kind, context, args, {}) == find(kind, context, args, {}) == find.__wrapped__(kind, context, args, {})
        )
