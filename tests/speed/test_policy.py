"""The NumPy policy decides as the rule in the kernel does, so their times can be compared."""

import numpy as np
import pytest

from ccenv.policy import rollout
from ccenv.scenarios import load_scenario
from experiments.speed.batch import Native
from experiments.speed.kernel import Kernel
from experiments.speed.policy import NumpyPolicy, rules_of

DAYS = 3


def test_the_policy_and_the_rule_in_the_kernel_live_through_the_same_days():
    scenario = load_scenario("bank_blended")
    kernel = Kernel(scenario, DAYS, **rules_of(scenario))
    counts = kernel.run(5)
    native = Native(scenario, DAYS)
    native.batch.autoreset = "disabled"  # no row continues with its next day
    done = rollout(native.batch, native.policy, np.arange(5, 5 + DAYS))

    assert done.n_decisions.sum() == counts["decisions"] > 1000 * DAYS
    assert np.array_equal(native.batch.engine.counters(), kernel.engine.counters())
    assert kernel.engine.envs["campaign_count"]["joined"].sum() > 0, "the policy dials"


def test_a_centre_without_a_campaign_is_refused():
    with pytest.raises(ValueError, match="bank_inbound: 0 campaigns; allowed: 1"):
        NumpyPolicy(load_scenario("bank_inbound"))


def test_every_turn_of_the_kernel_has_seeds_of_its_own():
    kernel = Kernel(load_scenario("tiny"), 2)
    runs = [kernel.turn(number) for number in (-1, 0, 1, 0)]

    assert runs[1] == runs[3]
    assert len({(run["events"], run["decisions"]) for run in runs}) == 3
