"""A short day of the smallest centre, legal actions at random, and exact comparison of whatever environments return."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ccenv.scenarios import Scenario, load_scenario

IDS = ("ccenv/Routing-v0", "ccenv/Pacing-v0", "ccenv/Blended-v0")
OWNED = ("routing", "pacing", "blended")

#: Half an hour in two slots, dialing in the middle of it: everything happens, and an episode is some hundred steps.
SHORT_DAY: dict[str, Any] = {
    "clock.slot_s": 900,
    "clock.close_s": 34_200,
    "clock.overtime_s": 300,
    "queues.sales.arrivals_per_hour": [60, 90],
    "queues.support.arrivals_per_hour": 60,
    "groups.first.staffing": [3, 2],
    "groups.blended.staffing": [2, 3],
    "campaigns.survey.p_answer": [0.3, 0.35],
    "campaigns.survey.dial_from_s": 32_700,
    "campaigns.survey.dial_until_s": 33_900,
}


def short_day(**overrides: Any) -> Scenario:
    """The scenario, with other values at dotted keys."""
    return load_scenario("tiny", **{**SHORT_DAY, **overrides})


def random_legal(mask: np.ndarray, u: np.ndarray) -> np.ndarray:
    """One of the legal actions of each row, (B,), chosen by its coin."""
    nth = (u * mask.sum(axis=1)).astype(np.int64)
    return np.argmax(np.cumsum(mask, axis=1) > nth[:, None], axis=1)


def assert_same(found: Any, expected: Any, where: str = "") -> None:
    """Raise AssertionError at the first difference, in type, shape or value, of arrays in tuples and mappings."""
    if isinstance(expected, Mapping):
        assert set(found) == set(expected), f"{where}: keys {sorted(set(found) ^ set(expected))} differ"
        for key in expected:
            assert_same(found[key], expected[key], f"{where}/{key}")
    elif isinstance(expected, tuple | list) or (isinstance(expected, np.ndarray) and expected.dtype == object):
        assert len(found) == len(expected), where
        for k, (one, other) in enumerate(zip(found, expected, strict=True)):
            assert_same(one, other, f"{where}[{k}]")
    elif isinstance(expected, np.ndarray):
        assert found.dtype == expected.dtype, f"{where}: {found.dtype} is not {expected.dtype}"
        np.testing.assert_array_equal(found, expected, err_msg=where, strict=True)
    else:
        assert type(found) is type(expected) and found == expected, f"{where}: {found!r} is not {expected!r}"
