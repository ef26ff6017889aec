"""Decision trees grown from decisions of a policy, on at most a few observed numbers.

Method: classification trees (Breiman, Friedman, Olshen and Stone 1984), grown best first. A leaf asks action after
action, in its order, whether it is legal. The impurity is that of these answers: Gini's, of each action among the
decisions in which it is asked. So nothing is to be learnt about what is legal.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ccenv.policy.tree import TreePolicy

MOST_THRESHOLDS = 32  # of an observed number, at its quantiles
SMALLEST = 20  # decisions in a leaf


class _Split(NamedTuple):
    """The best question about the decisions of a leaf: what it gains, and which bins of which column are below."""

    gain: float
    column: int
    last_bin: int


def grow_tree(
    obs: np.ndarray, mask: np.ndarray, own: np.ndarray, *, leaves: int, fields: int, **options: Any
) -> TreePolicy:
    """Return a tree that takes a policy's actions as often as it can.

    Args:
        obs: Observations, (N, K).
        mask: Legal actions, (N, A).
        own: The policy's actions, (N,).
        leaves: Most leaves.
        fields: Most observed numbers that it reads.
        options: `owns`, `reserves` and `actions` of `TreePolicy`.
    """
    thresholds = _thresholds(obs)
    binned = np.stack([np.searchsorted(t, x, side="left") for t, x in zip(thresholds, obs.T, strict=True)])
    taken = np.zeros(mask.shape)
    taken[np.arange(len(own)), own] = 1.0
    legal, used = mask.astype(float), set[int]()
    rows = [np.arange(len(own))]
    best: list[_Split | None] = [None]
    questions: list[tuple[int, float, int, int]] = []  # column, threshold, and the leaves below and above
    while len(rows) < leaves:
        free = set(range(obs.shape[1])) if len(used) < fields else used
        for k, split in enumerate(best):
            if split is None or split.column not in free:
                best[k] = _best_split(binned, thresholds, legal, taken, rows[k], sorted(free))
        k = max(range(len(best)), key=lambda k: _gain(best[k]))
        chosen = best[k]
        if chosen is None or chosen.gain <= 0.0:
            break
        under = binned[chosen.column, rows[k]] <= chosen.last_bin
        questions.append((chosen.column, float(thresholds[chosen.column][chosen.last_bin]), k, len(rows)))
        rows.append(rows[k][~under])
        rows[k] = rows[k][under]
        best[k] = None
        best.append(None)
        used.add(chosen.column)
    return _as_policy(obs.shape[1], questions, [_order(legal[r], taken[r]) for r in rows], options)


def _gain(split: _Split | None) -> float:
    return 0.0 if split is None else split.gain


def _thresholds(obs: np.ndarray) -> list[np.ndarray]:
    """Return values between which questions may divide each column: quantiles of its values but the greatest."""
    found = []
    for x in obs.T:
        values = np.unique(x)[:-1]
        if len(values) > MOST_THRESHOLDS:
            values = np.unique(np.quantile(x, np.linspace(0, 1, MOST_THRESHOLDS + 2)[1:-1], method="lower"))
            values = values[values < x.max()]
        found.append(values)
    return found


def _impurity(asked: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """Return the sum over actions of taken times the share of decisions in which it was asked and not taken."""
    impurity: np.ndarray = (taken * (1.0 - taken / np.maximum(asked, 1.0))).sum(axis=-1)
    return impurity


def _best_split(
    binned: np.ndarray,
    thresholds: list[np.ndarray],
    legal: np.ndarray,
    taken: np.ndarray,
    rows: np.ndarray,
    columns: list[int],
) -> _Split:
    here_taken = taken[rows]
    place = np.argsort(_order(legal[rows], here_taken))  # of each action in the order
    here_asked = legal[rows] * (place <= place[here_taken.argmax(axis=1)][:, None])
    all_asked, all_taken = here_asked.sum(axis=0), here_taken.sum(axis=0)
    whole, best = float(_impurity(all_asked, all_taken)), _Split(0.0, NO_COLUMN, 0)
    for column in columns:
        n_bins = len(thresholds[column]) + 1
        if n_bins == 1:
            continue
        order = np.argsort(binned[column, rows], kind="stable")
        ends = np.searchsorted(binned[column, rows][order], np.arange(n_bins - 1), side="right")
        below = [np.concatenate([np.zeros((1, x.shape[1])), np.cumsum(x[order], axis=0)])[ends] for x in
                 (here_asked, here_taken)]  # fmt: skip
        left = _impurity(*below) + _impurity(all_asked - below[0], all_taken - below[1])
        gains = np.where((ends >= SMALLEST) & (len(rows) - ends >= SMALLEST), whole - left, -np.inf)
        at = int(np.argmax(gains))
        if gains[at] > best.gain + 1e-9:
            best = _Split(float(gains[at]), column, at)
    return best


NO_COLUMN = -1


def _order(legal: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """Return the actions of a leaf in their order.

    The next one is taken in the largest share of the decisions in which it is legal and none before it is.
    """
    left, order, open_ = list(range(legal.shape[1])), list[int](), np.ones(len(legal), bool)
    while left:
        asked, chosen = legal[open_][:, left].sum(axis=0), taken[open_][:, left].sum(axis=0)
        a = left[int(np.argmax(chosen / np.maximum(asked, 1.0)))]
        order.append(a)
        left.remove(a)
        open_ &= legal[:, a] == 0.0
    return np.array(order)


def _as_policy(
    n_obs: int, questions: list[tuple[int, float, int, int]], orders: list[np.ndarray], options: dict[str, Any]
) -> TreePolicy:
    """Return the tree: a question turns a leaf into itself, with a leaf below and a leaf above."""
    below, above = [-1] * len(questions), [-1] * len(questions)
    came_from: dict[int, tuple[list[int], int]] = {}  # by leaf: where it is noted
    for number, (_, _, leaf, other) in enumerate(questions):
        if leaf in came_from:
            table, at = came_from[leaf]
            table[at] = number
        below[number], above[number] = -1 - leaf, -1 - other
        came_from[leaf], came_from[other] = (below, number), (above, number)
    columns, thresholds = [q[0] for q in questions], [q[1] for q in questions]
    return TreePolicy(n_obs, columns, thresholds, below, above, np.stack(orders), **options)
