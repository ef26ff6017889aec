"""The protocol of policies."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

State = Any  # memory of a policy: an array of B rows, or what its act returned; None at the first call


class Policy(Protocol):
    """Anything that maps observations to actions.

    A policy with a true attribute `needs_snapshot` gets the kernel's snapshot records instead of observations.
    """

    def act(
        self, obs: np.ndarray, mask: np.ndarray, state: State, u: np.ndarray, starts: np.ndarray
    ) -> tuple[np.ndarray, State]:
        """Decide for B rows.

        Args:
            obs: Observations, (B, K) float32.
            mask: Legal actions, (B, A) bool.
            state: Memory of the policy, (B, S), None at the first call. The policy resets the rows with `starts`.
            u: The policy's coins, uniform in (0, 1), (B,).
            starts: Whether a row is at the first decision of an episode, (B,) bool.

        Returns:
            Actions, (B,) int64, and the state.
        """
        ...
