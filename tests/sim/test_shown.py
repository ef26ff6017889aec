"""What is kept of a snapshot and of its observation, and written again only where it has changed, is as made anew."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from ccenv import Batch
from ccenv.scenarios import load_scenario
from ccenv.sim.state.fields import OBSERVED
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


@pytest.mark.parametrize("field", ["idle", "time_of_day_s"])
def test_a_field_beyond_the_observation_is_an_error(field: str) -> None:
    batch = Batch(load_scenario("tiny"), 1)
    batch.run.config["observed_at"][field] = batch.engine.snaps["observed"].shape[1]
    with pytest.raises(IndexError):
        batch.reset([1])


@pytest.mark.parametrize("name", ["tiny", "bank_blended", "hybrid_small"])
def test_the_observation_is_the_snapshot_clipped_and_scaled(name: str) -> None:
    """Number by number as declared, though the kernel encodes only what it has written."""
    batch = Batch(load_scenario(name), ROWS, autoreset="same_step")
    batch.reset(range(ROWS))
    for _ in range(STEPS):
        snapshot = batch.snapshot
        shares = [np.minimum(snapshot[f.name].reshape(ROWS, -1), f.high) * f.scale for f in OBSERVED]
        np.testing.assert_array_equal(batch.obs, np.hstack(shares).astype(np.float32))
        batch.step(random_legal(batch.mask, batch.u))
