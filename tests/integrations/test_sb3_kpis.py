"""KPIs of episodes in the infos and in the log of a Stable-Baselines3 learner."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import KVWriter, Logger
from stable_baselines3.common.vec_env import VecMonitor

from ccenv import Batch, CentreEnv
from ccenv.integrations.sb3 import CentreVecEnv, KpiCallback
from tests.env.days import SEED, day, expected, first


class Kept(KVWriter):
    """Rows of a Stable-Baselines3 log."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def write(self, key_values: dict[str, Any], key_excluded: Any, step: int = 0) -> None:
        self.rows.append(dict(key_values))

    def close(self) -> None:
        pass


def test_stable_baselines_infos() -> None:
    env = VecMonitor(CentreVecEnv(Batch(day(), 2)))
    env.seed(SEED)
    env.reset()
    total, done, steps = np.zeros(2), np.zeros(2, np.bool_), 0
    while not done[0]:
        total, steps = np.where(done, 0.0, total), steps + 1
        _, reward, done, infos = env.step(first(env.venv.action_masks()))
        total += reward
        assert [("kpis" in info) for info in infos] == done.tolist()

    assert infos[0]["kpis"] == pytest.approx(expected(), rel=0, abs=0, nan_ok=True)
    assert infos[0]["episode"]["r"] == pytest.approx(total[0], rel=1e-5)
    assert infos[0]["episode"]["l"] == steps


def logged(callback: BaseCallback, infos: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Rows of the log of a learner that has a rollout for each list of infos."""
    kept = Kept()

    class Learner:
        logger = Logger(None, [kept])
        num_timesteps = 0

        def get_env(self) -> None:
            return None

    learner: Any = Learner()
    callback.init_callback(learner)
    callback.locals = {}
    for rollout in infos:
        callback.on_rollout_start()
        for info in rollout:
            callback.locals["infos"] = [info]
            assert callback.on_step()
        callback.on_rollout_end()
        learner.logger.dump(0)
    return kept.rows


def test_callback_logs_means_over_the_last_episodes() -> None:
    nan = float("nan")
    rows = logged(
        KpiCallback(episodes=2),
        [
            [{}, {"kpis": {"a": 1.0, "b": nan}}],
            [{}],
            [{"kpis": {"a": 3.0, "b": 5.0}}, {"kpis": {"a": 5.0, "b": nan}}],
        ],
    )

    assert rows == [{"kpis/a": 1.0}, {"kpis/a": 1.0}, {"kpis/a": 4.0, "kpis/b": 5.0}]


def test_callback_logs_the_named_kpis_and_knows_no_others() -> None:
    infos = [[{"kpis": {"abandonment": 1.0, "occupancy": 2.0}}]]

    assert logged(KpiCallback(["occupancy"]), infos) == [{"kpis/occupancy": 2.0}]
    with pytest.raises(KeyError, match="balking"):
        logged(KpiCallback(["balking"]), infos)
    with pytest.raises(ValueError, match="no KPI 'ocupancy'; did you mean 'occupancy'"):
        KpiCallback(["ocupancy"])
    with pytest.raises(ValueError, match="episodes"):
        KpiCallback(episodes=0)


@pytest.mark.parametrize("native", [True, False])
def test_a_learner_logs_the_kpis(native: bool) -> None:
    kept = Kept()
    env = VecMonitor(CentreVecEnv(Batch(day(), 2, on_illegal="hold"))) if native else CentreEnv(day())
    model = PPO("MlpPolicy", env, n_steps=1024, batch_size=1024, n_epochs=1, device="cpu")
    model.set_logger(Logger(None, [kept]))
    model.learn(2048, callback=KpiCallback(["abandonment", "illegal_share"]))

    last = kept.rows[-1]
    assert 0.0 <= last["kpis/abandonment"] <= 1.0 and 0.0 < last["kpis/illegal_share"] <= 1.0
    assert last["rollout/ep_len_mean"] > 10
