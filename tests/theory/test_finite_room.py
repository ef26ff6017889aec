import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg

from ccenv.theory import erlang_b, erlang_c, mmnk
from tests.theory.chains import mean, stationary

HOUR_S = 3600.0
EXACT = 1e-12


def exact_dist(n, places, load):
    weights = [Fraction(1)]
    for state in range(1, places + 1):
        weights.append(weights[-1] * load / min(state, n))
    return [weight / sum(weights) for weight in weights]


@pytest.mark.parametrize(
    ("n", "places", "load"), [(1, 1, 3.0), (1, 9, 0.5), (4, 7, 4.0), (30, 80, 45.0), (60, 61, 20.0)]
)
def test_it_equals_the_distribution_in_fractions(n, places, load):
    dist = exact_dist(n, places, Fraction(load))

    answer = mmnk(load, HOUR_S, n, places, 0)

    queue = sum((k - n) * p for k, p in enumerate(dist) if k > n)
    assert answer.p_block == pytest.approx(float(dist[-1]), rel=EXACT)
    assert answer.p_wait_offered == pytest.approx(float(sum(dist[n:-1])), rel=EXACT)
    assert answer.lq == pytest.approx(float(queue), rel=EXACT)
    assert answer.asa_accepted_s == pytest.approx(float(queue / Fraction(load) / (1 - dist[-1])) * HOUR_S, rel=EXACT)
    assert answer.sl_accepted_T == pytest.approx(float(sum(dist[:n]) / (1 - dist[-1])), rel=EXACT)
    assert answer.occupancy == pytest.approx(float(Fraction(load) * (1 - dist[-1]) / n), rel=EXACT)


@pytest.mark.parametrize(("rate", "handle_s", "n", "places", "t_s"), [(90, 200, 4, 9, 30), (30, 100, 1, 6, 90)])
def test_its_service_level_is_that_of_a_contact_that_moves_up_in_the_chain(rate, handle_s, n, places, t_s):
    dist = stationary(
        lambda k: [(k + 1, rate / HOUR_S * (k < places)), (k - 1, min(k, n) / handle_s)],
        0,
    )
    ahead = places - n
    moves = np.diag(np.full(ahead, n / handle_s), -1) - n / handle_s * np.eye(ahead + 1)  # 0: service begins
    moves[0] = 0.0
    started = linalg.expm(moves * t_s)[:, 0]
    accepted = 1 - dist[places]
    in_time = sum(dist[k] * (1.0 if k < n else started[k - n + 1]) for k in range(places))

    answer = mmnk(rate, handle_s, n, places, t_s)

    assert answer.sl_accepted_T == pytest.approx(in_time / accepted, rel=1e-10)
    assert answer.lq == pytest.approx(mean(dist, lambda k: max(k - n, 0)), rel=1e-10)


@settings(deadline=None, max_examples=60)
@given(n=st.integers(1, 2000), load=st.floats(-6, 6).map(lambda power: 10.0**power))
def test_without_waiting_room_it_is_erlang_b(n, load):
    answer = mmnk(load, HOUR_S, n, n, 60)

    assert answer.p_block == pytest.approx(erlang_b(n, load).blocking, rel=EXACT)
    assert (answer.p_wait_offered, answer.asa_accepted_s, answer.sl_accepted_T) == (0, 0, 1)


@pytest.mark.parametrize(("n", "load", "room"), [(1, 0.8, 200), (20, 18.0, 500), (2000, 1980.0, 5000)])
def test_with_a_large_room_it_is_erlang_c(n, load, room):
    endless, answer = erlang_c(load, HOUR_S, n, 60), mmnk(load, HOUR_S, n, n + room, 60)

    assert answer.p_wait_offered == pytest.approx(endless.p_wait, rel=1e-9)
    assert answer.asa_accepted_s == pytest.approx(endless.asa_s, rel=1e-9)
    assert answer.sl_accepted_T == pytest.approx(endless.service_level_T, rel=1e-9)
    assert answer.occupancy == pytest.approx(endless.occupancy, rel=1e-9)


@settings(deadline=None, max_examples=60)
@given(
    n=st.integers(1, 2000),
    room=st.integers(0, 3000),
    load=st.floats(-200, 200).map(lambda power: 10.0**power),
    t_s=st.floats(0, 1e6),
)
def test_it_stays_within_its_bounds_at_any_load(n, room, load, t_s):
    answer = mmnk(load, HOUR_S, n, n + room, t_s)

    shares = (answer.p_block, answer.p_wait_offered, answer.sl_accepted_T, answer.occupancy)
    assert all(0 <= share <= 1 for share in shares)
    assert 0 <= answer.lq <= room * (1 + EXACT)
    assert math.isfinite(answer.asa_accepted_s)


def test_at_rate_0_everybody_is_served_at_once():
    answer = mmnk(0, 300, 8, 12, 20)

    assert (answer.p_block, answer.lq, answer.asa_accepted_s, answer.sl_accepted_T, answer.occupancy) == (0, 0, 0, 1, 0)
