"""Exact advantages of call blending, from the relative values of a reserve rule."""

from __future__ import annotations

import numpy as np

from ccenv.theory.mdp import relative_values
from ccenv.theory.models import Blending

MODEL = Blending(3, 24.0, 180.0, 240.0, mean_patience_s=120.0, T_s=20.0)
PAID = {"waiting_s": -1 / 300, "talking_s": 1 / 600}


def exact_advantage(model, reserve):
    """Return the function of the exact advantage: of `hold` where the rule starts, of one start where it holds."""
    space, process, s = model.built.space, model.built.process, model.s
    idle = s - space["inbound"] - space["outbound"]
    weights = (model.built.actions[:, 0] == np.maximum(idle - reserve, 0)[process.owner]).astype(float)
    at_work = space["inbound"] + space["outbound"]
    rate = 3600.0 * (at_work * PAID["talking_s"] + space["waiting"] * PAID["waiting_s"])
    values = relative_values(process, weights, rate).values

    def advantage(inbound, outbound, *, hold):
        own = max(s - inbound - outbound - reserve, 0)
        after = [
            space.index(mode=0, inbound=inbound, outbound=outbound + n, waiting=0) for n in (own, 0 if hold else 1)
        ]
        return float(values[after[1]] - values[after[0]])

    return advantage
