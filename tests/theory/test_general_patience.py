import math
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from ccenv.theory import erlang_a, erlang_b, erlang_c, mmn_g
from ccenv.theory.patience import patience_dist
from tests.theory.chains import at_work_given_free

HOUR_S = 3600.0
DISTS = {  # scipy's distributions with mean 1
    "exp": stats.expon(),
    "unif": stats.uniform(0, 2),
    "erlang2": stats.gamma(2, scale=1 / 2),
    "erlang1000": stats.gamma(1000, scale=1 / 1000),
    "lognormal_scv0.5": stats.lognorm(math.sqrt(math.log(1.5)), scale=1 / math.sqrt(1.5)),
    "lognormal_scv4": stats.lognorm(math.sqrt(math.log(5)), scale=1 / math.sqrt(5)),
    "weibull_shape0.6": stats.weibull_min(0.6, scale=1 / math.gamma(1 + 1 / 0.6)),
    "weibull_shape3": stats.weibull_min(3, scale=1 / math.gamma(1 + 1 / 3)),
}
NAMES = [*DISTS, "det", "hyper2_scv4", "hyper2_scv1000", "lognormal_scv1000", "weibull_shape0.1", "weibull_shape100"]
quick = settings(deadline=None, max_examples=60)
loads = st.floats(-6, 3).map(lambda power: 10.0**power)
patiences = st.floats(-4, 3).map(lambda power: 10.0**power)


@pytest.mark.parametrize("name", DISTS)
def test_a_distribution_of_patience_is_the_one_scipy_knows(name):
    dist, known = patience_dist(name, 50.0), DISTS[name]
    t = 50.0 * known.ppf([1e-9, 1e-3, 0.1, 0.5, 0.9, 1 - 1e-6])

    assert dist.cdf(t) == pytest.approx(known.cdf(t / 50), rel=1e-9)
    assert dist.survival(t) == pytest.approx(known.sf(t / 50), rel=1e-9)
    assert dist.survived(np.array([1e9])) == pytest.approx(50.0, rel=1e-9)
    for end in t[2:]:
        area, _ = integrate.quad(known.sf, 0, end / 50, epsabs=0, epsrel=1e-10, points=[0.5 * end / 50], limit=200)
        assert dist.survived(end) == pytest.approx(50 * area, rel=1e-9)
    if math.isfinite(dist.density_at_0()):
        assert dist.density_at_0() == pytest.approx(known.pdf(0) / 50, abs=1e-12)


@pytest.mark.parametrize("scv", [1, 4, 30])
def test_the_hyper_exponential_distribution_has_its_mean_and_coefficient_of_variation(scv):
    dist = patience_dist(f"hyper2_scv{scv}", 50.0)
    area, _ = integrate.quad(dist.survival, 0, math.inf, limit=200)
    second, _ = integrate.quad(lambda t: 2 * t * dist.survival(t), 0, math.inf, limit=200)

    assert area == pytest.approx(50, rel=1e-6)
    assert second / area**2 - 1 == pytest.approx(scv, rel=1e-6)
    assert dist.density_at_0() == pytest.approx(float(dist.cdf(np.array(1e-9))) / 1e-9, rel=1e-6)


@quick
@given(n=st.integers(1, 2000), rho=loads, patience=patiences, t=st.floats(0, 3))
def test_exponential_patience_is_erlang_a(n, rho, patience, t):
    palm = asdict(erlang_a(n * rho, HOUR_S, patience * HOUR_S, n, t * HOUR_S))

    answer = asdict(mmn_g(n * rho, HOUR_S, n, "exp", patience * HOUR_S, t * HOUR_S))

    shared = answer.keys() & palm.keys()
    assert len(shared) == 10
    assert {key: answer[key] for key in shared} == pytest.approx(
        {key: palm[key] for key in shared}, rel=1e-10, abs=1e-150
    )
    assert answer["ratio_pab_over_ew_per_s"] == pytest.approx(1 / (patience * HOUR_S), rel=1e-10)


@pytest.mark.parametrize("name", ["erlang1", "hyper2_scv1", "weibull_shape1"])
def test_the_exponential_distribution_by_any_name_gives_the_same(name):
    by_name, plain = (asdict(mmn_g(24_300, 300, 2000, dist, 200, 15)) for dist in (name, "exp"))

    del by_name["patience"], plain["patience"]
    assert by_name == pytest.approx(plain, rel=1e-10)


@pytest.mark.parametrize("name", DISTS)
@pytest.mark.parametrize(("rate", "n"), [(100.0, 6), (100.0, 9), (300.0, 24)])
def test_it_equals_textbook_integrals(name, rate, n):
    # Zeltyn and Mandelbaum (2005): J, J_1, J_H, J(t) and E, with another quadrature and scipy's distributions.
    arrive, finish, mean_s, t_s = rate / 3600, n / 300, 150.0, 25.0
    known = DISTS[name]
    far = mean_s * float(known.isf(1e-14)) + 60 / finish
    v = np.linspace(0, far ** (1 / 3), 400_001) ** 3  # dense near 0: some distributions are steep there
    gone = integrate.cumulative_simpson(known.sf(v / mean_s), x=v, initial=0)
    density = np.exp(arrive * gone - finish * v)
    j, j1, jh = (integrate.simpson(part * density, x=v) for part in (1.0, v, gone))
    late = integrate.simpson(np.where(v >= t_s, density, 0.0), x=v)
    epsilon = 1 / erlang_b(n - 1, rate / 12).blocking
    total = epsilon + arrive * j

    answer = mmn_g(rate, 300, n, name, mean_s, t_s)

    assert answer.p_wait == pytest.approx(arrive * j / total, rel=1e-6)
    assert answer.p_abandon == pytest.approx((1 + (arrive - finish) * j) / total, rel=2e-5)
    assert answer.e_offered_wait_s == pytest.approx(arrive * j1 / total, rel=1e-5)
    assert answer.e_wait_s == pytest.approx(arrive * jh / total, rel=1e-5)
    still = arrive * late / total * known.sf(t_s / mean_s)
    assert answer.p_wait_le_T_incl_abandoners == pytest.approx(1 - still, abs=2e-4)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("n", "rho"), [(1, 0.7), (1, 1.4), (30, 1.0), (2000, 0.97), (2000, 1.0), (2000, 1.2)])
def test_what_is_served_keeps_the_advisors_at_work(name, n, rho):
    load = n * rho

    answer = mmn_g(load, HOUR_S, n, name, 0.3 * HOUR_S, 60)

    at_work = (1 - answer.p_wait) * at_work_given_free(n, load) + answer.p_wait * n
    assert load * (1 - answer.p_abandon) == pytest.approx(at_work, rel=1e-10)


def test_deterministic_patience_is_the_limit_of_narrow_distributions():
    det, *narrow = (mmn_g(360, 240, 24, name, 180, 20) for name in ("det", "weibull_shape100", "lognormal_scv0.001"))

    for dist in narrow:
        assert dist.p_abandon == pytest.approx(det.p_abandon, rel=0.02)
        assert dist.e_wait_s == pytest.approx(det.e_wait_s, rel=0.02)


def test_nobody_leaves_before_a_deterministic_patience():
    answer = mmn_g(400, 240, 24, "det", 30, 29.999)

    assert answer.served_within_T_of_offered == pytest.approx(answer.p_wait_le_T_incl_abandoners, rel=1e-12)
    at = mmn_g(400, 240, 24, "det", 30, 30)
    assert at.p_wait_le_T_incl_abandoners == 1
    assert at.served_within_T_of_offered == pytest.approx(1 - at.p_abandon, rel=1e-12)


@pytest.mark.parametrize("name", ["det", "unif", "erlang3", "lognormal_scv1", "weibull_shape2"])
def test_patience_without_end_is_erlang_c(name):
    endless, answer = erlang_c(100, 300, 9, 20), mmn_g(100, 300, 9, name, 1e8, 20)

    assert answer.p_wait == pytest.approx(endless.p_wait, rel=1e-3)
    assert answer.e_wait_s == pytest.approx(endless.asa_s, rel=3e-3)
    assert answer.served_within_T_of_offered == pytest.approx(endless.service_level_T, rel=1e-3)


@quick
@given(name=st.sampled_from(NAMES), n=st.integers(1, 2000), rho=loads, patience=patiences, t=st.floats(0, 3))
def test_it_stays_within_its_bounds(name, n, rho, patience, t):
    answer = mmn_g(n * rho, HOUR_S, n, name, patience * HOUR_S, t * HOUR_S)

    shares = (answer.served_within_T_of_offered, answer.p_wait_le_T_incl_abandoners, answer.p_wait, answer.p_abandon)
    assert all(0 <= share <= 1 for share in shares)
    assert shares[0] <= shares[1] * (1 + 1e-12)
    assert answer.p_abandon <= answer.p_wait * (1 + 1e-12)
    assert 0 <= answer.e_wait_s <= answer.e_offered_wait_s * (1 + 1e-12)


@pytest.mark.parametrize(
    "name",
    ["", "exponential", "erlang", "erlang0", "erlang2.5", "det5", "weibull_shape.", "hyper2_scv0.5", "Exp", None, 3],
)
def test_a_distribution_that_is_not_known_is_refused(name):
    with pytest.raises(ValueError, match=r"^patience=.* is not allowed: it must be exp, det, unif, erlang<k>"):
        mmn_g(100, 300, 9, name, 120, 20)


def test_patience_out_of_all_proportion_is_refused():
    with pytest.raises(ValueError, match=r"^mean_patience_s=1e\+300 is not allowed: out of proportion to aht_s=300"):
        mmn_g(100, 300, 9, "det", 1e300, 20)
