"""Planners: decisions by hand, and rules behind them that they improve on."""

from typing import Any

import numpy as np
import pytest

from ccenv.scenarios import load_scenario
from ccenv.seeds import FIRST, RANGE, seeds
from ccenv.simulation import batch_for
from experiments.pipeline.evaluation import Pair, Rule, own_pair
from experiments.planners.ahead import LookAhead
from experiments.planners.base import Planner, future_seeds
from experiments.planners.fluid_plan import FluidPlan
from experiments.planners.play import planned_days, ruled_days
from experiments.room.exact import exact_optimum
from tests.room.centres import blended, patient_and_not, short_and_long

WRONG = ("fifo", {"advisor": "most_skilled"})


class Idle(Planner):
    """It never plans."""

    def plan(self, b: int, action: int, snap: Any, mask: np.ndarray, memory: np.ndarray, first: bool) -> int | None:
        return None


def test_a_planner_that_never_plans_is_its_rules():
    scenario, days = load_scenario("tiny"), seeds("training", 3)
    planner = Idle(scenario)
    assert np.array_equal(planned_days(scenario, planner, days), ruled_days(scenario, own_pair(scenario), days))
    assert planner.cost.asked > 0 and planner.cost.planned == 0 and planner.cost.ms == 0.0


def test_look_ahead_takes_the_contact_that_would_leave():
    scenario = patient_and_not()
    planner = LookAhead(scenario, horizon_s=300.0, futures=2)
    batch = batch_for(scenario, planner, 1)
    planner.bind(batch)
    batch.reset(seeds("training", 1))
    names = [action.name for action in scenario.catalogue]
    memory = None
    while not (batch.mask[0].sum() > 2):  # at 121 s both wait; before, one action and `hold` are legal
        actions, memory = planner.rule.act(batch.engine.snaps, batch.mask, memory, batch.u, batch.starts)
        batch.step(actions)
    assert batch.engine.envs["t"][0] == pytest.approx(121.0)
    actions, memory = planner.rule.act(batch.engine.snaps, batch.mask, memory, batch.u, batch.starts)
    assert names[actions[0]] == "assign:patient>team"
    candidates = np.array([names.index(f"assign:{name}>team") for name in ("patient", "impatient")])
    values = planner.values(0, candidates, memory[0])
    # the impatient contact leaves at 160 s, after 39 s more; the patient one waits 120 s for its end
    assert values == pytest.approx(np.array([[-1.0 - 39.0 / 600.0] * 2, [-120.0 / 600.0] * 2]))
    chosen = planner.plan(0, int(actions[0]), batch.engine.snaps[0], batch.mask[0], memory[0], False)
    assert chosen == candidates[1]


def test_look_ahead_is_better_than_the_rule_behind_it_and_not_than_the_optimum():
    scenario, days = (
        load_scenario("n_design", **{"clock.horizon_s": 7200, "clock.warm_up_s": 1800}),
        seeds("training", 4),
    )
    planner = LookAhead(scenario, WRONG, horizon_s=300.0, futures=8)
    values = planned_days(scenario, planner, days)
    gain = values - ruled_days(scenario, Pair(Rule(*WRONG), own_pair(scenario).pacing), days)
    assert gain.mean() > 2.0 * gain.std(ddof=1) / 6**0.5 > 0.0
    best = exact_optimum(scenario)
    assert best is not None
    assert values.mean() - 4.0 * values.std(ddof=1) / 6**0.5 < best[1]
    assert 0 < planner.cost.changed < planner.cost.planned <= planner.cost.asked and planner.cost.ms > 0.0


def test_look_ahead_plans_at_some_instants_only():
    scenario, days = load_scenario("tiny"), seeds("training", 1)
    often, rarely = (LookAhead(scenario, horizon_s=60.0, futures=2, every_s=every_s) for every_s in (0.0, 600.0))
    for planner in (often, rarely):
        planned_days(scenario, planner, days)
    assert 0 < rarely.cost.planned < 0.2 * often.cost.planned


def test_futures_are_training_seeds_of_their_own():
    first, second = future_seeds(int(FIRST["evaluation"]), 7, 16), future_seeds(int(FIRST["evaluation"]), 8, 16)
    assert not set(first.tolist()) & set(second.tolist())
    for found in (first, second):
        assert found.dtype == np.uint64 and np.all(found // np.uint64(RANGE) == FIRST["training"] // RANGE)


def test_the_plan_dials_with_the_time_that_contacts_leave():
    # 80 contacts an hour of 180 s are 4 of 10 advisors, and losing one costs more than its time earns in talks
    index, talking = FluidPlan(blended(10, 80.0)).optimum(np.zeros(1), np.full((1, 6), 80.0), np.full((2, 1), 10.0))
    assert talking == pytest.approx([6.0])
    assert index.shape == (1, 1)
    # twice the contacts: only 2 advisors are left
    _, talking = FluidPlan(blended(10, 80.0)).optimum(np.zeros(1), np.full((1, 6), 160.0), np.full((2, 1), 10.0))
    assert talking == pytest.approx([2.0])


def test_the_plan_prices_time_by_the_contacts_that_it_serves():
    # 5 advisors and 15 erlangs: short contacts are served, at the price of their time; long ones are not
    planner = FluidPlan(short_and_long())
    index, _ = planner.optimum(np.zeros(2), np.array([[330.0] * 6, [60.0] * 6]), np.full((2, 1), 5.0))
    assert index[0, 0] == pytest.approx(0.0, abs=0.01) and index[1, 0] < -1.0


def test_the_plan_prefers_the_fast_group():
    planner = FluidPlan(load_scenario("x_design"))
    index, _ = planner.optimum(np.zeros(2), np.array([[124.0] * 6, [84.0] * 6]), np.array([[10.0, 9.0]] * 2))
    assert index[0, 0] > index[0, 1] and index[1, 1] > index[1, 0]


def test_the_plan_is_better_than_first_come_first_served():
    scenario, days = load_scenario("x_design", **{"clock.horizon_s": 7200}), seeds("training", 4)
    gain = planned_days(scenario, FluidPlan(scenario), days) - ruled_days(scenario, own_pair(scenario), days)
    assert gain.mean() > 2.0 * gain.std(ddof=1) / 2.0 > 0.0


def test_bad_arguments_are_refused():
    scenario = load_scenario("tiny")
    for name, value in (("futures", 1), ("most", 1), ("horizon_s", 0.0)):
        with pytest.raises(ValueError, match=f"{name} = {value}; allowed: "):
            LookAhead(scenario, **{name: value})
    with pytest.raises(ValueError, match="every_s = 0; allowed: a positive number"):
        FluidPlan(scenario, every_s=0)
    planner = Idle(scenario)
    batch = batch_for(scenario, planner, 1)
    batch.reset(seeds("training", 1))
    with pytest.raises(ValueError, match="batch: none is bound; allowed: bind"):
        planner.act(batch.engine.snaps, batch.mask, None, batch.u, batch.starts)
