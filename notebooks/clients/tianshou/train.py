"""Masked DQN of Tianshou on a contact centre.

    python notebooks/clients/tianshou/train.py            # 4,000 decisions
    python notebooks/clients/tianshou/train.py 1000000    # more

Tianshou's DQN reads the mask from the key `mask` of the observation, so a wrapper of ten lines puts it there. It masks
actions and targets. The discount is by step.
"""

import sys

import gymnasium
import torch
from gymnasium.spaces import Dict, MultiBinary
from tianshou.algorithm.modelfree.dqn import DQN, DiscreteQLearningPolicy
from tianshou.algorithm.optim import AdamOptimizerFactory
from tianshou.data import Collector, VectorReplayBuffer
from tianshou.env import DummyVectorEnv
from tianshou.trainer import OffPolicyTrainerParams
from tianshou.utils.net.common import Net

import ccenv
from ccenv.seeds import seeds

SCENARIO = "tiny"
COPIES, EPOCH = 4, 1000


class MaskInObservation(gymnasium.Wrapper):
    """Observations are mappings of `obs` and `mask`."""

    def __init__(self, env):
        super().__init__(env)
        self.observation_space = Dict(obs=env.observation_space, mask=MultiBinary(int(env.action_space.n)))

    def reset(self, *, seed=None, options=None):
        obs, info = self.env.reset(seed=seed, options=options)
        return {"obs": obs, "mask": info["action_mask"]}, info

    def step(self, action):
        obs, reward, terminated, truncated, info = self.env.step(action)
        return {"obs": obs, "mask": info["action_mask"]}, reward, terminated, truncated, info


def main(decisions: int = 4_000, days: int = 4) -> dict[str, ccenv.KpiTable]:
    """Train, run the network on unseen days and return the tables of KPIs by name."""
    torch.manual_seed(1)
    scenario = ccenv.load_scenario(SCENARIO)

    def make():
        return MaskInObservation(gymnasium.make("ccenv/Blended-v0", scenario=scenario, on_illegal="raise"))

    envs = DummyVectorEnv([make for _ in range(COPIES)])
    envs.seed(1)
    space, actions = make().observation_space["obs"], make().action_space
    net = Net(state_shape=space.shape, action_shape=int(actions.n), hidden_sizes=[64, 64])
    policy = DiscreteQLearningPolicy(model=net, action_space=actions, observation_space=space, eps_training=0.1)
    learner = DQN(policy=policy, optim=AdamOptimizerFactory(lr=1e-3), gamma=0.99, target_update_freq=200)
    collector = Collector(learner, envs, VectorReplayBuffer(50_000, COPIES), exploration_noise=True)
    collector.reset()
    learner.run_training(
        OffPolicyTrainerParams(
            training_collector=collector,
            max_epochs=max(1, decisions // EPOCH),
            epoch_num_steps=EPOCH,
            collection_step_num_env_steps=100,
            update_step_num_gradient_steps_per_sample=0.1,
            batch_size=128,
            show_progress=False,
            verbose=False,
        )
    )

    @torch.no_grad()
    def greedy(obs, mask):
        return net(obs)[0].masked_fill(~torch.as_tensor(mask), -torch.inf).argmax(1).numpy()

    test = seeds("evaluation", days)
    tables = {
        "rules": ccenv.simulate(scenario, seeds=test, reward=scenario.reward),
        "Tianshou": ccenv.simulate(
            scenario, policy=ccenv.FunctionPolicy(greedy, batched=True), seeds=test, reward=scenario.reward
        ),
    }
    for name, table in tables.items():
        print(f"{name}: reward a day {table['reward'].mean():.2f}, illegal {table['illegal_share'].mean():.1%}")
    return tables


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
