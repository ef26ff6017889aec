"""The picture of a moment of a centre, as the environment renders it."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from ccenv.env import CentreEnv
from ccenv.policy import RulePolicy

SCENARIO, SEED = "bank_blended", 7
FROM_S = 10.5 * 3600.0  # time of day
RULES = {"routing": "lwt", "pacing": ("progressive_unreserved", {"reserve": 0})}


def pixels() -> np.ndarray:
    """Return the first moment after `FROM_S` at which contacts wait and lines ring, (H, W, 3) uint8.

    The centre's rules route and dial; they are asked as a policy, so that the picture shows their last action.
    """
    env = CentreEnv(SCENARIO, render_mode="rgb_array")
    rules = RulePolicy(env.scenario, **RULES)  # type: ignore[arg-type]
    env.reset(seed=SEED)
    batch, state = env.batch, None
    while True:
        actions, state = rules.act(batch.engine.snaps, batch.mask, state, batch.u, batch.starts)
        _, _, terminated, _, _ = env.step(actions[0])
        now = env.snapshot
        busy = now["queue_length"].sum() >= 2 and now["ringing"].sum() >= 1 and env.catalogue[actions[0]].n > 0
        if terminated or (now["time_of_day_s"] >= FROM_S and busy):
            picture: np.ndarray = env.render()
            return picture


def png() -> bytes:
    """Return the picture as a PNG."""
    stream = io.BytesIO()
    Image.fromarray(pixels()).save(stream, "PNG", optimize=True)
    return stream.getvalue()
