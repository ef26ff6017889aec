"""What lies behind an episode: states left by the scenario's own rules on seeds that serve nothing else."""

import numpy as np
import pytest

from ccenv import Batch, load_scenario, simulate
from ccenv.run.config import run_config
from ccenv.run.engine import Engine
from ccenv.run.history import N_STATES, past_of
from ccenv.sim.state import codes

SEEDS = range(300)
STEADY = {"history": {"kind": "steady", "days": 4}}
CENTRE = {
    "name": "night",
    "description": "one queue whose contacts come back on later days",
    "clock": {"open_s": 28_800, "close_s": 36_000, "overtime_s": 1_800, "slot_s": 1_800},
    "queues": {
        "help": {
            "arrivals_per_hour": 40,
            "handle_s": 120,
            "patience_s": 200,
            "redial": {"p": 0.8, "delay_s": 900, "max_times": 3},
            "repeat": {"p": 0.4, "delay_s": {"dist": "uniform", "low_s": 3_600, "high_s": 10_800}},
            "callback": {"p_accept": 0.6, "p_answer": 0.5, "max_tries": 3, "retry_s": 5_000},
        }
    },
    "groups": {
        "all": {
            "skills": ["help"],
            "staffing": 2,
            "learning": {"excess": 0.5, "time_constant_days": 2},
            "speed_cv": 0.3,
            "monitoring": {"drift_per_day": 1.5},
        }
    },
    "sources": {"*": "made by the tests"},
}


@pytest.fixture(scope="module")
def scenario():
    return load_scenario({**CENTRE, **STEADY})


def first_day_of_run(days):
    """Counters of day `days` alone in runs with nothing behind them: what a day is like after so many."""
    table = simulate(CENTRE, seeds=range(1_000, 1_000 + len(SEEDS)), days=days + 1, by="interval")
    n_slots = 4
    return {name: table.interval[name][:, days * n_slots :].sum(axis=1) for name in ("n_repeats", "n_answered")}


def test_an_episode_opens_as_a_long_run_goes_on(scenario):
    opened = simulate(scenario, seeds=SEEDS)
    later = first_day_of_run(4)
    fresh_start = simulate(CENTRE, seeds=SEEDS)
    for name in ("n_repeats", "n_answered"):
        difference = opened[name].mean() - later[name].mean()
        spread = np.sqrt(later[name].var() / len(SEEDS) + opened[name].var() / N_STATES)  # 16 states, used again
        assert abs(difference) < 4 * spread, name
        assert opened[name].mean() > fresh_start[name].mean(), name
    assert np.array_equal(opened["n_fresh"], fresh_start["n_fresh"])  # the seed's own, whatever lies behind


def test_counters_clock_and_coins_begin_anew_and_tenure_stays(scenario):
    batch = Batch(scenario, 8)
    batch.reset(range(8))
    envs = batch.engine.envs
    assert np.all(envs["day"] == 0) and np.all(envs["t"] >= 28_800) and np.all(envs["t"] < 36_000)
    assert np.all(envs["past_days"] == 4)
    assert np.all(batch.decision == 0)
    assert np.all(envs["advisor"]["tenure_days"][:, :2] == 4)
    lost = envs["advisor"]["quality_0"][:, :2] - envs["advisor"]["quality"][:, :2]
    assert np.allclose(lost, 4 * 1.5)
    counts = batch.engine.counters()
    assert np.all(counts >= 0) and counts.sum() < 1_000  # of the time before the first decision alone


def test_seeds_differ_in_their_past_and_in_who_the_advisors_are(scenario):
    engine = Engine(run_config(scenario, owns="blended"), 32, past=past_of(run_config(scenario, owns="rules")))
    engine.start(np.arange(32, dtype=np.uint64), np.ones(32, np.bool_))
    pending = np.isin(engine.envs["contact"]["phase"], (codes.PENDING_REPEAT, codes.PENDING_CALLBACK)).sum(axis=1)
    assert len(set(pending)) > 1
    assert len(set(engine.envs["advisor"]["speed"][:, 0])) == 32


def test_the_past_is_made_once_for_a_scenario_and_only_where_it_says_so(scenario):
    run = run_config(scenario, owns="rules")
    assert past_of(run) is past_of(run_config(scenario, owns="blended"))
    assert past_of(run_config(load_scenario(CENTRE), owns="rules")) is None


def test_one_seed_is_one_run_in_every_way_of_running_it(scenario):
    alone = simulate(scenario, seeds=[7], days=2)
    among = simulate(scenario, seeds=[3, 7, 11], days=2)
    for name in alone.dtype.names:
        assert np.array_equal(alone[name][0], among[name][1], equal_nan=True), name


CALLS = {
    "name": "windows",
    "description": "a few calls a day, of which some are dropped",
    "clock": {"open_s": 32_400, "close_s": 34_200, "slot_s": 1_800},
    "campaigns": {"calls": {"p_answer": 0.5, "ring_s": 10, "handle_s": 60}},
    "groups": {"all": {"skills": ["calls"], "staffing": 2}},
    "rules": {"pacing": {"name": "fixed_ratio", "params": {"ratio": 3}}},
    "sources": {"*": "made by the tests"},
}


def test_a_window_longer_than_the_episode_is_covered_only_with_days_behind():
    alone = simulate(CALLS, seeds=range(5))
    assert np.all(alone["n_ftc_30d_windows"] == 0) and np.all(np.isnan(alone["dropped_share_ftc_30d"]))
    assert np.all(alone["n_vicidial_today_windows"] == 1)  # a day is covered by itself
    behind = {**CALLS, "history": {"kind": "steady", "days": 29}}
    opened = simulate(behind, seeds=range(60))
    assert np.all(opened["n_ftc_30d_windows"] == 1)
    in_window, today = opened["n_ftc_30d_window_base"].mean(), opened["n_ftc_30d_base"].mean()
    assert 27 < in_window / today < 33  # thirty days, of which today is one


def test_the_window_of_now_can_be_seen_when_an_episode_opens():
    behind = load_scenario({**CALLS, "history": {"kind": "steady", "days": 10}})
    batch = Batch(behind, 1, pacing="no_dial", owns="pacing")
    batch.reset([1])
    base = batch.snapshot["compliance_base"][0, 0]
    ftc, _, vicidial, _, rolling, _ = base
    assert ftc > 100 and vicidial == 0  # the period has begun, the day has not
    assert rolling == 0 or rolling < ftc / 5
