"""`legal` of one action agrees with the mask of all actions."""

from __future__ import annotations

import numpy as np
import pytest

from ccenv import Batch
from ccenv.scenarios import load_scenario
from ccenv.sim.shown.masks import legal
from tests.env.short import random_legal

ROWS = 2
STEPS = 150


@pytest.mark.parametrize("name", ["tiny", "hybrid_small"])
def test_an_action_is_legal_where_the_mask_says_so(name: str) -> None:
    batch = Batch(load_scenario(name), ROWS, autoreset="same_step")
    batch.reset(range(ROWS))
    config = batch.run.config.view(np.recarray)[0]
    outside = [-1, batch.n_actions]
    for _ in range(STEPS):
        for snap, mask in zip(batch.engine.snaps.view(np.recarray), batch.mask, strict=True):
            assert [bool(legal(snap, config, a)) for a in range(batch.n_actions)] == mask.tolist()
            assert not any(legal(snap, config, a) for a in outside)
        batch.step(random_legal(batch.mask, batch.u))
