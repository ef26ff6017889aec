"""Masked PPO of PufferLib on a contact centre.

    python notebooks/clients/pufferlib/train.py            # 8,192 decisions
    python notebooks/clients/pufferlib/train.py 1000000    # more

PufferLib takes flat observations, so a wrapper appends the mask, and the policy takes it off again. The learner clips
rewards to [-1, 1]; the wrapper divides them by 5. The discount is by step.
"""

import sys
import tempfile

import gymnasium
import numpy as np
import pufferlib.emulation
import pufferlib.vector
import torch
from gymnasium.spaces import Box
from pufferlib.pufferl import PuffeRL
from torch import nn

import ccenv
from ccenv.seeds import seeds

SCENARIO = "tiny"
COPIES, HORIZON = 8, 64
SETTINGS = {
    "env": SCENARIO, "seed": 1, "torch_deterministic": True, "device": "cpu", "cpu_offload": False, "use_rnn": False,
    "batch_size": "auto", "bptt_horizon": HORIZON, "minibatch_size": 256, "max_minibatch_size": 256,
    "update_epochs": 2, "compile": False, "optimizer": "adam", "learning_rate": 1e-3, "anneal_lr": False,
    "adam_beta1": 0.9, "adam_beta2": 0.999, "adam_eps": 1e-8, "precision": "float32", "gamma": 0.99,
    "gae_lambda": 0.95, "vtrace_rho_clip": 1.0, "vtrace_c_clip": 1.0, "prio_alpha": 0.0, "prio_beta0": 1.0,
    "clip_coef": 0.2, "vf_clip_coef": 0.2, "vf_coef": 0.5, "ent_coef": 0.01, "max_grad_norm": 0.5,
    "checkpoint_interval": 1_000_000,
}  # fmt: skip


class MaskAppended(gymnasium.Wrapper):
    """Observations end in the mask; rewards are divided by 5."""

    def __init__(self, env):
        super().__init__(env)
        space, ones = env.observation_space, np.ones(int(env.action_space.n), np.float32)
        self.observation_space = Box(np.append(space.low, 0 * ones), np.append(space.high, ones), dtype=np.float32)

    def reset(self, *, seed=None, options=None):
        obs, info = self.env.reset(seed=seed, options=options)
        return np.append(obs, info["action_mask"]).astype(np.float32), info

    def step(self, action):
        obs, reward, terminated, truncated, info = self.env.step(action)
        obs = np.append(obs, info["action_mask"]).astype(np.float32)
        return obs, reward / 5, terminated, truncated, info


class MaskedPolicy(nn.Module):
    """Actor and critic on the observation before the mask."""

    def __init__(self, n_obs, n_actions):
        super().__init__()
        self.n_obs = n_obs
        self.actor = nn.Sequential(nn.Linear(n_obs, 64), nn.Tanh(), nn.Linear(64, n_actions))
        self.critic = nn.Sequential(nn.Linear(n_obs, 64), nn.Tanh(), nn.Linear(64, 1))

    def forward_eval(self, looks, state=None):
        obs, mask = looks[:, : self.n_obs], looks[:, self.n_obs :]
        return self.actor(obs).masked_fill(mask == 0, -1e9), self.critic(obs)

    def forward(self, looks, state=None):
        return self.forward_eval(looks, state)


def main(decisions: int = 8192, days: int = 4) -> dict[str, ccenv.KpiTable]:
    """Train, run the actor on unseen days and return the tables of KPIs by name."""
    torch.manual_seed(1)
    scenario = ccenv.load_scenario(SCENARIO)

    def make(buf=None, seed=0):
        env = MaskAppended(gymnasium.make("ccenv/Blended-v0", scenario=scenario, on_illegal="raise"))
        return pufferlib.emulation.GymnasiumPufferEnv(env, buf=buf, seed=seed)

    vector = pufferlib.vector.make(make, num_envs=COPIES, backend=pufferlib.vector.Serial)
    n_actions = int(vector.single_action_space.n)
    policy = MaskedPolicy(vector.single_observation_space.shape[0] - n_actions, n_actions)
    with tempfile.TemporaryDirectory() as folder:
        decisions = max(decisions, COPIES * HORIZON)
        learner = PuffeRL({**SETTINGS, "total_timesteps": decisions, "data_dir": folder}, vector, policy)
        while learner.global_step < decisions:
            learner.evaluate()
            learner.train()
        learner.close()

    @torch.no_grad()
    def greedy(obs, mask):
        return policy.actor(torch.as_tensor(obs)).masked_fill(~torch.as_tensor(mask), -1e9).argmax(1).numpy()

    test = seeds("evaluation", days)
    tables = {
        "rules": ccenv.simulate(scenario, seeds=test, reward=scenario.reward),
        "PufferLib": ccenv.simulate(
            scenario, policy=ccenv.FunctionPolicy(greedy, batched=True), seeds=test, reward=scenario.reward
        ),
    }
    for name, table in tables.items():
        print(f"{name}: reward a day {table['reward'].mean():.2f}, illegal {table['illegal_share'].mean():.1%}")
    return tables


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
