"""Each reward term, summed over an episode, is its counter and the column of the KPI table, in any scenario."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccenv import Batch, load_scenario
from ccenv.kpis import kpi_table
from ccenv.rewards.terms import TERMS
from ccenv.run.engine import counters_of
from tests.sim.policies import ROUTING, lazy
from tests.sim.strategies import SLOW_TO_MAKE, Run, runs

# most terms alone make it pay to let inbound contacts starve
pytestmark = pytest.mark.filterwarnings("ignore::ccenv.scenarios.check.reward_trap.RewardTrapWarning")
SOME_TERMS = st.lists(st.sampled_from(sorted(TERMS)), min_size=4, max_size=4, unique=True)


def check_terms(run: Run, terms: list[str]) -> None:
    """Run one episode for each of the terms, which pays for it alone."""
    scenario = load_scenario(run.scenario)
    choose = lazy(run.laziness)
    table = None
    for term in terms:
        batch = Batch(scenario, 1, days=run.days, routing=ROUTING[run.order], reward={term: 1.0}, autoreset="disabled")
        batch.reset([run.seed])
        paid = 0.0
        while not batch.engine.envs["done"][0]:
            batch.step(np.array([choose(float(batch.u[0]), np.flatnonzero(batch.mask[0]))]))
            paid += float(batch.reward[0])
            assert batch.elapsed_s[0] >= 0.0
        counters = counters_of(batch.engine.counters(), batch.run.layout.env)
        counted = float(counters[TERMS[term].axis][TERMS[term].counter.name].sum())
        if batch.decision[0] > 0:  # without a decision there is no step to pay
            assert paid == pytest.approx(counted, rel=1e-9, abs=1e-6)
        if table is None:  # the episodes differ in what they pay alone
            table = kpi_table(scenario, counters, [run.seed])
        column = f"n_{term}" if TERMS[term].counter.unit == "1" else term
        assert table[column][0] == pytest.approx(counted, rel=1e-9, abs=1e-6)


@settings(max_examples=20, suppress_health_check=SLOW_TO_MAKE)
@given(runs(), SOME_TERMS)
def test_some_terms(run: Run, terms: list[str]) -> None:
    check_terms(run, terms)


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=SLOW_TO_MAKE)
@given(runs(), SOME_TERMS)
def test_more_terms(run: Run, terms: list[str]) -> None:
    check_terms(run, terms)


@pytest.mark.long
@settings(max_examples=300, suppress_health_check=SLOW_TO_MAKE)
@given(runs(), SOME_TERMS)
def test_many_terms(run: Run, terms: list[str]) -> None:
    check_terms(run, terms)
