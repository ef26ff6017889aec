"""A reward of your own: weights of what the simulator counts; any counter is a term.

    python notebooks/examples/own_reward.py        # 20 days
    python notebooks/examples/own_reward.py 200

A weight is the value of one more unit of the counter. It may differ by queue, group or campaign.
"""

import sys

import gymnasium

import ccenv
from ccenv.rewards.sums import contributions

SCENARIO = ccenv.load_scenario("tiny")
REWARD = {
    "expected_sale_value": 1.0,  # of the campaign's declared values
    "abandoned": {"sales": -8.0, "support": -3.0},
    "waiting_s": -0.002,
    "dropped": -1.0,
}


def main(days: int = 20) -> ccenv.Comparison:
    """Rank pacing rules by the reward, say which term decides, and take a step of the environment that pays it."""
    rules = {"no dial": "no_dial", "one line": "progressive_unreserved", "two lines": ("fixed_ratio", {"ratio": 2.0})}
    policies = {name: {"pacing": pacing} for name, pacing in rules.items()}
    comparison = ccenv.compare(SCENARIO, policies, seeds=range(days), reward=REWARD, kpis=["reward", "n_sales"])
    print(comparison)
    tables = {name: ccenv.simulate(SCENARIO, pacing=pacing, seeds=range(days)) for name, pacing in rules.items()}
    for name, table in tables.items():
        parts = contributions(SCENARIO, table, REWARD)
        print(f"{name:>9}:", *(f"{part.mean():+.2f} {term}" for term, part in parts.items()))
    env = gymnasium.make("ccenv/Blended-v0", scenario=SCENARIO, reward=REWARD)
    env.reset(seed=1)
    _, reward, *_ = env.step(0)
    print(f"reward of the first step: {reward:.4f}")
    return comparison


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
