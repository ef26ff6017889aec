"""Decision trees on a few observed numbers: policies that a person can read, and that the kernel runs."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ccenv.policy.in_kernel import Evaluator, KernelPolicy, address_of
from ccenv.policy.net import N_MEMORY, array_of
from ccenv.scenarios import Scenario
from ccenv.scenarios.schema import Reserves
from ccenv.sim.state.codes import HOLD
from ccenv.sim.state.fields import OBSERVED
from ccenv.sim.state.layout import Layout
from ccenv.spaces.observation import n_numbers, observation_names

MOST_LEAVES = 64
SHOWN = 4  # actions of a leaf in the text


class TreePolicy(KernelPolicy):
    """A decision tree. A question compares an observed number with a threshold; a leaf puts the actions in an order.

    The first legal action in the order of the leaf is taken.

    Args:
        n_obs: Numbers in an observation, K.
        columns: By question, the column of the observation that it compares, (N,).
        thresholds: By question, the greatest number of the answer `below`, (N,).
        below, above: By question, the next question, a later one; -1 - k for leaf k. The first is number 0. (N,).
        orders: By leaf, all actions, the preferred one first, (N + 1, A).
        owns: The half that the policy decides.
        reserves: The campaigns' flag for which it is made; None: any.
        actions: Dials that it may use.

    Raises:
        ValueError: If these are not those of a tree, or it has more than `MOST_LEAVES` leaves.
    """

    def __init__(
        self,
        n_obs: int,
        columns: Sequence[int] | np.ndarray,
        thresholds: Sequence[float] | np.ndarray,
        below: Sequence[int] | np.ndarray,
        above: Sequence[int] | np.ndarray,
        orders: Sequence[Sequence[int]] | np.ndarray,
        *,
        owns: str = "blended",
        reserves: Reserves | None = None,
        actions: str = "all",
    ) -> None:
        self.columns = np.asarray(columns, np.int64)
        self.thresholds = np.asarray(thresholds, np.float32)
        self.below, self.above = np.asarray(below, np.int64), np.asarray(above, np.int64)
        self.orders = np.asarray(orders, np.int64)
        self.n_obs, self.n_actions = n_obs, self.orders.shape[1]
        self.owns, self.reserves, self.actions = owns, reserves, actions
        self._check()

    def _check(self) -> None:
        n = len(self.columns)
        if self.orders.shape[0] != n + 1 or n + 1 > MOST_LEAVES:
            raise ValueError(f"orders: {self.orders.shape[0]} leaves, {n} questions; allowed: one leaf more than "
                             f"questions, at most {MOST_LEAVES}")  # fmt: skip
        strange = self.columns[(self.columns < 0) | (self.columns >= self.n_obs)]
        if strange.size:
            raise ValueError(f"columns: {int(strange[0])}; allowed: columns from 0, below {self.n_obs}")
        if np.any(np.sort(self.orders, axis=1) != np.arange(self.n_actions)):
            raise ValueError(f"orders: allowed: all of the {self.n_actions} actions in each, once")
        reached = sorted([*self.below.tolist(), *self.above.tolist()])
        if n and reached != [*range(-n - 1, 0), *range(1, n)]:
            raise ValueError(f"below, above: {reached}; allowed: each question but the first, and each leaf, once")
        for name, found in (("below", self.below), ("above", self.above)):
            early = np.flatnonzero((found >= 0) & (found <= np.arange(n)))
            if early.size:
                k = int(early[0])
                raise ValueError(f"{name}[{k}] = {found[k]}; allowed: a question leads to later ones, or to a leaf")

    def evaluator(self, kinds: Layout) -> Evaluator:
        """Return the policy as the kernel of a size class calls it; compiles it if it must."""
        n, leaves = MOST_LEAVES - 1, (MOST_LEAVES, self.n_actions)
        kind = np.dtype([("column", "i8", (n,)), ("below", "i8", (n,)), ("above", "i8", (n,)), ("first", "i8"),
                         ("order", "i8", leaves), ("threshold", "f4", (n + 1,))])  # fmt: skip
        record = np.zeros(1, kind)
        used = len(self.columns)
        for name, values in (("column", self.columns), ("below", self.below), ("above", self.above),
                             ("threshold", self.thresholds)):  # fmt: skip
            record[name][0, :used] = values
        record["order"][0, : used + 1], record["first"] = self.orders, 0 if used else -1
        memory = np.full(N_MEMORY, -1.0)
        memory[0] = N_MEMORY
        address = address_of(functools.partial(_make, self.n_actions), kind, kinds, __file__, f"tree {self.n_actions}")
        return Evaluator(address, np.frombuffer(record.tobytes(), np.float64).copy(), memory)

    def paths(self) -> np.ndarray:
        """Return how each leaf is reached, (N, N + 1): 1 if question k says below, -1 if above, 0 if it is not asked.

        `from_paths` is the way back.
        """
        found = np.zeros((len(self.columns), len(self.orders)), np.int64)
        for k in reversed(range(len(self.columns))):
            for sign, at in ((1, self.below[k]), (-1, self.above[k])):
                found[k, -1 - at if at < 0 else found[at] != 0] = sign
        return found

    @classmethod
    def from_paths(
        cls,
        n_obs: int,
        columns: np.ndarray,
        thresholds: np.ndarray,
        paths: np.ndarray,
        orders: np.ndarray,
        **options: Any,
    ) -> TreePolicy:
        """Return the tree whose `paths` these are; `options`: `owns`, `reserves` and `actions`.

        Raises:
            ValueError: If they are those of no tree.
        """
        ends = {1 << leaf: -1 - leaf for leaf in range(paths.shape[1])}
        asked = {_set_of(row != 0): k for k, row in enumerate(paths)}
        below, above = ([(ends | asked).get(_set_of(row * sign > 0), MOST_LEAVES) for row in paths] for sign in (1, -1))
        return cls(n_obs, columns, thresholds, below, above, orders, **options)

    @property
    def fields(self) -> list[int]:
        """Columns of the observation that the tree reads."""
        return sorted(set(self.columns.tolist()))

    def text(self, scenario: Scenario) -> str:
        """Return the tree in words, a question or a leaf on each line. Numbers are in their natural units."""
        names = observation_names(scenario)
        scales = [f.scale for f in OBSERVED for _ in range(n_numbers(f, scenario))]
        return "\n".join(self._lines(0 if len(self.columns) else -1, "", scenario, names, scales))

    def _lines(
        self, at: int, indent: str, scenario: Scenario, names: Sequence[str], scales: Sequence[float]
    ) -> Iterator[str]:
        if at < 0:
            order = self.orders[-1 - at].tolist()
            chosen = [scenario.catalogue[a].name for a in order[: order.index(HOLD) + 1]]
            left = "" if len(chosen) <= SHOWN + 1 else f", {len(chosen) - SHOWN - 1} more"
            yield f"{indent}first legal of: {', '.join(chosen[:SHOWN])}{left}" + (
                f", {chosen[-1]}" if len(chosen) > SHOWN else ""
            )
            return
        column = int(self.columns[at])
        limit = float(self.thresholds[at]) / scales[column]
        yield f"{indent}{names[column]} <= {limit:.4g}:"
        yield from self._lines(int(self.below[at]), indent + "  ", scenario, names, scales)
        yield f"{indent}else:"
        yield from self._lines(int(self.above[at]), indent + "  ", scenario, names, scales)


def _set_of(leaves: np.ndarray) -> int:
    """Return a set of leaves as the bits of a number."""
    return sum(1 << int(leaf) for leaf in np.flatnonzero(leaves))


def _make(n_actions: int) -> Any:
    def decide(snap, mask, c, params, state, u):
        legal = array_of(mask, n_actions)
        at = params.first
        while at >= 0:
            at = params.below[at] if snap.observed[params.column[at]] <= params.threshold[at] else params.above[at]
        for k in range(n_actions):
            a = params.order[-1 - at, k]
            if legal[a]:
                return np.int64(a)
        return np.int64(HOLD)

    return decide
