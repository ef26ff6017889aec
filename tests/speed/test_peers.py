"""All engines simulate the same centre: results lie within intervals of exact values, with and without wrap-up."""

from dataclasses import asdict

import pytest

from ccenv.theory import erlang_a
from experiments.speed.peers import by_ccenv, by_ciw, by_heapq, by_simpy, exact
from experiments.speed.peers.comparison import MEASURES, compared
from experiments.speed.peers.model import Model, loaded

RUNS = 12
WITH_WRAP_UP = loaded(5, load=0.9, counted_s=72_000.0)
WITHOUT = WITH_WRAP_UP._replace(talk_s=WITH_WRAP_UP.talk_s + WITH_WRAP_UP.wrap_up_s, wrap_up_s=0.0)


def outcomes(model: Model):
    return {
        "ccenv": by_ccenv.Runs(model, 8 * RUNS)(1),
        "simpy": [by_simpy.run(model, seed) for seed in range(RUNS)],
        "ciw": [by_ciw.run(model, seed) for seed in range(RUNS)],
        "heapq": [by_heapq.run(model, seed) for seed in range(4 * RUNS)],
    }


def by_erlang(model: Model):
    found = erlang_a(model.rate_per_hour, model.talk_s + model.wrap_up_s, model.patience_s, model.n, 20.0)
    return {name: asdict(found)[name] for name in MEASURES}


@pytest.mark.parametrize(
    ("model", "truth"), [(WITH_WRAP_UP, exact.solve), (WITHOUT, by_erlang)], ids=["with wrap-up", "Erlang A"]
)
def test_all_engines_are_within_intervals_of_the_exact_values(model, truth):
    rows = compared(outcomes(model), truth(model))

    assert len(rows) == 4 * len(MEASURES)
    assert max(row["error"] for row in rows) <= 1.0, rows
    assert all((row["high"] - row["low"]) < 0.6 * row["exact"] for row in rows), "too few runs to tell"


def test_a_short_wrap_up_is_erlang_a():
    model = WITHOUT._replace(n=20, rate_per_hour=240.0, wrap_up_s=0.01)

    assert exact.solve(model) == pytest.approx(by_erlang(model), rel=1e-4)


def test_wrap_up_changes_the_distribution_of_the_time_that_an_advisor_is_taken():
    """Otherwise Erlang A could replace the balance equations."""
    assert exact.solve(WITH_WRAP_UP)["e_wait_s"] < 0.99 * by_erlang(WITH_WRAP_UP)["e_wait_s"]


@pytest.mark.parametrize("run", [by_simpy.run, by_ciw.run, by_heapq.run])
def test_a_seed_gives_the_same_run_again(run):
    short = WITH_WRAP_UP._replace(counted_s=3600.0)

    assert run(short, 3) == run(short, 3)
    assert run(short, 3) != run(short, 4)


def test_every_engine_counts_its_events():
    short = WITH_WRAP_UP._replace(counted_s=36_000.0)
    runs = {
        "ccenv": by_ccenv.Runs(short, 1)(1)[0],
        "simpy": by_simpy.run(short, 1, by_simpy.CountingEnvironment()),
        "ciw": by_ciw.run(short, 1, by_ciw.CountingSimulation),
        "heapq": by_heapq.run(short, 1),
    }
    per_contact = {name: run.events / run.contacts for name, run in runs.items()}

    # arrival, end of talk, end of wrap-up or of patience; Ciw has no end of talk
    assert 2.7 < per_contact["ccenv"] <= 3.0
    assert 1.9 < per_contact["ciw"] <= 2.1
    assert per_contact["ccenv"] <= per_contact["heapq"] < per_contact["simpy"]


def test_results_that_are_off_are_seen():
    truth = exact.solve(WITH_WRAP_UP)
    found = {"heapq": [by_heapq.run(WITH_WRAP_UP, seed) for seed in range(4 * RUNS)]}

    assert max(row["error"] for row in compared(found, {**truth, "e_wait_s": 1.5 * truth["e_wait_s"]})) > 1.0
