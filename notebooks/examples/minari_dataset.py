"""A data set for offline learning in Minari's format: days under two rules, a learned policy and random legal actions.

    python notebooks/examples/minari_dataset.py             # 4 days of each policy
    python notebooks/examples/minari_dataset.py 500 200000  # days, decisions of training

Minari's folder is `~/.minari/datasets`; the environment variable MINARI_DATASETS_PATH moves it. `offline_bc.py` learns
from the data set.
"""

import sys

import minari
import numpy as np
from sb3_contrib import MaskablePPO

import ccenv
from ccenv.integrations.minari import read_transitions, write_dataset
from ccenv.integrations.sb3 import CentreVecEnv
from ccenv.seeds import seeds
from ccenv.spaces.coins import choose

SCENARIO = "tiny"
DATASET_ID = "ccenv/tiny-v0"
AUTHOR = {"author": "Your name", "author_email": "you@example.org"}
CODE = "https://example.org/your-repository/blob/COMMIT/minari_dataset.py"


class RandomLegal:
    """Each legal action with the same probability."""

    def act(self, obs, mask, state, u, starts):
        return choose(mask / mask.sum(axis=1, keepdims=True), u), None


def main(days: int = 4, steps: int = 2_000) -> minari.MinariDataset:
    """Train a policy, write the data set anew, read it back and return it."""
    scenario = ccenv.load_scenario(SCENARIO)
    env = CentreVecEnv(ccenv.Batch(scenario, 16))
    policies = {
        "fifo": ("fifo", "progressive_unreserved"),
        "no_dial": ("lwt", "no_dial"),
        "MaskablePPO": MaskablePPO("MlpPolicy", env, n_steps=64, batch_size=256, seed=1).learn(steps),
        "random": RandomLegal(),
    }
    if DATASET_ID in minari.list_local_datasets():
        minari.delete_dataset(DATASET_ID)
    description = f"Days of the centre {SCENARIO} under rules, a learned policy and random legal actions."
    dataset = write_dataset(
        DATASET_ID, scenario, policies, seeds("training", days), **AUTHOR, code_permalink=CODE, description=description
    )
    transitions = read_transitions(dataset)
    facts = dataset.storage.metadata["ccenv"]
    print(
        f"{dataset.total_episodes} days, {len(transitions)} decisions, {transitions.elapsed_s.sum() / 3600:.1f} hours"
    )
    counts = np.bincount(transitions.actions, minlength=len(facts["actions"]))
    print("actions:", {action["name"]: int(n) for action, n in zip(facts["actions"], counts, strict=True)})
    print("mean return:", {name: round(value, 2) for name, value in facts["mean_return"].items()})
    print("recovered:", dataset.recover_environment().unwrapped.scenario.digest == facts["scenario_digest"])
    return dataset


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
