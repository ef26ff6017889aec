"""One day of a real centre under its own rules: every way to run it gives the same decisions, rewards and numbers."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode

from ccenv import Batch, CentreEnv, CentreVectorEnv, RulePolicy, Scenario, load_scenario, simulate
from ccenv.integrations.sb3 import CentreVecEnv
from ccenv.kpis import kpi_table
from ccenv.run.engine import counters_of

SEED = 2**33 + 1
N = 2  # rows; the second one has the next seed


@functools.cache
def centre() -> Scenario:
    return load_scenario("bank_blended")


def steps_of(env: Any, batch: Batch) -> Iterator[tuple[float, ...]]:
    """What the first row of any environment gives at each step of its first episode."""
    policy, state, done = RulePolicy(centre()), None, False
    while not done:
        actions, state = policy.act(batch.engine.snaps, batch.mask, state, batch.u, batch.starts)
        chosen = int(actions[0])
        if isinstance(env, CentreEnv):
            obs, reward, terminated, truncated, info = env.step(chosen)
            done = terminated or truncated
        elif isinstance(env, CentreVecEnv):
            observations, rewards, dones, _ = env.step(actions)
            obs, reward, done = observations[0], rewards[0], bool(dones[0])
        else:
            observations, rewards, terminations, truncations, _ = env.step(actions)
            obs, reward, done = observations[0], rewards[0], bool(terminations[0] | truncations[0])
        seen = 0.0 if done else float(obs.astype(np.float64).sum())  # at the end some modes show the next episode
        yield float(chosen), float(reward), float(batch.elapsed_s[0]), seen, float(done)


def vector_env(mode: AutoresetMode) -> CentreVectorEnv:
    """A vector environment at its first decision."""
    n = 1 if mode == AutoresetMode.DISABLED else N  # which may not step while another row is over
    env = CentreVectorEnv(n, scenario=centre(), autoreset_mode=mode)
    env.reset(seed=SEED)
    return env


def sb3_env() -> CentreVecEnv:
    """SB3's, at its first decision."""
    env = CentreVecEnv(Batch(centre(), N))
    env.seed(SEED)
    env.reset()
    return env


def test_one_day_is_one_day() -> None:
    single = CentreEnv(centre())
    single.reset(seed=SEED)
    day = np.array(list(steps_of(single, single.batch)))
    assert len(day) > 3_000
    batch = single.batch
    counters = counters_of(batch.engine.counters(), batch.run.layout.env)
    n_decisions = batch.engine.envs["n_decisions"]
    numbers = kpi_table(batch.scenario, counters, np.array([SEED]), n_decisions=n_decisions)
    expected = simulate(centre(), seeds=[SEED])
    for name in expected.dtype.names:
        np.testing.assert_array_equal(numbers[name], expected[name], err_msg=name)
    for env in (*(vector_env(mode) for mode in AutoresetMode), sb3_env()):
        np.testing.assert_array_equal(np.array(list(steps_of(env, env.batch))), day)
    policy = simulate(centre(), policy=RulePolicy(centre()), seeds=[SEED, SEED + 1])
    rules = simulate(centre(), seeds=[SEED, SEED + 1])
    for name in rules.dtype.names:
        np.testing.assert_array_equal(policy[name], rules[name], err_msg=name)
