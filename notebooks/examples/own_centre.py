"""A centre of your own, from a YAML file to a first comparison of rules.

    python notebooks/examples/own_centre.py        # 20 days
    python notebooks/examples/own_centre.py 200

Change `own_centre.yaml`: a value that is not allowed is refused with its key and what is allowed.
"""

import sys
from pathlib import Path

import ccenv

FILE = Path(__file__).with_suffix(".yaml")


def main(days: int = 20) -> ccenv.Comparison:
    """Describe the centre, compare combinations of rules, and ask what one more technician would change."""
    scenario = ccenv.load_scenario(FILE)
    print(ccenv.describe(scenario))
    policies = {
        "serve only": ("lwt", "no_dial"),
        "dial when idle": ("lwt", "progressive"),
        "keep one back": ("lwt", ("reserve_threshold", {"reserve": 1})),
    }
    comparison = ccenv.compare(scenario, policies, seeds=range(days))
    print(comparison)
    more = scenario.replace(**{"groups.technicians.staffing": 5})
    for name, centre in (("as it is", scenario), ("one technician more", more)):
        wait = ccenv.simulate(centre, routing="lwt", pacing="no_dial", seeds=range(days)).summary()["mean_wait_s"]
        print(f"{name}: mean wait {wait.value:.1f} s [{wait.low:.1f}, {wait.high:.1f}]")
    return comparison


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
