"""RecurrentPPO of sb3-contrib: an LSTM remembers what one observation does not show, such as a rising load.

    python notebooks/examples/recurrent_ppo.py            # 2,000 decisions
    python notebooks/examples/recurrent_ppo.py 1000000    # more

RecurrentPPO does not know the mask: an illegal action counts as `hold`.
"""

import sys

from sb3_contrib import RecurrentPPO

import ccenv
from ccenv.integrations.sb3 import CentreVecEnv
from ccenv.seeds import seeds

SCENARIO = "tiny"  # a centre for first steps; `surge_day` has a load that rises without notice


def main(steps: int = 2_000, days: int = 8) -> dict[str, ccenv.KpiTable]:
    """Train, run the model with its memory on unseen days and return the tables of KPIs by name."""
    scenario = ccenv.load_scenario(SCENARIO)
    test = seeds("evaluation", days)
    env = CentreVecEnv(ccenv.Batch(scenario, 8, on_illegal="hold"))
    memory = {"lstm_hidden_size": 64}
    model = RecurrentPPO("MlpLstmPolicy", env, n_steps=64, batch_size=128, n_epochs=2, seed=1, policy_kwargs=memory)
    model.learn(steps)
    tables = {
        "rules": ccenv.simulate(scenario, seeds=test, reward=scenario.reward),
        "RecurrentPPO": ccenv.simulate(scenario, policy=model, seeds=test, reward=scenario.reward),
    }
    for name, table in tables.items():
        print(f"{name:>12}: reward a day {table['reward'].mean():8.2f}, illegal {table['illegal_share'].mean():.1%}")
    return tables


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
