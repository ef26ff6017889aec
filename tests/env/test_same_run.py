"""One seed, one run: on any number of rows, in SB3's vector environment, in a copy, and in another process."""

from __future__ import annotations

import copy
import hashlib
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stable_baselines3.common.vec_env import DummyVecEnv

from ccenv import Batch, CentreEnv, simulate
from ccenv.integrations.sb3 import CentreVecEnv
from ccenv.trace import trace
from tests.env.short import OWNED, assert_same, random_legal, short_day

STEPS = 1500
ARRAYS = (
    "obs", "mask", "reward", "elapsed_s", "cost", "cost_base", "terminated", "truncated", "starts", "u", "decision",
    "final_obs",
)  # fmt: skip


def history(owns: str, seeds: np.ndarray, n_steps: int = STEPS) -> dict[str, np.ndarray]:
    """What a batch with these seeds gives under random legal actions, step by step, (T, B, ...)."""
    batch = Batch(short_day(), len(seeds), owns=owns)
    batch.reset(seeds)
    kept: dict[str, list[np.ndarray]] = {name: [] for name in ARRAYS}
    for _ in range(n_steps):
        for name in ARRAYS:
            kept[name].append(getattr(batch, name).copy())
        batch.step(random_legal(batch.mask, batch.u))
    return {name: np.stack(arrays) for name, arrays in kept.items()}


@pytest.mark.parametrize("owns", OWNED)
def test_a_row_does_not_depend_on_how_many_there_are(owns: str) -> None:
    seeds = np.arange(64) + 2**33
    all_rows = history(owns, seeds)
    assert all_rows["terminated"].sum() > 64
    for rows in ([0], [41], [63, 5, 17, 30, 2, 8, 9]):
        some = history(owns, seeds[rows])
        for name in ARRAYS:
            np.testing.assert_array_equal(some[name], all_rows[name][:, rows], err_msg=name)


@pytest.mark.parametrize("owns", OWNED)
def test_sb3_gets_what_its_own_vector_environment_would_give(owns: str) -> None:
    n = 3
    ours = CentreVecEnv(Batch(short_day(), n, owns=owns))
    theirs = DummyVecEnv([lambda: CentreEnv(short_day(), owns=owns)] * n)
    for env in (ours, theirs):
        env.seed(9)
    np.testing.assert_array_equal(ours.reset(), theirs.reset())
    n_ended = 0
    for _ in range(STEPS):
        masks = ours.action_masks()
        np.testing.assert_array_equal(masks, np.stack(theirs.env_method("action_masks")))
        actions = random_legal(masks, ours.batch.u)
        found, expected = ours.step(actions), theirs.step(actions)
        np.testing.assert_array_equal(found[0], expected[0])
        np.testing.assert_array_equal(found[1].astype(np.float32), expected[1])  # SB3's own has float32
        np.testing.assert_array_equal(found[2], expected[2])
        np.testing.assert_array_equal(ours.elapsed_s, [info["elapsed_s"] for info in expected[3]])
        np.testing.assert_array_equal(ours.cost, [info["cost"] for info in expected[3]])
        np.testing.assert_array_equal(ours.cost_base, [info["cost_base"] for info in expected[3]])
        for b in np.flatnonzero(found[2]):
            n_ended += 1
            for key in ("terminal_observation", "TimeLimit.truncated"):
                assert_same(found[3][b][key], expected[3][b][key])
    assert n_ended >= n


def go_on(batch: Batch, n_steps: int) -> list[list[np.ndarray]]:
    """What a batch gives in its next steps under random legal actions."""
    kept = []
    for _ in range(n_steps):
        batch.step(random_legal(batch.mask, batch.u))
        kept.append([getattr(batch, name).copy() for name in (*ARRAYS, "snapshot")])
    return kept


def by_pickle(thing: Any) -> Any:
    """A copy by way of its bytes."""
    return pickle.loads(pickle.dumps(thing))


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, by_pickle])
def test_a_copy_of_a_batch_goes_on_alike(duplicate: Callable[[Any], Any]) -> None:
    batch = Batch(short_day(), 2)
    batch.reset([1, 2])
    go_on(batch, 30)
    twin = duplicate(batch)
    assert_same(go_on(twin, 200), go_on(batch, 200))


@pytest.mark.parametrize("duplicate", [copy.deepcopy, by_pickle])
def test_a_copy_of_an_environment_goes_on_alike(duplicate: Callable[[Any], Any]) -> None:
    env = CentreEnv(short_day())
    env.reset(seed=1)
    go_on(env.batch, 30)
    twin = duplicate(env)
    assert_same(go_on(twin.batch, 200), go_on(env.batch, 200))
    assert_same(twin.reset(), env.reset())
    for _ in range(50):
        action = random_legal(env.batch.mask, env.batch.u)[0]
        assert_same(twin.step(action), env.step(action))


def test_what_a_caller_writes_into_the_arrays_changes_nothing() -> None:
    batch, other = Batch(short_day(), 3, on_illegal="rules"), Batch(short_day(), 3, on_illegal="rules")
    batch.reset([1, 2, 3])
    other.reset([1, 2, 3])
    for _ in range(300):
        actions = random_legal(batch.mask, batch.u)
        other.obs[...], other.mask[...] = 7.0, False
        batch.step(actions)
        other.step(actions)
        assert_same([getattr(other, name) for name in ARRAYS], [getattr(batch, name) for name in ARRAYS])


def test_the_table_of_leads_is_left_alone_where_no_campaign_keeps_leads() -> None:
    batch, other = Batch(short_day(), 2), Batch(short_day(), 2)
    assert not np.any(batch.run.config["campaign"]["keeps"])
    table = other.engine.words[:, other.engine.first_lead :]
    table[...] = 7.0
    batch.reset([1, 2])
    other.reset([1, 2])
    assert_same(go_on(other, 200), go_on(batch, 200))
    assert np.all(table == 7.0)


def digest_of_a_run() -> str:
    """Digest of all that a batch and `simulate` give on two seeds."""
    digest = hashlib.sha256()
    for owns in OWNED:
        for array in history(owns, np.array([3, 4]), 300).values():
            digest.update(np.ascontiguousarray(array).tobytes())
    digest.update(simulate(short_day(), routing="random", pacing=("max0", {"k": 1.7}), seeds=[3, 4]).tobytes())
    return digest.hexdigest()


def test_another_process_gives_the_same() -> None:
    code = "from tests.env.test_same_run import digest_of_a_run; print(digest_of_a_run())"
    environment = {**os.environ, "PYTHONHASHSEED": "12345"}
    folder = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == digest_of_a_run()


def test_a_batch_goes_back_to_where_it_was_cloned() -> None:
    batch = Batch(short_day(), 3)
    batch.reset([1, 2, 3])
    go_on(batch, 50)
    saved = batch.clone()
    first = go_on(batch, 800)
    batch.restore(saved)
    assert_same(go_on(batch, 800), first)


def test_a_copy_of_some_rows_is_a_part_of_the_copy_of_all() -> None:
    batch = Batch(short_day(), 4)
    batch.reset(range(4))
    go_on(batch, 20)
    rows = np.array([3, 1])
    some = batch.clone(rows)
    assert_same(some, [array[rows] for array in batch.clone()])
    go_on(batch, 20)
    assert not np.array_equal(some[0], batch.clone(rows)[0])


def test_a_copy_of_another_batch_is_refused_and_nothing_has_changed() -> None:
    batch, other = Batch(short_day(), 3), Batch(short_day(), 2)
    batch.reset([1, 2, 3])
    before = batch.clone()
    with pytest.raises(ValueError, match="the copy is of another batch"):
        batch.restore(other.clone())
    assert_same(batch.clone(), before)


def test_a_batch_is_not_stepped_before_every_row_was_reset() -> None:
    batch = Batch(short_day(), 3)
    fresh = batch.clone()
    with pytest.raises(ValueError, match=r"rows \[0, 1, 2\] have never been reset; allowed: step after reset"):
        batch.step(np.zeros(3, np.int64))
    batch.reset(range(3), np.array([True, False, True]))
    with pytest.raises(ValueError, match=r"rows \[1\] have never been reset"):
        batch.step(np.zeros(3, np.int64))
    batch.reset(range(3), np.array([False, True, False]))
    go_on(batch, 2)
    batch.restore(fresh)
    with pytest.raises(ValueError, match="have never been reset"):
        batch.step(np.zeros(3, np.int64))


@pytest.mark.slow
def test_the_size_class_changes_nothing() -> None:
    logs = [trace(short_day(size_class=size), seed=3, days=2, routing="lwt")[0] for size in ("S", "M")]
    assert logs[0].tobytes() == logs[1].tobytes()
    tables = [simulate(short_day(size_class=size), pacing="progressive", seeds=range(3)) for size in ("S", "M")]
    for name in tables[0].dtype.names:
        np.testing.assert_array_equal(tables[0][name], tables[1][name], err_msg=name)
