import math

import numpy as np
import pytest
from scipy import linalg, stats

from ccenv.theory import erlang_a, mt_mnm_path, mt_mnm_transient

TIMES_S = [0.0, 60.0, 700.0, 1500.0]


def mean_of_infinitely_many(rate, amplitude, period_s, handle_s, t_s):
    """Mean number in M_t/M/infinity from empty; Eick, Massey and Whitt (1993)."""
    end, turn = 1 / handle_s, 2 * math.pi / period_s
    wave = (end * math.sin(turn * t_s) - turn * math.cos(turn * t_s) + turn * math.exp(-end * t_s)) / (end**2 + turn**2)
    return rate / 3600 * (-math.expm1(-end * t_s) / end + amplitude * wave)


@pytest.mark.parametrize(("n", "rate"), [(1, 10.0), (6, 80.0), (2000, 24_000.0)])
def test_with_patience_like_the_handle_time_the_number_is_poisson(n, rate):
    path = mt_mnm_path(n, rate, 0.6, 2500, 300, 300, TIMES_S)

    for state in path:
        m = mean_of_infinitely_many(rate, 0.6, 2500, 300, state.t_s)
        assert state.e_queue + state.e_busy == pytest.approx(m, rel=1e-8, abs=1e-12)
        assert state.p_all_busy == pytest.approx(stats.poisson.sf(n - 1, m), rel=1e-7, abs=2e-8)
        assert state.lambda_t_per_h == pytest.approx(rate * (1 + 0.6 * math.sin(2 * math.pi * state.t_s / 2500)))


@pytest.mark.parametrize("patience_s", [20.0, 300.0, 5000.0])
def test_a_steady_rate_agrees_with_the_exponential_of_the_generator(patience_s):
    n, size = 4, 60
    k = np.arange(size)
    down = np.minimum(k, n) / 200 + np.maximum(k - n, 0) / patience_s
    generator = np.diag(np.full(size - 1, 60 / 3600), 1) + np.diag(down[1:], -1)
    generator -= np.diag(generator.sum(axis=1))

    for state in mt_mnm_path(n, 60, 0, 999, 200, patience_s, TIMES_S):
        dist = linalg.expm(generator * state.t_s)[0]
        assert state.e_queue == pytest.approx(dist @ np.maximum(k - n, 0), rel=1e-7, abs=2e-8)
        assert state.e_busy == pytest.approx(dist @ np.minimum(k, n), rel=1e-7, abs=1e-9)
        assert state.p_all_busy == pytest.approx(dist[n:].sum(), rel=1e-7, abs=2e-8)


@pytest.mark.parametrize(
    ("n", "rate", "patience_s"), [(1, 20, 60), (20, 300, 180), (2000, 24_000, 120), (2000, 30_000, 60)]
)
def test_a_steady_rate_settles_at_erlang_a(n, rate, patience_s):
    steady = erlang_a(rate, 300, patience_s, n, 0)

    state = mt_mnm_transient(n, rate, 0, 3600, 300, patience_s, 12_000)

    assert state.p_all_busy == pytest.approx(steady.p_wait, rel=1e-7)
    assert state.e_queue == pytest.approx(rate / 3600 * steady.e_wait_s, rel=1e-7)
    assert state.e_busy == pytest.approx(n * steady.occupancy, rel=1e-7)


def test_one_time_alone_gives_what_the_path_gives():
    arguments = (10, 110, 0.5, 14_400, 300, 120)
    path = mt_mnm_path(*arguments, [900, 900, 5000])

    assert path[0] == path[1]
    for state in path[1:]:
        alone = mt_mnm_transient(*arguments, state.t_s)
        assert alone.e_queue == pytest.approx(state.e_queue, rel=1e-7)


def test_an_empty_centre_stays_empty_without_arrivals():
    states = mt_mnm_path(3, 0, 1, 600, 300, 120, TIMES_S)

    assert all((state.e_queue, state.p_all_busy, state.e_busy) == (0, 0, 0) for state in states)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"amplitude": 1.01}, r"amplitude=1.01 is not allowed: it must be a number between 0 and 1"),
        ({"period_s": 0}, r"period_s=0 is not allowed: it must be a finite number > 0"),
        ({"patience_s": 1e9, "t_s": 1e9}, r"patience_s=1000000000.0 is not allowed: the queue must stay below"),
        ({"t_s": -1}, r"t_s=-1 is not allowed: it must be a finite number >= 0"),
    ],
)
def test_an_impossible_argument_is_refused(changed, message):
    good = {"n": 5, "lambda0_per_h": 100, "amplitude": 0.5, "period_s": 600, "aht_s": 300, "patience_s": 60, "t_s": 50}

    with pytest.raises(ValueError, match=f"^{message}"):
        mt_mnm_transient(**good | changed)


@pytest.mark.parametrize("times_s", [[], [5, 4]])
def test_times_that_do_not_ascend_are_refused(times_s):
    with pytest.raises(ValueError, match=r"^times_s=\[.* is not allowed: it must be ascending times, at least one"):
        mt_mnm_path(5, 100, 0.5, 600, 300, 60, times_s)
