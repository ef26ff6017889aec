"""Fields of advisors and contacts are narrow: what they number must fit, in every size class."""

from __future__ import annotations

import numpy as np
import pytest

from ccenv.sim.state import codes
from ccenv.sim.state.entities import advisor_record, contact_record
from ccenv.sim.state.layout import ATTEMPT_NUMBERS, CONTACT_NUMBERS, layout
from ccenv.sim.state.sizes import SIZES, Size


def most(kind: np.dtype, field: str) -> int:
    """The greatest number that a field holds."""
    return int(np.iinfo(kind[field]).max)


@pytest.mark.parametrize("size", SIZES.values(), ids=lambda size: size.name)
def test_what_is_numbered_fits(size: Size) -> None:
    advisor, contact = advisor_record(size), contact_record(size)
    numbered = {
        size.advisors - 1: ("advisor", "preferred"),
        size.contacts - 1: ("previous", "next", "partner"),
        max(size.queues, size.campaigns) - 1: ("index", "origin", "true_type"),
        size.segments - 1: ("segment",),
        size.leads - 1: ("lead",),
    }
    for last, fields in numbered.items():
        assert all(last <= most(contact, field) for field in fields), fields
    assert size.contacts - 1 <= most(advisor, "contact")
    assert size.pairs - 1 <= np.iinfo(layout(size.name).env["talk_pair"].base).max
    assert all(size.advisors - 1 <= most(advisor, field) for field in ("place", "ahead", "behind"))
    tables = layout(size.name).env
    numbered_by = {
        "idle": size.advisors,
        "place": size.heap,
        "lead_order": size.leads,
        "lead_return": size.contacts + 1,
    }
    assert all(n - 1 <= np.iinfo(tables[field].base).max for field, n in numbered_by.items())


def test_codes_fit() -> None:
    advisor, contact = advisor_record(SIZES["S"]), contact_record(SIZES["S"])
    greatest = {
        "phase": codes.N_PHASES,
        "kind": codes.ATTEMPT,
        "outcome": codes.NO_ANSWER,
        "value_class": codes.VALUE_CLASSES,
        "contact_number": CONTACT_NUMBERS,
        "attempt": ATTEMPT_NUMBERS,
    }
    assert all(code <= most(contact, field) for field, code in greatest.items())
    assert most(advisor, "state") >= codes.N_STATES


@pytest.mark.parametrize("size", ["S", "M", "L"])
def test_many_things_are_small(size: str) -> None:
    assert contact_record(SIZES[size]).itemsize == advisor_record(SIZES[size]).itemsize == 128
