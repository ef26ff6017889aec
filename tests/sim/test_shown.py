"""A snapshot and its observation, updated only where the record changed, equal ones rewritten completely."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from ccenv import Batch
from ccenv.scenarios import load_scenario
from ccenv.sim.state.fields import FIELDS, OBSERVED
from tests.env.short import random_legal
from tests.env.whole_centre import whole_centre
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
        shares = [
            np.minimum(snapshot[f.name].reshape(ROWS, -1), f.highest(batch.scenario.size)) * f.scale for f in OBSERVED
        ]
        np.testing.assert_array_equal(batch.obs, np.hstack(shares).astype(np.float32))
        batch.step(random_legal(batch.mask, batch.u))


def test_every_field_of_the_snapshot_takes_several_values() -> None:
    """A field that is declared and never written would be 0 on both sides of every other comparison."""
    values: dict[str, set[float]] = {field.name: set() for field in FIELDS}
    for scenario, steps in ((whole_centre(), 2_400), (load_scenario("tiny"), 100)):  # the first has leads without end
        batch = Batch(scenario, 2 * ROWS, autoreset="same_step")
        batch.reset(range(2 * ROWS))
        for _ in range(steps):
            snapshot = batch.snapshot
            for name, seen in values.items():
                seen.update((snapshot[name].min(initial=np.inf), snapshot[name].max(initial=-np.inf)))
            batch.step(random_legal(batch.mask, batch.u))
    assert [name for name, seen in values.items() if len(seen - {np.inf, -np.inf}) < 2] == []
