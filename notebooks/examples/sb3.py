"""PPO, A2C and DQN of Stable-Baselines3 on a contact centre, beside the centre's own rules.

    python notebooks/examples/sb3.py            # 4,000 decisions for each learner
    python notebooks/examples/sb3.py 1000000    # more

These learners do not know the mask: an illegal action counts as `hold`, and `illegal_share` says how often that was.
`maskable_ppo.py` uses the mask.
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


def main(steps: int = 4_000, days: int = 8) -> dict[str, ccenv.KpiTable]:
    """Train each learner, run it on unseen days and return the tables of KPIs by name."""
    scenario = ccenv.load_scenario(SCENARIO)
    test = seeds("evaluation", days)  # training draws other seeds
    tables = {"rules": ccenv.simulate(scenario, seeds=test, reward=scenario.reward)}
    for name, (learner, settings) in LEARNERS.items():
        env = CentreVecEnv(ccenv.Batch(scenario, 8, on_illegal="hold"))
        model = learner("MlpPolicy", env, seed=1, **settings).learn(steps)
        tables[name] = ccenv.simulate(scenario, policy=model, seeds=test, reward=scenario.reward)
    for name, table in tables.items():
        print(f"{name:>5}: reward a day {table['reward'].mean():8.2f}, illegal {table['illegal_share'].mean():6.1%}")
    return tables


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
