from dataclasses import asdict

import pytest

from ccenv import simulate
from ccenv.theory import erlang_a, redial, return_calls
from experiments.validate.simulated.centres import centre_of
from experiments.validate.simulated.rows import Row
from tests.theory.chains import mean, stationary

CASE = {
    "lines": 4, "ring_s": 30, "return_prob": 0.05, "return_delay_s": 300, "n": 2, "aht_s": 240, "patience_s": 60,
    "redial_prob": 0.4, "redial_delay_s": 200,
}  # fmt: skip


def test_it_agrees_with_the_chain_that_counts_both_orbits():
    """Lines, orbit of the leads that will call in, queue and orbit of the redials as one Markov chain."""
    c = CASE
    dials, most = c["lines"] / c["ring_s"], (16, 14, 12)

    def moves(state):
        coming, inside, again = state
        left = max(inside - c["n"], 0) / c["patience_s"]
        room = inside < most[1]
        return [
            ((coming + 1, inside, again), dials * c["return_prob"] * (coming < most[0])),
            ((coming - 1, inside + 1, again), coming / c["return_delay_s"] * room),
            ((coming, inside + 1, again - 1), again / c["redial_delay_s"] * room),
            ((coming, inside - 1, again), min(inside, c["n"]) / c["aht_s"] + left * (1 - c["redial_prob"])),
            ((coming, inside - 1, again + 1), left * c["redial_prob"] * (again < most[2])),
        ]

    dist = stationary(moves, (0, 0, 0))
    answer = return_calls(**CASE)
    assert answer.e_return_orbit == pytest.approx(mean(dist, lambda s: s[0]), rel=1e-5)
    assert answer.e_queue == pytest.approx(mean(dist, lambda s: max(s[1] - c["n"], 0)), rel=1e-4)
    assert answer.e_redial_orbit == pytest.approx(mean(dist, lambda s: s[2]), rel=1e-4)
    assert answer.occupancy == pytest.approx(mean(dist, lambda s: min(s[1], c["n"])) / c["n"], rel=1e-4)


def test_it_is_the_model_with_redials_at_the_rate_of_return_calls():
    answer = asdict(return_calls(**CASE))
    queue = asdict(redial(2, 24, 240, 60, 0.4, 200, 0, 200))
    assert answer["return_calls_per_h"] == pytest.approx(24) and answer["attempts_per_h"] == pytest.approx(480)
    assert {name: answer[name] for name in queue.keys() & answer.keys()} == pytest.approx(
        {name: queue[name] for name in queue.keys() & answer.keys()}
    )
    plain = return_calls(**{**CASE, "redial_prob": 0, "return_delay_s": 9_999})
    assert plain.p_abandon_per_call == pytest.approx(erlang_a(24, 240, 60, 2, 20).p_abandon, rel=1e-6)


def test_no_lead_calls_in():
    with pytest.raises(ValueError, match="return_prob"):
        return_calls(**{**CASE, "return_prob": 0})


def test_the_simulator_meets_it():
    """The orbit of leads is counted as what is expected, less what came, was cancelled or comes too late."""
    row = Row("return calls", "return_calls", CASE, "", None, 32 * 60.0, (), 0, replications=32)
    scenario, days, span_s = centre_of(row)
    table = simulate(scenario, seeds=range(900, 932), days=days)
    exact, hours = return_calls(**CASE), span_s / 3600
    error = table["n_returns"].std(ddof=1) / 32**0.5
    assert abs(table["n_returns"].mean() - exact.return_calls_per_h * hours) < 4 * error
    lost = table["abandonment"]
    assert abs(lost.mean() - exact.p_abandon_per_call) < 4 * lost.std(ddof=1) / 32**0.5 < 0.02
    assert not table["n_joined"].any() and (table["n_returns_answered"] == table["n_answered"]).all()
