"""Masked PPO of RLlib on a contact centre.

    python notebooks/clients/rllib/train.py            # 4,096 decisions
    python notebooks/clients/rllib/train.py 1000000    # more

RLlib's `ActionMaskingTorchRLModule` reads the mask from the observation, so a wrapper of ten lines puts it there. The
discount is by step.
"""

import sys

import gymnasium
import numpy as np
import ray
import torch
from gymnasium.spaces import Box, Dict
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core.rl_module.rl_module import RLModuleSpec
from ray.rllib.examples.rl_modules.classes.action_masking_rlm import ActionMaskingTorchRLModule
from ray.tune.registry import register_env

import ccenv
from ccenv.seeds import seeds

SCENARIO = "tiny"
ROLLOUT = 1024


class MaskInObservation(gymnasium.Wrapper):
    """Observations are mappings of `observations` and `action_mask`."""

    def __init__(self, env):
        super().__init__(env)
        mask = Box(0.0, 1.0, (int(env.action_space.n),), np.float32)
        self.observation_space = Dict(observations=env.observation_space, action_mask=mask)

    def reset(self, *, seed=None, options=None):
        obs, info = self.env.reset(seed=seed, options=options)
        return {"observations": obs, "action_mask": info["action_mask"].astype(np.float32)}, info

    def step(self, action):
        obs, reward, terminated, truncated, info = self.env.step(action)
        looks = {"observations": obs, "action_mask": info["action_mask"].astype(np.float32)}
        return looks, reward, terminated, truncated, info


def make(_):
    """Return an environment in which an illegal action is an error."""
    return MaskInObservation(gymnasium.make("ccenv/Blended-v0", scenario=SCENARIO, on_illegal="raise"))


def main(decisions: int = 4096, days: int = 4) -> dict[str, ccenv.KpiTable]:
    """Train, run the module on unseen days and return the tables of KPIs by name."""
    ray.init(num_cpus=1, include_dashboard=False)
    register_env("centre", make)
    network = {"head_fcnet_hiddens": [64, 64], "head_fcnet_activation": "tanh"}
    config = (
        PPOConfig()
        .environment("centre")
        .env_runners(num_env_runners=0)
        .training(train_batch_size_per_learner=ROLLOUT, minibatch_size=256, num_epochs=4, gamma=0.99, lr=3e-4)
        .rl_module(rl_module_spec=RLModuleSpec(module_class=ActionMaskingTorchRLModule, model_config=network))
        .debugging(seed=1)
    )
    learner = config.build_algo()
    for _ in range(max(1, decisions // ROLLOUT)):
        learner.train()
    module = learner.get_module()

    @torch.no_grad()
    def greedy(obs, mask):
        looks = {"observations": torch.as_tensor(obs), "action_mask": torch.as_tensor(mask, dtype=torch.float32)}
        return module.forward_inference({"obs": looks})["action_dist_inputs"].argmax(1).numpy()

    scenario = ccenv.load_scenario(SCENARIO)
    test = seeds("evaluation", days)
    tables = {
        "rules": ccenv.simulate(scenario, seeds=test, reward=scenario.reward),
        "RLlib": ccenv.simulate(
            scenario, policy=ccenv.FunctionPolicy(greedy, batched=True), seeds=test, reward=scenario.reward
        ),
    }
    for name, table in tables.items():
        print(f"{name}: reward a day {table['reward'].mean():.2f}, illegal {table['illegal_share'].mean():.1%}")
    learner.stop()
    ray.shutdown()
    return tables


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
