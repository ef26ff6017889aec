"""Blending with a hidden mode: bounds that meet, limits with known optima, and a simulation with an exact filter."""

import bisect
import math
import random
from dataclasses import replace

import numpy as np
import pytest

from ccenv.theory.mdp import policy_iteration
from ccenv.theory.models import Blending, HiddenBlending, SwitchingBlending

OUTBOUND, WAITING = 0.01, -1.68
BASE = SwitchingBlending(3, (10.0, 60.0), 180.0, 180.0, 120.0, queue_cap=12)


def optimum(model: SwitchingBlending | Blending) -> float:
    """Largest objective with the mode observed, or without modes."""
    ratios = model.built.ratios
    reward = OUTBOUND * ratios["outbound_per_h"].numerator + WAITING * ratios["lq"].numerator
    return policy_iteration(model.built.process, reward).gain


def bounds(model: SwitchingBlending, points: int) -> tuple[float, float]:
    found = HiddenBlending(model, points).solve(OUTBOUND, WAITING)
    return found.lower, found.upper


def test_bounds_approach_each_other_in_proportion_to_the_width_of_the_grid():
    coarse, fine = bounds(BASE, 41), bounds(BASE, 80)  # 39 and 78 steps
    assert coarse[0] < fine[0] < fine[1] < coarse[1]
    assert fine[1] - fine[0] == pytest.approx(0.5 * (coarse[1] - coarse[0]), rel=0.03)
    limits = [2.0 * fine[k] - coarse[k] for k in range(2)]  # the same limit from below and from above
    assert limits[0] == pytest.approx(limits[1], abs=0.1 * (fine[1] - fine[0]))


def test_the_optimum_lies_between_the_best_reserve_and_the_optimum_of_who_sees_the_mode():
    lower, upper = bounds(BASE, 60)
    measures = [BASE.evaluate(("reserve_threshold", {"reserve": reserve})) for reserve in range(4)]
    reserves = [OUTBOUND * each.outbound_per_h + WAITING * each.lq for each in measures]
    assert max(reserves) < lower < upper < optimum(BASE)


@pytest.mark.parametrize("outbound_aht_s", [180.0, 300.0])
def test_with_equal_modes_it_is_the_optimum_without_modes(outbound_aht_s: float):
    model = replace(BASE, lambda_per_h=(35.0, 35.0), outbound_aht_s=outbound_aht_s)
    one = optimum(Blending(3, 35.0, 180.0, outbound_aht_s, 120.0, queue_cap=12))
    assert bounds(model, 20) == pytest.approx((one, one), rel=1e-9)
    nearly = bounds(replace(model, lambda_per_h=(34.9999, 35.0001)), 20)
    assert nearly == pytest.approx((one, one), rel=1e-5)


def test_slow_modes_are_known_and_fast_ones_are_their_mean():
    slow = replace(BASE, mean_s=(1e8, 1e8))
    seen = optimum(slow)
    modes = [optimum(Blending(3, rate, 180.0, 180.0, 120.0, queue_cap=12)) for rate in BASE.lambda_per_h]
    assert seen == pytest.approx(np.mean(modes), rel=1e-3)
    assert bounds(slow, 100) == pytest.approx((seen, seen), rel=1e-3)
    fast = bounds(replace(BASE, mean_s=(0.02, 0.01)), 60)
    mean = optimum(Blending(3, 80.0 / 3.0, 180.0, 180.0, 120.0, queue_cap=12))
    assert fast == pytest.approx((mean, mean), rel=1e-3)


def test_contacts_counted_together_give_the_same():
    apart = replace(BASE, outbound_aht_s=180.0 * (1.0 + 1e-9))
    assert bounds(apart, 12) == pytest.approx(bounds(BASE, 12), rel=1e-6)


def test_an_arrival_shows_the_mode_if_the_other_has_none():
    model = HiddenBlending(replace(BASE, lambda_per_h=(0.0, 60.0)), 60)
    found = model.solve(OUTBOUND, WAITING)
    assert found.lower < found.upper < optimum(model.model)
    assert found.upper - found.lower < 0.03 * abs(found.lower)


def test_the_policy_starts_less_the_busier_it_believes_the_mode_to_be():
    model = HiddenBlending(BASE, 60)
    found = model.solve(OUTBOUND, WAITING)
    empty = (model.space["outbound"] == 0) & (model.space["waiting"] == 0)
    assert np.all(np.diff(found.beliefs) > 0.0) and found.beliefs[-1] == 1.0
    assert np.all(np.diff(found.start[empty]) <= 0) and found.start[empty][0] > found.start[empty][-1]


def test_the_policy_with_an_exact_filter_earns_in_a_simulation_what_the_bounds_say():
    model = HiddenBlending(BASE, 120)
    found = model.solve(OUTBOUND, WAITING)
    batches = np.array([simulated(model, found.start, seed, 150.0) for seed in range(20)])
    error = batches.std(ddof=1) / math.sqrt(len(batches))
    assert found.lower - 3.0 * error < batches.mean() < found.upper + 3.0 * error
    assert error < 0.05 * abs(found.lower)


def simulated(model: HiddenBlending, start: np.ndarray, seed: int, hours: float) -> float:
    """Objective per hour of a policy: Gillespie's method with the hidden mode, and the filter in small steps."""
    at, rates, (a, b) = model.model, model.model.lambda_per_h, [3600.0 / mean for mean in model.model.mean_s]
    table = {tuple(state[1:]): int(n) for state, n in zip(model.space.states.tolist(), start, strict=True)}
    beliefs, rng = model.beliefs.tolist(), random.Random(seed)
    hour, leave = 3600.0 / at.inbound_aht_s, 3600.0 / at.mean_patience_s

    def speed(p: float) -> float:
        return a * (1.0 - p) - b * p - (rates[1] - rates[0]) * p * (1.0 - p)

    t, mode, busy, waiting, p, earned = 0.0, 0, 0, 0, 0.5, 0.0
    while t < hours:
        each = rates[mode], busy * hour, waiting * leave, (a, b)[mode]
        dt = rng.expovariate(sum(each))
        (event,) = rng.choices(range(4), each)
        t, earned = t + dt, earned + WAITING * waiting * dt
        for _ in range(4):  # Heun's method
            first = speed(p)
            p += 0.125 * dt * (first + speed(p + 0.25 * dt * first))
        if event == 3:
            mode = 1 - mode
            continue
        if event == 0:
            p = rates[1] * p / (rates[1] * p + rates[0] * (1.0 - p))
            busy, waiting = (busy + 1, waiting) if busy < at.s else (busy, waiting + 1)
        elif event == 1:
            busy, waiting = (busy, waiting - 1) if waiting else (busy - 1, 0)
        else:
            waiting -= 1
        above = min(bisect.bisect(beliefs, p), len(beliefs) - 1)
        nearest = above if above == 0 or beliefs[above] - p < p - beliefs[above - 1] else above - 1
        starts = table[nearest, 0, busy, min(waiting, 12)]
        busy, earned = busy + starts, earned + OUTBOUND * starts
    return earned / t


@pytest.mark.slow
def test_the_hidden_variant_of_switching_load_within_half_a_percent():
    at = SwitchingBlending(10, (80.0, 180.0), 180.0, 180.0, 120.0, queue_cap=25)
    lower, upper = bounds(at, 850)
    assert 0.0 < upper - lower < 0.005 * abs(lower)


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="points=2 is not allowed: it must be a whole number >= 3"):
        HiddenBlending(BASE, 2)
    with pytest.raises(ValueError, match=r"lambda_per_h=\(60.0, 10.0\) is not allowed: it must not fall"):
        HiddenBlending(replace(BASE, lambda_per_h=(60.0, 10.0)))
    with pytest.raises(ValueError, match="waiting=nan is not allowed"):
        HiddenBlending(BASE, 5).solve(1.0, math.nan)
