"""The native vector environment does what Gymnasium's own `SyncVectorEnv` does with single environments."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv, VectorEnv

from ccenv import CentreVectorEnv
from ccenv.wrappers import LastKpis
from tests.env.short import IDS, assert_same, random_legal, short_day

N, SEEDS = 3, [11, 5, 2**40]
ENDED = 2 * N + 1  # every row begins anew, and goes on
STEPS = 2000  # at most, until so many episodes have ended


def pair(name: str, mode: AutoresetMode, **arguments: Any) -> tuple[VectorEnv, SyncVectorEnv]:
    """The native vector environment and Gymnasium's, of N rows."""
    arguments = {"scenario": short_day(), **arguments}
    native = gymnasium.make_vec(name, num_envs=N, autoreset_mode=mode, **arguments)
    copies = [lambda: LastKpis(gymnasium.make(name, **arguments))] * N
    return native, SyncVectorEnv(copies, autoreset_mode=mode)


def play(native: VectorEnv, sync: SyncVectorEnv, between: Any = None) -> int:
    """Both under the same random legal actions for some episodes; returns how many ended."""
    rng = np.random.default_rng(0)
    n_ended = 0
    result = native.reset(seed=SEEDS)
    assert_same(result, sync.reset(seed=SEEDS), "reset")
    for step in range(STEPS):
        if n_ended >= ENDED:
            break
        actions = random_legal(result[-1]["action_mask"], rng.random(N))
        result, expected = native.step(actions), sync.step(actions)
        assert_same(result, expected, f"step {step}")
        done = result[2] | result[3]
        n_ended += int(done.sum())
        if between is not None and done.any():
            result = between(native, sync, done)
    return n_ended


@pytest.mark.parametrize("name", IDS)
@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_rows_equal_the_single_environment(name: str, mode: AutoresetMode) -> None:
    assert play(*pair(name, mode)) >= ENDED


def reset_under_new_seeds(native: VectorEnv, sync: SyncVectorEnv, done: np.ndarray) -> Any:
    seeds = [100 + k if over else None for k, over in enumerate(done)]
    result = native.reset(seed=seeds, options={"reset_mask": done})
    assert_same(result, sync.reset(seed=seeds, options={"reset_mask": done}))
    return result


def reset_without_seeds(native: VectorEnv, sync: SyncVectorEnv, done: np.ndarray) -> Any:
    result = native.reset(options={"reset_mask": done})
    assert_same(result, sync.reset(options={"reset_mask": done}))
    return result


@pytest.mark.parametrize("name", IDS)
@pytest.mark.parametrize("between", [reset_under_new_seeds, reset_without_seeds])
def test_rows_reset_by_hand_equal_the_single_environment(name: str, between: Any) -> None:
    assert play(*pair(name, AutoresetMode.DISABLED), between) >= ENDED


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"autoreset_mode": "next_step"}, "autoreset_mode = 'next_step'; allowed: NextStep, SameStep, Disabled"),
        ({"autoreset": "next_step"}, "autoreset: a batch's argument; allowed: autoreset_mode"),
    ],
)
def test_another_mode_is_refused_by_name(arguments, message):
    with pytest.raises(ValueError, match=message):
        CentreVectorEnv(2, scenario="tiny", owns="blended", **arguments)
