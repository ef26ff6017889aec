"""Policies that do anything legal."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ccenv.sim.state import codes

ROUTING = {"entry": "fifo", "total_wait": "lwt"}  # the routing rule states the order of the queues


def lazy(laziness: float) -> Callable[[float, np.ndarray], int]:
    """A policy that holds at a share of the decisions, if it may, and else does anything legal.

    It takes its coin and the numbers of the legal actions, and returns one of them.
    """

    def choose(u: float, legal: np.ndarray) -> int:
        if legal[0] == codes.HOLD:
            if u < laziness:
                return codes.HOLD
            u = (u - laziness) / (1.0 - laziness)
        return int(legal[int(u * len(legal))])

    return choose
