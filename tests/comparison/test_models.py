"""Models of Stable-Baselines3 and sb3-contrib as they are, untrained: what they are given, and what they decide."""

import gymnasium
import pytest

from ccenv import Batch, ModelPolicy, compare
from tests.env.short import short_day

SEEDS = range(3, 6)


@pytest.mark.slow
def test_models_of_both_libraries_are_compared():
    from sb3_contrib import MaskablePPO, RecurrentPPO
    from stable_baselines3 import PPO
    from stable_baselines3.common.env_util import make_vec_env
    from stable_baselines3.common.vec_env import VecNormalize

    from ccenv.integrations.sb3 import CentreVecEnv

    scenario = short_day()
    pacing = gymnasium.make("ccenv/Pacing-v0", scenario=scenario)
    normalised = VecNormalize(make_vec_env("ccenv/Blended-v0", 1, env_kwargs={"scenario": scenario}), training=False)
    small = {"n_steps": 8, "batch_size": 8, "seed": 0, "device": "cpu"}
    models = {
        "maskable": MaskablePPO("MlpPolicy", pacing, **small),
        "batch": MaskablePPO("MlpPolicy", CentreVecEnv(Batch(scenario, 2, owns="routing")), **small),
        "plain": PPO("MlpPolicy", normalised, **small),
        "recurrent": RecurrentPPO("MlpLstmPolicy", pacing, **small),
    }

    found = compare(
        scenario, {"rules": None, **models}, seeds=SEEDS, kpis=["n_answered", "illegal_share"], by="interval"
    )

    owned = {name: ModelPolicy(model).owns for name, model in models.items()}
    assert owned == {"maskable": "pacing", "batch": "routing", "plain": "blended", "recurrent": "pacing"}
    illegal = {name: found.tables[name]["illegal_share"].max() for name in models}
    assert illegal["maskable"] == illegal["batch"] == 0.0 and min(illegal["plain"], illegal["recurrent"]) > 0.0
    assert all(found.tables[name]["n_answered"].min() > 0 for name in models)
    again = compare(scenario, {"again": models["recurrent"]}, seeds=SEEDS, kpis=["n_answered", "illegal_share"])
    assert (again.tables["again"]["illegal_share"] == found.tables["recurrent"]["illegal_share"]).all()
