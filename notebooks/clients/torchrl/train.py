"""Masked PPO of TorchRL on a contact centre.

    python notebooks/clients/torchrl/train.py            # 4,096 decisions
    python notebooks/clients/torchrl/train.py 1000000    # more

TorchRL reads the mask from the observation, so a wrapper of ten lines puts it there. The discount is by step.
"""

import sys

import gymnasium
import torch
from gymnasium.spaces import Dict, MultiBinary
from tensordict.nn import TensorDictModule
from torch import nn
from torchrl.collectors import Collector
from torchrl.envs import GymWrapper, TransformedEnv
from torchrl.envs.transforms import ActionMask, Compose, DTypeCastTransform, InitTracker
from torchrl.modules import MaskedCategorical, ProbabilisticActor, ValueOperator
from torchrl.objectives import ClipPPOLoss
from torchrl.objectives.value import GAE

import ccenv
from ccenv.seeds import seeds

SCENARIO = "tiny"
ROLLOUT, EPOCHS, MINIBATCH = 1024, 4, 256


class MaskInObservation(gymnasium.Wrapper):
    """Observations are mappings of `observation` and `action_mask`."""

    def __init__(self, env):
        super().__init__(env)
        mask = MultiBinary(int(env.action_space.n))
        self.observation_space = Dict(observation=env.observation_space, action_mask=mask)

    def reset(self, *, seed=None, options=None):
        obs, info = self.env.reset(seed=seed, options=options)
        return {"observation": obs, "action_mask": info["action_mask"]}, info

    def step(self, action):
        obs, reward, terminated, truncated, info = self.env.step(action)
        return {"observation": obs, "action_mask": info["action_mask"]}, reward, terminated, truncated, info


def main(decisions: int = 4096, days: int = 4) -> dict[str, ccenv.KpiTable]:
    """Train, run the actor on unseen days and return the tables of KPIs by name."""
    torch.manual_seed(1)
    scenario = ccenv.load_scenario(SCENARIO)
    plain = gymnasium.make("ccenv/Blended-v0", scenario=scenario, on_illegal="raise")
    as_bool = DTypeCastTransform(torch.int8, torch.bool, in_keys=["action_mask"])
    env = GymWrapper(MaskInObservation(plain), categorical_action_encoding=True)
    env = TransformedEnv(env, Compose(InitTracker(), as_bool, ActionMask()))
    env.set_seed(1)
    n_obs, n_actions = plain.observation_space.shape[0], int(plain.action_space.n)
    net = nn.Sequential(nn.Linear(n_obs, 64), nn.Tanh(), nn.Linear(64, n_actions))
    actor = ProbabilisticActor(
        TensorDictModule(net, in_keys=["observation"], out_keys=["logits"]),
        in_keys={"logits": "logits", "mask": "action_mask"},
        distribution_class=MaskedCategorical,
        spec=env.action_spec,
        return_log_prob=True,
    )
    critic = ValueOperator(nn.Sequential(nn.Linear(n_obs, 64), nn.Tanh(), nn.Linear(64, 1)), in_keys=["observation"])
    gains = GAE(gamma=0.99, lmbda=0.95, value_network=critic, average_gae=True)
    loss = ClipPPOLoss(actor, critic, entropy_coeff=0.01)
    optimizer = torch.optim.Adam(loss.parameters(), lr=3e-4)
    collector = Collector(env, actor, frames_per_batch=ROLLOUT, total_frames=max(decisions, ROLLOUT))
    for data in collector:
        with torch.no_grad():
            gains(data)
        for _ in range(EPOCHS):
            for rows in torch.randperm(len(data)).split(MINIBATCH):
                losses = loss(data[rows])
                optimizer.zero_grad()
                sum(value for name, value in losses.items() if name.startswith("loss_")).backward()
                optimizer.step()
    collector.shutdown()

    @torch.no_grad()
    def greedy(obs, mask):
        return net(torch.as_tensor(obs)).masked_fill(~torch.as_tensor(mask), -torch.inf).argmax(1).numpy()

    test = seeds("evaluation", days)
    tables = {
        "rules": ccenv.simulate(scenario, seeds=test, reward=scenario.reward),
        "TorchRL": ccenv.simulate(
            scenario, policy=ccenv.FunctionPolicy(greedy, batched=True), seeds=test, reward=scenario.reward
        ),
    }
    for name, table in tables.items():
        print(f"{name}: reward a day {table['reward'].mean():.2f}, illegal {table['illegal_share'].mean():.1%}")
    return tables


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
