"""Random legal play of random centres: nothing but overload may stop it.

`python -m tests.env.random_play FIRST N` plays N centres and prints what stopped.
"""

from __future__ import annotations

import sys
import warnings

import numpy as np

from ccenv import Batch, Scenario, load_scenario
from ccenv.files.errors import ScenarioError
from ccenv.run.engine import OverloadError
from ccenv.scenarios.check.expected import offered_load
from tests.env.short import random_legal
from tests.oracle.scenario_maker import ScenarioMaker

ROWS = 2
MOST_STEPS = 3000


def centre(number: int) -> Scenario:
    """Return a random centre; every third is busier than its advisors can cope with."""
    made = ScenarioMaker(number).run().scenario
    rng = np.random.default_rng(number)
    if number % 3 == 0:
        for queue in made["queues"].values():
            factor, rate = rng.uniform(1, 30), queue["arrivals_per_hour"]
            queue["arrivals_per_hour"] = [factor * r for r in rate] if isinstance(rate, list) else factor * rate
    for campaign in made["campaigns"].values():
        if rng.random() < 0.5:
            campaign.pop("max_lines", None)
    return load_scenario(made)


def play(number: int) -> str:
    """Play uniformly random legal actions. Returns the size classes at the beginning and at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            scenario = centre(number)
        except ScenarioError:  # some draws of hours leave none in which a segment may be dialed
            return "refused"
        batch = Batch(scenario, ROWS, on_illegal="raise", owns=("blended", "routing", "pacing")[number % 3])
    before = batch.run.scenario.size.name
    try:
        batch.reset(np.arange(ROWS) + number)
        for _ in range(MOST_STEPS):
            batch.step(random_legal(batch.mask, batch.u))
    except OverloadError:
        advisors = int(batch.run.config["n_advisors"][0])
        assert offered_load(scenario.centre) > advisors, f"centre {number} is not overloaded"
        return "overload"
    return f"{before}-{batch.run.scenario.size.name}"


if __name__ == "__main__":
    first, n = map(int, sys.argv[1:])
    found: dict[str, int] = {}
    for number in range(first, first + n):
        how = play(number)
        found[how] = found.get(how, 0) + 1
        if (number - first) % 50 == 49:
            print(number + 1 - first, found, flush=True)
    print(found)
