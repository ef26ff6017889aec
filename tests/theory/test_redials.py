from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccenv.theory import _orbits, erlang_a, redial
from ccenv.theory._counted_orbit import MOST_WORK, counted_orbit
from ccenv.theory._orbits import _expanded, _Place
from ccenv.theory._poisson_orbits import Centre, poisson_orbits
from tests.theory.chains import mean, stationary


def twin(n, rate, handle_s, patience_s, redial_prob, redial_s, reconnect_prob, reconnect_s, most):
    arrive, most_in, most_redial, most_reconnect = rate / 3600, *most

    def moves(state):
        inside, again, back = state
        served, left = min(inside, n) / handle_s, max(inside - n, 0) / patience_s
        room = inside < most_in
        return [
            ((inside + 1, again, back), arrive * room),
            ((inside + 1, again - 1, back), again / redial_s * room),
            ((inside + 1, again, back - 1), back / reconnect_s * room),
            ((inside - 1, again, back), served * (1 - reconnect_prob) + left * (1 - redial_prob)),
            ((inside - 1, again + 1, back), left * redial_prob * (again < most_redial)),
            ((inside - 1, again, back + 1), served * reconnect_prob * (back < most_reconnect)),
        ]

    dist = stationary(moves, (0, 0, 0))
    again, back = (mean(dist, lambda state, i=i: state[i]) for i in (1, 2))
    queue, at_work = mean(dist, lambda s: max(s[0] - n, 0)), mean(dist, lambda s: min(s[0], n))
    total = 3600 * (arrive + again / redial_s + back / reconnect_s)
    return {
        "total_arrivals_per_h": total,
        "p_abandon_per_call": 3600 * queue / patience_s / total,
        "e_queue": queue,
        "e_redial_orbit": again,
        "e_reconnect_orbit": back,
        "occupancy": at_work / n,
    }


@pytest.mark.parametrize(
    "centre",
    [
        (1, 9, 300, 120, 0.5, 60, 0.1, 60, (16, 10, 8)),
        (2, 18, 300, 60, 0.8, 900, 0, 500, (18, 50, 0)),
        (3, 30, 240, 180, 0.7, 300, 0.1, 600, (26, 14, 12)),
        (4, 40, 300, 300, 0, 300, 0.3, 200, (34, 0, 20)),
        (4, 60, 300, 30, 0.4, 100, 0.2, 400, (20, 14, 18)),
    ],
)
def test_it_agrees_with_the_chain(centre):
    slow = twin(*centre)

    answer = asdict(redial(*centre[:8]))

    assert {name: answer[name] for name in slow} == pytest.approx(slow, rel=2e-7, abs=1e-12)


NEARLY_CERTAIN = [
    (5, 60, 300, 5, 0.99, 300, 0.1, 900),
    pytest.param((2, 8, 300, 160, 0.95, 1600, 0.7, 90), marks=pytest.mark.slow),
    (1, 9, 300, 200, 1, 400, 0, 60),
    pytest.param((3, 20, 300, 60, 1, 100, 0.3, 200), marks=pytest.mark.slow),
    (5, 65, 300, 120, 0.97, 600, 0, 60),
]


@pytest.mark.parametrize("centre", NEARLY_CERTAIN)
def test_where_hardly_anybody_is_lost_flows_balance(centre):
    """Fresh contacts arrive as fast as contacts leave for good, served or lost."""
    n, rate, handle_s, patience_s, redial_prob, redial_s, reconnect_prob, _ = centre

    answer = redial(*centre)

    abandoned, served = 3600 / patience_s * answer.e_queue, 3600 / handle_s * answer.occupancy * n
    assert served * (1 - reconnect_prob) + abandoned * (1 - redial_prob) == pytest.approx(rate, rel=2e-7)
    assert answer.occupancy > 0.5
    assert redial_prob < 1 or answer.occupancy == pytest.approx(rate * handle_s / 3600 / n / (1 - reconnect_prob))


@pytest.mark.parametrize(
    "centre", [(1, 7, 300, 300, 0.95, 200, 0, 60, (30, 60, 0)), (2, 12, 300, 60, 1, 120, 0.1, 60, (24, 34, 10))]
)
def test_a_counted_orbit_agrees_with_the_chain(centre):
    slow = twin(*centre)

    answer = asdict(redial(*centre[:8]))

    assert {name: answer[name] for name in slow} == pytest.approx(slow, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("centre", [(5, 50, 300, 120, 0.7, 600, 0, 60), (3, 30, 240, 180, 0.7, 300, 0.1, 600)])
def test_counting_and_expanding_agree(centre):
    n, rate, handle_s, patience_s, redial_prob, redial_s, reconnect_prob, reconnect_s = centre
    model = Centre(
        *(n, rate * handle_s / 3600, handle_s / patience_s, redial_prob, handle_s / redial_s),
        *(reconnect_prob, handle_s / reconnect_s),
    )
    grid, dist, means = poisson_orbits(model)

    counted = counted_orbit(model, grid, means[1], float(means[0] @ dist), MOST_WORK)
    expanded, is_dist = _expanded(model, grid, _Place(dist, means, np.zeros((2, 2, dist.size))))

    assert is_dist and counted == pytest.approx(expanded, rel=1e-7)


@pytest.mark.parametrize(
    ("n", "rate", "patience_s"), [(1, 10, 60), (20, 260, 600), (2000, 23_900, 120), (2000, 30_000, 120)]
)
def test_when_nobody_comes_back_it_is_erlang_a(n, rate, patience_s):
    once = erlang_a(rate, 300, patience_s, n, 0)

    answer = redial(n, rate, 300, patience_s, 0, 60, 0, 60)

    assert answer.total_arrivals_per_h == pytest.approx(rate, rel=1e-10)
    assert answer.p_abandon_per_call == pytest.approx(once.p_abandon, rel=1e-9)
    assert answer.occupancy == pytest.approx(once.occupancy, rel=1e-10)
    assert answer.e_redial_orbit == answer.e_reconnect_orbit == 0


@pytest.mark.parametrize(("n", "rate"), [(5, 50), (60, 640), (2000, 21_500)])
def test_after_long_delays_the_returns_come_like_fresh_contacts(n, rate):
    answer = redial(n, rate, 300, 120, 0.5, 1e7, 0.1, 1e7)

    alone = erlang_a(answer.total_arrivals_per_h, 300, 120, n, 0)
    assert answer.p_abandon_per_call == pytest.approx(alone.p_abandon, rel=1e-3)
    assert answer.occupancy == pytest.approx(alone.occupancy, rel=1e-4)


@pytest.mark.parametrize(
    "centre",
    [
        (5, 45, 300, 120, 0.5, 300, 0.15, 900),
        (300, 3_300, 300, 60, 0.6, 120, 0.05, 3600),
        (2000, 23_000, 300, 120, 0.5, 300, 0.1, 900),
        (2000, 20_000, 300, 120, 0.5, 300, 0.1, 900),
        (2000, 26_000, 300, 60, 0.8, 30, 0.1, 60),
    ],
)
def test_flows_balance_up_to_2000_advisors(centre):
    n, rate, handle_s, patience_s, redial_prob, redial_s, reconnect_prob, reconnect_s = centre

    answer = redial(*centre)

    abandoned = 3600 / patience_s * answer.e_queue
    served = 3600 / handle_s * answer.occupancy * n
    again, back = 3600 / redial_s * answer.e_redial_orbit, 3600 / reconnect_s * answer.e_reconnect_orbit
    assert again == pytest.approx(redial_prob * abandoned, rel=1e-6)
    assert back == pytest.approx(reconnect_prob * served, rel=1e-6)
    assert answer.total_arrivals_per_h == pytest.approx(rate + again + back, rel=1e-9)
    assert answer.total_arrivals_per_h == pytest.approx(abandoned + served, rel=1e-9)
    assert answer.p_abandon_per_call == pytest.approx(abandoned / answer.total_arrivals_per_h, rel=1e-9)


@settings(deadline=None, max_examples=15)
@given(
    n=st.integers(1, 60),
    rho=st.floats(0.1, 1.3),
    patience=st.floats(0.2, 4),
    redial_prob=st.floats(0, 0.8),
    reconnect_prob=st.floats(0, 0.4),
    delay=st.floats(0.05, 20),
)
def test_returns_add_load_and_abandonment(n, rho, patience, redial_prob, reconnect_prob, delay):
    once = erlang_a(n * rho, 3600, 3600 * patience, n, 0)

    answer = redial(n, n * rho, 3600, 3600 * patience, redial_prob, 3600 * delay, reconnect_prob, 3600 * delay)

    assert answer.p_abandon_per_call >= once.p_abandon * (1 - 1e-6) - 1e-13
    assert once.occupancy * (1 - 1e-6) <= answer.occupancy <= 1
    assert answer.total_arrivals_per_h >= n * rho * (1 - 1e-9)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"redial_prob": 1.2}, r"redial_prob=1.2 is not allowed: it must be a number between 0 and 1"),
        ({"redial_delay_s": 0}, r"redial_delay_s=0 is not allowed: it must be a finite number > 0"),
        ({"fresh_lambda_per_h": 0}, r"fresh_lambda_per_h=0 is not allowed: it must be a finite number > 0"),
        ({"redial_prob": 1}, r"redial_prob=1 is not allowed: nobody is lost, .* pile up without bound"),
        ({"redial_prob": 1, "reconnect_prob": 1}, r"redial_prob=1 is not allowed: nobody is lost, .* pile up"),
    ],
)
def test_an_unstable_or_impossible_centre_is_refused(changed, message):
    good = {
        "n": 5,
        "fresh_lambda_per_h": 60,
        "aht_s": 300,
        "patience_s": 120,
        "redial_prob": 0.5,
        "redial_delay_s": 300,
        "reconnect_prob": 0.1,
        "reconnect_delay_s": 900,
    }

    with pytest.raises(ValueError, match=f"^{message}"):
        redial(**good | changed)


def test_a_centre_that_cannot_be_counted_is_refused_though_it_is_stable(monkeypatch):
    monkeypatch.setattr(_orbits, "MOST_WORK", 1e9)

    with pytest.raises(ValueError, match=r"^redial_prob=0.99 and .* are not allowed .* a steady state exists"):
        redial(15, 108, 300, 206, 0.99, 3443, 0.4, 1800)
