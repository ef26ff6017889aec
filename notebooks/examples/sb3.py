"""PPO, A2C and DQN of Stable-Baselines3 on a contact centre, compared with the centre's own rules.

    python notebooks/examples/sb3.py            # 4,000 decisions for each learner
    python notebooks/examples/sb3.py 1000000    # more

These learners do not know the mask: an illegal action counts as `hold`, and `illegal_share` says how often that was.
`maskable_ppo.py` uses the mask. They also discount by step: `ccenv.wrappers.SemiMarkovDiscount` makes it one by time.
"""

import sys

from stable_baselines3 import A2C, DQN, PPO

import ccenv
from ccenv.integrations.sb3 import CentreVecEnv
from ccenv.seeds import seeds

SCENARIO = "tiny"  # a centre for first steps; `bank_blended` is a real one
LEARNERS = {
    "PPO": (PPO, {"n_steps": 64, "batch_size": 128, "n_epochs": 4}),
    "A2C": (A2C, {"n_steps": 16}),
    "DQN": (DQN, {"learning_starts": 500, "train_freq": 16, "target_update_interval": 500}),
}


def main(steps: int = 4_000, days: int = 16) -> ccenv.Comparison:
    """Train each learner and compare it with the rules on unseen days."""
    scenario = ccenv.load_scenario(SCENARIO)
    policies = {"rules": None}
    for name, (learner, settings) in LEARNERS.items():
        env = CentreVecEnv(ccenv.Batch(scenario, 8, on_illegal="hold"))
        policies[name] = learner("MlpPolicy", env, seed=1, **settings).learn(steps)
    kpis = ["reward", "illegal_share", "mean_wait_s", "occupancy"]
    comparison = ccenv.compare(scenario, policies, seeds=seeds("evaluation", days), kpis=kpis)
    print(comparison)
    return comparison


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
