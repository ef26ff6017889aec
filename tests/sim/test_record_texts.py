"""The kept texts of record types are those that numba writes."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

import ccenv.sim.kernel.compiler  # noqa: F401  (it keeps the texts)


def test_the_kept_text_of_a_record_is_its_own():
    record: Any = numba.types.Record
    kinds = [numba.typeof(np.zeros(1, [("x", kind), ("y", "f8")])).dtype for kind in ("i4", "f8", "i4")]

    for kind in kinds:
        assert repr(kind) == repr(kind) == record.__repr__.__wrapped__(kind)
    assert repr(kinds[0]) != repr(kinds[1])
