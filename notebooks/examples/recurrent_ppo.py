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


def main(steps: int = 2_000, days: int = 16) -> ccenv.Comparison:
    """Train and compare the model, with its memory, with the rules on unseen days."""
    scenario = ccenv.load_scenario(SCENARIO)
    env = CentreVecEnv(ccenv.Batch(scenario, 8, on_illegal="hold"))
    memory = {"lstm_hidden_size": 64}
    model = RecurrentPPO("MlpLstmPolicy", env, n_steps=64, batch_size=128, n_epochs=2, seed=1, policy_kwargs=memory)
    model.learn(steps)
    policies = {"rules": None, "RecurrentPPO": model}
    comparison = ccenv.compare(
        scenario, policies, seeds=seeds("evaluation", days), kpis=["reward", "illegal_share", "mean_wait_s"]
    )
    print(comparison)
    return comparison


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
