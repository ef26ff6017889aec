"""A snapshot of which only what has changed is written again is the one that is written from nothing."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from ccenv import Batch
from ccenv.scenarios import load_scenario
from tests.env.short import random_legal
from tests.sim.looking import look_again, shown

ROWS = 4
STEPS = 600


@pytest.mark.parametrize("name", ["tiny", "bank_blended"])
def test_what_is_kept_is_what_is_written_from_nothing(name: str) -> None:
    batch = Batch(load_scenario(name), ROWS, autoreset="same_step")
    batch.reset(range(ROWS))
    for _ in range(STEPS):
        batch.step(random_legal(batch.mask, batch.u))
        anew = copy.copy(batch)
        look_again(anew)
        np.testing.assert_array_equal(shown(batch), shown(anew))
