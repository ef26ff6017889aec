"""The batch as Stable-Baselines3 sees it."""

from __future__ import annotations

import numpy as np
import pytest
from sb3_contrib.common.maskable.utils import get_action_masks, is_masking_supported

from ccenv import Batch, CentreEnv
from ccenv.integrations.sb3 import CentreVecEnv
from tests.agents.toy import HOLD, START, Blending, ToyBatch


@pytest.fixture
def env():
    env = CentreVecEnv(ToyBatch(Blending(horizon_s=600.0), 3))
    env.seed(7)
    env.reset()
    return env


def run(env, n):
    """Results of holding for n steps."""
    return [env.step(np.full(env.num_envs, HOLD)) for _ in range(n)]


def test_seeds_go_to_the_rows_in_order(env):
    batch = ToyBatch(Blending(horizon_s=600.0), 3)
    batch.reset(np.array([7, 8, 9]))

    for _ in range(20):
        obs, reward, _, _ = env.step(np.full(3, HOLD))
        batch.step(np.full(3, HOLD))
        assert np.array_equal(obs, batch.obs)
        assert np.array_equal(reward, batch.reward)
        assert np.array_equal(env.elapsed_s, batch.elapsed_s)


def test_without_a_seed_resets_differ(env):
    env.reset()
    first = run(env, 3)
    env.reset()
    assert any(not np.array_equal(a[0], b[0]) for a, b in zip(first, run(env, 3), strict=True))


def test_what_step_returns_is_not_overwritten(env):
    results = run(env, 50)
    copies = [[x.copy() for x in result[:3]] for result in results]
    run(env, 1)
    assert all(np.array_equal(a, b) for r, c in zip(results, copies, strict=True) for a, b in zip(r, c, strict=False))


def test_the_end_of_an_episode_is_told_in_the_info(env):
    ended = [(done, infos, b) for _, _, done, infos in run(env, 300) for b in np.flatnonzero(done)]
    assert ended
    for _, infos, b in ended:
        assert infos[b]["TimeLimit.truncated"] is True
        assert infos[b]["kpis"] == {"share": 0.5}
        assert infos[b]["terminal_observation"][3] == pytest.approx(0.0, abs=1e-6)


def test_a_day_that_is_over_is_not_a_time_limit():
    env = CentreVecEnv(ToyBatch(Blending(horizon_s=600.0, terminates=True), 3))
    env.seed(7)
    env.reset()
    flags = [infos[b]["TimeLimit.truncated"] for _, _, done, infos in run(env, 300) for b in np.flatnonzero(done)]
    assert flags
    assert not any(flags)


def test_rows_that_go_on_have_an_empty_info_each(env):
    _, _, done, infos = env.step(np.full(3, START))
    assert not done.any()
    assert infos[0] == {}
    assert infos[0] is not infos[1]


def test_masks_are_found_as_sb3_contrib_looks_for_them(env):
    assert is_masking_supported(env)
    assert np.array_equal(get_action_masks(env), env.action_masks())
    assert [m.tolist() for m in env.env_method("action_masks", indices=[1])] == [[True, True]]


def test_attributes_of_the_batch_are_given_by_row(env):
    env.step(np.array([START, HOLD, HOLD]))
    assert env.get_attr("reward")[0] == 1.0
    assert env.get_attr("n_actions", indices=[0, 2]) == [2, 2]
    assert env.get_attr("render_mode") == [None] * 3
    assert not env.has_attr("spam")


def test_the_space_of_observations_is_the_declared_one():
    batch = Batch("tiny", 2)
    assert CentreVecEnv(batch).observation_space == CentreEnv("tiny").observation_space
    assert np.isfinite(batch.observation_space.high).all()


def test_rows_have_no_attributes_or_methods_of_their_own(env):
    with pytest.raises(AttributeError, match="share one configuration"):
        env.set_attr("reward", 1)
    with pytest.raises(AttributeError, match="no method 'render'"):
        env.env_method("render")


def test_a_batch_of_centres_has_pictures_and_a_specification() -> None:
    env = CentreVecEnv(Batch("tiny", 2, owns="pacing"))
    env.seed(1)
    env.reset()
    assert [spec.id for spec in env.get_attr("spec")] == ["ccenv/Pacing-v0"] * 2
    pictures = env.get_images()
    assert len(pictures) == 2 and all(p.ndim == 3 and p.dtype == np.uint8 for p in pictures)
