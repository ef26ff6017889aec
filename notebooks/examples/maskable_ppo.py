"""MaskablePPO of sb3-contrib: on the Gymnasium environment, and on the native vector environment, which is faster.

    python notebooks/examples/maskable_ppo.py            # 4,000 decisions each
    python notebooks/examples/maskable_ppo.py 1000000    # more

The learner asks the environment's method `action_masks` for the legal actions.
"""

import sys
import time

import gymnasium
from sb3_contrib import MaskablePPO

import ccenv
from ccenv.integrations.sb3 import CentreVecEnv
from ccenv.seeds import seeds

SCENARIO = "tiny"  # a centre for first steps; `bank_blended` is a real one


def main(steps: int = 4_000, days: int = 16) -> ccenv.Comparison:
    """Train on both environments and compare the models with the rules on unseen days."""
    scenario = ccenv.load_scenario(SCENARIO)
    policies = {"rules": None}
    single = gymnasium.make("ccenv/Blended-v0", scenario=scenario)
    native = CentreVecEnv(ccenv.Batch(scenario, 16))  # 16 centres, stepped by one compiled call
    for name, env, n_steps in (("single", single, 1024), ("native", native, 64)):
        model = MaskablePPO("MlpPolicy", env, n_steps=n_steps, batch_size=256, n_epochs=4, seed=1)
        start = time.perf_counter()
        model.learn(steps)
        print(f"{name}: {model.num_timesteps / (time.perf_counter() - start):,.0f} decisions a second")
        policies[name] = model
    comparison = ccenv.compare(scenario, policies, seeds=seeds("evaluation", days))
    print(comparison)
    return comparison


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
