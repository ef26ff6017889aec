import math
from dataclasses import asdict, dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import linalg

from ccenv.theory import erlang_a, erlang_b, erlang_c

HOUR_S = 3600.0  # with this handle time, rate_per_hour equals the offered load

EXACT = 1e-12  # relative; ten times the largest observed deviation from the sums in Decimal below
CHAIN = 1e-9  # relative; the truncated chain and its matrix exponential lose about 1e-12
SMALLEST = 1e-300  # absolute; floats lose digits below 1e-308
ROUNDING = 1e-12  # absolute slack of comparisons of order between probabilities

advisors = st.integers(1, 2000)
loads = st.floats(-6, 6).map(lambda power: 10.0**power)
patiences = st.floats(-4, 4).map(lambda power: HOUR_S * 10.0**power)
thresholds = st.floats(0, 2).map(lambda share: HOUR_S * share)
given_centre = given(n=advisors, load=loads, patience_s=patiences, threshold_s=thresholds)
quick = settings(deadline=None, max_examples=100)


def close(value, rel):
    """Closeness relative to the value, however small; the default of pytest accepts 1e-12 for 0."""
    return pytest.approx(value, rel=rel, abs=SMALLEST)


# Closed forms, summed exactly or with hundreds of digits.


def exact_blocking(n, load):
    term = total = load / load
    for k in range(1, n + 1):
        term *= load / k
        total += term
    return term / total


@pytest.mark.parametrize(("n", "load"), [(1, 0.5), (5, 3.0), (20, 15.25), (60, 90.0), (100, 100.0)])
def test_erlang_b_equals_its_closed_form_in_fractions(n, load):
    assert erlang_b(n, load).blocking == close(float(exact_blocking(n, Fraction(load))), EXACT)


@pytest.mark.parametrize("n", [1, 30, 500, 2000])
@pytest.mark.parametrize("load", [1e-6, 0.3, 29.0, 480.0, 1999.0, 2000.0, 2400.0, 1e6])
def test_erlang_b_equals_its_closed_form_at_the_extremes(n, load):
    exact = float(exact_blocking(n, Decimal(load)))

    assert erlang_b(n, load).blocking == close(exact, EXACT)


@pytest.mark.parametrize(
    ("n", "load"), [(1, 1e-6), (1, 1 - 1e-9), (7, 6.5), (400, 399.999), (2000, 1e-6), (2000, 1990)]
)
def test_erlang_c_equals_its_closed_form(n, load):
    answer = erlang_c(load, HOUR_S, n, HOUR_S / 10)

    with localcontext(prec=60):
        a = Decimal(answer.offered_load)  # near n the last bit affects the result
        b = exact_blocking(n, a)
        p_wait = b / (1 - (a / n) * (1 - b))
        level = 1 - p_wait * (-(n - a) / 10).exp()
    assert answer.p_wait == close(float(p_wait), EXACT)
    assert answer.service_level_T == close(float(level), EXACT)


def palm_series(x, y):
    """Sums over j of t_j and of j t_j, with t_j = y^j / ((x + 1) ... (x + j)): Palm's A, and A times the mean queue."""
    term = total = Decimal(1)
    queue, j = Decimal(0), 0
    while y > x + j or term * (j + 1) > total * Decimal(10) ** -190:
        j += 1
        term *= y / (x + j)
        total += term
        queue += j * term
    return total, queue


def palm(n, load, patience, threshold):
    """Erlang A by Palm's formulas, in mean handle times; extra digits make up for the cancellation."""
    with localcontext(prec=200):
        a, t = Decimal(load), Decimal(threshold) / Decimal(patience)
        x, y = n * Decimal(patience), a * Decimal(patience)
        z = y * (-t).exp()
        (total, queue), (total_t, queue_t) = palm_series(x, y), palm_series(x, z)
        b = exact_blocking(n, a)
        p_wait = total * b / (1 + (total - 1) * b)
        p_abandon = p_wait * queue / (y * total)
        still = p_wait * (y - z - x * t).exp() * total_t / total * (-t).exp()
        p_abandon_within = p_abandon - still * queue_t / (z * total_t)
        served_within = 1 - still - p_abandon_within
        return {
            "p_wait": p_wait,
            "p_abandon": p_abandon,
            "e_wait_s": p_abandon * Decimal(patience) * Decimal(HOUR_S),
            "e_wait_given_wait_s": p_abandon / p_wait * Decimal(patience) * Decimal(HOUR_S),
            "p_ab_given_wait": p_abandon / p_wait,
            "served_within_T_of_offered": served_within,
            "p_wait_le_T_incl_abandoners": 1 - still,
            "p_abandon_within_T": p_abandon_within,
            "sl_excl_short_abandons": served_within / (1 - p_abandon_within),
            "sl_of_served": served_within / (1 - p_abandon),
            "occupancy": a * (1 - p_abandon) / n,
        }


@pytest.mark.parametrize(
    ("n", "load", "patience"),
    [
        (1, 1e-6, 1.0),
        (1, 0.999, 1e3),
        (1, 1e6, 1e-3),
        (1, 1000.0, 1e-6),
        (3, 30.0, 50.0),
        (3, 300.0, 1.0),
        (8, 8.3, 0.4),
        (100, 100.0, 1e-6),
        (100, 103.0, 20.0),
        (500, 450.0, 1.0),
        (2000, 1e-6, 1.0),
        (2000, 1990.0, 5.0),
        (2000, 2000.0, 0.1),
        (2000, 2100.0, 1.0),
        (2000, 1e6, 0.01),
    ],
)
@pytest.mark.parametrize("threshold", [1e-3, 0.1, 2.0])
def test_erlang_a_equals_palms_formulas(n, load, patience, threshold):
    exact = {key: float(value) for key, value in palm(n, load, patience, threshold).items()}

    answer = asdict(erlang_a(load, HOUR_S, patience * HOUR_S, n, threshold * HOUR_S))

    # Service levels far below 1e-100 lose digits in the sums in Decimal, blocking below 1e-300 in floats.
    assert {key: answer[key] for key in exact} == pytest.approx(exact, rel=EXACT, abs=1e-150)


@pytest.mark.parametrize("patience", [1e3, 1e6, 1e9, 1e12])
def test_erlang_a_at_load_n_follows_ramanujan(patience):
    # There Palm's A is 1 + x / (x + 1) + x^2 / ((x + 1) (x + 2)) + ..., whose expansion is Ramanujan's (Knuth, The Art
    # of Computer Programming 1, section 1.2.11.3); the omitted terms are below 1e-18 of it.
    x = 2000 * patience
    palm_a = (math.sqrt(2 * math.pi * x) * (1 + 1 / (12 * x) + 1 / (288 * x * x)) + 2 / 3 + 8 / (135 * x)) / 2

    answer = erlang_a(2000.0, HOUR_S, patience * HOUR_S, 2000, 0.0)

    blocking = erlang_b(2000, 2000.0).blocking
    assert answer.p_ab_given_wait == close(1 / palm_a, EXACT)
    assert answer.p_wait == close(blocking / ((1 - blocking) / palm_a + blocking), EXACT)


# Independent slow twin: the birth and death chain, and a tagged contact that moves up in the queue.


@dataclass(frozen=True)
class Twin:
    p_wait: float
    p_abandon: float
    p_served_within: float
    p_abandon_within: float
    e_wait_s: float
    lq: float
    n_at_work: float


def twin(rate_per_hour, handle_s, patience_s, n, threshold_s, n_waiting):
    """Steady state with at most ``n_waiting`` in the queue, from linear systems and one matrix exponential."""
    arrive, finish, leave = rate_per_hour / 3600, 1 / handle_s, 1 / patience_s
    state = np.arange(n + n_waiting + 1)
    up = np.full(state.size - 1, arrive)
    down = (np.minimum(state, n) * finish + np.maximum(state - n, 0) * leave)[1:]
    generator = np.diag(up, 1) + np.diag(down, -1)
    generator -= np.diag(generator.sum(axis=1))
    balance = np.vstack((generator.T[1:], np.ones(state.size)))
    dist = linalg.solve(balance, np.eye(state.size)[-1])

    ahead = np.arange(n_waiting + 1)  # last two states of the tagged contact: served, abandoned
    tagged = np.zeros((n_waiting + 3, n_waiting + 3))
    tagged[ahead[1:], ahead[:-1]] = n * finish + ahead[1:] * leave
    tagged[0, -2] = n * finish
    tagged[ahead, -1] = leave
    tagged -= np.diag(tagged.sum(axis=1))
    met = dist[n:]  # seen by an arrival that has to wait: distribution of the number already waiting
    at_threshold = met @ linalg.expm(tagged * threshold_s)[:-2]
    moves = tagged[:-2, :-2]
    return Twin(
        p_wait=met.sum(),
        p_abandon=met @ linalg.solve(-moves, tagged[:-2, -1]),
        p_served_within=1 - met.sum() + at_threshold[-2],
        p_abandon_within=at_threshold[-1],
        e_wait_s=met @ linalg.solve(-moves, np.ones(ahead.size)),
        lq=dist @ np.maximum(state - n, 0),
        n_at_work=dist @ np.minimum(state, n),
    )


CENTRES = [  # rate_per_hour, handle_s, patience_s, n, threshold_s
    (40.0, 200.0, 90.0, 1, 25.0),
    (100.0, 300.0, 120.0, 9, 20.0),
    (100.0, 300.0, 20.0, 5, 30.0),
    (300.0, 240.0, 900.0, 22, 60.0),
    (500.0, 180.0, 240.0, 20, 10.0),
]


@pytest.mark.parametrize("centre", CENTRES)
def test_erlang_a_agrees_with_the_chain(centre):
    slow = twin(*centre, n_waiting=150)

    fast = erlang_a(*centre)

    assert fast.p_wait == close(slow.p_wait, CHAIN)
    assert fast.p_abandon == close(slow.p_abandon, CHAIN)
    assert fast.p_ab_given_wait == close(slow.p_abandon / slow.p_wait, CHAIN)
    assert fast.e_wait_s == close(slow.e_wait_s, CHAIN)
    assert fast.e_wait_given_wait_s == close(slow.e_wait_s / slow.p_wait, CHAIN)
    assert fast.served_within_T_of_offered == close(slow.p_served_within, CHAIN)
    assert fast.p_abandon_within_T == close(slow.p_abandon_within, CHAIN)
    assert fast.p_wait_le_T_incl_abandoners == close(slow.p_served_within + slow.p_abandon_within, CHAIN)
    assert fast.sl_excl_short_abandons == close(slow.p_served_within / (1 - slow.p_abandon_within), CHAIN)
    assert fast.sl_of_served == close(slow.p_served_within / (1 - slow.p_abandon), CHAIN)
    assert fast.occupancy == close(slow.n_at_work / fast.n, CHAIN)


@pytest.mark.parametrize("centre", CENTRES)
def test_erlang_a_obeys_littles_distribution(centre):
    fast = erlang_a(*centre)

    assert fast.lambda_per_h / 3600 * fast.e_wait_s == close(twin(*centre, n_waiting=150).lq, CHAIN)


@pytest.mark.parametrize(
    ("rate_per_hour", "handle_s", "n", "threshold_s"),
    [(12.0, 180.0, 1, 30.0), (100.0, 240.0, 8, 20.0), (360, 240, 30, 9)],
)
def test_erlang_c_agrees_with_the_chain(rate_per_hour, handle_s, n, threshold_s):
    slow = twin(rate_per_hour, handle_s, math.inf, n, threshold_s, n_waiting=250)

    fast = erlang_c(rate_per_hour, handle_s, n, threshold_s)

    assert fast.p_wait == close(slow.p_wait, CHAIN)
    assert fast.asa_s == close(slow.e_wait_s, CHAIN)
    assert fast.e_wait_given_wait_s == close(slow.e_wait_s / slow.p_wait, CHAIN)
    assert fast.service_level_T == close(slow.p_served_within, CHAIN)
    assert fast.lq == close(slow.lq, CHAIN)
    assert fast.occupancy == close(slow.n_at_work / n, CHAIN)


# Identities, limits and monotonicity over the whole range.


@quick
@given_centre
def test_abandonment_is_the_patience_rate_times_the_mean_wait(n, load, patience_s, threshold_s):
    answer = erlang_a(load, HOUR_S, patience_s, n, threshold_s)

    assert answer.p_abandon == close(answer.e_wait_s / patience_s, EXACT)
    assert answer.p_ab_given_wait == close(answer.e_wait_given_wait_s / patience_s, EXACT)


def assert_shares(answer):
    shares = {key: value for key, value in asdict(answer).items() if key.startswith(("p_", "served", "sl_", "occ"))}
    assert len(shares) == 9
    assert all(0 <= value <= 1 for value in shares.values()), shares


@pytest.mark.parametrize("n", [1, 2, 2000])
@pytest.mark.parametrize("patience", [1e-300, 1e-12, 1e-6, 1.0, 1e6, 1e100])
def test_probabilities_lie_between_0_and_1_far_outside_any_centre(n, patience):
    for load in (1e-300, 1e-6, n * (1 - 1e-15), float(n), 1e15, 1e150, 1e200):
        for threshold in (0.0, 1e-3, 1.0, 1e12):
            assert_shares(erlang_a(load, HOUR_S, patience * HOUR_S, n, threshold * HOUR_S))


@quick
@given_centre
def test_probabilities_lie_between_0_and_1_and_are_ordered(n, load, patience_s, threshold_s):
    answer = erlang_a(load, HOUR_S, patience_s, n, threshold_s)

    assert_shares(answer)
    assert answer.p_abandon_within_T <= answer.p_abandon + ROUNDING
    assert answer.p_abandon <= answer.p_wait
    assert answer.served_within_T_of_offered <= 1 - answer.p_abandon + ROUNDING
    assert answer.served_within_T_of_offered >= 1 - answer.p_wait - ROUNDING
    assert answer.p_wait >= erlang_b(n, load).blocking * (1 - EXACT)


@quick
@given(n=advisors, load=loads, patience_s=patiences)
def test_at_threshold_0_only_those_who_do_not_wait_are_served_in_time(n, load, patience_s):
    answer = erlang_a(load, HOUR_S, patience_s, n, 0)

    assert answer.p_abandon_within_T == 0
    assert answer.served_within_T_of_offered == pytest.approx(1 - answer.p_wait, abs=ROUNDING)


@quick
@given(n=advisors, load=loads, patience_s=patiences)
def test_a_late_threshold_catches_everybody(n, load, patience_s):
    answer = erlang_a(load, HOUR_S, patience_s, n, 800 * patience_s)

    assert answer.p_wait_le_T_incl_abandoners == pytest.approx(1, abs=ROUNDING)
    assert answer.p_abandon_within_T == close(answer.p_abandon, EXACT)
    assert answer.sl_of_served == pytest.approx(1, abs=ROUNDING)


@quick
@given(n=advisors, rho=st.floats(1e-6, 0.999), threshold_s=thresholds)
def test_endless_patience_gives_erlang_c(n, rho, threshold_s):
    patient = erlang_a(n * rho, HOUR_S, 1e15 * HOUR_S, n, threshold_s)

    endless = erlang_c(n * rho, HOUR_S, n, threshold_s)

    assume(endless.p_wait > 1e-300)
    assert patient.p_wait == close(endless.p_wait, 1e-8)
    assert patient.e_wait_s == close(endless.asa_s, 1e-8)
    assert patient.e_wait_given_wait_s == close(endless.e_wait_given_wait_s, 1e-8)
    assert patient.served_within_T_of_offered == close(endless.service_level_T, 1e-8)
    assert patient.occupancy == close(endless.occupancy, 1e-8)


@quick
@given(n=advisors, load=loads)
def test_no_patience_gives_erlang_b(n, load):
    hasty = erlang_a(load, HOUR_S, 1e-15 * HOUR_S, n, 0.0)

    blocking = erlang_b(n, load).blocking
    assume(blocking > 1e-300)
    assert hasty.p_wait == close(blocking, 1e-8)
    assert hasty.p_abandon == close(blocking, 1e-8)
    assert hasty.served_within_T_of_offered == pytest.approx(1 - blocking, abs=1e-8)


@quick
@given(n=advisors, load=loads, factor=st.floats(1.001, 3))
def test_erlang_b_rises_with_load_and_falls_with_advisors(n, load, factor):
    blocking = erlang_b(n, load).blocking

    assume(blocking > 1e-300)
    assert erlang_b(n, load * factor).blocking > blocking * (1 - EXACT)
    assert erlang_b(n + 1, load).blocking < blocking


@quick
@given(n=advisors, rho=st.floats(1e-3, 0.99), factor=st.floats(1.001, 1.009), threshold_s=thresholds)
def test_erlang_c_worsens_with_load_and_improves_with_advisors(n, rho, factor, threshold_s):
    base = erlang_c(n * rho, HOUR_S, n, threshold_s)

    worse = erlang_c(n * rho * factor, HOUR_S, n, threshold_s)
    better = erlang_c(n * rho, HOUR_S, n + 1, threshold_s)

    assert better.p_wait <= base.p_wait <= worse.p_wait
    assert better.asa_s <= base.asa_s <= worse.asa_s
    assert better.service_level_T >= base.service_level_T - ROUNDING
    assert worse.service_level_T <= base.service_level_T + ROUNDING


@quick
@given(n=advisors, load=loads, patience_s=patiences, threshold_s=thresholds, factor=st.floats(1.001, 3))
def test_erlang_a_is_monotone(n, load, patience_s, threshold_s, factor):
    base = erlang_a(load, HOUR_S, patience_s, n, threshold_s)

    loaded = erlang_a(load * factor, HOUR_S, patience_s, n, threshold_s)
    staffed = erlang_a(load, HOUR_S, patience_s, n + 1, threshold_s)
    patient = erlang_a(load, HOUR_S, patience_s * factor, n, threshold_s)

    assert staffed.p_wait - ROUNDING <= base.p_wait <= loaded.p_wait + ROUNDING
    assert staffed.p_abandon - ROUNDING <= base.p_abandon <= loaded.p_abandon + ROUNDING
    assert staffed.served_within_T_of_offered + ROUNDING >= base.served_within_T_of_offered
    assert loaded.served_within_T_of_offered - ROUNDING <= base.served_within_T_of_offered
    assert patient.p_abandon - ROUNDING <= base.p_abandon
    assert patient.p_wait + ROUNDING >= base.p_wait


def test_measures_at_rate_0_are_those_of_a_lone_contact():
    delay, abandonment = erlang_c(0, 240, 4, 20), erlang_a(0, 240, 120, 4, 20)

    assert (delay.p_wait, delay.asa_s, delay.service_level_T, delay.occupancy) == (0, 0, 1, 0)
    assert (abandonment.p_wait, abandonment.e_wait_s, abandonment.occupancy) == (0, 0, 0)
    assert abandonment.sl_of_served == abandonment.served_within_T_of_offered == 1
    assert abandonment.p_ab_given_wait == close((1 / 120) / (4 / 240 + 1 / 120), EXACT)
    assert erlang_b(4, 0).blocking == 0


# Errors: each names the argument, its value and the allowed values.


@pytest.mark.parametrize("n", [0, -3, 2.5, math.nan, math.inf, True, "8", None])
@pytest.mark.parametrize(
    "formula",
    [lambda n: erlang_b(n, 1.0), lambda n: erlang_c(1.0, 60.0, n, 20.0), lambda n: erlang_a(1.0, 60.0, 60.0, n, 20.0)],
    ids=["b", "c", "a"],
)
def test_a_number_of_advisors_that_is_not_whole_is_refused(formula, n):
    with pytest.raises(ValueError, match=rf"^n={n!r} is not allowed: it must be a whole number >= 1$"):
        formula(n)


@pytest.mark.parametrize("value", [-1.0, math.nan, math.inf, -math.inf, "1", None, 1j])
@pytest.mark.parametrize("name", ["rate_per_hour", "handle_s", "patience_s", "threshold_s", "load"])
def test_a_negative_or_non_finite_argument_is_refused(name, value):
    good = {"rate_per_hour": 100.0, "handle_s": 60.0, "patience_s": 60.0, "threshold_s": 20.0}
    wait = {"n": 9} | good | {name: value}
    formulas = [lambda: erlang_a(**wait)]
    if name == "load":
        formulas = [lambda: erlang_b(9, value)]
    elif name != "patience_s":
        formulas.append(lambda: erlang_c(**{key: wait[key] for key in wait if key != "patience_s"}))

    for formula in formulas:
        with pytest.raises(ValueError) as refusal:
            formula()

        assert str(refusal.value).startswith(f"{name}={value!r} is not allowed: it must be a finite number >")


@pytest.mark.parametrize("name", ["handle_s", "patience_s"])
def test_a_mean_time_of_0_is_refused(name):
    centre = {"rate_per_hour": 100.0, "handle_s": 60.0, "patience_s": 60.0, "n": 9, "threshold_s": 20.0, name: 0.0}

    with pytest.raises(ValueError, match=rf"^{name}=0.0 is not allowed: it must be a finite number > 0$"):
        erlang_a(**centre)


@pytest.mark.parametrize("rate_per_hour", [600.0, 600.0000001, 1e9])
def test_erlang_c_refuses_a_queue_without_bound(rate_per_hour):
    with pytest.raises(ValueError, match=r"^n=10 is not allowed: .* must exceed the offered load, rate_per_hour="):
        erlang_c(rate_per_hour, 60.0, 10, 20.0)


@pytest.mark.parametrize(
    ("centre", "name"),
    [((1e300, 1e300, 1.0), "rate_per_hour"), ((1.0, 1e-200, 1e200), "patience_s"), ((1e200, 60, 1e200), "patience_s")],
)
def test_arguments_out_of_proportion_are_refused(centre, name):
    with pytest.raises(ValueError, match=rf"^{name}=.* is not allowed: out of proportion to handle_s="):
        erlang_a(*centre, 5, 20.0)


def test_a_whole_number_of_any_type_is_taken():
    assert erlang_b(np.int64(5), np.float64(3)) == erlang_b(5.0, 3) == erlang_b(5, 3.0)
    assert type(erlang_b(5.0, 3).n) is int
