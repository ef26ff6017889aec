"""Replay: the record by hand, copies that meet the true future, nothing hidden is seen, and a gain."""

from typing import Any

import numpy as np
import pytest

from ccenv.scenarios import Scenario, load_scenario
from ccenv.seeds import seeds
from ccenv.simulation import batch_for
from experiments.pipeline.evaluation import Pair, Rule, own_pair
from experiments.planners.again import FEWEST, set_arrivals, set_lengths
from experiments.planners.play import planned_days, ruled_days
from experiments.planners.record import Record
from experiments.planners.replay import Replay
from experiments.planners.table import refusal

ARRIVALS = [20.0 + 37.0 * k for k in range(24)] + [1200.0 + 95.0 * k for k in range(20)]
RESERVES = (0.0, 1.0, 2.0, 3.0)


def certain() -> Scenario:
    """Three advisors, contacts at known times, dials that always answer: nothing that is rewarded is random."""
    constant = {"dist": "constant", "value_s": 100}
    campaign = {"p_answer": 1, "ring_s": {"dist": "constant", "value_s": 8}, "drop_after_s": 0, "max_lines": 9}
    return load_scenario(
        {
            "name": "certain",
            "description": "Nothing that is rewarded is random.",
            "clock": {"kind": "day", "open_s": 0.0, "close_s": 3600.0, "overtime_s": 600.0, "slot_s": 3600.0},
            "queues": {
                "calls": {
                    "arrivals_per_hour": 0,
                    "trace_s": ARRIVALS,
                    "handle_s": constant,
                    "patience_s": {"dist": "constant", "value_s": 45},
                }
            },
            "campaigns": {"sales": {**campaign, "handle_s": constant, "p_sale": 0.012, "sale_value": 1}},
            "groups": {"team": {"skills": ["calls", "sales"], "staffing": 3}},
            "rules": {"pacing": {"name": "progressive_unreserved", "params": {"reserve": 2}}},
            "reward": "bank_blended",
            "sources": {"*": "a test"},
        }
    )


class Known(Record):
    """A record that holds the future."""

    whole = True  # type: ignore[assignment]

    def future(self) -> list[np.ndarray]:
        return [np.array([t for t in ARRIVALS if t > self._t])]


class KnowsTheFuture(Replay):
    def new_record(self) -> Record:
        return Known(1, self.window_s)


def test_a_replay_of_the_true_future_earns_what_each_setting_would_and_takes_the_best():
    scenario, day = certain(), seeds("training", 1)
    planner = KnowsTheFuture(scenario, reserves=RESERVES, every_s=1e6, window_s=7200.0, futures=2)
    rules = [Pair(own_pair(scenario).routing, Rule("progressive_unreserved", params)) for params in planner.tried]
    fixed = [ruled_days(scenario, pair, day)[0] for pair in rules]
    batch = batch_for(scenario, planner, 1)
    planner.bind(batch)
    batch.reset(day)
    planner.act(batch.engine.snaps, batch.mask, None, batch.u, batch.starts)
    values = planner.values(0, np.zeros(batch.run.memory))
    assert values == pytest.approx(np.array([[value] * 2 for value in fixed]), abs=1e-9)
    assert [each["reserve"] for each in planner.tried] == [2.0, 0.0, 1.0, 3.0]
    assert max(fixed) > fixed[0] and planner.chosen[0] == np.argmax(fixed)
    assert planned_days(scenario, planner, day)[0] == pytest.approx(max(fixed), abs=1e-9)


def test_a_replay_of_the_true_future_in_the_middle_of_a_day_earns_the_rest_of_it():
    scenario, day = certain(), seeds("training", 1)
    planner = KnowsTheFuture(scenario, reserves=(), every_s=1e6, window_s=7200.0, futures=1)
    batch = batch_for(scenario, planner, 1)
    planner.bind(batch)
    batch.reset(day)
    memory, earned = None, 0.0
    while batch.engine.envs["t"][0] < 1500.0:
        actions, memory = planner.act(batch.engine.snaps, batch.mask, memory, batch.u, batch.starts)
        batch.step(actions)
        earned += float(batch.engine.outs["reward"][0])
    planner._records[0].look(batch.engine.envs[0])
    assert memory is not None and batch.engine.envs["queue"]["n_fresh"][0, 0] > 20
    whole = ruled_days(scenario, own_pair(scenario), day)[0]
    assert planner.values(0, memory[0]) == pytest.approx(np.array([[whole - earned]]), abs=1e-9)
    assert 0.0 < earned < whole


def test_a_replay_sees_nothing_that_is_hidden():
    scenario = load_scenario("tiny")
    planner = Replay(scenario, futures=2)
    batch = batch_for(scenario, planner, 1)
    planner.bind(batch)
    batch.reset(seeds("training", 1))
    memory = None
    while planner.cost.planned == 0:
        actions, memory = planner.act(batch.engine.snaps, batch.mask, memory, batch.u, batch.starts)
        batch.step(actions)
    forks = batch.fork(0, [1, 2])  # the same centre to look at, with other hidden parts
    record = planner._records[0]
    planner.bind(forks)
    planner._records = {0: record, 1: record}
    assert memory is not None
    assert np.any(forks.engine.words[0] != forks.engine.words[1])
    one, other = (planner.values(b, memory[0]) for b in range(2))
    assert one is not None and np.array_equal(one, other) and one.std(axis=1).max() > 0.0


def test_a_replay_is_better_than_the_rule_behind_it():
    scenario, days = load_scenario("tiny"), seeds("training", 4)
    planner = Replay(scenario)
    gain = planned_days(scenario, planner, days) - ruled_days(scenario, own_pair(scenario), days)
    assert gain.mean() > 2.0 * gain.std(ddof=1) / 2.0 > 0.0
    cost = planner.cost
    assert 0 < cost.changed <= cost.planned < 0.05 * cost.asked and cost.ms > 0.0


def test_the_record_counts_arrivals_and_talks():
    record = Record(2, 100.0)
    record.look(seen(10.0, [5, 0], [0, 1], [0.0, 60.0]))
    assert not record.whole and record.future()[0].size == 0
    record.look(seen(40.0, [8, 0], [2, 1], [90.0, 60.0]))
    record.look(seen(80.0, [8, 1], [2, 2], [90.0, 100.0]))
    assert [times.tolist() for times in record.future()] == [[120.0, 130.0, 140.0], [180.0]]
    assert [talks.tolist() for talks in record.lengths()] == [[45.0, 45.0], [40.0]]
    record.look(seen(135.0, [8, 1], [2, 2], [90.0, 100.0]))  # what is older than 35 s is forgotten
    assert record.whole
    assert [times.tolist() for times in record.future()] == [[140.0], [180.0]]
    assert [talks.tolist() for talks in record.lengths()] == [[45.0, 45.0], [40.0]]
    record.look(seen(145.0, [8, 1], [2, 2], [90.0, 100.0]))
    assert [talks.tolist() for talks in record.lengths()] == [[], [40.0]]


def seen(t: float, fresh: list[int], ended: list[int], talk_s: list[float]) -> Any:
    counts = np.zeros(2, [("resolved", "f8"), ("unresolved", "f8"), ("talk_s", "f8")])
    counts["resolved"], counts["talk_s"] = ended, talk_s
    queue = np.zeros(2, [("n_fresh", "i8")])
    queue["n_fresh"] = fresh
    return {"t": t, "queue": queue, "queue_count": counts}


def test_the_next_contacts_of_each_queue_come_at_the_times_given():
    config = load_scenario("x_design").config(days=1).copy()[0]
    times = [np.array([10.0, 20.0]), np.array([30.0])]
    set_arrivals(config, np.array([5, 2]), times)
    for q, n_fresh in enumerate((5, 2)):
        queue = config["queue"][q]
        coming = np.arange(n_fresh, queue["n_recorded"])  # numbers of the contacts to come
        assert np.array_equal(config["recorded"][queue["first_recorded"] + coming], times[q])


def test_lengths_of_talks_replace_the_distribution_of_a_queue_if_they_are_enough():
    config = load_scenario("tiny").config(days=1).copy()[0]
    handle = config["queue"]["handle"][0].copy()
    set_lengths(config, [np.full(FEWEST - 1, 50.0)])
    assert np.array_equal(config["queue"]["handle"][0], handle)
    lengths = np.linspace(20.0, 120.0, FEWEST)
    set_lengths(config, [lengths])
    changed = config["queue"]["handle"][0][handle >= 0]
    assert np.all(config["dist"]["mean_s"][changed] == pytest.approx(lengths.mean(), rel=1e-6))
    assert np.all(config["queue"]["handle"][0][handle < 0] == handle[handle < 0])


def test_centres_without_a_reserve_and_bad_arguments_are_refused():
    assert refusal("replay", load_scenario("n_design")) == "its pacing rule has no reserve to set"
    assert refusal("replay", load_scenario("tiny")) is None
    scenario = load_scenario("tiny")
    for name, value in (("futures", 0), ("every_s", 0.0), ("window_s", -1.0)):
        with pytest.raises(ValueError, match=f"{name} = {value}; allowed: "):
            Replay(scenario, **{name: value})
    with pytest.raises(ValueError, match="pacing = no_dial, with .*; allowed: a rule with a parameter reserve"):
        Replay(scenario, pacing="no_dial")
