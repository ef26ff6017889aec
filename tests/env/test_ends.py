"""Every episode ends and says so, with all of its reward, whatever has ended it."""

from __future__ import annotations

from functools import cache
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

from ccenv import Batch, CentreEnv, CentreVectorEnv, Scenario, load_scenario, simulate
from ccenv.integrations.sb3 import CentreVecEnv
from ccenv.rewards.terms import compile_reward
from tests.env.short import IDS, short_day
from tests.env.test_vector import pair, play

CAMPAIGN = {"p_answer": 0.3, "handle_s": 60, "ring_s": 10}


def centre(clock: dict[str, Any], arrivals_per_hour: float = 20, **campaign: Any) -> Scenario:
    """Return a centre of two advisors with little to do."""
    return load_scenario(
        {
            "name": "quiet",
            "description": "an episode may be over before there is a decision",
            "clock": clock,
            "queues": {"q": {"arrivals_per_hour": arrivals_per_hour, "handle_s": 100, "patience_s": 60}},
            "groups": {"g": {"skills": ["q", "c"] if campaign else ["q"], "staffing": 2}},
            "campaigns": {"c": CAMPAIGN | campaign} if campaign else {},
            "rules": {"pacing": {"name": "progressive_unreserved"}} if campaign else {},
            "reward": "service",
        }
    )


STEADY = {"kind": "steady", "horizon_s": 60}
WARM = {"kind": "steady", "warm_up_s": 40, "horizon_s": 60}
HOUR = {"close_s": 3600, "slot_s": 1800, "overtime_s": 600}
QUIET: dict[str, dict[str, Any]] = {
    "steady": {"clock": STEADY},
    "warm-up": {"clock": WARM},
    "nobody comes": {"clock": HOUR, "arrivals_per_hour": 0},
    "few come": {"clock": HOUR, "arrivals_per_hour": 1},
    "no leads": {"clock": HOUR, "leads": 0},
    "few leads": {"clock": STEADY, "leads": 1},
}


@cache
def quiet(what: str) -> Scenario:
    """Return a centre of which little is asked, by its name in `QUIET`."""
    return centre(**QUIET[what])


#: Something of everything that an episode without a decision may count.
REWARD = {"fresh": 1.0, "answered": 1.0, "abandoned": -2.0, "waiting_s": -0.01, "idle_s": 0.001, "dropped": -0.5}


class Hold:
    """A policy that always holds."""

    def act(self, obs: Any, mask: np.ndarray, state: Any, u: Any, starts: Any) -> tuple[np.ndarray, None]:
        """Hold."""
        return np.zeros(len(mask), np.int64), None


def lived(env: gymnasium.Env, seed: int) -> tuple[float, float, bool, bool]:
    """Return the reward and the seconds of an episode in which the policy holds, and how it ended."""
    env.reset(seed=seed)
    reward = elapsed_s = 0.0
    for _ in range(5000):
        _, paid, terminated, truncated, info = env.step(0)
        reward, elapsed_s = reward + float(paid), elapsed_s + info["elapsed_s"]
        if terminated or truncated:
            return reward, elapsed_s, terminated, truncated
    raise AssertionError("the episode does not end")


@pytest.mark.parametrize("name", IDS)
@pytest.mark.parametrize("what", QUIET)
def test_a_single_environment_reports_every_end_with_the_whole_reward(name: str, what: str) -> None:
    env = gymnasium.make(name, scenario=quiet(what), reward=REWARD)
    owns = env.unwrapped.batch.run.owns  # type: ignore[attr-defined]
    policy = Hold()
    policy.owns = owns  # type: ignore[attr-defined]
    expected = simulate(quiet(what), policy=policy, seeds=range(20), reward=REWARD)
    steady = quiet(what).centre.clock.kind == "steady"
    for seed in range(20):
        reward, _, terminated, truncated = lived(env, seed)
        assert (terminated, truncated) == (not steady, steady)
        assert reward == pytest.approx(expected["reward"][seed], rel=1e-9, abs=1e-9)
    assert np.all(expected["reward"] != 0.0)


@pytest.mark.parametrize(("clock", "seconds"), [(STEADY, 60), (WARM, 100)])
def test_an_episode_without_a_decision_takes_its_whole_time(clock: dict[str, Any], seconds: float) -> None:
    env = gymnasium.make("ccenv/Routing-v0", scenario=centre(clock, 0), reward={"fresh": 1})
    assert lived(env, 1) == (0.0, seconds, False, True)


def test_costs_of_an_episode_without_a_decision_are_reported() -> None:
    scenario = centre(HOUR, 0, leads=40, ring_s=1, p_answer=1)
    env = CentreEnv(scenario, owns="routing")
    env.reset(seed=3)
    info = env.step(0)[-1]
    done = simulate(scenario, seeds=[3])
    assert info["cost"] == done["n_dropped"][0]
    assert info["cost_base"] == done["n_dropped"][0] + done["n_joined"][0] > 0


@pytest.mark.parametrize("name", IDS)
@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
@pytest.mark.parametrize("what", ["steady", "few leads", "few come"])
def test_rows_report_the_ends_that_the_single_environment_reports(name: str, mode: AutoresetMode, what: str) -> None:
    assert play(*pair(name, mode, scenario=quiet(what))) >= 7


def episodes(batch: Batch, n_steps: int) -> list[list[tuple[float, float]]]:
    """Return reward and seconds of the episodes that each row reports while it holds."""
    found: list[list[tuple[float, float]]] = [[] for _ in range(batch.n)]
    sums = np.zeros((batch.n, 2))
    for _ in range(n_steps):
        batch.step(np.zeros(batch.n, np.int64))
        sums += np.stack([batch.reward, batch.elapsed_s], axis=1)
        for b in np.flatnonzero(batch.terminated | batch.truncated):
            found[b].append((sums[b, 0], sums[b, 1]))
            sums[b] = 0.0
    return found


@pytest.mark.parametrize("what", ["steady", "warm-up", "few come"])
def test_no_episode_is_lost_where_rows_begin_anew(what: str) -> None:
    same, following = (Batch(quiet(what), 8, owns="routing", autoreset=mode) for mode in ("same_step", "next_step"))
    same.reset(range(8))
    following.reset(range(8))
    found, later = episodes(same, 300), episodes(following, 300)
    assert [len(row) for row in found] == same.engine.envs["episode"].tolist()
    for one, other in zip(found, later, strict=True):
        assert len(other) > 10
        np.testing.assert_array_equal(one[: len(other)], other)


def test_the_reward_of_every_reported_episode_is_that_of_its_counters() -> None:
    scenario = quiet("steady")
    weights = compile_reward(scenario)
    batch = Batch(scenario, 8, owns="routing", autoreset="next_step")
    batch.reset(range(8))
    sums, n = np.zeros(8), 0
    for _ in range(200):
        batch.step(np.zeros(8, np.int64))
        sums += batch.reward
        over = batch.terminated | batch.truncated
        np.testing.assert_allclose(sums[over], (batch.engine.counters() @ weights)[over], atol=1e-12)
        n += np.count_nonzero(over & (sums != 0))
        sums[over] = 0.0
    assert n > 50


def test_a_vector_environment_of_sb3_reports_them_as_well() -> None:
    env = CentreVecEnv(Batch(quiet("steady"), 8, owns="routing"))
    env.seed(0)
    env.reset()
    n_ended = sum(env.step(np.zeros(8, np.int64))[2].sum() for _ in range(100))
    assert n_ended == env.batch.engine.envs["episode"].sum() > 100


def test_a_step_after_the_end_is_an_error() -> None:
    env = CentreEnv(quiet("steady"))
    lived(env, 1)
    with pytest.raises(gymnasium.error.ResetNeeded, match="after the end of the episode"):
        env.step(0)
    env.reset()
    env.step(0)
    vector = gymnasium.make_vec(
        "ccenv/Routing-v0", num_envs=2, scenario=centre(HOUR, 0), autoreset_mode=AutoresetMode.DISABLED
    )
    vector.reset(seed=1)
    assert np.all(vector.step(np.zeros(2, np.int64))[2])
    with pytest.raises(ValueError, match=r"the episodes of rows \[0, 1\] are over"):
        vector.step(np.zeros(2, np.int64))
    batch = Batch(centre(HOUR, 0), 2, autoreset="disabled")
    batch.reset([1, 2])
    batch.step(np.zeros(2, np.int64))
    with pytest.raises(ValueError, match="the episodes of all rows are over"):
        batch.step(np.zeros(2, np.int64))


@pytest.mark.parametrize("name", IDS)
@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_a_limit_of_steps_truncates_as_for_the_single_environment(name: str, mode: AutoresetMode) -> None:
    for scenario in (short_day(), quiet("few come")):
        assert play(*pair(name, mode, scenario=scenario, max_episode_steps=10)) >= 7


def test_kpis_are_those_of_the_rows_that_end_in_the_step_by_themselves_or_at_a_limit() -> None:
    vector = CentreVectorEnv(3, scenario=quiet("few come"), autoreset_mode=AutoresetMode.SAME_STEP, max_episode_steps=3)
    vector.reset(seed=1)
    n_cut_alone = 0
    for _ in range(300):
        _, _, terminated, truncated, infos = vector.step(np.zeros(3, np.int64))
        if (terminated | truncated).any():
            np.testing.assert_array_equal(infos["final_info"]["_kpis"], terminated | truncated)
        n_cut_alone += truncated.any() and not terminated.any()
    assert n_cut_alone > 10


def test_a_limit_of_steps_holds_where_rows_are_reset_by_hand() -> None:
    vector = gymnasium.make_vec(
        IDS[2], num_envs=2, scenario=short_day(), autoreset_mode=AutoresetMode.DISABLED, max_episode_steps=3
    )
    vector.reset(seed=1)
    flags = [vector.step(np.zeros(2, np.int64))[3].tolist() for _ in range(3)]
    assert flags == [[False, False], [False, False], [True, True]]
    with pytest.raises(ValueError, match="are over"):
        vector.step(np.zeros(2, np.int64))
    vector.reset(options={"reset_mask": np.ones(2, np.bool_)})
    assert not np.any(vector.step(np.zeros(2, np.int64))[3])
