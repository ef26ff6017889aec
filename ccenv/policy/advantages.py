"""`advantages`: by how much each legal action is better than a rule's own, tried on copies under one hidden future."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ccenv.batch import Batch
from ccenv.files.errors import shown
from ccenv.files.numbers import whole_numbers
from ccenv.policy.exploring import Actor, Explorer, Sampling
from ccenv.policy.in_kernel import CompiledPolicy, compiled_of
from ccenv.run.config import in_size, run_config
from ccenv.run.engine import Engine


class Advantages(NamedTuple):
    """Differences in reward to the base's own action.

    Attributes:
        differences: Reward after each action less the reward after the base's own, by future, (B, F, A); 0 where the
            action was not tried.
        mask: Actions tried, (B, A) bool; the base's own is always among them.
        own: The base's action, (B,).
    """

    differences: np.ndarray
    mask: np.ndarray
    own: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        """Mean over the futures, (B, A)."""
        mean: np.ndarray = self.differences.mean(axis=1)
        return mean


def advantages(
    batch: Batch,
    rule: Any = None,
    horizon_s: float = 500.0,
    *,
    actions: str | Sequence[int] = "all",
    hold_s: float = 0.0,
    keys: Any = None,
) -> Advantages:
    """Try each legal action at the decisions at which the rows of a batch stand.

    The state of a row is copied for each action, the action is forced, and the base goes on for `horizon_s` seconds.
    All copies of a row have the same hidden future (common random numbers), so their differences have little noise.
    The batch stays as it is. The differences of a single future know what nobody can know: average over `keys`, or
    regress them on observations, and never take the best action of one future.

    Args:
        batch: A batch at decisions.
        rule: The base: a pair (routing, pacing) as of `simulate`, or a compiled policy (`NetPolicy`, `IndexPolicy`);
            None: the rules of the batch.
        horizon_s: Seconds for which each future runs, at most to the end of the episode.
        actions: Indices of the actions to try beside the base's own; `all`: every legal one.
        hold_s: Seconds for which a dial, or `hold`, is held: the lines of its campaign (`hold`: of all) are kept at the
            level that it left, and the base does the rest. A single dial is soon corrected by the base, so its
            differences are small. Assignments are forced once.
        keys: Keys under which the hidden future is drawn anew, one future for each; None: the future that happens.

    Returns:
        The differences; their mask.

    Raises:
        ValueError: If an argument is not allowed, or the episode of a row is over.
    """
    _check(batch, horizon_s, hold_s)
    own = batch.run
    choice, policy = ((own.routing, own.pacing), None) if rule is None else _base(rule)
    routing, pacing = choice or (own.routing, own.pacing)
    flag = None if not batch.scenario.campaigns else batch.scenario.reserves
    shared: dict[str, Any] = {
        "days": own.days, "reward": own.reward, "reserves": flag, "routing": routing, "pacing": pacing,
    }  # fmt: skip
    run = in_size(run_config(batch.scenario, owns=own.owns, actions=own.actions, **shared), batch.scenario.size)
    rules = None
    if policy is None:
        rules = in_size(run_config(batch.scenario, owns="rules", **shared), batch.scenario.size)
    explorer = Explorer(run, rules, Actor(policy), engine=Engine(run, 1))
    drawn = np.zeros(0, np.uint64) if keys is None else whole_numbers("keys", keys).astype(np.uint64)
    sampling = Sampling(1.0, 1.0, horizon_s=horizon_s, hold_s=hold_s)
    kept = explorer.try_here(batch.engine, sampling, drawn, _allowed(batch, actions))
    tried = ~np.isnan(kept.gain[:, 0])
    base = np.take_along_axis(kept.gain, kept.own[:, None, None], axis=2)
    return Advantages(np.where(tried[:, None], kept.gain - base, 0.0), tried, kept.own)


def _check(batch: Batch, horizon_s: float, hold_s: float) -> None:
    if not batch.begun:
        raise ValueError("batch: rows were never reset; allowed: rows at a decision")
    if batch.run.draws:
        raise ValueError("batch: its episodes are of drawn scenarios; allowed: a batch of one scenario")
    over = np.flatnonzero(batch.engine.envs["done"] != 0)
    if over.size:
        raise ValueError(f"batch: the episodes of rows {over.tolist()} are over; allowed: rows at a decision")
    if not 0.0 < horizon_s < np.inf:
        raise ValueError(f"horizon_s = {horizon_s!r}; allowed: a finite number above 0")
    if not 0.0 <= hold_s <= horizon_s:
        raise ValueError(f"hold_s = {hold_s!r}; allowed: from 0 to horizon_s = {horizon_s:g}")


def _base(rule: Any) -> tuple[tuple[Any, Any] | None, CompiledPolicy | None]:
    if (policy := compiled_of(rule)) is not None:
        return None, policy
    if isinstance(rule, tuple) and len(rule) == 2:
        return rule, None
    raise ValueError(f"rule = {shown(rule)}; allowed: (routing, pacing), a compiled policy, or None")


def _allowed(batch: Batch, actions: str | Sequence[int]) -> np.ndarray:
    allowed = np.ones(batch.n_actions, np.bool_)
    if isinstance(actions, str):
        if actions != "all":
            raise ValueError(f"actions = {actions!r}; allowed: 'all', or indices of actions")
        return allowed
    chosen = whole_numbers("actions", actions)
    if chosen.size and int(chosen.max()) >= batch.n_actions:
        raise ValueError(f"actions: {int(chosen.max())}; allowed: indices below {batch.n_actions}")
    allowed[:] = False
    allowed[chosen.astype(np.int64)] = True
    return allowed
