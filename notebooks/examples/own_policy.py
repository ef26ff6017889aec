"""A policy of your own: a function, or a class that remembers; compared with the centre's rules on the same days.

    python notebooks/examples/own_policy.py                # 20 days
    python notebooks/examples/own_policy.py 200 hours.png  # with a picture by hour (extra `plot`)

The seeds are the days: the same seed brings the same contacts to every policy.
"""

import sys

import numpy as np

import ccenv
from ccenv.spaces.observation import observation_names

SCENARIO = ccenv.load_scenario("tiny")
NAMES = observation_names(SCENARIO)
IDLE = [NAMES.index(f"idle:{group}") for group in SCENARIO.groups]
ASSIGN = [a for a, action in enumerate(SCENARIO.catalogue) if action.name.startswith("assign")]
DIAL = [a for a, action in enumerate(SCENARIO.catalogue) if action.name.startswith("dial")]


def serve_only(obs, mask):
    """Assign at once, never dial. A function decides for one centre: (K,) and (A,) in, an action out."""
    return next((a for a in ASSIGN if mask[a]), 0)


class PatientDialer:
    """Assign first; dial one line when each group has had an idle advisor at `wait` decisions since the last dial.

    A class decides for B centres at once and may remember: `state` is (B, S), and rows with `starts` begin a day.
    """

    def __init__(self, wait: int = 5) -> None:
        self.wait = wait

    def act(self, obs, mask, state, u, starts):
        before = np.zeros(len(obs)) if state is None else np.where(starts, 0.0, state[:, 0])
        idle = np.where((obs[:, IDLE] > 0).all(axis=1), before + 1, 0.0)
        actions = np.where((idle >= self.wait) & mask[:, DIAL[0]], DIAL[0], 0)
        may_assign = mask[:, ASSIGN]
        actions = np.where(may_assign.any(axis=1), np.array(ASSIGN)[may_assign.argmax(axis=1)], actions)
        return actions, np.where(actions == DIAL[0], 0.0, idle)[:, None]


def main(days: int = 20, picture: str = "") -> ccenv.Comparison:
    """Run rules and policies on the same days; differences to the rules come with 95 % intervals."""
    policies = {"rules": None, "serve only": serve_only, "patient dialer": PatientDialer()}
    comparison = ccenv.compare(SCENARIO, policies, seeds=range(days))
    print(comparison)
    by_hour = ccenv.compare(SCENARIO, policies, seeds=range(days), by="interval", kpis=["mean_wait_s"])
    print(by_hour)
    if picture:
        by_hour.plot("mean_wait_s").figure.savefig(picture)
    return comparison


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 20, *sys.argv[2:])
