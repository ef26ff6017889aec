"""From probabilities to actions: the likeliest action, or one drawn with the decision's coin."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from ccenv.scenarios.schema import Reserves
from ccenv.spaces.coins import choose

Decision = Literal["argmax", "sample"]
DECISIONS = get_args(Decision)


class ProbabilityPolicy:
    """Base class of policies that compute a probability for each action. They keep no state.

    Args:
        decision: `argmax` takes the likeliest action (the first of equals), `sample` draws one with the row's coin.
        owns: The half that the policy decides: `routing`, `pacing` or `blended`.
        reserves: The campaigns' flag under which it was trained; None: any.
        actions: Dials that it may use: `all`, `reserved` or `unreserved`.

    Raises:
        ValueError: If `decision` has another value.
    """

    def __init__(
        self,
        decision: Decision = "argmax",
        *,
        owns: str = "blended",
        reserves: Reserves | None = None,
        actions: str = "all",
    ) -> None:
        if decision not in DECISIONS:
            raise ValueError(f"decision is {decision!r}; allowed are {' and '.join(DECISIONS)}")
        self.decision: Decision = decision
        self.owns, self.reserves, self.actions = owns, reserves, actions

    def probabilities(self, obs: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """Probability of each action, (B, A), 0 where illegal. Subclasses implement it.

        Args:
            obs: Observations, (B, K) float32.
            mask: Legal actions, (B, A) bool.
        """
        raise NotImplementedError

    @property
    def needs_coin(self) -> bool:
        """Whether decisions depend on the coin."""
        return self.decision == "sample"

    def act(
        self, obs: np.ndarray, mask: np.ndarray, state: np.ndarray | None, u: np.ndarray, starts: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Choose an action for each row.

        Args:
            obs: Observations, (B, K) float32.
            mask: Legal actions, (B, A) bool.
            state: Returned unchanged.
            u: Coins in (0, 1), (B,).
            starts: Rows at their first decision, (B,) bool; not used.

        Returns:
            Actions, (B,) int64, and the state.
        """
        return self.decide(self.probabilities(obs, mask), u), state

    def decide(self, probabilities: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Actions (B,) int64 for probabilities (B, A) and coins (B,)."""
        return choose(probabilities, u) if self.decision == "sample" else probabilities.argmax(axis=1)
