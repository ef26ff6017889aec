"""An offline learner: masked behaviour cloning of the best policy in a Minari data set.

    python notebooks/examples/minari_dataset.py 100  # first
    python notebooks/examples/offline_bc.py          # 5 epochs
    python notebooks/examples/offline_bc.py 50

Illegal actions have probability 0 in the loss and in use, so the clone spends nothing on learning the mask.
"""

import sys

import minari
import torch
from torch import nn

import ccenv
from ccenv.integrations.minari import read_transitions
from ccenv.seeds import seeds
from ccenv.spaces.coins import choose

DATASET_ID = "ccenv/tiny-v0"
BATCH = 512


class Clone(nn.Module):
    """A network whose `act` makes it a `ccenv.Policy`."""

    def __init__(self, n_obs: int, n_actions: int) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(n_obs, 128), nn.ReLU(), nn.Linear(128, n_actions))

    def logits(self, obs: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return self.net(obs).masked_fill(~mask, -1e9)

    @torch.no_grad()
    def act(self, obs, mask, state, u, starts):
        return choose(self.logits(torch.as_tensor(obs), torch.as_tensor(mask)).softmax(1).numpy() * mask, u), None


def main(epochs: int = 5, days: int = 16) -> ccenv.Comparison:
    """Clone, then compare with the rules on evaluation days, which are not in the data set."""
    torch.manual_seed(1)
    dataset = minari.load_dataset(DATASET_ID)
    scenario = dataset.recover_environment().unwrapped.scenario
    returns = dataset.storage.metadata["ccenv"]["mean_return"]
    best = max(returns, key=returns.__getitem__)
    data = read_transitions(dataset, [best])
    obs, masks, actions = (torch.as_tensor(part) for part in (data.observations, data.masks, data.actions))
    clone = Clone(obs.shape[1], masks.shape[1])
    optimizer = torch.optim.Adam(clone.parameters(), lr=1e-3)
    for epoch in range(epochs):
        for rows in torch.randperm(len(actions)).split(BATCH):
            loss = nn.functional.cross_entropy(clone.logits(obs[rows], masks[rows]), actions[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            agree = (clone.logits(obs, masks).argmax(1) == actions).float().mean()
        print(f"epoch {epoch + 1}: loss {loss.item():.3f}, agrees with {best} in {agree.item():.1%} of the decisions")
    comparison = ccenv.compare(scenario, {"rules": None, "clone": clone}, seeds=seeds("evaluation", days))
    print(comparison)
    return comparison


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
