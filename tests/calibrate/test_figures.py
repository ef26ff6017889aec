"""The measured figures, on contacts whose distribution is known."""

import numpy as np
import pytest

from experiments.calibrate import arrivals, comebacks, customers, outcomes
from experiments.calibrate.logs import OPEN_S, SLOT_S, SLOTS, TYPES
from tests.calibrate.made_log import made


def test_smoothing_keeps_the_total_and_a_flat_profile():
    profile = np.arange(SLOTS, dtype=float) ** 2

    assert arrivals.smooth(profile, 4).sum() == pytest.approx(profile.sum())
    assert arrivals.smooth(np.full(SLOTS, 7.0), 4) == pytest.approx(7.0)


def test_a_sharp_profile_of_many_contacts_is_not_smoothed_and_a_flat_one_of_few_is():
    rng = np.random.default_rng(1)
    sharp = np.where(np.arange(SLOTS) % 2, 40.0, 10.0)

    assert arrivals.choose_width(rng.poisson(sharp, (11, SLOTS)).astype(float)) == 0
    assert arrivals.choose_width(rng.poisson(0.2, (11, SLOTS)).astype(float)) == max(arrivals.WIDTHS)


def test_day_level_is_what_poisson_noise_leaves():
    rng = np.random.default_rng(2)
    level = rng.lognormal(sigma=0.2, size=2_000)
    days = rng.poisson(level[:, None, None], (2_000, len(TYPES), SLOTS)).astype(float)

    # 2,000 days: the standard error of the coefficient is 0.003
    assert arrivals.day_level_cv(days) == pytest.approx(np.sqrt(np.exp(0.04) - 1), abs=0.012)
    assert arrivals.day_level_cv(rng.poisson(5.0, (2_000, len(TYPES), SLOTS)).astype(float)) < 0.02


def test_counts_go_to_the_day_the_type_and_the_half_hour():
    contacts = made(3, day=[1, 1, 2], type=["PS", "PE", "PS"], arrival_s=[OPEN_S, OPEN_S + SLOT_S, OPEN_S + SLOT_S - 1])

    counted = arrivals.counts(contacts)

    assert counted[0, TYPES.index("PS"), 0] == counted[0, TYPES.index("PE"), 1] == counted[1, TYPES.index("PS"), 0] == 1
    assert counted.sum() == 3


def test_hazard_of_exponential_patience_is_its_rate():
    rng = np.random.default_rng(3)
    patience, offered_wait = rng.exponential(200.0, 100_000), rng.exponential(300.0, 100_000)
    wait = np.ceil(np.minimum(patience, offered_wait))  # the log has whole seconds
    contacts = made(100_000, wait_s=wait, abandoned=patience < offered_wait)

    hazard = customers.patience(contacts)

    assert hazard.from_s == list(customers.PATIENCE_FROM_S)
    # the rarest bin has 1,000 abandonments or more: four standard errors are 13 %
    assert hazard.per_s == pytest.approx([1 / 200] * len(hazard.per_s), rel=0.13)


def test_bins_with_few_abandonments_are_joined():
    wait = np.concatenate([np.full(10, 2.0), np.full(10, 7.0), [15.0], np.full(30, 500.0)])

    hazard = customers.patience(made(51, wait_s=wait, abandoned=True))

    assert hazard.from_s == [0.0, 5.0, 420.0]
    assert hazard.per_s[0] == pytest.approx(10 / (10 * 2 + 41 * 5))
    assert hazard.n_events == 51


def test_short_services_are_left_out_of_the_fit_and_counted():
    service = np.concatenate([np.full(5, 3.0), np.full(15, np.exp(5.0))])

    fit = customers.handle_time(made(20, service_s=service))

    assert (fit.mu, fit.sigma, fit.n, fit.share_short) == pytest.approx((5.0, 0.0, 15, 0.25))


def test_priority_is_counted_among_those_who_queued():
    contacts = made(4, wait_s=[0.0, 0.0, 9.0, 9.0], high=[False, False, True, False])

    assert customers.share_high(contacts) == 0.5


def test_each_event_counts_in_the_half_hour_in_which_it_happens():
    contacts = made(1, arrival_s=OPEN_S + SLOT_S - 60.0, wait_s=100.0, abandoned=True)
    both_days = np.concatenate([contacts, made(1, day=2, arrival_s=OPEN_S)])

    mean = outcomes.target(both_days).mean

    assert mean.offered[:2] == pytest.approx([1.0, 0.0])
    assert mean.abandoned[:2] == pytest.approx([0.0, 0.5])
    assert mean.waiting_s[:2] == pytest.approx([30.0, 20.0])


def test_a_constant_excess_gives_an_exponential_delay_cut_off():
    lags, rate = np.array([0.0, 100.0, 200.0, 400.0]), 1 / 300

    found = comebacks.comebacks(lags, np.full(3, rate))

    assert found.p == pytest.approx(1 - np.exp(-400 * rate))
    within_first = 1 - np.exp(-100 * found.hazard_per_s[0])
    assert within_first == pytest.approx((1 - np.exp(-100 * rate)) / found.p)


def test_returns_that_the_log_does_not_show_are_corrected_for():
    # Everybody who abandons comes back after 90 s. Half of all contacts queue, and only these are named.
    rng = np.random.default_rng(5)
    n = 4_000
    start = np.sort(rng.uniform(OPEN_S, 80_000.0, n))
    names = np.array([f"C{i}" for i in range(n)])
    first = made(n, arrival_s=start, wait_s=10.0, abandoned=True, customer=names)
    named = rng.uniform(size=n) < 0.5
    again = made(n, arrival_s=start + 100.0, wait_s=np.where(named, 5.0, 0.0), customer=np.where(named, names, ""))
    unnamed = made(n, arrival_s=start + rng.uniform(0.0, 100.0, n))
    contacts = np.sort(np.concatenate([first, again, unnamed]), order="arrival_s")

    abandoned, _ = comebacks.return_rates(contacts)

    # a third of all contacts of a moment queue at first, half of the second kind and none of the third: 1.5 of 3
    assert abandoned[1] * 60.0 == pytest.approx(1.0, rel=0.06)
    assert abandoned[0] == abandoned[2] == 0.0
