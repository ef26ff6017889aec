"""Masked PPO in one file, in the style of CleanRL, with a discount by time instead of by step.

    python notebooks/examples/cleanrl_masked_ppo.py            # 8,192 decisions
    python notebooks/examples/cleanrl_masked_ppo.py 4000000    # more

A step takes tau seconds, often 0. The value of the next decision counts exp(-tau / HORIZON_S), and the credit trace
fades by exp(-tau / CREDIT_S): several actions at one instant count as one.
"""

import sys

import numpy as np
import torch
from torch import nn
from torch.distributions import Categorical

import ccenv
from ccenv.seeds import seeds
from ccenv.spaces.coins import choose

SCENARIO = "tiny"  # a centre for first steps; `bank_blended` is a real one
COPIES, STEPS, EPOCHS, MINIBATCHES = 16, 128, 4, 4
HORIZON_S, CREDIT_S, CLIP, ENTROPY = 1800.0, 180.0, 0.2, 0.01


class Agent(nn.Module):
    """Actor and critic; `act` makes it a `ccenv.Policy`."""

    def __init__(self, n_obs: int, n_actions: int) -> None:
        super().__init__()
        self.actor = nn.Sequential(nn.Linear(n_obs, 64), nn.Tanh(), nn.Linear(64, n_actions))
        self.critic = nn.Sequential(nn.Linear(n_obs, 64), nn.Tanh(), nn.Linear(64, 1))

    def policy(self, obs: torch.Tensor, mask: torch.Tensor) -> Categorical:
        return Categorical(logits=self.actor(obs).masked_fill(~mask, -1e9))

    @torch.no_grad()
    def act(self, obs, mask, state, u, starts):
        probabilities = self.policy(torch.as_tensor(obs), torch.as_tensor(mask)).probs
        return choose(probabilities.numpy() * mask, u), None


def advantages(rewards, values, next_values, elapsed_s, done):
    """Semi-Markov generalised advantages, (T, B); `next_values` are 0 where an episode has ended."""
    delta = rewards + np.exp(-elapsed_s / HORIZON_S) * next_values - values
    trace = np.where(done, 0.0, np.exp(-elapsed_s * (1 / HORIZON_S + 1 / CREDIT_S)))
    result = np.zeros_like(delta)
    for k in reversed(range(len(delta))):
        result[k] = delta[k] + (trace[k] * result[k + 1] if k + 1 < len(delta) else 0.0)
    return result


def main(decisions: int = 8_192, days: int = 16) -> ccenv.Comparison:
    """Train and compare the agent with the rules on unseen days."""
    torch.manual_seed(1)
    scenario = ccenv.load_scenario(SCENARIO)
    env = ccenv.CentreVectorEnv(COPIES, scenario=scenario, autoreset_mode="SameStep")
    n_obs, n_actions = env.single_observation_space.shape[0], int(env.single_action_space.n)
    agent = Agent(n_obs, n_actions)
    optimizer = torch.optim.Adam(agent.parameters(), lr=3e-4, eps=1e-5)
    shape = (STEPS, COPIES)
    obs, masks = torch.zeros(*shape, n_obs), torch.zeros(*shape, n_actions, dtype=torch.bool)
    actions, logs = torch.zeros(shape, dtype=torch.long), torch.zeros(shape)
    rewards, elapsed_s, done = np.zeros(shape), np.zeros(shape), np.zeros(shape, bool)
    values = np.zeros((STEPS + 1, COPIES))
    seen, info = env.reset(seed=1)
    for _ in range(max(1, decisions // (STEPS * COPIES))):
        for k in range(STEPS):
            obs[k], masks[k] = torch.as_tensor(seen), torch.as_tensor(info["action_mask"], dtype=torch.bool)
            with torch.no_grad():
                policy = agent.policy(obs[k], masks[k])
                actions[k] = policy.sample()
                logs[k], values[k] = policy.log_prob(actions[k]), agent.critic(obs[k])[:, 0].numpy()
            seen, rewards[k], terminated, truncated, info = env.step(actions[k].numpy())
            done[k], elapsed_s[k] = terminated | truncated, info["elapsed_s"]
            if done[k].any():  # `info` describes the next episode, `final_info` the step that ended the last one
                elapsed_s[k] = np.where(done[k], info["final_info"]["elapsed_s"], elapsed_s[k])
        with torch.no_grad():
            values[STEPS] = agent.critic(torch.as_tensor(seen))[:, 0].numpy()
        gains = advantages(rewards, values[:-1], np.where(done, 0.0, values[1:]), elapsed_s, done)
        flat = [part.flatten(0, 1) for part in (obs, masks, actions, logs)]
        gain, target = (torch.as_tensor(part.ravel(), dtype=torch.float32) for part in (gains, gains + values[:-1]))
        for _ in range(EPOCHS):
            for rows in torch.randperm(STEPS * COPIES).chunk(MINIBATCHES):
                o, m, a, old = (part[rows] for part in flat)
                policy, g = agent.policy(o, m), (gain[rows] - gain[rows].mean()) / (gain[rows].std() + 1e-8)
                ratio = (policy.log_prob(a) - old).exp()
                surrogate = torch.min(ratio * g, ratio.clamp(1 - CLIP, 1 + CLIP) * g).mean()
                error = (agent.critic(o)[:, 0] - target[rows]).square().mean()
                loss = 0.5 * error - surrogate - ENTROPY * policy.entropy().mean()
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(agent.parameters(), 0.5)
                optimizer.step()
    comparison = ccenv.compare(scenario, {"rules": None, "PPO": agent}, seeds=seeds("evaluation", days))
    print(comparison)
    return comparison


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
